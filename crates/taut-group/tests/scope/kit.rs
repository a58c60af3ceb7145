//! What the tests of scopes share: gates to wait at, a log, and a step aside.

#![allow(dead_code, reason = "each test binary uses some of it")]

use std::future::{Future, poll_fn};
use std::mem;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

/// Whoever comes waits, until somebody opens it.
#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<(bool, Vec<Waker>)>,
    polls: AtomicUsize,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn pass(&self) -> impl Future<Output = ()> + Send + '_ {
        poll_fn(|cx| {
            self.polls.fetch_add(1, Ordering::SeqCst);
            let mut state = self.state.lock().unwrap();
            if state.0 {
                return Poll::Ready(());
            }
            state.1.push(cx.waker().clone());
            Poll::Pending
        })
    }

    /// Lets all pass, and wakes them in the order in which they came.
    pub(crate) fn open(&self) {
        let mut state = self.state.lock().unwrap();
        state.0 = true;
        let woken = mem::take(&mut state.1);
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }

    /// Wakes all who wait, for nothing.
    pub(crate) fn knock(&self) {
        self.wakers().into_iter().for_each(Waker::wake);
    }

    /// Those who wait. They are not woken any more.
    pub(crate) fn wakers(&self) -> Vec<Waker> {
        mem::take(&mut self.state.lock().unwrap().1)
    }

    /// How often they have looked whether it is open.
    pub(crate) fn polls(&self) -> usize {
        self.polls.load(Ordering::SeqCst)
    }
}

/// What happened, in order.
#[derive(Debug)]
pub(crate) struct Log<T>(Mutex<Vec<T>>);

impl<T> Log<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    pub(crate) fn note(&self, what: T) {
        self.0.lock().unwrap().push(what);
    }

    pub(crate) fn take(&self) -> Vec<T> {
        mem::take(&mut self.0.lock().unwrap())
    }
}

/// A place to carry something out of a scope.
#[derive(Debug)]
pub(crate) struct Slot<T>(Mutex<Option<T>>);

impl<T> Slot<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(crate) fn put(&self, what: T) {
        assert!(self.0.lock().unwrap().replace(what).is_none(), "it was full");
    }

    #[track_caller]
    pub(crate) fn take(&self) -> T {
        self.try_take().expect("it is empty")
    }

    pub(crate) fn try_take(&self) -> Option<T> {
        self.0.lock().unwrap().take()
    }
}

/// Notes when it is dropped.
pub(crate) struct Noted<'a, T: Copy>(pub(crate) &'a Log<T>, pub(crate) T);

impl<T: Copy> Drop for Noted<'_, T> {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

/// Lets all others have their turns: wakes itself, and is pending once.
pub(crate) fn turn() -> impl Future<Output = ()> + Send {
    let mut has_waited = false;
    poll_fn(move |cx| {
        if mem::replace(&mut has_waited, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Notes when it is dropped, and is never ready.
pub(crate) async fn stays<T: Copy>(log: &Log<T>, what: T) {
    let _noted = Noted(log, what);
    std::future::pending().await
}

/// A future that counts how often it is polled, and does something each time.
pub(crate) fn polled<T>(
    polls: &AtomicUsize,
    mut step: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> impl Future<Output = T> {
    poll_fn(move |cx| {
        polls.fetch_add(1, Ordering::SeqCst);
        step(cx)
    })
}

/// What wakes the task that awaits this.
pub(crate) async fn own_waker() -> Waker {
    poll_fn(|cx| Poll::Ready(cx.waker().clone())).await
}

/// Forgets it, for good: reachable for whoever looks for leaks.
pub(crate) fn forget<T>(what: T) {
    struct Kept(#[expect(dead_code, reason = "it is there to be seen")] *mut ());
    // SAFETY: nobody uses it.
    unsafe impl Send for Kept {}
    static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());
    KEPT.lock().unwrap().push(Kept(Box::into_raw(Box::new(what)).cast()));
}
