//! What `next` gives to whoever looks while a group is being ended: first what ended it, then what was aborted by that.

use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{self, Poll, Wake, Waker};

use futures_util::Stream;
use futures_util::future::BoxFuture;
use taut::context::Context;
use taut::group::{Completed, OnError, TaskError};

use crate::kit::{Oops, Tasks, Teller, settle, told};

/// Asks for the next as soon as it is woken, in the middle of whatever goes on.
struct Eager(Mutex<Option<BoxFuture<'static, ()>>>);

impl Wake for Eager {
    fn wake(self: Arc<Self>) {
        let Some(mut future) = self.0.lock().unwrap().take() else { return };
        let waker = Waker::from(Arc::clone(&self));
        if future.as_mut().poll(&mut task::Context::from_waker(&waker)).is_pending() {
            *self.0.lock().unwrap() = Some(future);
        }
    }
}

/// Which tasks it has been told of, and nobody for a panic.
type Given = Arc<Mutex<Vec<Option<usize>>>>;

/// It asks for all of them, beginning now.
fn eager(mut group: Tasks) -> Given {
    let given = Given::default();
    let log = Arc::clone(&given);
    let future = async move {
        loop {
            // As a stream, which keeps its waker from one poll to the next.
            let next = poll_fn(|cx| {
                let polls = AssertUnwindSafe(|| Pin::new(&mut group).poll_next(cx));
                catch_unwind(polls).unwrap_or(Poll::Ready(Some(PANICKED)))
            });
            let Some(next) = next.await else { return };
            log.lock().unwrap().push((next != PANICKED).then_some(next.index));
        }
    };
    Arc::new(Eager(Mutex::new(Some(Box::pin(future))))).wake();
    given
}

/// Stands for a panic.
const PANICKED: Completed<u32, Oops> =
    Completed { index: usize::MAX, result: Err(TaskError::Aborted) };

/// Two that wait for ever, and one in between that ends the group.
async fn ended(group: Tasks, how: impl FnOnce(&Teller)) -> Vec<Option<usize>> {
    let (mut group, (teller, told)) = (group.on_error(OnError::Abort), told());
    group.spawn(pending()).await;
    group.spawn(told).await;
    group.spawn(pending()).await;
    settle().await;
    let given = eager(group);
    how(&teller);
    settle().await;
    let mut given = std::mem::take(&mut *given.lock().unwrap());
    given[1..].sort_unstable();
    given
}

#[tokio::test]
async fn who_asks_in_the_middle_is_told_of_the_failure_first() {
    let bound = Tasks::with_context(&Context::background()).0;
    for group in [Tasks::new(), bound] {
        let given = ended(group, |teller| teller.end(Err(Oops::Real(1)))).await;
        assert_eq!(given, [Some(1), Some(0), Some(2)]);
    }
}

#[tokio::test]
async fn who_asks_in_the_middle_is_told_of_the_panic_first() {
    let bound = Tasks::with_context(&Context::background()).0;
    for group in [Tasks::new(), bound] {
        let given = ended(group, |teller| teller.panic("no disk")).await;
        assert_eq!(given, [None, Some(0), Some(2)]);
    }
}

/// A step of one thread that another waits for.
fn step() -> (impl Fn() + Send + Sync, impl Fn() + Send + Sync) {
    let (tell, hear) = channel();
    let hear = Mutex::new(hear);
    (move || tell.send(()).unwrap(), move || hear.lock().unwrap().recv().unwrap())
}

/// One fails and aborts nobody, and is done while another that does is about to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_fail_at_once_both_are_told_of_before_what_they_abort() {
    let (first_is_in, second_waits) = step();
    let (second_is_in, first_waits) = step();
    let (first_is_done, second_goes_on) = step();
    let cause = move |error: &Oops| {
        if *error == Oops::Real(0) {
            first_is_in();
            first_waits();
        } else if *error == Oops::Real(1) {
            second_is_in();
            second_goes_on();
        }
        error.clone()
    };
    let (group, _ctx) = Tasks::with_context_by(&Context::background(), cause);
    let mut group = group.on_error(OnError::Continue);
    group.spawn(async { Err(Oops::Real(0)) }).await;
    group = group.on_error(OnError::Abort);
    group
        .spawn(async move {
            second_waits();
            Err(Oops::Real(1))
        })
        .await;
    group.spawn(pending()).await;
    let mut order = Vec::new();
    while let Some(next) = group.next().await {
        order.push(next.index);
        if next.index == 0 {
            first_is_done();
        }
    }
    assert_eq!(order, [0, 1, 2]);
}
