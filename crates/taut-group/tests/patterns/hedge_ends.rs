//! `hedge` polled by hand: panics, being dropped, borrowing, and where there is no runtime.

use std::future::{pending, ready};
use std::time::Duration;

use taut::group::hedge;
use tokio::time::advance;

use crate::hedge::SECOND;
use crate::kit::{Oops, Outcome, Teller, holding, many_told, panic_in};
use crate::support::hooks::panics;
use crate::support::{Census, now, parked};

const MILLI: Duration = Duration::from_millis(1);

#[tokio::test(start_paused = true)]
async fn the_timer_wakes_it_at_the_instant_and_no_sooner() {
    let (tellers, futures) = many_told::<3>();
    let mut futures = futures.into_iter();
    let mut hedged = parked(hedge(SECOND, 3, |_| futures.next().unwrap()));
    assert_eq!(hedged.answer(), None);
    for next in &tellers[1..] {
        let wakes = hedged.wakes();
        advance(SECOND - MILLI).await;
        assert_eq!((hedged.wakes(), next.polls()), (wakes, 0));
        // Being polled for another reason does not make it hasty, and starts no delay anew.
        hedged.pending();
        assert_eq!(next.polls(), 0);
        advance(MILLI).await;
        assert_eq!((hedged.wakes(), hedged.answer()), (wakes + 1, None));
        assert_eq!(next.polls(), 1);
    }
    let wakes = hedged.wakes();
    advance(SECOND * 1000).await;
    assert_eq!(hedged.wakes(), wakes, "there is no attempt left to be woken for");
    tellers[0].end(Ok(0));
    assert_eq!(hedged.answer(), Some(Ok(0)));
    assert!(tellers.iter().all(Teller::is_gone));
    assert_eq!(tellers.map(|teller| teller.polls()), [2, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_there_goes_before_the_end_of_the_delay() {
    // Goal: a runtime that is late asks nobody twice for that.
    let (tellers, futures) = many_told::<2>();
    let mut futures = futures.into_iter();
    let mut hedged = parked(hedge(SECOND, 2, |_| futures.next().unwrap()));
    advance(SECOND * 9).await;
    assert_eq!(hedged.wakes(), 1, "it is woken by the timer first");
    tellers[0].end(Ok(0));
    assert_eq!(hedged.answer(), Some(Ok(0)));
    drop(hedged);
    assert_eq!(futures.len(), 1, "the second was not made");
}

#[tokio::test(start_paused = true)]
async fn a_panic_goes_on_and_drops_the_others() {
    let (tellers, futures) = many_told::<2>();
    let mut futures = futures.into_iter();
    let mut hedged = parked(hedge(SECOND, 2, |_| futures.next().unwrap()));
    advance(SECOND).await;
    assert_eq!(hedged.answer(), None);
    tellers[0].panic("oops");
    tellers[1].end(Ok(1));
    assert_eq!(panic_in(|| drop(hedged.answer())).as_deref(), Some("oops"));
    assert!(tellers.iter().all(Teller::is_gone));
}

#[tokio::test(start_paused = true)]
async fn an_answer_goes_before_a_panic_that_comes_later() {
    let (tellers, futures) = many_told::<2>();
    let mut futures = futures.into_iter();
    let mut hedged = parked(hedge(SECOND, 2, |_| futures.next().unwrap()));
    advance(SECOND).await;
    assert_eq!(hedged.answer(), None);
    tellers[1].end(Ok(1));
    tellers[0].panic("too late");
    assert_eq!(hedged.answer(), Some(Ok(1)));
    assert!(tellers.iter().all(Teller::is_gone));
}

#[tokio::test(start_paused = true)]
async fn what_start_panics_with_goes_on_and_drops_the_attempts() {
    let census = Census::default();
    let start = |attempt: usize| {
        assert!(attempt < 1, "no server {attempt}");
        holding(census.value(0))
    };
    let mut hedged = parked(hedge(SECOND, 2, start));
    advance(SECOND).await;
    assert_eq!(panic_in(|| drop(hedged.answer())).as_deref(), Some("no server 1"));
    assert_eq!(census.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn dropped_it_drops_the_attempts_and_the_timer() {
    let census = Census::default();
    let make = || hedge(SECOND, 3, |attempt| holding(census.value(attempt as u64)));
    drop(make());
    for attempts in 1..=3 {
        let mut hedged = parked(make());
        assert_eq!(hedged.answer(), None);
        for _ in 1..attempts {
            advance(SECOND).await;
            assert_eq!(hedged.answer(), None);
        }
        assert_eq!(census.alive(), attempts);
        drop(hedged);
        assert_eq!(census.alive(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn it_may_borrow_inside_of_a_task() {
    let servers = [String::from("slow"), String::from("fast")];
    let task = tokio::spawn(async move {
        let (mut asked, noted) = (0, std::sync::Mutex::new(vec![]));
        let answer = hedge(SECOND, servers.len(), |attempt| {
            asked += 1;
            let (server, noted) = (&servers[attempt], &noted);
            async move {
                noted.lock().unwrap().push(server.as_str());
                tokio::time::sleep(if server == "fast" { SECOND / 2 } else { SECOND * 9 }).await;
                Ok::<_, Oops>(server.len())
            }
        });
        let answer = answer.await;
        (answer, asked, noted.into_inner().unwrap().join(", "))
    });
    assert_eq!(task.await.unwrap(), (Ok(4), 2, "slow, fast".to_owned()));
}

#[test]
fn without_a_runtime_it_goes_as_far_as_it_need_not_wait() {
    // Goal: no timer is made before it is known that there is something to wait for.
    for delay in [Duration::ZERO, SECOND, Duration::MAX] {
        assert_eq!(now(hedge(delay, 0, |_| pending::<Outcome>())), Err(vec![]));
        assert_eq!(now(hedge(delay, 3, |_| ready(Ok::<_, Oops>(7)))), Ok(7));
        let third = |attempt| ready(if attempt == 2 { Ok(2) } else { Err(attempt) });
        assert_eq!(now(hedge(delay, 3, third)), Ok(2));
        let alone = parked(hedge(delay, 1, |_| pending::<Outcome>()));
        assert_eq!(alone.wakes(), 0);
    }
    // Never, or at once: no timer is needed for that.
    drop(parked(hedge(Duration::MAX, 2, |_| pending::<Outcome>())));
    drop(parked(hedge(Duration::ZERO, 2, |_| pending::<Outcome>())));
    panics("no reactor running", || drop(now(hedge(SECOND, 2, |_| pending::<Outcome>()))));
}
