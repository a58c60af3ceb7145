//! Waiting for a wait group, named after the methods.

#![allow(single_use_lifetimes, reason = "the macro serves forms with and without one")]

use taut_core::Waiting;
use taut_core::monitor::Until;

use super::group::{Group, Handle, Inside, Zero};
use crate::Panicked;

pub use super::track::Track;

taut_core::futures! {
    /// Waits until the tokens of a group are given back: [`WaitGroup::wait`](crate::WaitGroup::wait).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{WaitGroup, future};
    ///
    /// fn all_done(tasks: &WaitGroup) -> future::Wait<'_> {
    ///     tasks.wait()
    /// }
    /// ```
    Wait<'a>: Waiting<Until<'a, Inside, Zero<&'a Group>>> => (),
        |waiting, ()| waiting.operation().condition().raise();

    /// As [`Wait`], and keeps the group:
    /// [`WaitGroup::wait_owned`](crate::WaitGroup::wait_owned).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{WaitGroup, future};
    ///
    /// fn all_done(tasks: &WaitGroup) -> future::WaitOwned {
    ///     tasks.wait_owned()
    /// }
    /// ```
    WaitOwned: Waiting<Until<'static, Inside, Zero<Handle>>> => (),
        |waiting, ()| waiting.operation().condition().raise();

    /// As [`Wait`], and gives a panic as an error:
    /// [`WaitGroup::wait_catch_unwind`](crate::WaitGroup::wait_catch_unwind).
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::sync::{WaitGroup, future};
    ///
    /// fn all_done(tasks: &WaitGroup) -> future::WaitCatchUnwind<'_> {
    ///     tasks.wait_catch_unwind()
    /// }
    /// ```
    WaitCatchUnwind<'a>: Waiting<Until<'a, Inside, Zero<&'a Group>>> => Result<(), Panicked>,
        |waiting, ()| waiting.operation().condition().outcome();
}
