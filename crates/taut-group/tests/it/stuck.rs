//! EG-24: tasks of a group that wait for a place which none will leave are told, and nobody else is.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use taut::group::SpawnError;

use crate::kit::{Oops, Starts, Tasks, Told, alive, many_told, settle, soon};
use crate::support::parked;

/// How a spawn of a task went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Nothing,
    Started,
    WouldDeadlock,
    Ended,
}

use Heard::{Ended, Nothing, Started, WouldDeadlock};

/// How they went, by number.
#[derive(Clone)]
pub(crate) struct Log(Arc<Mutex<Vec<Heard>>>);

impl Log {
    pub(crate) fn new(many: usize) -> Self {
        Self(Arc::new(Mutex::new(vec![Nothing; many])))
    }

    pub(crate) fn note<F>(&self, at: usize, answer: Result<(), SpawnError<F>>) {
        self.0.lock().unwrap()[at] = match answer {
            Ok(()) => Started,
            Err(SpawnError::WouldDeadlock(_)) => WouldDeadlock,
            Err(SpawnError::Ended(_)) => Ended,
            Err(other) => panic!("{other}"),
        };
    }

    #[track_caller]
    pub(crate) fn is(&self, expected: &[Heard]) {
        assert_eq!(*self.0.lock().unwrap(), expected);
    }
}

/// A task that starts another when it is told to, then notes how that went, and ends.
pub(crate) fn spawning(
    log: &Log,
    at: usize,
    starts: &Starts,
    when: Told,
    then: Told,
) -> impl Future<Output = Result<u32, Oops>> + Send + 'static {
    let (log, starts) = (log.clone(), starts.clone());
    async move {
        when.await?;
        log.note(at, starts.spawn(ready(Ok(100 + at as u32))).await);
        then.await
    }
}

/// As many of them, in a group with this limit.
pub(crate) async fn started<const N: usize>(
    limit: Option<usize>,
) -> (Tasks, Log, [crate::kit::Teller; N], [crate::kit::Teller; N]) {
    let (mut group, log) = (Tasks::new(), Log::new(N));
    group.set_limit(limit);
    let starts = group.spawner();
    let ((whens, first), (thens, second)) = (many_told::<N>(), many_told::<N>());
    for (at, (when, then)) in first.into_iter().zip(second).enumerate() {
        group.spawn(spawning(&log, at, &starts, when, then)).await;
    }
    settle().await;
    (group, log, whens, thens)
}

#[tokio::test]
async fn eg_24_one_that_holds_the_only_place() {
    let (mut group, log, [go], [end]) = started(Some(1)).await;
    go.end(Ok(0));
    settle().await;
    log.is(&[WouldDeadlock]);
    end.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Ok(vec![1]));
}

#[tokio::test]
async fn eg_24_of_two_the_last_is_told_and_its_end_lets_the_first_go_on() {
    let (mut group, log, [one, two], [ends_one, ends_two]) = started(Some(2)).await;
    one.end(Ok(0));
    settle().await;
    log.is(&[Nothing, Nothing]);
    two.end(Ok(0));
    settle().await;
    log.is(&[Nothing, WouldDeadlock]);
    ends_two.end(Ok(2));
    settle().await;
    log.is(&[Started, WouldDeadlock]);
    ends_one.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 100]));
}

#[tokio::test]
async fn eg_24_of_two_the_first_waits_while_the_other_works() {
    let (mut group, log, [one, _two], [ends_one, _]) = started(Some(2)).await;
    one.end(Ok(0));
    settle().await;
    log.is(&[Nothing, Nothing]);
    // One that works may end: that is no deadlock.
    _two.end(Err(Oops::Real(2)));
    settle().await;
    log.is(&[Started, Nothing]);
    ends_one.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(2)));
}

#[tokio::test]
async fn eg_24_a_chain() {
    // Goal: each starts the next and waits for its place; the last finds no place left.
    fn link(
        starts: Starts,
        depth: u32,
        log: Arc<Mutex<Vec<u32>>>,
    ) -> Pin<Box<dyn Future<Output = Result<u32, Oops>> + Send>> {
        Box::pin(async move {
            let next = link(starts.clone(), depth + 1, Arc::clone(&log));
            if depth < 10 {
                match starts.spawn(next).await {
                    Ok(()) => {}
                    Err(SpawnError::WouldDeadlock(next)) => {
                        log.lock().unwrap().push(depth);
                        return next.await;
                    }
                    Err(other) => panic!("{other}"),
                }
            }
            Ok(depth)
        })
    }
    for (limit, told) in [(1, 10), (2, 0), (3, 0)] {
        let (mut group, log) = (Tasks::new().limit(limit), Arc::default());
        let starts = group.spawner();
        group.spawn(link(starts, 0, Arc::clone(&log))).await;
        let all = soon(group.wait()).await.unwrap();
        assert_eq!(log.lock().unwrap().len(), told, "{limit}: {log:?}");
        assert_eq!(all.len() + told, 11);
    }
}

#[tokio::test]
async fn eg_24_a_limit_that_is_lowered_below_the_one_who_waits() {
    let (mut group, log, [one, two], [ends_one, _]) = started(Some(2)).await;
    one.end(Ok(0));
    settle().await;
    group.set_limit(Some(1));
    settle().await;
    log.is(&[Nothing, Nothing]);
    // The other ends, and that frees no place any more.
    two.end(Err(Oops::Real(2)));
    settle().await;
    log.is(&[WouldDeadlock, Nothing]);
    ends_one.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(2)));
}

#[tokio::test]
async fn eg_24_a_limit_that_is_lowered_to_none_while_the_only_one_waits() {
    let (mut group, log, [one, two], [ends_one, _]) = started(Some(2)).await;
    one.end(Ok(0));
    settle().await;
    let outside = group.spawner();
    let mut in_line = parked(outside.spawn(ready(Ok(7))));
    group.set_limit(Some(0));
    two.end(Err(Oops::Real(2)));
    settle().await;
    log.is(&[WouldDeadlock, Nothing]);
    in_line.pending();
    ends_one.end(Ok(1));
    settle().await;
    in_line.pending();
    group.set_limit(Some(1));
    assert!(in_line.answer().unwrap().is_ok());
    assert!(soon(group.wait()).await.is_err());
}

#[tokio::test]
async fn eg_24_a_first_limit_that_all_who_run_exceed() {
    let (mut group, log, goes, ends) = started::<3>(None).await;
    group.set_limit(Some(1));
    for go in &goes {
        go.end(Ok(0));
        settle().await;
    }
    log.is(&[Nothing, Nothing, WouldDeadlock]);
    ends[2].end(Ok(3));
    settle().await;
    log.is(&[Nothing, WouldDeadlock, WouldDeadlock]);
    ends[1].end(Ok(2));
    settle().await;
    log.is(&[WouldDeadlock; 3]);
    ends[0].end(Ok(1));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 3]));
    assert_eq!(alive(), 0);
}

#[tokio::test]
async fn eg_24_a_higher_limit_lets_those_go_on_who_wait() {
    let (mut group, log, [one, _], ends) = started(Some(2)).await;
    one.end(Ok(0));
    settle().await;
    log.is(&[Nothing, Nothing]);
    group.set_limit(Some(3));
    settle().await;
    log.is(&[Started, Nothing]);
    drop(ends);
    soon(group.shutdown()).await;
}

#[tokio::test]
async fn eg_24_who_gives_up_does_not_count_any_more() {
    let mut group = Tasks::new().limit(2);
    let (log, starts) = (Log::new(1), group.spawner());
    let ([when, then, gives_up], [w, t, g]) = many_told();
    group.spawn(spawning(&log, 0, &starts, w, t)).await;
    group
        .spawn(async move {
            let spawns = starts.spawn(ready(Ok(9)));
            // In line for one poll, and out of it again.
            assert!(spawns.now_or_never().is_none());
            g.await
        })
        .await;
    settle().await;
    when.end(Ok(0));
    settle().await;
    log.is(&[Nothing]);
    gives_up.end(Ok(2));
    settle().await;
    log.is(&[Started]);
    then.end(Ok(1));
    assert_eq!(soon(group.wait()).await, Ok(vec![1, 2, 100]));
}
