//! What is tested: a mutex and a condition variable, and all that can be begun with them as one type.

use std::future::Future;
use std::pin::Pin;

use taut::chan::Receiver;
use taut::select;
use taut::sync::{Cond, Mutex, MutexGuard};

use crate::spec::What;

pub(crate) type Guard<'a> = MutexGuard<'a, u32>;

/// What a future gives: the lock, or that the other arm of its select won.
pub(crate) enum Got<'a> {
    Lock(Guard<'a>),
    Other,
}

pub(crate) type Doing<'a> = Pin<Box<dyn Future<Output = Got<'a>> + 'a>>;

#[derive(Debug, Default)]
pub(crate) struct Real {
    pub(crate) cond: Cond,
    pub(crate) lock: Mutex<u32>,
}

/// A future that gives the lock, by itself or in a select beside a receive.
macro_rules! doing {
    ($future:expr, $other:expr) => {{
        let future = $future;
        match $other {
            None => Box::pin(async move { Got::Lock(future.await) }) as Doing<'_>,
            Some(other) => Box::pin(async move {
                select! {
                    biased;
                    guard = future => Got::Lock(guard),
                    _ = other.recv() => Got::Other,
                }
            }),
        }
    }};
}

impl Real {
    pub(crate) fn lock(&self) -> Doing<'_> {
        Box::pin(async { Got::Lock(self.lock.lock().await) })
    }

    /// Waits as `what` says.
    pub(crate) fn wait<'a>(
        &'a self,
        what: What,
        guard: Guard<'a>,
        other: Option<Receiver<()>>,
    ) -> Doing<'a> {
        match what {
            What::WaitWhile(bound) => {
                doing!(self.cond.wait_while(guard, move |number| *number < bound), other)
            }
            What::Wait | What::Lock => doing!(self.cond.wait(guard), other),
        }
    }

    /// How many wait to be notified and for the lock, and whether that is held.
    pub(crate) fn state(&self) -> (usize, usize, bool) {
        (self.cond.waiters(), self.lock.waiters(), self.lock.is_locked())
    }
}
