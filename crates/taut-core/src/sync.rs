//! The door to shared memory: everything concurrent in `taut` comes through here, from std or, in a
//! model, from loom.
//!
//! Built with `--cfg taut_loom` the same names are loom's, so that a model runs the code that ships.
//! (Bare `--cfg loom` would also switch Tokio over, which then does not build.) Rule for all who use
//! these atomics: a published word is stored from a shadow kept under a lock and never read back by
//! its writer; loom remembers only the last access of a thread and would miss races behind such a
//! read.

mod cell;
mod lock;
mod park;
mod pause;

pub use cell::{UnsafeCell, empty_cell_at};
pub use lock::{Guard, Lock};
pub use park::block_on;
pub use pause::pause;

#[cfg(not(taut_loom))]
pub use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering},
};

#[cfg(taut_loom)]
pub use loom::sync::{
    Arc,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering},
};
