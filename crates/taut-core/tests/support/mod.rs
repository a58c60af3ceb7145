//! What the tests of this crate share: wakers that count, call or panic, futures polled by hand, a toy
//! primitive and a select over it.

#![allow(dead_code, unreachable_pub, unused_macros, reason = "each test binary uses some of it")]

pub mod arms;
pub mod desk;

use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};

/// A waker that counts.
#[derive(Debug, Default)]
pub struct Wakes(AtomicUsize);

/// One table for all, so that copies know each other; those of `Wake` need not (nor do they in Miri).
static COUNTING: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: by the waker's contract, it is a reference that `Wakes::waker` counted.
        unsafe { Arc::increment_strong_count(data.cast::<Wakes>()) };
        RawWaker::new(data, &COUNTING)
    },
    // SAFETY: as above, and the reference is ours now.
    |data| unsafe { Arc::from_raw(data.cast::<Wakes>()) }.add(),
    // SAFETY: as above.
    |data| unsafe { &*data.cast::<Wakes>() }.add(),
    // SAFETY: as above, and the reference is ours now.
    |data| drop(unsafe { Arc::from_raw(data.cast::<Wakes>()) }),
);

impl Wakes {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// How often it was woken since it was made.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub fn waker(self: &Arc<Self>) -> Waker {
        let data = Arc::into_raw(Arc::clone(self)).cast();
        // SAFETY: the table treats it as the counted reference that it is.
        unsafe { Waker::new(data, &COUNTING) }
    }

    /// How many wakers of it there are.
    pub fn copies(self: &Arc<Self>) -> usize {
        Arc::strong_count(self) - 1
    }
}

struct Hook<F>(F);

impl<F: Fn() + Send + Sync> Wake for Hook<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// A waker that calls `hook` when it is woken.
pub fn hooked(hook: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(Hook(hook)))
}

/// A waker that panics when it is woken.
pub fn bomb() -> Waker {
    hooked(|| panic!("a waker panics"))
}

struct LastDrop<F: Fn()>(F);

impl<F: Fn()> Drop for LastDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl<F: Fn() + Send + Sync> Wake for LastDrop<F> {
    fn wake(self: Arc<Self>) {}
}

/// A waker that calls `hook` when the last copy of it is dropped.
pub fn on_last_drop(hook: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(LastDrop(hook)))
}

thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `program`, which must panic with this message, and prints nothing of it: under Miri a backtrace
/// takes seconds.
#[track_caller]
pub fn panics(message: &str, program: impl FnOnce()) {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |info| {
            if !EXPECTED.get() {
                print(info);
            }
        }));
    });
    EXPECTED.set(true);
    let caught = catch_unwind(AssertUnwindSafe(program));
    EXPECTED.set(false);
    let payload = caught.expect_err("no panic");
    let found = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    assert_eq!(found, Some(message));
}

/// A future that is polled by hand, with its own counted waker.
pub struct Task<F> {
    pub future: Pin<Box<F>>,
    pub wakes: Arc<Wakes>,
}

/// Takes `future` into hand. Nothing is polled yet.
pub fn task<F: Future>(future: F) -> Task<F> {
    Task { future: Box::pin(future), wakes: Wakes::new() }
}

impl<F: Future> Task<F> {
    pub fn poll(&mut self) -> Poll<F::Output> {
        let waker = self.wakes.waker();
        self.poll_with(&waker)
    }

    /// Polls with another waker.
    pub fn poll_with(&mut self, waker: &Waker) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Context::from_waker(waker))
    }

    /// Polls, which must leave it pending.
    #[track_caller]
    pub fn pending(&mut self) {
        assert!(self.poll().is_pending(), "completed");
    }

    /// Polls, which must complete it.
    #[track_caller]
    pub fn ready(&mut self) -> F::Output {
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("still pending"),
        }
    }

    /// How often its own waker was woken.
    pub fn woken(&self) -> usize {
        self.wakes.count()
    }
}

/// Polls once and drops: the output, if it was ready.
pub async fn once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

mod traits;

#[allow(unused_imports, reason = "each test binary uses some of it")]
pub(crate) use traits::assert_not_impl;
