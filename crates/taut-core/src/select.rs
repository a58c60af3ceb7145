//! The select: it drives [`Case`]s through their rounds, and a [`Claim`](crate::Claim) decides.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `race` | the engine: look, register, wait, and what dropping it undoes |
//! | `arms` | what the engine asks of a set of arms |
//! | `fixed` | a tuple as such a set: the arms of `select!` |
//! | `slots` | any number of arms, added and reused: the arms of `Select` |
//! | `adapt` | other futures as cases, cases with another output |
//! | `dice` | the choice among arms that are ready |
//!
//! `taut-select` makes the macro and the public types of it. It is here because it is what the unsafe
//! parts of [`Case`] are for.
//!
//! # Invariants
//!
//! - S1. The arms are owned by whatever owns the claim, and go first: a leaked select leaves both where
//!   they are, so a waiter never outlives its claim. That is why no arm is ever borrowed.
//! - S2. Nothing is registered in `Stage::Start`; in `Stage::Parked` any arm may be.
//! - S3. Futures that are not ours are polled only while nobody can claim (`Looking` before anything is
//!   registered, `Away` afterwards), and no more once an arm has won.
//! - S4. An arm that gave its output is not driven again.

mod adapt;
mod arms;
mod dice;
mod fixed;
mod race;
mod slots;

pub use adapt::{Mapped, Polled};
pub use arms::{Arms, Order, Step};
pub use dice::{Dice, seed};
pub use fixed::{Few, Fixed, Out, Tuple};
pub use race::Race;
pub use slots::Slots;

#[cfg(doc)]
use crate::Case;
