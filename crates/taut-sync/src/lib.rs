//! Go's `sync` as futures: waiting suspends a task and not a thread, every wait is an arm of a `select!`,
//! and what is dropped gives back what it had.
//!
//! Use it as `taut::sync`, by one feature of the crate `taut` for each primitive. None of them needs a
//! runtime.
//!
//! # Examples
//!
//! ```
//! use taut::sync::WaitGroup;
//!
//! #[tokio::main]
//! async fn main() {
//!     let group = WaitGroup::new();
//!     for n in 1..=3 {
//!         tokio::spawn(group.track(async move { println!("{n}") }));
//!     }
//!     group.wait().await; // a panic of one of them would be raised again here
//! }
//! ```
//!
//! At most two at a time, with a total that they share:
//!
//! ```
//! use std::sync::Arc;
//! use taut::sync::{AcquireError, Mutex, Semaphore, WaitGroup};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), AcquireError> {
//!     let (group, slots) = (WaitGroup::new(), Arc::new(Semaphore::new(2)));
//!     let total = Arc::new(Mutex::new(0));
//!     for n in 1..=10 {
//!         let slot = slots.acquire_owned(1).await?; // waits for one of two
//!         let total = Arc::clone(&total);
//!         tokio::spawn(group.track(async move {
//!             let _slot = slot;
//!             *total.lock().await += n;
//!         }));
//!     }
//!     group.wait().await;
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
//! # From Go
//!
//! | Go | ours | what differs and why |
//! | --- | --- | --- |
//! | `wg.Add(1)`, `wg.Done()` | `let token = wg.token()`, `drop(token)` of [`WaitGroup`] | cannot be forgotten, nor done twice |
//! | `wg.Go(f)` | `wg.spawn(future)` by `taut::group`, or `wg.track(future)` | a panic is raised again by `wait` |
//! | `wg.Wait()` | `wg.wait().await` | the rounds of a group that is used again are kept apart |
//! | `mu.Lock()`, `mu.Unlock()` | `mu.lock().await` of [`Mutex`], dropping the guard | the data is inside; a panic unlocks |
//! | `mu.TryLock()` | `mu.try_lock()` | fails only while it is held |
//! | `rw.RLock()`, `rw.Lock()` | `rw.read().await`, `rw.write().await` of [`RwLock`] | `downgrade` |
//! | `c.Wait()` in a loop | `c.wait_while(guard, predicate).await` of [`Cond`] | can be dropped; passes its signal on then |
//! | `c.Signal()`, `c.Broadcast()` | `c.notify_one()`, `c.notify_all()` | |
//! | `once.Do(f)` | `once.call(f).await` of [`Once`] | if `f` panics or is dropped, the next runs its own |
//! | `sync.OnceValue(f)` | `OnceValue::new(f)`, `.get().await` of [`OnceValue`] | the same |
//! | `semaphore.NewWeighted(n)` | `Semaphore::new(n)` of [`Semaphore`] | resizable; can be closed |
//! | `s.Acquire(ctx, n)` | `ctx.try_run(s.acquire(n)).await` | a request that is too large fails at once |
//! | `g.Do(key, f)` | `flights.run(key, f).await` of [`SingleFlight`] | ends with the last who wants it, not with the first |
//! | `g.Forget(key)` | `flights.forget(&key)` | |
//!
//! # Fairness
//!
//! First come, first served. But: a newcomer may take a [`Mutex`] that is free just before the first in the
//! queue; the readers of an [`RwLock`] go in together; and whose turn it is to initialise a cell is
//! anybody's who comes. What is granted is granted to a future: one that is kept and never
//! polled again keeps it. `select!` keeps no loser; an arm
//! by `&mut`, a stream of futures, and whoever puts a future aside do. The page *Futurelock explained* of
//! taut's documentation is about that.
//!
//! # Cancel safety
//!
//! Dropping a future of this crate before it completes is always in order: it has taken nothing, or gives it
//! back before `drop` returns, and whoever can go on because of that is woken.
//!
//! | grade | what |
//! | --- | --- |
//! | safe | `wait` of a [`WaitGroup`] and of a cell |
//! | loses its place in a queue | `acquire`, `lock`, `read`, `write` |
//! | drops the guard: the lock was released, and is not taken again | `wait`, `wait_while` of a [`Cond`] |
//! | drops the initialiser, if this caller runs it | `get_or_init`, `call`, `get` of a cell |
//! | leaves the flight, which goes on with the others | `run` of a [`SingleFlight`] |
//!
//! # Synchronization
//!
//! What was done before something was given back (a guard, a permit or a token dropped, a notification, the
//! end of an initialiser or a flight) is seen by whoever goes on because of it.
//!
//! # Errors
//!
//! Locking cannot fail: nothing is poisoned. Acquiring fails if a semaphore is closed or too small, and a flight
//! if its work panicked.
//!
//! # Panics
//!
//! `blocking_lock` and its like do where they would block a task of Tokio. What raises a panic of others says
//! so.
//!
//! # Cost
//!
//! Waiting allocates nothing: who waits does so inside of the future. (A flight is allocated, once for all who
//! share it.) Without others about, a lock or a permit takes an atomic step, and giving it back another.
//!
//! # When to use something else
//!
//! A lock that is never held across an `.await` is better a mutex of std. What is passed on is better sent
//! through a channel: `taut::chan`. For `sync.Map`, `sync.Pool` and `atomic.Value` take the crates that
//! `docs/sync.md` names.
//!
// Where there is no page to lead to, to the table that names the feature. After a blank line, hence the one above.
#![cfg_attr(not(feature = "wait-group"), doc = "[`WaitGroup`]: #which-one")]
#![cfg_attr(not(feature = "semaphore"), doc = "[`Semaphore`]: #which-one")]
#![cfg_attr(not(feature = "mutex"), doc = "[`Mutex`]: #which-one")]
#![cfg_attr(not(feature = "rw-lock"), doc = "[`RwLock`]: #which-one")]
#![cfg_attr(not(feature = "cond"), doc = "[`Cond`]: #which-one")]
#![cfg_attr(
    not(feature = "once"),
    doc = "[`OnceCell`]: #which-one\n[`OnceValue`]: #which-one\n[`Once`]: #which-one"
)]
#![cfg_attr(not(feature = "single-flight"), doc = "[`SingleFlight`]: #which-one")]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

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
