//! One who waits for a signal, from one guard to the next.
//!
//! | step | `poll` | dropping it |
//! | --- | --- | --- |
//! | `Holding` | takes its place, *then* unlocks | unlocks |
//! | `Out`, not signalled | waits for the signal | leaves; if it had been signalled alone, passes that on |
//! | `Out`, signalled | locks again | gives up the lock, and passes the signal on likewise |
//! | `Done` | panics | nothing |

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;
use taut_core::monitor::{Monitor, Until};
use taut_core::{Stage, Waiting};

use super::relock::Relock;
use super::signal::{Inside, Signalled};
use crate::polled::polled_after_completion;

pin_project! {
    /// Waits once, and may be set up to wait again.
    pub(super) struct Waits<'a, G: Relock> {
        monitor: &'a Monitor<Inside>,
        #[pin]
        signal: Waiting<Until<'a, Inside, Signalled>>,
        #[pin]
        step: Step<G, G::Relocking>,
    }

    impl<G: Relock> PinnedDrop for Waits<'_, G> {
        fn drop(this: Pin<&mut Self>) {
            this.give_up();
        }
    }
}

pin_project! {
    #[project = At]
    enum Step<G, L> {
        Holding { guard: Option<G> },
        Out { #[pin] relocking: L },
        Done,
    }
}

/// Passes a signal on that nobody acts on, also if something panics.
struct Forward<'a> {
    signalled: &'a Signalled,
    monitor: &'a Monitor<Inside>,
}

impl Drop for Forward<'_> {
    fn drop(&mut self) {
        self.signalled.forward(self.monitor);
    }
}

impl<'a, G: Relock> Waits<'a, G> {
    pub(super) fn new(monitor: &'a Monitor<Inside>, guard: G) -> Self {
        let signal = monitor.until(Signalled::new());
        Self { monitor, signal, step: Step::Holding { guard: Some(guard) } }
    }

    /// Whether it still has the first guard.
    pub(super) const fn holds(&self) -> bool {
        matches!(self.step, Step::Holding { .. })
    }

    /// That guard. Over, unless it is set up to wait once more.
    pub(super) fn take_guard(self: Pin<&mut Self>) -> Option<G> {
        let mut this = self.project();
        let At::Holding { guard } = this.step.as_mut().project() else { return None };
        let guard = guard.take();
        this.step.set(Step::Done);
        guard
    }

    /// To wait once more, with a guard that was taken or returned.
    pub(super) fn restart(self: Pin<&mut Self>, guard: G) {
        let mut this = self.project();
        this.signal.set(this.monitor.until(Signalled::new()));
        this.step.set(Step::Holding { guard: Some(guard) });
    }

    pub(super) fn poll_wait(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<G> {
        let mut this = self.project();
        match this.step.as_mut().project() {
            At::Holding { guard } => {
                // It is never ready before somebody signals, who would have to know it for that.
                if this.signal.as_mut().poll(cx).is_ready() || this.signal.stage() == Stage::Start {
                    // The budget is used up.
                    return Poll::Pending;
                }
                let guard = guard.take();
                // First, for who is woken by the unlocking may panic.
                this.step.set(Step::Done);
                let Some(guard) = guard else { polled_after_completion() };
                this.step.set(Step::Out { relocking: guard.unlock() });
                Poll::Pending
            }
            At::Out { relocking } => {
                if this.signal.stage() != Stage::Done {
                    ready!(this.signal.poll(cx));
                }
                let guard = ready!(relocking.poll(cx));
                this.step.set(Step::Done);
                Poll::Ready(guard)
            }
            At::Done => polled_after_completion(),
        }
    }

    /// What a drop means where it stands.
    fn give_up(self: Pin<&mut Self>) {
        let mut this = self.project();
        let is_out = matches!(this.step.as_mut().project(), At::Out { .. });
        if is_out && this.signal.stage() == Stage::Done {
            let signal = this.signal.as_ref().get_ref();
            let _forward =
                Forward { signalled: signal.operation().condition(), monitor: this.monitor };
            this.step.set(Step::Done);
        }
    }
}

impl<G: Relock> fmt::Debug for Waits<'_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (&self.step, self.signal.stage()) {
            (Step::Holding { .. }, _) => "Holding",
            (Step::Out { .. }, Stage::Done) => "Locking",
            (Step::Out { .. }, _) => "Waiting",
            (Step::Done, _) => "Done",
        })
    }
}
