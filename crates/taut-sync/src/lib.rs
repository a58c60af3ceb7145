//! Go's `sync` as futures: waiting suspends a task and not a thread, every wait is an arm of a `select!`,
//! and what is dropped gives back what it had.
//!
//! Use it as `taut::sync`, by one feature of the crate `taut` for each primitive. None of them needs a
//! runtime.
//!
//! ```
//! use std::sync::Arc;
//! use taut::sync::{Mutex, Semaphore, WaitGroup};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), taut::sync::AcquireError> {
//!     let (group, slots) = (WaitGroup::new(), Arc::new(Semaphore::new(2)));
//!     let total = Arc::new(Mutex::new(0));
//!     for n in 1..=10 {
//!         let slot = slots.acquire_owned(1).await?; // at most two at a time
//!         let total = Arc::clone(&total);
//!         tokio::spawn(group.track(async move {
//!             let _slot = slot;
//!             *total.lock().await += n;
//!         }));
//!     }
//!     group.wait().await; // a panic of one of them would be raised again here
//!     assert_eq!(*total.lock().await, 55);
//!     Ok(())
//! }
//! ```
//!
//! # Which one
//!
//! | to | use | feature |
//! | --- | --- | --- |
//! | wait for work that others do | [`WaitGroup`] | `wait-group` |
//! | let so many at a time, by number or by weight | [`Semaphore`] | `semaphore` |
//! | change something across an `.await`, one at a time | [`Mutex`] | `mutex` |
//! | the same, if most only read | [`RwLock`] | `rw-lock` |
//! | wait until what a lock guards has changed | [`Cond`] | `cond` |
//! | make something once, when it is first needed | [`OnceCell`], [`OnceValue`], [`Once`] | `once` |
//! | let all who want the same at the same time share one execution | [`SingleFlight`] | `single-flight` |
//!
//! A lock that is never held across an `.await` is better a mutex of std. What is passed on is better sent
//! through a channel: `taut::chan`. For `sync.Map`, `sync.Pool` and `atomic.Value` take the crates that
//! `docs/sync.md` names.
//!
//! # From Go
//!
//! | Go | here | what differs |
//! | --- | --- | --- |
//! | `wg.Add(1)`, `wg.Done()` | [`let token = wg.token()`](WaitGroup::token), `drop(token)` | cannot be forgotten, nor done twice |
//! | `wg.Go(f)` | `wg.spawn(future)` by `taut::group`, or [`wg.track`](WaitGroup::track) | a panic is raised again by `wait` |
//! | `wg.Wait()` | [`wg.wait().await`](WaitGroup::wait) | the rounds of a group that is used again are kept apart |
//! | `mu.Lock()`, `mu.Unlock()` | [`mu.lock().await`](Mutex::lock), dropping the guard | the data is inside; a panic unlocks |
//! | `mu.TryLock()` | [`mu.try_lock()`](Mutex::try_lock) | fails only while it is held |
//! | `rw.RLock()`, `rw.Lock()` | [`rw.read().await`](RwLock::read), [`rw.write().await`](RwLock::write) | `downgrade` |
//! | `c.Wait()` in a loop | [`c.wait_while(guard, predicate).await`](Cond::wait_while) | can be dropped; passes its signal on then |
//! | `c.Signal()`, `c.Broadcast()` | [`c.notify_one()`](Cond::notify_one), [`c.notify_all()`](Cond::notify_all) | |
//! | `once.Do(f)` | [`once.call(f).await`](Once::call) | if `f` panics or is dropped, the next runs its own |
//! | `sync.OnceValue(f)` | [`OnceValue::new(f)`](OnceValue::new), `.get().await` | the same |
//! | `semaphore.NewWeighted(n)` | [`Semaphore::new(n)`](Semaphore::new) | resizable; can be closed |
//! | `s.Acquire(ctx, n)` | [`ctx.try_run(s.acquire(n)).await`](Semaphore::acquire) | a request that is too large fails at once |
//! | `g.Do(key, f)` | [`flights.run(key, f).await`](SingleFlight::run) | ends with the last who wants it, not with the first |
//! | `g.Forget(key)` | [`flights.forget(&key)`](SingleFlight::forget) | |
//!
//! # Cancel safety
//!
//! Dropping a future of this crate before it completes is always in order: it has taken nothing, or gives it
//! back before `drop` returns, and whoever can go on because of that is woken. What is lost is a place in a
//! queue; and of [`Cond::wait`] the lock, which was released and is not taken again.
//!
//! # Fairness
//!
//! First come, first served. But: a newcomer may take a [`Mutex`] that is free just before the first in the
//! queue; the readers of an [`RwLock`] go in together; and whose turn it is to initialise a cell is
//! anybody's who comes. What is granted is granted to a future: one that is kept and never
//! polled again keeps it. `select!` keeps no loser, so only `&mut future` as an arm can do that.
//!
//! # Memory
//!
//! What was done before something was given back (a guard, a permit or a token dropped, a notification, the
//! end of an initialiser or a flight) is seen by whoever goes on because of it.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "mutex", feature = "rw-lock", feature = "semaphore", feature = "wait-group"))]
mod blocking;
#[cfg(feature = "cond")]
mod cond;
#[cfg(any(feature = "mutex", feature = "rw-lock"))]
mod guard;
#[cfg(any(feature = "mutex", feature = "rw-lock", feature = "semaphore"))]
mod held;
#[cfg(any(feature = "once", feature = "single-flight"))]
mod latch;
#[cfg(feature = "mutex")]
mod mutex;
#[cfg(feature = "once")]
mod once;
#[cfg(any(feature = "single-flight", feature = "wait-group"))]
mod panicked;
#[cfg(any(feature = "cond", feature = "once", feature = "single-flight", feature = "wait-group"))]
mod polled;
#[cfg(feature = "rw-lock")]
mod rw_lock;
#[cfg(feature = "semaphore")]
mod semaphore;
#[cfg(feature = "single-flight")]
mod single_flight;
#[cfg(feature = "wait-group")]
mod wait_group;

pub mod future;

#[cfg(feature = "cond")]
#[cfg_attr(docsrs, doc(cfg(feature = "cond")))]
pub use self::cond::{Cond, Exclusive, Relock};
#[cfg(feature = "mutex")]
#[cfg_attr(docsrs, doc(cfg(feature = "mutex")))]
pub use self::mutex::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard,
};
#[cfg(feature = "once")]
#[cfg_attr(docsrs, doc(cfg(feature = "once")))]
pub use self::once::{Once, OnceCell, OnceValue, SetError};
#[cfg(any(feature = "single-flight", feature = "wait-group"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "single-flight", feature = "wait-group"))))]
pub use self::panicked::Panicked;
#[cfg(feature = "rw-lock")]
#[cfg_attr(docsrs, doc(cfg(feature = "rw-lock")))]
pub use self::rw_lock::{
    OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
};
#[cfg(feature = "semaphore")]
#[cfg_attr(docsrs, doc(cfg(feature = "semaphore")))]
pub use self::semaphore::{AcquireError, OwnedPermit, Permit, Semaphore, TryAcquireError};
#[cfg(feature = "single-flight")]
#[cfg_attr(docsrs, doc(cfg(feature = "single-flight")))]
pub use self::single_flight::{FlightError, Landed, SingleFlight};
#[cfg(feature = "wait-group")]
#[cfg_attr(docsrs, doc(cfg(feature = "wait-group")))]
pub use self::wait_group::{Token, WaitGroup};
