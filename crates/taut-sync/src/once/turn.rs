//! Whose turn it is to initialise a cell, and who waits for that.
//!
//! | state | a caller | who waits for a turn |
//! | --- | --- | --- |
//! | `Free`, no value | takes the turn | one of them was told, unless nobody waits |
//! | `Taken` | waits | waits |
//! | value set | has it | all were told |
//!
//! # Invariants
//!
//! - I1. One [`Right`] exists while the turn is taken, and none otherwise. Only its holder sets the value,
//!   before it gives the turn back.
//! - I2. Whoever gives the turn back without a value tells one of those who wait. One that was told and
//!   goes without having taken the turn tells the next, unless it was taken meanwhile: then who took it
//!   will.

use taut_core::Waiting;
use taut_core::monitor::{Condition, Glance, Monitor, Until};
use taut_core::wake::in_batches;

use super::OnceCell;
use taut_core::reentry;

/// Those who wait for a cell.
pub(crate) struct Line {
    /// Who would initialise it.
    turns: Monitor<Turn>,
    /// Who only waits until somebody has.
    watchers: Monitor<()>,
}

/// Whether somebody is initialising the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Free,
    Taken,
}

impl Line {
    taut_core::const_fn! {
        pub(super) fn new() -> Self {
            Self { turns: Monitor::new(Turn::Free), watchers: Monitor::new(()) }
        }
    }
}

/// The right to initialise a cell. Dropping it gives the turn back.
pub(crate) struct Right<'a, T>(&'a OnceCell<T>);

impl<'a, T> Right<'a, T> {
    /// What the value is kept in until it is set, which happens when that is dropped.
    pub(crate) const fn with(self, value: T) -> Outcome<'a, T> {
        Outcome { value: Some(value), right: self }
    }
}

impl<T> Drop for Right<'_, T> {
    fn drop(&mut self) {
        self.0.end_turn();
    }
}

/// A value that is set when this is dropped, whatever panics until then.
pub(crate) struct Outcome<'a, T> {
    value: Option<T>,
    right: Right<'a, T>,
}

impl<T> Drop for Outcome<'_, T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            // I1: there is none yet.
            self.right.0.value.set(value);
        }
    }
}

impl<T> OnceCell<T> {
    /// Takes the turn. None: there is a value, or somebody has the turn.
    pub(crate) fn try_begin(&self) -> Option<Right<'_, T>> {
        let mut turn = self.line.turns.lock();
        // Under the lock: who has the turn sets the value before it gives it back.
        if *turn == Turn::Taken || self.get().is_some() {
            return None;
        }
        *turn = Turn::Taken;
        Some(Right(self))
    }

    /// I2.
    #[cold]
    fn end_turn(&self) {
        let line = &self.line;
        let is_set = self.get().is_some();
        in_batches(|wakes| {
            let mut turn = line.turns.lock();
            *turn = Turn::Free;
            if !is_set {
                let _nobody_waits = turn.release_one(wakes);
                return true;
            }
            if !turn.release(wakes) {
                return false;
            }
            drop(turn);
            line.watchers.lock().release(wakes)
        });
    }

    /// Whether somebody is initialising it.
    pub(super) fn is_initializing(&self) -> bool {
        let turn = *self.line.turns.lock();
        turn == Turn::Taken && self.get().is_none()
    }

    /// Waits until there is a turn to take, or a value.
    pub(crate) fn until_turn(&self) -> Waiting<Until<'_, Turn, HasTurn<'_, T>>> {
        self.line.turns.until(HasTurn(self))
    }

    /// Waits for a value.
    pub(crate) fn until_set(&self) -> Waiting<Until<'_, (), IsSet<'_, T>>> {
        self.line.watchers.until(IsSet(self))
    }

    /// What must be so for whoever is about to wait.
    #[track_caller]
    pub(crate) fn assert_not_inside(&self) {
        assert!(
            !reentry::is_inside(self),
            "an initialiser asks the cell that it is to initialise, and would wait for itself"
        );
    }
}

/// That there is a turn to take, or a value.
pub(crate) struct HasTurn<'a, T>(&'a OnceCell<T>);

impl<T> Condition<Turn> for HasTurn<'_, T> {
    /// There was none just now: no lock to hear that again. As an arm of a select it is not used.
    #[inline]
    fn glance(&self) -> Glance {
        if self.0.get().is_some() { Glance::Met } else { Glance::Unmet(0) }
    }

    #[inline]
    fn is_met(&self, turn: &Turn) -> bool {
        *turn == Turn::Free
    }

    fn pass_on(&self, turns: &Monitor<Turn>) {
        let _nobody_waits = turns.call_one(|turn| *turn == Turn::Free);
    }
}

/// That there is a value.
pub(crate) struct IsSet<'a, T>(&'a OnceCell<T>);

impl<'a, T> IsSet<'a, T> {
    pub(crate) const fn cell(&self) -> &'a OnceCell<T> {
        self.0
    }
}

impl<T> Condition<()> for IsSet<'_, T> {
    #[inline]
    fn glance(&self) -> Glance {
        if self.0.get().is_some() {
            return Glance::Met;
        }
        self.0.assert_not_inside();
        Glance::Unmet(0)
    }

    #[inline]
    fn is_met(&self, (): &()) -> bool {
        self.0.get().is_some()
    }
}
