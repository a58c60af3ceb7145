//! The functions of the programs under `tour/`, most of them on paused time and on one thread, where
//! what comes first is certain. The programs themselves are run by `tour_programs.rs`.

#[path = "../tour/buffered.rs"]
#[expect(dead_code, reason = "its `main`")]
mod buffered;
#[path = "../tour/channel_semaphore.rs"]
#[expect(dead_code, reason = "its `main`")]
mod channel_semaphore;
#[path = "../tour/close_range.rs"]
#[expect(dead_code, reason = "its `main`")]
mod close_range;
#[path = "../tour/errgroup.rs"]
#[expect(dead_code, reason = "its `main`")]
mod errgroup;
#[path = "../tour/hello.rs"]
#[expect(dead_code, reason = "its `main`")]
mod hello;
#[path = "../tour/mutex_counter.rs"]
#[expect(dead_code, reason = "its `main`")]
mod mutex_counter;
#[path = "../tour/once.rs"]
#[expect(dead_code, reason = "its `main`")]
mod once;
#[path = "../tour/pool.rs"]
#[expect(dead_code, reason = "its `main`")]
mod pool;
#[path = "../tour/rate_limited.rs"]
#[expect(dead_code, reason = "its `main`")]
mod rate_limited;
#[path = "../tour/select_default.rs"]
#[expect(dead_code, reason = "its `main`")]
mod select_default;
#[path = "../tour/timeout_loop.rs"]
#[expect(dead_code, reason = "its `main`")]
mod timeout_loop;
#[path = "../tour/wait_group.rs"]
#[expect(dead_code, reason = "its `main`")]
mod wait_group;

use std::pin::pin;
use std::task::{Context as PollContext, Waker};
use std::time::Duration;

use taut::chan;
use taut::context::{Context, ContextError};
use taut::time::ZeroPeriod;
use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::buffered::send_three;
use crate::channel_semaphore::crowd;
use crate::close_range::{after_closing, collect, squares};
use crate::errgroup::search;
use crate::pool::pool;
use crate::rate_limited::fetch_all;
use crate::select_default::{at_once, offer, within};
use crate::timeout_loop::work;

const SECOND: Duration = Duration::from_secs(1);

/// Gives every task its turns until all have ended.
async fn all_end() {
    while Handle::current().metrics().num_alive_tasks() > 0 {
        yield_now().await;
    }
}

#[tokio::test]
async fn hello_is_what_the_task_says() {
    assert_eq!(hello::greet("you").await, Ok("hello, you".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn wait_group_waits_for_the_slowest() {
    let start = Instant::now();
    assert_eq!(wait_group::three_workers([SECOND * 3, SECOND, SECOND * 2]).await, 3);
    assert_eq!(start.elapsed(), SECOND * 3);
}

#[tokio::test]
async fn buffered_is_ahead_by_its_capacity() {
    for capacity in 0..=4 {
        assert_eq!(send_three(capacity).await, (capacity.min(3), vec![1, 2, 3]));
    }
}

#[tokio::test]
async fn close_range_ends_with_the_sender() {
    for (count, all) in [(0, &[][..]), (1, &[1]), (6, &[1, 4, 9, 16, 25, 36])] {
        assert_eq!(collect(&squares(count)).await, all);
    }
}

#[tokio::test]
async fn close_range_ends_with_the_receiver() {
    let squares = squares(10_000);
    assert_eq!((squares.recv().await, squares.recv().await), (Ok(1), Ok(4)));
    drop(squares);
    all_end().await;
}

#[tokio::test]
async fn close_range_is_closed_once_and_keeps_what_was_sent() {
    let (tx, rx) = chan::bounded(2);
    tx.try_send("in time").unwrap();
    assert_eq!(after_closing(&tx).await, [true, false, false]);
    assert_eq!(collect(&rx).await, ["in time"]);
}

#[tokio::test(start_paused = true)]
async fn pool_of_five_works_on_five_at_a_time() {
    for (workers, jobs, seconds) in [(5, 20, 4), (5, 50, 10), (5, 3, 1), (1, 3, 3), (5, 0, 0)] {
        let start = Instant::now();
        let mut all = pool(workers, jobs, SECOND).await;
        assert_eq!(start.elapsed(), SECOND * seconds, "{workers} workers, {jobs} jobs");
        all.sort_unstable();
        assert!(all.into_iter().eq((1..=jobs).map(|job| job * 2)));
    }
}

#[tokio::test(start_paused = true)]
async fn pool_without_workers_does_nothing() {
    assert_eq!(pool(0, 20, SECOND).await, []);
}

#[tokio::test(start_paused = true)]
async fn select_default_waits_as_long_as_it_may() {
    let (tx, rx) = chan::rendezvous();
    let start = Instant::now();
    assert_eq!(within(&rx, SECOND).await, None);
    assert_eq!(start.elapsed(), SECOND);

    let later = async {
        sleep(SECOND).await;
        tx.send("now").await
    };
    let (got, sent) = tokio::join!(within(&rx, SECOND * 60), later);
    assert_eq!((got, sent), (Some("now"), Ok(())));
    assert_eq!(start.elapsed(), SECOND * 2);

    drop(tx);
    assert_eq!(within(&rx, SECOND).await, None);
    assert_eq!(start.elapsed(), SECOND * 2, "closed is known at once");
}

#[tokio::test]
async fn select_default_does_not_wait() {
    let (tx, rx) = chan::rendezvous();
    assert_eq!(at_once(&rx).await, None);
    assert!(!offer(&tx, "nobody is there").await);
    {
        let mut recv = pin!(rx.recv());
        let mut cx = PollContext::from_waker(Waker::noop());
        assert!(recv.as_mut().poll(&mut cx).is_pending());
        assert!(offer(&tx, "for whoever waits").await);
        assert_eq!(recv.await, Ok("for whoever waits"));
    }
    let (tx, rx) = chan::bounded(1);
    assert!(offer(&tx, 1).await);
    assert!(!offer(&tx, 2).await);
    assert_eq!((at_once(&rx).await, at_once(&rx).await), (Some(1), None));
}

#[tokio::test(start_paused = true)]
async fn timeout_loop_ends_in_the_middle_of_a_round() {
    let (ctx, _cancel) = Context::background().with_timeout(SECOND * 10);
    let start = Instant::now();
    assert_eq!(work(&ctx, SECOND * 3).await, (3, ContextError::DeadlineExceeded));
    assert_eq!(start.elapsed(), SECOND * 10);
    assert_eq!(work(&ctx, SECOND).await, (0, ContextError::DeadlineExceeded));
}

#[tokio::test(start_paused = true)]
async fn timeout_loop_ends_when_it_is_cancelled() {
    let (ctx, cancel) = Context::background().with_timeout(SECOND * 10);
    let cancelling = async {
        sleep(SECOND * 5).await;
        cancel.cancel();
    };
    let (ended, ()) = tokio::join!(work(&ctx, SECOND * 2), cancelling);
    assert_eq!(ended, (2, ContextError::Cancelled));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn mutex_counter_loses_nothing() {
    let counts = mutex_counter::count(&["a", "b", "a", "c", "a"], 1000).await;
    assert_eq!(counts, [("a", 3000), ("b", 1000), ("c", 1000)].into());
}

#[tokio::test(start_paused = true)]
async fn once_is_once_for_all() {
    for (tasks, set_ups) in [(0, 0), (1, 1), (10, 1)] {
        let start = Instant::now();
        assert_eq!(once::set_up_once(tasks, SECOND).await, (set_ups, tasks));
        assert_eq!(start.elapsed(), SECOND * set_ups, "they wait for the same one");
    }
}

#[tokio::test(start_paused = true)]
async fn channel_semaphore_lets_so_many_in() {
    for (tasks, at_a_time, most, seconds) in [(10, 3, 3, 4), (2, 3, 2, 1), (3, 1, 1, 3)] {
        let start = Instant::now();
        assert_eq!(crowd(tasks, at_a_time, SECOND).await, most);
        assert_eq!(start.elapsed(), SECOND * seconds);
    }
}

const BACKENDS: [(&str, Duration); 3] =
    [("slow", Duration::from_secs(3)), ("quick", SECOND), ("middling", Duration::from_secs(2))];

#[tokio::test(start_paused = true)]
async fn errgroup_has_all_answers_in_order() {
    let start = Instant::now();
    let answers = search(&Context::background(), &BACKENDS, "it").await.unwrap();
    assert_eq!(answers, ["slow result for it", "quick result for it", "middling result for it"]);
    assert_eq!(start.elapsed(), SECOND * 3, "not one after the other");
}

#[tokio::test(start_paused = true)]
async fn errgroup_has_the_first_error() {
    let start = Instant::now();
    let error = search(&Context::background(), &BACKENDS, "nonsense").await.unwrap_err();
    assert_eq!(error.to_string(), "quick does not know what nonsense is");
    assert_eq!(start.elapsed(), SECOND, "the others have ended with it");
    all_end().await;
}

#[tokio::test(start_paused = true)]
async fn errgroup_ends_with_the_context() {
    let (ctx, _cancel) = Context::background().with_timeout(SECOND / 2);
    for seconds in [0.5, 0.0] {
        let start = Instant::now();
        let error = search(&ctx, &BACKENDS, "it").await.unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&ContextError::DeadlineExceeded));
        assert_eq!(start.elapsed(), Duration::from_secs_f64(seconds));
    }
}

/// After how many seconds each of four fetches began, if one takes so long.
async fn begun(latency: Duration) -> Vec<f64> {
    let urls = ["a", "b", "c", "d"].map(|url| (url.to_owned(), latency));
    let pages = fetch_all(urls.to_vec(), SECOND).await.expect("a pace");
    assert!(pages.iter().map(|page| &*page.url).eq(["a", "b", "c", "d"]));
    pages.iter().map(|page| page.begun.as_secs_f64()).collect()
}

#[tokio::test(start_paused = true)]
async fn rate_limited_by_its_pace_and_by_its_places() {
    assert_eq!(begun(SECOND / 2).await, [1.0, 2.0, 3.0, 4.0], "by the pace");
    // The third has its tick, and waits for a place; the fourth's was kept for it meanwhile.
    assert_eq!(begun(SECOND * 10).await, [1.0, 2.0, 11.0, 12.0], "by the places");
}

#[tokio::test]
async fn rate_limited_needs_a_pace() {
    let error = fetch_all(Vec::new(), Duration::ZERO).await.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&ZeroPeriod));
}
