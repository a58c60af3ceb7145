//! The functions of the small programs under `select/`, on paused time and on one thread, where what
//! comes first is certain. The programs themselves are run by `select_programs.rs`.

#[path = "../select/merge.rs"]
#[expect(dead_code, reason = "its `main`")]
mod merge;
#[path = "../select/priority.rs"]
#[expect(dead_code, reason = "its `main`")]
mod priority;
#[path = "../select/queue.rs"]
#[expect(dead_code, reason = "its `main`")]
mod queue;
#[path = "../select/recv_timeout.rs"]
#[expect(dead_code, reason = "its `main`")]
mod recv_timeout;
#[path = "../select/sieve.rs"]
#[expect(dead_code, reason = "its `main`")]
mod sieve;

use std::convert::Infallible;
use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use taut::chan::{self, Receiver, RecvTimeoutError, SendTimeoutError, Sender, TrySendError};
use tokio::runtime::Handle;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use crate::merge::{Numbered, merge};
use crate::priority::next;
use crate::queue::queue;
use crate::recv_timeout::{End, recv_while};
use crate::sieve::sieve;

const SECOND: Duration = Duration::from_secs(1);

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Everything up to the close.
async fn drain<T>(from: &Receiver<T>) -> Vec<T> {
    let mut all = Vec::new();
    while from.recv_many(&mut all, usize::MAX).await > 0 {}
    all
}

/// What `next` gives until there is no more.
async fn drain_both<T>(urgent: &Receiver<T>, ordinary: &Receiver<T>) -> Vec<T> {
    let mut all = Vec::new();
    while let Some(value) = next(urgent, ordinary).await {
        all.push(value);
    }
    all
}

/// Sends `count` numbers, one each second, and then waits for the close.
async fn tick(to: Sender<u64>, count: u64) {
    for n in 0..count {
        sleep(SECOND).await;
        if to.send(n).await.is_err() {
            return;
        }
    }
    to.closed().await;
}

/// `recv_while` into a list, and how many seconds it took.
async fn receive(from: &Receiver<u64>, idle: Duration, total: Duration) -> (End, Vec<u64>, u64) {
    let (mut all, start) = (Vec::new(), Instant::now());
    let take = |n| {
        all.push(n);
        Ok::<(), Infallible>(())
    };
    let Ok(end) = recv_while(from, idle, total, take).await;
    (end, all, start.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn recv_timeout_gives_up_when_it_is_silent() {
    let (to, from) = chan::rendezvous();
    tokio::spawn(tick(to, 30));
    // Longer in all than the limit, which begins again with each value.
    let got = receive(&from, 10 * SECOND, Duration::MAX).await;
    assert_eq!(got, (End::Silent, (0..30).collect(), 40));
}

#[tokio::test(start_paused = true)]
async fn recv_timeout_gives_up_when_time_is_up() {
    let (to, from) = chan::rendezvous();
    tokio::spawn(tick(to, u64::MAX));
    let (end, all, seconds) = receive(&from, 10 * SECOND, 20 * SECOND + SECOND / 2).await;
    assert_eq!((end, all, seconds), (End::TimeUp, (0..20).collect(), 20));
    assert_eq!(from.recv().await, Ok(20), "what was not received is still to come");
}

#[tokio::test(start_paused = true)]
async fn recv_timeout_looks_at_time_then_values_then_silence() {
    let (to, from) = chan::unbounded();
    (0..1000).for_each(|n| to.try_send(n).unwrap());
    assert_eq!(receive(&from, SECOND, Duration::ZERO).await, (End::TimeUp, vec![], 0));
    let all = (0..1000).collect();
    assert_eq!(receive(&from, Duration::ZERO, SECOND).await, (End::Silent, all, 0));
    drop(to);
    assert_eq!(receive(&from, SECOND, SECOND).await, (End::Closed, vec![], 0));
}

#[tokio::test(start_paused = true)]
async fn recv_timeout_ends_with_the_error_of_its_taker() {
    let (to, from) = chan::unbounded();
    (0..3).for_each(|n| to.try_send(n).unwrap());
    assert_eq!(recv_while(&from, SECOND, SECOND, Err).await, Err(0));
    assert_eq!(from.recv().await, Ok(1));
}

fn limit(most: usize) -> NonZeroUsize {
    NonZeroUsize::new(most).expect("it is at least one")
}

#[tokio::test(start_paused = true)]
async fn queue_holds_what_it_may_and_then_makes_the_producer_wait() {
    for most in [1, 2, 100] {
        let (to, from) = chan::rendezvous();
        let (end, out) = chan::rendezvous();
        let queue = tokio::spawn(queue(from, end, limit(most)));
        for n in 0..most {
            assert_eq!(to.send_timeout(n, SECOND).await, Ok(()), "nobody receives");
        }
        // Time is paused: it passes when everything waits.
        assert_eq!(to.send_timeout(0, SECOND).await, Err(SendTimeoutError::Timeout(0)));
        assert_eq!(out.recv().await, Ok(0));
        assert_eq!(to.send_timeout(most, SECOND).await, Ok(()), "there is room again");
        drop(to);
        assert_eq!(drain(&out).await, (1..=most).collect::<Vec<_>>());
        assert!(queue.await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn queue_without_a_limit_never_makes_the_producer_wait() {
    let (to, from) = chan::rendezvous();
    let (end, out) = chan::rendezvous();
    let queue = tokio::spawn(queue(from, end, NonZeroUsize::MAX));
    for n in 0..10_000 {
        to.send(n).await.unwrap(); // though nobody receives
    }
    drop(to);
    assert_eq!(drain(&out).await, (0..10_000).collect::<Vec<_>>());
    assert!(queue.await.unwrap().is_empty());
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn queue_returns_what_nobody_wants() {
    let (to, from) = chan::bounded(4);
    let (end, out) = chan::bounded(2);
    let queue = tokio::spawn(queue(from, end, limit(3)));
    // 2 behind the queue, 3 in it, 4 in front of it, and one that has to wait.
    let mut sent = 0;
    while to.send_timeout(sent, SECOND).await.is_ok() {
        sent += 1;
    }
    assert_eq!(sent, 2 + 3 + 4);
    let mut waiting = pin!(to.send(sent));
    assert!(poll_once(waiting.as_mut()).is_pending());

    assert_eq!((out.recv().await, out.recv().await), (Ok(0), Ok(1)));
    sleep(SECOND).await; // until everything waits again: 2 behind, 3 in it, 4 in front
    drop(out);
    assert_eq!(waiting.await, Ok(()), "there was room for it");
    // What was behind the queue is gone with the consumer, as with any channel.
    assert_eq!(queue.await.unwrap(), (4..=sent).collect::<Vec<_>>());
    assert_eq!(to.try_send(0), Err(TrySendError::Closed(0)));
}

#[tokio::test(start_paused = true)]
async fn queue_that_is_empty_ends_with_its_consumer() {
    let (to, from) = chan::rendezvous::<()>();
    let (end, out) = chan::rendezvous();
    let queue = tokio::spawn(queue(from, end, limit(1)));
    assert_eq!(out.recv_timeout(SECOND).await, Err(RecvTimeoutError::Timeout));
    drop(out);
    let left = timeout(SECOND, queue).await.expect("it waits for an item that nobody wants");
    assert!(left.unwrap().is_empty());
    assert!(to.is_closed());
}

#[tokio::test]
async fn priority_is_among_what_is_there() {
    let (urgent, urgents) = chan::unbounded();
    let (ordinary, ordinaries) = chan::unbounded();
    (0..100).for_each(|n| ordinary.try_send(n).unwrap());
    assert_eq!(next(&urgents, &ordinaries).await, Some(0));
    (100..200).for_each(|n| urgent.try_send(n).unwrap());
    drop((urgent, ordinary));
    let all: Vec<_> = (100..200).chain(1..100).collect();
    assert_eq!(drain_both(&urgents, &ordinaries).await, all);
    assert_eq!(next(&urgents, &ordinaries).await, None, "now and for ever");
}

#[tokio::test]
async fn priority_while_it_waits_is_first_come() {
    let (urgent, urgents) = chan::unbounded();
    let (ordinary, ordinaries) = chan::unbounded();
    let mut waiting = pin!(next(&urgents, &ordinaries));
    assert!(poll_once(waiting.as_mut()).is_pending());
    ordinary.try_send("early").unwrap();
    ordinary.try_send("late").unwrap();
    urgent.try_send("urgent").unwrap();
    assert_eq!(waiting.await, Some("early"));
    assert_eq!(next(&urgents, &ordinaries).await, Some("urgent"));
    assert_eq!(next(&urgents, &ordinaries).await, Some("late"));
}

#[tokio::test]
async fn priority_goes_on_with_one_channel_and_ends_without() {
    let (urgent, urgents) = chan::rendezvous();
    let (ordinary, ordinaries) = chan::rendezvous();
    let mut waiting = pin!(next(&urgents, &ordinaries));
    assert!(poll_once(waiting.as_mut()).is_pending());
    drop(urgent);
    assert!(poll_once(waiting.as_mut()).is_pending(), "there may be ordinary values");
    ordinary.try_send(7).unwrap();
    assert_eq!(waiting.await, Some(7));

    let mut waiting = pin!(next(&urgents, &ordinaries));
    assert!(poll_once(waiting.as_mut()).is_pending());
    drop(ordinary);
    assert_eq!(poll_once(waiting), Poll::Ready(None));
}

#[tokio::test]
async fn priority_dropped_while_it_waits_loses_nothing() {
    let (urgent, urgents) = chan::rendezvous();
    let (_ordinary, ordinaries) = chan::rendezvous();
    {
        let mut waiting = pin!(next(&urgents, &ordinaries));
        assert!(poll_once(waiting.as_mut()).is_pending());
        urgent.try_send(7).unwrap();
    }
    assert_eq!(urgents.try_recv(), Ok(7));
}

/// Sources that are sent the numbers of the lists, each by a task that then closes it.
fn sources(lists: &[Vec<u64>]) -> Vec<Receiver<u64>> {
    let source = |list: &Vec<u64>| {
        let (to, from) = chan::bounded(list.len() % 3);
        let list = list.clone();
        tokio::spawn(async move {
            for n in list {
                to.send(n).await.expect("the sources outlive the merge");
            }
        });
        from
    };
    lists.iter().map(source).collect()
}

/// What of `all` came from this source.
fn of_source(nth: usize, all: &[Numbered<u64>]) -> Vec<u64> {
    all.iter().filter(|(source, _)| *source == nth).map(|(_, n)| *n).collect()
}

#[tokio::test]
async fn merge_keeps_the_order_of_each_source_until_all_are_closed() {
    let lists: Vec<Vec<u64>> = (0..20).map(|n| (0..n * 10).collect()).collect();
    let sources = sources(&lists);
    let (to, merged) = chan::rendezvous();
    let (refused, all) = tokio::join!(merge(&sources, to), drain(&merged));
    assert_eq!(refused, None);
    for (nth, list) in lists.iter().enumerate() {
        assert_eq!(of_source(nth, &all), *list);
    }
    assert_eq!(all.len(), lists.iter().map(Vec::len).sum());
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test]
async fn merge_of_nothing_ends_at_once() {
    let (to, merged) = chan::rendezvous::<Numbered<u64>>();
    assert_eq!(merge(&[], to).await, None);
    assert!(merged.is_closed());
}

#[tokio::test]
async fn merge_takes_no_more_than_is_wanted() {
    let lists: Vec<Vec<u64>> = vec![(0..100).collect(), (0..50).collect(), vec![]];
    let sources = sources(&lists);
    let (to, merged) = chan::rendezvous();
    let take = async move {
        let mut some = Vec::new();
        for _ in 0..40 {
            some.push(merged.recv().await.unwrap());
        }
        some
    };
    let (refused, some) = tokio::join!(merge(&sources, to), take);
    // Received, refused, or still in the sources: nothing is missing, and all is in order.
    for (nth, list) in lists.iter().enumerate() {
        let mut all = of_source(nth, &some);
        all.extend(of_source(nth, refused.as_slice()));
        all.extend(drain(&sources[nth]).await);
        assert_eq!(all, *list);
    }
}

#[tokio::test]
async fn merge_of_silent_sources_ends_with_its_consumer() {
    let (_to, from) = chan::rendezvous::<u64>();
    let (to, merged) = chan::rendezvous();
    let sources = [from];
    let mut merging = pin!(merge(&sources, to));
    assert!(poll_once(merging.as_mut()).is_pending());
    drop(merged);
    assert_eq!(poll_once(merging), Poll::Ready(None));
}

fn primes() -> impl Iterator<Item = u64> {
    (2..).filter(|n| (2..*n).all(|m| n % m != 0))
}

#[tokio::test]
async fn sieve_leaves_no_task_behind() {
    for count in [0, 1, 2, 200] {
        assert_eq!(sieve(count).await, primes().take(count).collect::<Vec<_>>());
        assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sieve_leaves_no_task_behind_on_several_threads() {
    for _ in 0..10 {
        assert_eq!(sieve(50).await, primes().take(50).collect::<Vec<_>>());
        // Tokio tells that a task has ended a little before it stops counting it.
        while Handle::current().metrics().num_alive_tasks() > 0 {
            yield_now().await;
        }
    }
}
