//! The workloads with a lock or a semaphore, each written once for all Rust implementations.
//!
//! Contract: as in `workloads.rs`; an operation is a number, the numbers are shared out among the
//! tasks, and what arrives is what was noted under the lock or with a permit. Nothing but the lock
//! keeps two tasks from what it guards: a lost or torn write makes a wrong checksum. `go/locks.go`
//! does the same, shape by shape.

use std::ops::{Deref, DerefMut, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use tokio::task::yield_now;

use crate::workloads::{Ledger, Tally, share};

/// One in so many operations is looked at while it has units of a semaphore.
const SELDOM: u64 = 64;
/// One in so many operations writes, where most read.
const WRITTEN: u64 = 16;

/// Who takes what, and whether anybody else wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Mutex { tasks: u64, yields: bool },
    RwLock { tasks: u64, mix: Mix },
    Semaphore { tasks: u64, capacity: usize, weights: Weights, yields: bool },
}

/// How an `RwLock` is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
    Reads,
    Writes,
    /// One write to fifteen reads.
    MostlyReads,
}

/// How many units a task takes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weights {
    One,
    Three,
    /// From one to four, each task another number.
    OneToFour,
}

impl Weights {
    fn of_task(self, index: u64) -> usize {
        match self {
            Self::One => 1,
            Self::Three => 3,
            Self::OneToFour => 1 + index as usize % 4,
        }
    }
}

impl Shape {
    /// What one operation is.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Mutex { .. } | Self::RwLock { .. } => "ns per lock + unlock",
            Self::Semaphore { .. } => "ns per acquire + release",
        }
    }

    pub(crate) fn tasks(self) -> u64 {
        match self {
            Self::Mutex { tasks, .. }
            | Self::RwLock { tasks, .. }
            | Self::Semaphore { tasks, .. } => tasks,
        }
    }
}

/// What a lock guards.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Guarded {
    count: u64,
    sum: u64,
    mixed: u64,
    check: u64,
}

impl Guarded {
    /// The work of an operation that writes: a few steps, most of which need the one before.
    fn note(&mut self, number: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(number);
        self.mixed = (self.mixed ^ self.sum).rotate_left(7);
        self.check = self.mixed.wrapping_add(self.sum);
    }

    /// The work of one that reads: no half of a write is seen.
    fn is_whole(&self) -> bool {
        self.check == self.mixed.wrapping_add(self.sum)
    }

    fn tally(&self) -> Tally {
        Tally::new(self.count, self.sum)
    }
}

/// A lock with one holder.
pub(crate) trait Mutex: Send + Sync + 'static {
    fn new(guarded: Guarded) -> Self;
    fn lock(&self) -> impl Future<Output = impl DerefMut<Target = Guarded> + Send> + Send;
}

/// A lock with one writer or any number of readers.
pub(crate) trait RwLock: Send + Sync + 'static {
    fn new(guarded: Guarded) -> Self;
    fn read(&self) -> impl Future<Output = impl Deref<Target = Guarded> + Send> + Send;
    fn write(&self) -> impl Future<Output = impl DerefMut<Target = Guarded> + Send> + Send;
}

/// So many units, that come back when a permit is dropped.
pub(crate) trait Semaphore: Send + Sync + 'static {
    fn new(capacity: usize) -> Self;
    /// A kind without weights is only ever asked for one unit.
    fn acquire(&self, units: usize) -> impl Future<Output = impl Permit> + Send;
}

/// What an acquire gives: the units, or a `Result` with them.
pub(crate) trait Permit: Send {
    fn is_granted(&self) -> bool {
        true
    }
}

impl<P: Send, E: Send> Permit for Result<P, E> {
    fn is_granted(&self) -> bool {
        self.is_ok()
    }
}

/// The three of one crate.
pub(crate) trait Locks {
    type Mutex: Mutex;
    type RwLock: RwLock;
    type Semaphore: Semaphore;
}

/// Runs `ops` operations of a workload on the locks of one crate.
pub(crate) async fn run<L: Locks>(shape: Shape, ops: u64) -> Result<Ledger> {
    match shape {
        Shape::Mutex { tasks, yields: false } => mutex::<L::Mutex, false>(tasks, ops).await,
        Shape::Mutex { tasks, yields: true } => mutex::<L::Mutex, true>(tasks, ops).await,
        Shape::RwLock { tasks, mix: Mix::Reads } => rw_lock::<L::RwLock, 0>(tasks, ops).await,
        Shape::RwLock { tasks, mix: Mix::Writes } => rw_lock::<L::RwLock, 1>(tasks, ops).await,
        Shape::RwLock { tasks, mix: Mix::MostlyReads } => {
            rw_lock::<L::RwLock, WRITTEN>(tasks, ops).await
        }
        Shape::Semaphore { tasks, capacity, weights, yields: false } => {
            semaphore::<L::Semaphore, false>(tasks, capacity, weights, ops).await
        }
        Shape::Semaphore { tasks, capacity, weights, yields: true } => {
            semaphore::<L::Semaphore, true>(tasks, capacity, weights, ops).await
        }
    }
}

/// Starts the tasks, each with its index and its numbers, and adds up what they note.
pub(crate) async fn crowd<F>(
    tasks: u64,
    ops: u64,
    task: impl Fn(u64, Range<u64>) -> F,
) -> Result<Tally>
where
    F: Future<Output = Tally> + Send + 'static,
{
    let spawn = |index| tokio::spawn(task(index, share(ops, tasks, index)));
    let running: Vec<_> = (0..tasks).map(spawn).collect();
    let mut noted = Tally::default();
    for task in running {
        noted += task.await?;
    }
    Ok(noted)
}

/// All numbers against those that were noted.
pub(crate) fn ledger(ops: u64, noted: Tally) -> Ledger {
    Ledger { sent: Tally::new(ops, (0..ops).sum()), received: noted }
}

async fn mutex<M: Mutex, const YIELDS: bool>(tasks: u64, ops: u64) -> Result<Ledger> {
    let mutex = Arc::new(M::new(Guarded::default()));
    let task = |_, numbers| lock_in_turn::<M, YIELDS>(mutex.clone(), numbers);
    crowd(tasks, ops, task).await?;
    let guarded = *mutex.lock().await;
    Ok(ledger(ops, guarded.tally()))
}

async fn lock_in_turn<M: Mutex, const YIELDS: bool>(mutex: Arc<M>, numbers: Range<u64>) -> Tally {
    for number in numbers {
        let mut guarded = mutex.lock().await;
        guarded.note(number);
        if YIELDS {
            yield_now().await;
        }
    }
    // All is noted under the lock.
    Tally::default()
}

/// One in `EVERY` operations writes; none if it is 0.
async fn rw_lock<L: RwLock, const EVERY: u64>(tasks: u64, ops: u64) -> Result<Ledger> {
    let lock = Arc::new(L::new(Guarded::default()));
    let task = |_, numbers| read_or_write::<L, EVERY>(lock.clone(), numbers);
    let mut noted = crowd(tasks, ops, task).await?;
    let guarded = *lock.read().await;
    noted += guarded.tally();
    Ok(ledger(ops, noted))
}

/// The numbers of the reads that saw no half of a write; those of the writes are under the lock.
async fn read_or_write<L: RwLock, const EVERY: u64>(lock: Arc<L>, numbers: Range<u64>) -> Tally {
    let mut read = Tally::default();
    for number in numbers {
        if number.checked_rem(EVERY) == Some(0) {
            lock.write().await.note(number);
        } else if lock.read().await.is_whole() {
            read.note(number);
        }
    }
    read
}

/// A semaphore, and how many of its units those have who are looked at.
struct Room<S> {
    semaphore: S,
    capacity: usize,
    taken: AtomicUsize,
}

impl<S> Room<S> {
    /// Whether there were so many units.
    fn enter(&self, units: usize) -> bool {
        self.taken.fetch_add(units, Ordering::Relaxed) + units <= self.capacity
    }

    fn leave(&self, units: usize) {
        self.taken.fetch_sub(units, Ordering::Relaxed);
    }
}

async fn semaphore<S: Semaphore, const YIELDS: bool>(
    tasks: u64,
    capacity: usize,
    weights: Weights,
    ops: u64,
) -> Result<Ledger> {
    let room = Room { semaphore: S::new(capacity), capacity, taken: AtomicUsize::new(0) };
    let room = Arc::new(room);
    let task = |index, numbers| {
        acquire_in_turn::<S, YIELDS>(room.clone(), weights.of_task(index), numbers)
    };
    Ok(ledger(ops, crowd(tasks, ops, task).await?))
}

/// What is worked on is the task's own: a semaphore has more than one holder.
async fn acquire_in_turn<S: Semaphore, const YIELDS: bool>(
    room: Arc<Room<S>>,
    units: usize,
    numbers: Range<u64>,
) -> Tally {
    let mut own = Guarded::default();
    for number in numbers {
        let permit = room.semaphore.acquire(units).await;
        let watched = number % SELDOM == 0;
        if permit.is_granted() && (!watched || room.enter(units)) {
            own.note(number);
        }
        if YIELDS {
            yield_now().await;
        }
        if watched {
            room.leave(units);
        }
        drop(permit);
    }
    if own.is_whole() { own.tally() } else { Tally::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives everybody what they ask for, at once: a lock gives a copy.
    struct Open<T>(T);

    impl Locks for Open<()> {
        type Mutex = Open<Guarded>;
        type RwLock = Open<Guarded>;
        type Semaphore = Open<usize>;
    }

    impl Mutex for Open<Guarded> {
        fn new(guarded: Guarded) -> Self {
            Self(guarded)
        }

        async fn lock(&self) -> impl DerefMut<Target = Guarded> + Send {
            Box::new(self.0)
        }
    }

    impl RwLock for Open<Guarded> {
        fn new(guarded: Guarded) -> Self {
            Self(guarded)
        }

        async fn read(&self) -> impl Deref<Target = Guarded> + Send {
            Box::new(self.0)
        }

        async fn write(&self) -> impl DerefMut<Target = Guarded> + Send {
            Box::new(self.0)
        }
    }

    impl Semaphore for Open<usize> {
        fn new(capacity: usize) -> Self {
            Self(capacity)
        }

        async fn acquire(&self, _units: usize) -> impl Permit {
            Ok::<usize, usize>(self.0)
        }
    }

    #[tokio::test]
    async fn who_keeps_nobody_out_is_found_out() {
        // As many for each task as makes all look at once.
        let (tasks, ops) = (16, 2048);
        let (capacity, weights, yields) = (4, Weights::One, true);
        for shape in [
            Shape::Mutex { tasks, yields },
            Shape::RwLock { tasks, mix: Mix::Writes },
            Shape::RwLock { tasks, mix: Mix::MostlyReads },
            Shape::Semaphore { tasks, capacity, weights, yields },
        ] {
            let ledger = run::<Open<()>>(shape, ops).await.unwrap();
            assert!(ledger.verify(ops).is_err(), "{shape:?}");
        }
    }
}
