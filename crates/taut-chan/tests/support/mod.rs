//! What the tests of this crate share: futures polled by hand, wake-ups that are counted, values that
//! are counted.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// A waker that counts.
#[derive(Default)]
pub struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// How often it was woken since it was made.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A future that is polled by hand, with its own counted waker.
pub struct Task<F> {
    future: Pin<Box<F>>,
    wakes: Arc<Wakes>,
}

/// Takes `future` into hand. Nothing is polled yet.
pub fn task<F: Future>(future: F) -> Task<F> {
    Task { future: Box::pin(future), wakes: Wakes::new() }
}

/// Takes `future` into hand and polls it once, which must leave it pending.
pub fn parked<F: Future>(future: F) -> Task<F>
where
    F::Output: std::fmt::Debug,
{
    let mut task = task(future);
    match task.poll() {
        Poll::Pending => task,
        Poll::Ready(output) => panic!("ready at its first poll: {output:?}"),
    }
}

impl<F: Future> Task<F> {
    pub fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(&self.wakes));
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// Polls with another waker.
    pub fn poll_with(&mut self, waker: &Waker) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Context::from_waker(waker))
    }

    /// How often its own waker was woken.
    pub fn wakes(&self) -> usize {
        self.wakes.count()
    }
}

/// Counts the values of [`Counted`] that are alive.
#[derive(Clone, Default)]
pub struct Census(Arc<AtomicUsize>);

/// A value that counts itself.
#[derive(Debug)]
pub struct Counted {
    pub id: u64,
    alive: Arc<AtomicUsize>,
}

impl Census {
    pub fn value(&self, id: u64) -> Counted {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted { id, alive: Arc::clone(&self.0) }
    }

    pub fn alive(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert!(self.alive.fetch_sub(1, Ordering::SeqCst) > 0, "dropped twice");
    }
}

impl PartialEq<u64> for Counted {
    fn eq(&self, id: &u64) -> bool {
        self.id == *id
    }
}

/// The flavours, for tests that hold for all of them.
pub const CAPACITIES: [Option<usize>; 5] = [Some(0), Some(1), Some(3), Some(1 << 40), None];

/// A channel of this capacity; `None`: unbounded.
pub fn channel<T>(capacity: Option<usize>) -> (taut_chan::Sender<T>, taut_chan::Receiver<T>) {
    match capacity {
        Some(capacity) => taut_chan::bounded(capacity),
        None => taut_chan::unbounded(),
    }
}
