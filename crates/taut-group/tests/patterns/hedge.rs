//! `hedge` on paused time: when each attempt is made, to the instant, and which answer it gives.

use std::time::Duration;

use taut::group::hedge;
use tokio::time::{Instant, sleep};

use crate::kit::{Oops, Outcome};
use crate::support::Census;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

const OOPS: [Oops; 3] = [Oops::Real(0), Oops::Real(1), Oops::Real(2)];

/// Comes to this after so many seconds, holding a value meanwhile.
async fn after(seconds: f64, outcome: Outcome, holding: impl Send) -> Outcome {
    let _held = holding;
    sleep(Duration::from_secs_f64(seconds)).await;
    outcome
}

/// What came of attempts that take so many seconds each, and whether they answer then; when each was made, and when it was
/// over. An attempt answers with its number, or fails with the error of this number; none lives when it is over.
async fn hedged(
    delay: Duration,
    servers: &[(f64, bool)],
) -> (Result<u32, Vec<Oops>>, Vec<f64>, f64) {
    let (start, mut starts, census) = (Instant::now(), Vec::new(), Census::default());
    let attempts = hedge(delay, servers.len(), |attempt| {
        assert_eq!(attempt, starts.len());
        starts.push(start.elapsed().as_secs_f64());
        let (seconds, answers) = servers[attempt];
        let n = attempt as u32;
        let outcome = if answers { Ok(n) } else { Err(Oops::Real(n)) };
        after(seconds, outcome, census.value(n.into()))
    });
    let result = attempts.await;
    assert_eq!(census.alive(), 0, "the losers are dropped before it returns");
    (result, starts, start.elapsed().as_secs_f64())
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_made_whenever_the_delay_is_over() {
    for (servers, won, starts, end) in [
        (&[(1.0, true), (0.0, true)][..], 0, &[0.0][..], 1.0),
        (&[(9.0, true), (1.0, true), (0.0, true)], 1, &[0.0, 2.0], 3.0),
        (&[(9.0, true), (9.0, true), (1.0, true)], 2, &[0.0, 2.0, 4.0], 5.0),
        // An earlier one, after all.
        (&[(3.0, true), (9.0, true), (9.0, true)], 0, &[0.0, 2.0], 3.0),
        (&[(5.0, true), (9.0, true), (9.0, true)], 0, &[0.0, 2.0, 4.0], 5.0),
        // The last is waited for, however long it takes.
        (&[(900.0, true), (100.0, true)], 1, &[0.0, 2.0], 102.0),
    ] {
        let was = hedged(SECOND * 2, servers).await;
        assert_eq!(was, (Ok(won), starts.to_vec(), end), "{servers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_not_waited_out() {
    for (servers, won, starts, end) in [
        (&[(1.0, false), (1.0, true)][..], 1, &[0.0, 1.0][..], 2.0),
        (&[(0.0, false), (0.0, false), (0.0, true)], 2, &[0.0; 3], 0.0),
        (&[(1.0, false), (9.0, true), (1.0, true)], 2, &[0.0, 1.0, 6.0], 7.0),
        // Of the last too: the others go on.
        (&[(9.0, true), (1.0, false)], 0, &[0.0, 5.0], 9.0),
    ] {
        let was = hedged(SECOND * 5, servers).await;
        assert_eq!(was, (Ok(won), starts.to_vec(), end), "{servers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_an_earlier_one_starts_the_next_and_the_delay_anew() {
    // The second was made at 5, and the first fails at 6: the third is made then, and the fourth 5 later.
    let servers = [(6.0, false), (30.0, true), (30.0, true), (1.0, true)];
    let was = hedged(SECOND * 5, &servers).await;
    assert_eq!(was, (Ok(3), vec![0.0, 5.0, 6.0, 11.0], 12.0));
}

#[tokio::test(start_paused = true)]
async fn two_failures_at_the_same_instant_start_two() {
    let servers = [(5.0, false), (3.0, false), (9.0, true), (2.0, true), (9.0, true)];
    let was = hedged(SECOND * 2, &servers).await;
    assert_eq!(was, (Ok(3), vec![0.0, 2.0, 4.0, 5.0, 5.0], 7.0));
}

#[tokio::test(start_paused = true)]
async fn the_errors_are_in_the_order_of_the_attempts() {
    let was = hedged(SECOND * 2, &[(9.0, false), (5.0, false), (0.5, false)]).await;
    assert_eq!(was, (Err(OOPS[..3].to_vec()), vec![0.0, 2.0, 4.0], 9.0));
    let was = hedged(Duration::MAX, &[(1.0, false), (2.0, false)]).await;
    assert_eq!(was, (Err(OOPS[..2].to_vec()), vec![0.0, 1.0], 3.0));
}

#[tokio::test(start_paused = true)]
async fn without_a_delay_all_are_made_at_once() {
    let was = hedged(Duration::ZERO, &[(3.0, true), (2.0, true), (9.0, true)]).await;
    assert_eq!(was, (Ok(1), vec![0.0; 3], 2.0));
    let was = hedged(Duration::ZERO, &[(3.0, false), (2.0, false)]).await;
    assert_eq!(was, (Err(OOPS[..2].to_vec()), vec![0.0; 2], 3.0));
}

#[tokio::test(start_paused = true)]
async fn with_a_delay_without_end_one_is_made_when_one_has_failed() {
    for delay in [Duration::MAX, Duration::from_secs(u64::MAX / 4)] {
        let was = hedged(delay, &[(9e6, true), (0.0, true)]).await;
        assert_eq!(was, (Ok(0), vec![0.0], 9e6));
        let was = hedged(delay, &[(1.0, false), (1.0, false), (1.0, true)]).await;
        assert_eq!(was, (Ok(2), vec![0.0, 1.0, 2.0], 3.0));
    }
}

#[tokio::test(start_paused = true)]
async fn no_attempts_no_errors_and_one_is_as_good_as_awaited() {
    for delay in [Duration::ZERO, SECOND, Duration::MAX] {
        assert_eq!(hedged(delay, &[]).await, (Err(vec![]), vec![], 0.0));
        assert_eq!(hedged(delay, &[(7.0, true)]).await, (Ok(0), vec![0.0], 7.0));
        assert_eq!(hedged(delay, &[(7.0, false)]).await, (Err(OOPS[..1].to_vec()), vec![0.0], 7.0));
    }
}

#[tokio::test(start_paused = true)]
async fn none_is_made_once_one_has_answered() {
    // The first fails at the instant at which the second answers, in either order.
    for (servers, won) in [
        ([(4.0, false), (2.0, true), (0.0, true)], 1),
        ([(4.0, true), (2.0, false), (0.0, true)], 0),
    ] {
        let was = hedged(SECOND * 2, &servers).await;
        assert_eq!((was.0, was.2), (Ok(won), 4.0), "{servers:?}");
        assert!(was.1 == [0.0, 2.0], "{servers:?}: {:?}", was.1);
    }
    // It answers as the delay is over.
    let was = hedged(SECOND * 2, &[(2.0, true), (0.0, true)]).await;
    assert_eq!(was, (Ok(0), vec![0.0], 2.0));
    // It has its turn before the next is made, with no delay either.
    for delay in [Duration::ZERO, SECOND] {
        let was = hedged(delay, &[(0.0, true), (0.0, true)]).await;
        assert_eq!(was, (Ok(0), vec![0.0], 0.0));
    }
}

#[tokio::test(start_paused = true)]
async fn many_attempts() {
    let start = Instant::now();
    let last = |attempt| after(if attempt == 999 { 0.5 } else { 1e6 }, Ok(attempt as u32), ());
    assert_eq!(hedge(SECOND, 1000, last).await, Ok(999));
    assert_eq!(start.elapsed().as_secs_f64(), 999.5);
    let all_fail = hedge(SECOND, 1000, |attempt| std::future::ready(Err::<(), _>(attempt)));
    assert!(all_fail.await.unwrap_err().into_iter().eq(0..1000));
    assert_eq!(start.elapsed().as_secs_f64(), 999.5);
}
