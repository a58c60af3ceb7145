//! A scope's life: linked below another, looked at, ended.
//!
//! | ended by | what happens |
//! | --- | --- |
//! | [`cancel`](NodeRef::cancel) | it is its own origin, unless its deadline has passed: then that was first |
//! | [`expire`](NodeRef::expire) | its own deadline: it is its own origin |
//! | the scope above | marked by the [`Sweep`] of that one |

use taut_core::sync::wait_until;

use crate::error::{Cause, ContextError};
use crate::node::NodeRef;
use crate::state::{Flags, Word};
use crate::sweep::Sweep;

impl NodeRef<'_> {
    /// Enters the list of the scope above; if that has ended, it ends too. Called once, when it was made.
    pub(crate) fn enter(self) {
        if let Err(word) = self.try_enter() {
            let _was_live = self.state.end(word.bequeathed());
        }
    }

    /// Enters the list of the scope above. Err: that has ended, like this.
    pub(crate) fn try_enter(self) -> Result<(), Word> {
        // SAFETY: by who made it.
        let Some(above) = (unsafe { self.above() }) else { return Ok(()) };
        let mut inner = above.inner.lock();
        above.state.set(Flags::KIDS)?;
        // SAFETY: it was just made; it leaves when it ends or is buried.
        unsafe { inner.kids.push(self.as_ptr()) };
        Ok(())
    }

    /// Leaves the list of the scope above, if it is in. What it was in is not used any more.
    pub(crate) fn leave(self) {
        if self.state.load().has_left() {
            return;
        }
        // SAFETY: by its ender, or by who buries it. One that its list owned has no parent any more: it is
        // out, and the list may be gone.
        if let Some(above) = unsafe { self.above() } {
            // SAFETY: that is the list it entered.
            unsafe { above.inner.lock().kids.remove(self) };
        }
    }

    /// The same, by the ender of one that ended by itself.
    pub(crate) fn leave_for_good(self) {
        self.leave();
        self.state.set_left();
    }

    /// How it ended, if it has. Compares the clock with the deadline, if there is one.
    #[inline(always)]
    pub(crate) fn error(self) -> Option<ContextError> {
        let word = self.state.load();
        if word.is_ended() {
            return Some(word.error());
        }
        if word.flags().has(Flags::TIMED) { self.look_at_the_clock() } else { None }
    }

    /// Of one with a deadline, that has not ended as far as is known.
    #[inline(never)]
    pub(crate) fn look_at_the_clock(self) -> Option<ContextError> {
        let due = self.due()?;
        if !due.has_passed() {
            return None;
        }
        due.owner.expire();
        // Whoever ended the owner has marked all below it by now.
        let word = self.state.load();
        word.is_ended().then(|| word.error())
    }

    /// Why it ended. Once it has.
    pub(crate) fn cause(self) -> Option<Cause> {
        let error = self.error()?;
        // SAFETY: S2.
        let origin = unsafe { NodeRef::new(self.state.load().origin()) };
        let cause = match error {
            ContextError::Cancelled => {
                origin.inner.lock().rare.as_ref().and_then(|rare| rare.cause.clone())
            }
            ContextError::DeadlineExceeded => origin.kind.cause().cloned(),
        };
        Some(cause.unwrap_or_else(|| Cause::from(Box::from(error))))
    }

    /// Ends it, unless it has ended or its deadline has passed. True: it did. Either way all below is
    /// marked when this returns.
    pub(crate) fn cancel(self, cause: Option<Cause>) -> bool {
        if self.error().is_some() {
            self.until_marked();
            return false;
        }
        let end = Word::ended(self.as_ptr(), ContextError::Cancelled);
        let Some(cause) = cause else { return self.ended(self.state.end(end)) };
        let mut unused = None;
        let outcome = self.with_rare(|rare| {
            let outcome = self.state.end(end);
            // Whoever asks for the cause takes the lock, and finds it.
            let place = if outcome.is_ok() { &mut rare.cause } else { &mut unused };
            *place = Some(cause);
            outcome
        });
        self.ended(outcome)
    }

    /// Its own deadline has passed.
    pub(crate) fn expire(self) {
        let end = Word::ended(self.as_ptr(), ContextError::DeadlineExceeded);
        self.ended(self.state.end(end));
    }

    fn ended(self, outcome: Result<Flags, Word>) -> bool {
        match outcome {
            Ok(flags) => {
                if flags.has(Flags::KIDS.with(Flags::WATCHED)) {
                    Sweep::from(self, flags);
                } else {
                    self.leave_for_good();
                }
                true
            }
            Err(_) => {
                self.until_marked();
                false
            }
        }
    }

    /// Waits until its ender has marked all below. That runs no foreign code, and waits for nobody who
    /// waits for us.
    pub(crate) fn until_marked(self) {
        wait_until(|| !self.state.load().is_marking());
    }
}
