//! The door to shared memory: everything concurrent in `taut` comes through here, from std or, in a
//! model, from loom or shuttle.
//!
//! Built with `--cfg taut_loom` or `--cfg taut_shuttle` the same names are loom's or shuttle's, so
//! that a model runs the code that ships. (Bare `--cfg loom` would also switch Tokio over, which then
//! does not build.) Loom tries every order of a few steps, weak memory included; shuttle tries random
//! orders of many, each step seen by all at once.
//!
//! Rule for all who use these atomics: a published word is stored from a shadow kept under a lock and
//! never read back by its writer; loom remembers only the last access of a thread and would miss races
//! behind such a read.
//!
//! # Examples
//!
//! ```
//! use taut_core::sync::{Arc, AtomicUsize, Lock, Ordering};
//!
//! let (count, names) = (Arc::new(AtomicUsize::new(0)), Lock::new(Vec::new()));
//! count.fetch_add(1, Ordering::Relaxed);
//! names.lock().push("one");
//! assert_eq!(names.lock().len(), count.load(Ordering::Relaxed));
//! ```

mod cell;
mod lock;
#[cfg(not(taut_shuttle))]
mod park;
#[cfg(taut_shuttle)]
mod park_in_model;
mod pause;
mod rank;
#[cfg(all(not(any(taut_loom, taut_shuttle)), any(test, not(target_has_atomic = "64"))))]
mod wide;

pub use cell::{UnsafeCell, empty_cell_at};
pub use lock::{Guard, Lock};
#[cfg(not(taut_shuttle))]
pub use park::block_on;
#[cfg(taut_shuttle)]
pub use park_in_model::block_on;
pub use pause::{pause, wait_until};
pub use rank::Rank;

/// In a model, one for each of its threads, which are all of one thread of the system.
#[cfg(taut_loom)]
pub use loom::thread_local;
#[cfg(taut_shuttle)]
pub use shuttle::thread_local;
#[cfg(not(any(taut_loom, taut_shuttle)))]
pub use std::thread_local;

#[cfg(not(any(taut_loom, taut_shuttle)))]
pub use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering},
};

#[cfg(all(not(any(taut_loom, taut_shuttle)), target_has_atomic = "64"))]
pub use std::sync::atomic::AtomicU64;
#[cfg(all(not(any(taut_loom, taut_shuttle)), not(target_has_atomic = "64")))]
pub use wide::AtomicU64;

#[cfg(taut_loom)]
pub use loom::sync::{
    Arc,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering},
};

#[cfg(taut_shuttle)]
pub use shuttle::sync::{
    Arc,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering},
};

/// Defines a function that is `const`, unless it is built for a model, whose atomics and locks are made
/// at run time.
#[doc(hidden)]
#[macro_export]
macro_rules! const_fn {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($($argument:ident: $type:ty),*) -> $output:ty $body:block) => {
        #[cfg(not(any(taut_loom, taut_shuttle)))]
        $(#[$meta])*
        $vis const fn $name($($argument: $type),*) -> $output $body

        #[cfg(any(taut_loom, taut_shuttle))]
        $(#[$meta])*
        $vis fn $name($($argument: $type),*) -> $output $body
    };
}
