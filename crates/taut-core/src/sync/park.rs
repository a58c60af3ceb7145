//! Waiting for a future on a thread that has no runtime: what the `blocking_` forms stand on.
//!
//! The thread parks until its waker is used. The waker is kept per thread, so that a blocking call
//! does not allocate; a call inside another one on the same thread (from a destructor, say) makes its
//! own, since the two must not take each other's wake-ups.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{self, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

/// Wakes one parked thread.
struct Parker {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // ORDERING: Release pairs with the Acquire in `park`: who returns from there has seen all
        // that was done before the wake.
        if !self.woken.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}

impl Parker {
    fn new() -> Arc<Self> {
        Arc::new(Self { thread: thread::current(), woken: AtomicBool::new(false) })
    }

    /// Parks until woken. False: the deadline passed first.
    fn park(&self, deadline: Option<Instant>) -> bool {
        // ORDERING: Acquire, see `wake_by_ref`.
        while !self.woken.swap(false, Ordering::Acquire) {
            match deadline {
                None => thread::park(),
                Some(at) => match at.checked_duration_since(Instant::now()) {
                    Some(left) if !left.is_zero() => thread::park_timeout(left),
                    _ => return false,
                },
            }
        }
        true
    }
}

thread_local! {
    static IDLE: Cell<Option<(Arc<Parker>, Waker)>> = const { Cell::new(None) };
}

/// Polls `future` on this thread until it is ready, or until the deadline: then `None`, and the future
/// is as it was after its last poll.
///
/// # Examples
///
/// ```
/// let future = std::pin::pin!(std::future::ready(7));
/// assert_eq!(taut_core::sync::block_on(future, None), Some(7));
/// ```
pub fn block_on<F: Future>(
    mut future: Pin<&mut F>,
    deadline: Option<Instant>,
) -> Option<F::Output> {
    let (parker, waker) = IDLE.try_with(Cell::take).ok().flatten().unwrap_or_else(|| {
        let parker = Parker::new();
        let waker = Waker::from(Arc::clone(&parker));
        (parker, waker)
    });
    let mut cx = task::Context::from_waker(&waker);
    let output = loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            break Some(output);
        }
        if !parker.park(deadline) {
            break None;
        }
    };
    // A thread that is ending has no place to keep them; they are simply dropped then.
    let _ended = IDLE.try_with(|idle| idle.set(Some((parker, waker))));
    output
}
