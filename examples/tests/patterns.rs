//! The functions of the programs under `patterns/`, most of them on paused time and on one thread,
//! where what comes first is certain. The programs themselves are run by `patterns_programs.rs`.

#[path = "../patterns/daisy_chain.rs"]
#[expect(dead_code, reason = "its `main`")]
mod daisy_chain;
#[path = "../patterns/fan.rs"]
#[expect(dead_code, reason = "its `main`")]
mod fan;
#[path = "../patterns/graceful_shutdown.rs"]
#[expect(dead_code, reason = "its `main`")]
mod graceful_shutdown;
#[path = "../patterns/heartbeat.rs"]
#[expect(dead_code, reason = "its `main`")]
mod heartbeat;
#[path = "../patterns/hedge.rs"]
#[expect(dead_code, reason = "its `main`")]
mod hedge;
#[path = "../patterns/parallel_map.rs"]
#[expect(dead_code, reason = "its `main`")]
mod parallel_map;
#[path = "../patterns/pipeline.rs"]
#[expect(dead_code, reason = "its `main`")]
mod pipeline;
#[path = "../patterns/pubsub.rs"]
#[expect(dead_code, reason = "its `main`")]
mod pubsub;
#[path = "../patterns/ring.rs"]
#[expect(dead_code, reason = "its `main`")]
mod ring;
#[path = "../patterns/worker_pool.rs"]
#[expect(dead_code, reason = "its `main`")]
mod worker_pool;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taut::chan::{self, Receiver, RecvError};
use taut::context::{Context, ContextError};
use taut::group::Failure;
use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use crate::graceful_shutdown::{Report, serve};
use crate::heartbeat::{AllSilent, tend, worker};
use crate::hedge::{Server, ask_all, ask_in_turn};
use crate::parallel_map::lengths;
use crate::pipeline::{Pipeline, sum_of_squares};
use crate::pubsub::{Broker, Published};
use crate::worker_pool::worker_pool;

const SECOND: Duration = Duration::from_secs(1);

fn at_most(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("not zero")
}

/// Gives every task its turns until all have ended.
async fn all_end() {
    while Handle::current().metrics().num_alive_tasks() > 0 {
        yield_now().await;
    }
}

/// Everything until the channel is closed.
async fn collect<T>(from: &Receiver<T>) -> Vec<T> {
    let mut all = Vec::new();
    while let Ok(value) = from.recv().await {
        all.push(value);
    }
    all
}

/// How many are inside, and how many were at most. Shared by its clones.
#[derive(Clone, Default)]
struct Gauge(Arc<(Arc<()>, AtomicUsize)>);

impl Gauge {
    /// In until that is dropped.
    fn enter(&self) -> Arc<()> {
        let inside = self.0.0.clone();
        self.0.1.fetch_max(Arc::strong_count(&inside) - 1, Ordering::SeqCst);
        inside
    }

    /// Now, and at most.
    fn read(&self) -> [usize; 2] {
        [Arc::strong_count(&self.0.0) - 1, self.0.1.load(Ordering::SeqCst)]
    }
}

#[tokio::test(start_paused = true)]
async fn worker_pool_does_all_jobs_a_few_at_a_time() {
    let (start, gauge) = (Instant::now(), Gauge::default());
    let jobs = fan::numbers(20);
    let inside = gauge.clone();
    let results = worker_pool(at_most(5), &jobs, move |n| {
        let inside = inside.clone();
        async move {
            let _inside = inside.enter();
            sleep(SECOND).await;
            n * n
        }
    });
    let mut all = collect(&results).await;
    all.sort_unstable();
    assert!(all.into_iter().eq((1..=20).map(|n| n * n)));
    assert_eq!((gauge.read(), start.elapsed()), ([0, 5], SECOND * 4));
    all_end().await;
}

#[tokio::test]
async fn worker_pool_ends_when_nobody_wants_results() {
    let (to, jobs) = chan::rendezvous::<u32>();
    let results = worker_pool(at_most(3), &jobs, async |n| n);
    drop(jobs);
    to.send(1).await.unwrap();
    assert_eq!(results.recv().await, Ok(1));
    drop(results);
    to.closed().await; // although they wait for jobs
    all_end().await;
}

#[tokio::test]
async fn fan_gives_each_value_to_one_stage() {
    let outputs = fan::fan_out(&fan::numbers(100), 4, |n| n * 10);
    assert_eq!(outputs.len(), 4);
    let mut all = collect(&fan::fan_in(outputs)).await;
    all.sort_unstable();
    assert!(all.into_iter().eq((1..=100).map(|n| n * 10)));
    all_end().await;
}

#[tokio::test]
async fn fan_in_keeps_the_order_of_each_source() {
    let sources = (0..3_u64).map(|nth| {
        let numbers = fan::fan_out(&fan::numbers(50), 1, move |n| (nth, n));
        numbers.into_iter().next().expect("there is one")
    });
    let all = collect(&fan::fan_in(sources.collect())).await;
    for nth in 0..3 {
        let of_source = all.iter().filter(|(source, _)| *source == nth).map(|(_, n)| *n);
        assert!(of_source.eq(1..=50));
    }
    assert_eq!(all.len(), 150);
}

#[tokio::test]
async fn fan_ends_when_nobody_wants_more() {
    let merged = fan::fan_in(fan::fan_out(&fan::numbers(u64::MAX), 3, |n| n));
    merged.recv().await.unwrap();
    drop(merged);
    all_end().await;
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn pipeline_goes_as_far_as_it_is_asked() {
    let ctx = Context::background();
    for (most, sum) in [(0, 0), (2, 5), (4, 30), (9, 30)] {
        assert_eq!(sum_of_squares(&ctx, words("1 2 3 4"), most).await.unwrap(), sum);
        all_end().await;
    }
    // What nobody asked for is not looked at, but for what the stages have in hand.
    assert_eq!(sum_of_squares(&ctx, words("1 2 3 4 5 nonsense"), 2).await.unwrap(), 5);
}

#[tokio::test]
async fn pipeline_stops_at_the_first_failure() {
    let error = sum_of_squares(&Context::background(), words("1 two 3"), 9).await.unwrap_err();
    assert_eq!(error.to_string(), "invalid digit found in string");
    all_end().await;

    let mut pipeline = Pipeline::new(&Context::background());
    let endless = pipeline.source(0_u64..).await;
    let three = |n| if n == 3 { Err(Failure::new("three")) } else { Ok(n) };
    let failing = pipeline.stage(endless, three).await;
    let doubled = pipeline.stage(failing, |n| Ok(n * 2)).await;
    assert!([0, 2, 4].starts_with(&collect(&doubled).await), "what was in hand is dropped");
    assert_eq!(pipeline.wait().await.unwrap_err().to_string(), "three");
    all_end().await;
}

#[tokio::test(start_paused = true)]
async fn pipeline_stops_with_its_context() {
    let (ctx, _cancel) = Context::background().with_timeout(SECOND);
    let mut pipeline = Pipeline::new(&ctx);
    let endless = pipeline.source(0_u64..).await;
    let output = pipeline.stage(endless, Ok).await;
    assert_eq!(output.recv().await, Ok(0));
    // Both stages wait for somebody to receive.
    let error = pipeline.wait().await.unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&ContextError::DeadlineExceeded));
    assert_eq!(output.recv().await, Err(RecvError));
    all_end().await;
}

#[tokio::test(start_paused = true)]
async fn parallel_map_is_in_order_and_a_few_at_a_time() {
    // A word of so many letters takes 50 ms, by one more than it has.
    let sentence = || words("a word of four x");
    for (places, millis) in [(1, 25 + 10 + 16 + 10 + 25), (2, 25 + 16 + 10), (9, 25)] {
        let start = Instant::now();
        assert_eq!(lengths(sentence(), at_most(places)).await, Ok(vec![1, 4, 2, 4, 1]));
        assert_eq!(start.elapsed(), Duration::from_millis(millis), "{places} at a time");
        all_end().await;
    }
    assert_eq!(lengths([], at_most(2)).await, Ok(vec![]));
}

#[tokio::test(start_paused = true)]
async fn parallel_map_stops_at_the_first_failure() {
    let (start, taken) = (Instant::now(), AtomicUsize::new(0));
    let items = words("a grün b c d").into_iter().inspect(|_| {
        taken.fetch_add(1, Ordering::SeqCst);
    });
    assert_eq!(lengths(items, at_most(2)).await, Err("grün is not ASCII".to_owned()));
    assert_eq!(start.elapsed(), Duration::from_millis(8));
    assert_eq!(taken.into_inner(), 3, "the third waited for its place");
    all_end().await;
}

/// Servers that take so many seconds, and whether they are up.
fn servers<const N: usize>(all: [(u32, bool); N]) -> [Server; N] {
    all.map(|(seconds, is_up)| Server { takes: SECOND * seconds, is_up })
}

#[tokio::test(start_paused = true)]
async fn hedge_takes_the_first_answer() {
    let (up, down) = (true, false);
    for (patience, all, won, seconds) in [
        (2, servers([(1, up), (1, up), (1, up)]), 0, 1),
        (2, servers([(9, up), (1, up), (1, up)]), 1, 3),
        (2, servers([(3, up), (9, up), (9, up)]), 0, 3), // the first one, after all
        (9, servers([(1, down), (1, down), (1, up)]), 2, 3), // a failure is not waited out
        (0, servers([(3, up), (2, up), (9, up)]), 1, 2),
    ] {
        let start = Instant::now();
        let (nth, answer) = ask_in_turn(&all, SECOND * patience).await.unwrap();
        assert_eq!((nth, start.elapsed()), (won, SECOND * seconds), "{all:?}");
        assert_eq!(answer, format!("an answer after {} ms", all[won].takes.as_millis()));
    }
}

#[tokio::test(start_paused = true)]
async fn hedge_has_the_failures_of_all() {
    let (start, all) = (Instant::now(), servers([(5, false), (1, false)]));
    assert_eq!(ask_in_turn(&all, SECOND * 2).await.unwrap_err().len(), 2);
    assert_eq!(start.elapsed(), SECOND * 5);
    assert_eq!(ask_all(&all).await.unwrap_err().len(), 2);
    assert_eq!(start.elapsed(), SECOND * 10);
    assert_eq!(ask_in_turn(&[], SECOND).await, Err(vec![]));
    assert_eq!(ask_all(&[]).await, Err(vec![]));
}

#[tokio::test(start_paused = true)]
async fn hedge_asks_all_at_once() {
    let (start, all) = (Instant::now(), servers([(9, true), (1, false), (3, true), (4, true)]));
    assert_eq!(ask_all(&all).await.unwrap().0, 2);
    assert_eq!(start.elapsed(), SECOND * 3);
}

#[tokio::test]
async fn pubsub_reaches_who_has_subscribed_and_has_room() {
    let broker = Broker::new();
    assert_eq!(broker.publish("a", &0), Published::default());
    let (wide, narrow) = (broker.subscribe("a", 9), broker.subscribe("a", 1));
    let other = broker.subscribe("b", 9);
    assert_eq!(broker.publish("a", &1), Published { reached: 2, missed: 0 });
    assert_eq!(broker.publish("a", &2), Published { reached: 1, missed: 1 });
    assert_eq!(narrow.recv().await, Ok(1));
    assert_eq!(broker.publish("a", &3), Published { reached: 2, missed: 0 });
    drop(wide.clone());
    drop(wide);
    assert_eq!(narrow.recv().await, Ok(3));
    assert_eq!(broker.publish("a", &4), Published { reached: 1, missed: 0 });
    drop(broker);
    assert_eq!((collect(&narrow).await, collect(&other).await), (vec![4], vec![]));
}

#[tokio::test]
async fn ring_stops_where_arithmetic_says() {
    for (tasks, hops) in [(503, 1000), (1, 10), (5, 0), (5, 4), (5, 5), (2, 10_001)] {
        let at = 1 + usize::try_from(hops).unwrap() % tasks;
        assert_eq!(ring::ring(tasks, hops).await, Some(at), "{tasks} tasks, {hops} hops");
    }
    assert_eq!(ring::ring(0, 10).await, None);
}

#[tokio::test]
async fn daisy_chain_counts_its_links() {
    for links in [0_u32, 1, 10_000] {
        let n = usize::try_from(links).unwrap();
        assert_eq!(daisy_chain::with_spawn(n).await, Ok(u64::from(links)));
        assert_eq!(daisy_chain::in_scope(n).await, Ok(u64::from(links)));
        all_end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn heartbeat_of_who_has_nothing_to_do() {
    let ((to, jobs), (done, finished)) = (chan::rendezvous(), chan::unbounded());
    let work = |pulse| worker(pulse, SECOND, jobs.clone(), done.clone());
    let control = async {
        sleep(SECOND * 1000).await;
        to.send(SECOND).await.unwrap();
        drop(to);
    };
    let (tended, ()) = tokio::join!(tend(SECOND * 2, 1, work), control);
    assert_eq!(tended, Ok((1, Ok(()))));
    assert_eq!(finished.try_recv(), Ok(SECOND));
}

#[tokio::test(start_paused = true)]
async fn heartbeat_stops_in_a_job_that_takes_too_long() {
    let start = Instant::now();
    let ((to, jobs), (done, finished)) = (chan::unbounded(), chan::unbounded());
    for job in [SECOND * 60, SECOND, SECOND * 60, SECOND * 2] {
        to.try_send(job).unwrap();
    }
    drop(to);
    let work = |pulse| worker(pulse, SECOND, jobs.clone(), done.clone());
    assert_eq!(tend(SECOND * 3, 3, work).await, Ok((3, Ok(()))));
    assert_eq!(start.elapsed(), SECOND * (3 + 1 + 3 + 2));
    drop(done);
    assert_eq!(collect(&finished).await, [SECOND, SECOND * 2]);
}

#[tokio::test(start_paused = true)]
async fn heartbeat_gives_up_after_so_many_attempts() {
    let (start, gauge) = (Instant::now(), Gauge::default());
    let work = |pulse| {
        let inside = gauge.clone();
        async move {
            let _inside = (inside.enter(), pulse);
            std::future::pending::<()>().await;
        }
    };
    assert_eq!(tend(SECOND, 5, work).await, Err(AllSilent));
    assert_eq!((gauge.read(), start.elapsed()), ([0, 1], SECOND * 5));
}

/// Has two workers serve ten jobs of a second each in a context that ends after three and a half, and
/// gives them so long to drain. What it reports, and after how many seconds.
async fn shut_down(drain: Duration) -> (Report, f64) {
    let (start, (to, queue)) = (Instant::now(), chan::unbounded());
    for job in 0..10 {
        to.try_send(job).expect("it is unbounded");
    }
    let (ctx, _cancel) = Context::background().with_timeout(Duration::from_millis(3500));
    let work = |_job| sleep(SECOND);
    let submit = async {
        to.closed().await;
        assert_eq!(start.elapsed().as_secs_f64(), 3.5);
        assert!(to.try_send(10).is_err());
    };
    let (report, ()) = tokio::join!(serve(&ctx, queue, at_most(2), drain, work), submit);
    let seconds = start.elapsed().as_secs_f64();
    all_end().await;
    (report, seconds)
}

#[tokio::test(start_paused = true)]
async fn graceful_shutdown_drains_the_queue() {
    let report = Report { done: 10, interrupted: 0, left: 0 };
    assert_eq!(shut_down(SECOND * 60).await, (report, 5.0));
}

#[tokio::test(start_paused = true)]
async fn graceful_shutdown_says_what_it_had_no_time_for() {
    let report = Report { done: 6, interrupted: 2, left: 2 };
    assert_eq!(shut_down(Duration::ZERO).await, (report, 3.5));
    let report = Report { done: 8, interrupted: 2, left: 0 };
    assert_eq!(shut_down(SECOND).await, (report, 4.5));
}

#[tokio::test(start_paused = true)]
async fn graceful_shutdown_is_not_needed_at_the_end_of_the_queue() {
    let (to, queue) = chan::unbounded();
    to.try_send(()).unwrap();
    drop(to);
    let ctx = Context::background();
    let report = serve(&ctx, queue, at_most(2), SECOND, |()| sleep(SECOND)).await;
    assert_eq!(report, Report { done: 1, interrupted: 0, left: 0 });
}
