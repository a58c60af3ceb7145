//! What the models of scopes share: flags to wait for, values whose drops are counted, and a way out of the body.

#![allow(dead_code, reason = "each test binary uses some of it")]

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a task waits for, and how it is woken: without any order but that of the wake-up.
#[derive(Clone)]
pub(crate) struct Flag(Arc<AtomicBool>);

impl Flag {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicBool::new(false)))
    }

    pub(crate) fn set(&self, waker: &Waker) {
        self.0.store(true, Ordering::Relaxed);
        waker.wake_by_ref();
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Where a task leaves its waker at its first poll, which is on the model's first thread.
pub(crate) type Wakers = std::sync::Arc<std::sync::Mutex<Vec<Waker>>>;

/// Waits for the flag, leaving its waker only once.
pub(crate) fn waits(
    flag: &Flag,
    wakers: &Wakers,
) -> impl Future<Output = ()> + Send + 'static + use<> {
    let (flag, wakers) = (flag.clone(), std::sync::Arc::clone(wakers));
    let mut is_known = false;
    poll_fn(move |cx| {
        if flag.is_set() {
            return Poll::Ready(());
        }
        if !std::mem::replace(&mut is_known, true) {
            wakers.lock().unwrap().push(cx.waker().clone());
        }
        Poll::Pending
    })
}

pub(crate) fn taken(wakers: &Wakers) -> Waker {
    wakers.lock().unwrap().pop().unwrap()
}

/// Polls once, which must leave it pending.
pub(crate) fn parked<F: Future>(future: Pin<&mut F>) {
    assert!(future.poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

/// Counts the drops of what it is in.
pub(crate) struct Dropped(pub(crate) Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn count() -> Arc<AtomicUsize> {
    Arc::new(AtomicUsize::new(0))
}

/// Carried out of the body, on the same thread.
pub(crate) type Out<T> = Rc<RefCell<Option<T>>>;

pub(crate) fn out<T>() -> (Out<T>, Out<T>) {
    let out = Out::default();
    (Rc::clone(&out), out)
}

pub(crate) fn take<T>(out: &Out<T>) -> T {
    out.borrow_mut().take().unwrap()
}
