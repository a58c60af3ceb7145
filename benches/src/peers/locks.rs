//! The locks and semaphores of all crates, which differ in the semaphore alone.
//!
//! Contract: the futures, the guards and the permits are the crate's own. What only some crates have,
//! a wait group or a single flight, stands in their files.

use std::ops::{Deref, DerefMut};

use ::tokio_util::task::TaskTracker;
use anyhow::{Result, bail};

use super::{Impl, asyncband, taut};
use crate::groups::{self, Shape as Group, SingleFlight, WaitGroup};
use crate::locks::{self, Guarded, Locks, Mutex, Permit, RwLock, Semaphore, Shape};
use crate::workloads::Ledger;

/// Runs `ops` operations of a workload with a lock or a semaphore.
pub(super) async fn run(imp: Impl, shape: Shape, ops: u64) -> Result<Ledger> {
    match imp {
        Impl::Taut => locks::run::<Taut>(shape, ops).await,
        Impl::Tokio => locks::run::<Tokio>(shape, ops).await,
        Impl::AsyncLock => locks::run::<AsyncLock>(shape, ops).await,
        Impl::Asyncband => locks::run::<Asyncband>(shape, ops).await,
        _ => bail!("{imp} has no locks here"),
    }
}

/// Runs `ops` operations of a workload with a wait group or a single flight.
pub(super) async fn run_group(imp: Impl, group: Group, ops: u64) -> Result<Ledger> {
    match imp {
        Impl::Taut => run_both::<taut::Group, taut::Flight>(group, ops).await,
        Impl::Asyncband => run_both::<asyncband::Group, asyncband::Flight>(group, ops).await,
        Impl::TokioUtil => wait_for::<TaskTracker>(group, ops).await,
        _ => bail!("{imp} has no wait group here"),
    }
}

async fn run_both<G: WaitGroup, S: SingleFlight>(group: Group, ops: u64) -> Result<Ledger> {
    match group {
        Group::SingleFlight { tasks } => groups::single_flight::<S>(tasks, ops).await,
        _ => wait_for::<G>(group, ops).await,
    }
}

async fn wait_for<G: WaitGroup>(group: Group, ops: u64) -> Result<Ledger> {
    match group {
        Group::AddDone => Ok(groups::add_done::<G>(ops).await),
        Group::Spawn { tasks } => Ok(groups::spawn::<G>(tasks, ops).await),
        Group::SingleFlight { .. } => bail!("a wait group is no single flight"),
    }
}

macro_rules! locks {
    ($crate_:ident, $mutex:ty, $rw_lock:ty, $semaphore:ty, |$self:ident, $units:ident| $acquire:expr) => {
        struct $crate_;

        impl Locks for $crate_ {
            type Mutex = $mutex;
            type RwLock = $rw_lock;
            type Semaphore = $semaphore;
        }

        impl Mutex for $mutex {
            fn new(guarded: Guarded) -> Self {
                Self::new(guarded)
            }

            fn lock(&self) -> impl Future<Output = impl DerefMut<Target = Guarded> + Send> + Send {
                Self::lock(self)
            }
        }

        impl RwLock for $rw_lock {
            fn new(guarded: Guarded) -> Self {
                Self::new(guarded)
            }

            fn read(&self) -> impl Future<Output = impl Deref<Target = Guarded> + Send> + Send {
                Self::read(self)
            }

            fn write(
                &self,
            ) -> impl Future<Output = impl DerefMut<Target = Guarded> + Send> + Send {
                Self::write(self)
            }
        }

        impl Semaphore for $semaphore {
            fn new(capacity: usize) -> Self {
                Self::new(capacity)
            }

            fn acquire(&$self, $units: usize) -> impl Future<Output = impl Permit> + Send {
                $acquire
            }
        }
    };
}

locks!(
    Taut,
    ::taut::sync::Mutex<Guarded>,
    ::taut::sync::RwLock<Guarded>,
    ::taut::sync::Semaphore,
    |self, units| Self::acquire(self, units)
);
locks!(
    Tokio,
    ::tokio::sync::Mutex<Guarded>,
    ::tokio::sync::RwLock<Guarded>,
    ::tokio::sync::Semaphore,
    |self, units| self.acquire_many(units as u32)
);
locks!(
    AsyncLock,
    ::async_lock::Mutex<Guarded>,
    ::async_lock::RwLock<Guarded>,
    ::async_lock::Semaphore,
    |self, _one| Self::acquire(self)
);
locks!(
    Asyncband,
    ::asyncband::mutex::Mutex<Guarded>,
    ::asyncband::rwlock::RwLock<Guarded>,
    ::asyncband::semaphore::Semaphore,
    |self, units| Self::acquire(self, units)
);

impl Permit for ::async_lock::SemaphoreGuard<'_> {}

impl Permit for ::asyncband::semaphore::SemaphorePermit<'_> {}
