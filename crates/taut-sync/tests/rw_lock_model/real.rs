//! What is tested, as one thing: a read-write lock or a mutex, which is only ever locked to write.

use std::future::Future;
use std::pin::Pin;

use taut::chan::Receiver;
use taut::select;
use taut::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::spec::Kind;

pub(crate) enum Guard<'a> {
    Read(RwLockReadGuard<'a, u32>),
    Write(RwLockWriteGuard<'a, u32>),
    Mutex(MutexGuard<'a, u32>),
}

impl Guard<'_> {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Read(_) => Kind::Read,
            Self::Write(_) | Self::Mutex(_) => Kind::Write,
        }
    }

    /// What it guards.
    pub(crate) fn value(&self) -> u32 {
        match self {
            Self::Read(guard) => **guard,
            Self::Write(guard) => **guard,
            Self::Mutex(guard) => **guard,
        }
    }

    /// Writes, if it may.
    pub(crate) fn add(&mut self) -> u32 {
        match self {
            Self::Read(_) => return 0,
            Self::Write(guard) => **guard += 1,
            Self::Mutex(guard) => **guard += 1,
        }
        1
    }

    pub(crate) const fn can_downgrade(&self) -> bool {
        matches!(self, Self::Write(_))
    }

    /// From writing to reading, if it can be.
    pub(crate) fn downgrade(self) -> Self {
        match self {
            Self::Write(guard) => Self::Read(RwLockWriteGuard::downgrade(guard)),
            other => other,
        }
    }
}

/// What a future gives: the lock, or that the other arm of its select won.
pub(crate) enum Got<'a> {
    Lock(Guard<'a>),
    Other,
}

pub(crate) type Waiting<'a> = Pin<Box<dyn Future<Output = Got<'a>> + 'a>>;

pub(crate) trait Real {
    /// For what it can be locked when it is to be locked for `kind`.
    fn kind(&self, kind: Kind) -> Kind;
    fn wait(&self, kind: Kind) -> Waiting<'_>;
    /// In a select, beside a receive.
    fn select(&self, kind: Kind, rx: Receiver<()>) -> Waiting<'_>;
    fn try_lock(&self, kind: Kind) -> Option<Guard<'_>>;
    /// How many read, and whether somebody writes.
    fn holders(&self) -> (usize, bool);
    fn waiters(&self) -> usize;
}

/// A future that locks, and the same in a select.
macro_rules! waiting {
    ($lock:expr, $guard:path) => {
        Box::pin(async move { Got::Lock($guard($lock.await)) })
    };
    ($lock:expr, $guard:path, $rx:expr) => {
        Box::pin(async move {
            select::select! {
                biased;
                guard = $lock => Got::Lock($guard(guard)),
                _ = $rx.recv() => Got::Other,
            }
        })
    };
}

impl Real for RwLock<u32> {
    fn kind(&self, kind: Kind) -> Kind {
        kind
    }

    fn wait(&self, kind: Kind) -> Waiting<'_> {
        match kind {
            Kind::Read => waiting!(self.read(), Guard::Read),
            Kind::Write => waiting!(self.write(), Guard::Write),
        }
    }

    fn select(&self, kind: Kind, rx: Receiver<()>) -> Waiting<'_> {
        match kind {
            Kind::Read => waiting!(self.read(), Guard::Read, rx),
            Kind::Write => waiting!(self.write(), Guard::Write, rx),
        }
    }

    fn try_lock(&self, kind: Kind) -> Option<Guard<'_>> {
        match kind {
            Kind::Read => self.try_read().map(Guard::Read),
            Kind::Write => self.try_write().map(Guard::Write),
        }
    }

    fn holders(&self) -> (usize, bool) {
        (self.readers(), self.is_write_locked())
    }

    fn waiters(&self) -> usize {
        self.waiters()
    }
}

impl Real for Mutex<u32> {
    fn kind(&self, _: Kind) -> Kind {
        Kind::Write
    }

    fn wait(&self, _: Kind) -> Waiting<'_> {
        waiting!(self.lock(), Guard::Mutex)
    }

    fn select(&self, _: Kind, rx: Receiver<()>) -> Waiting<'_> {
        waiting!(self.lock(), Guard::Mutex, rx)
    }

    fn try_lock(&self, _: Kind) -> Option<Guard<'_>> {
        self.try_lock().map(Guard::Mutex)
    }

    fn holders(&self) -> (usize, bool) {
        (0, self.is_locked())
    }

    fn waiters(&self) -> usize {
        self.waiters()
    }
}
