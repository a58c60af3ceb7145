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

mod cell;
mod lock;
#[cfg(not(taut_shuttle))]
mod park;
#[cfg(taut_shuttle)]
mod park_in_model;
mod pause;
mod rank;

pub use cell::{UnsafeCell, empty_cell_at};
pub use lock::{Guard, Lock};
#[cfg(not(taut_shuttle))]
pub use park::block_on;
#[cfg(taut_shuttle)]
pub use park_in_model::block_on;
pub use pause::{pause, wait_until};
pub use rank::Rank;

#[cfg(not(any(taut_loom, taut_shuttle)))]
pub use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering},
};

#[cfg(taut_loom)]
pub use loom::sync::{
    Arc,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering},
};

#[cfg(taut_shuttle)]
pub use shuttle::sync::{
    Arc,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, Ordering},
};
