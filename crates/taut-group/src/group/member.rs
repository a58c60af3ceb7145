//! A task of a group: the user's future, and what its end means to the group.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;
use taut_core::reentry;
use taut_core::sync::Arc;

use super::home::Home;
use super::rules::Rules;
use super::shared::{Outcome, Shared};
use super::state::Seat;

pin_project! {
    /// The future of a task. The group hears of its end when it has been dropped, and not before.
    pub(crate) struct Member<F, T, E, H: Home> {
        // Before the membership, which ends when this is gone.
        #[pin]
        future: Option<F>,
        membership: Membership<T, E, H>,
    }
}

/// Ends when it is dropped, at the latest.
struct Membership<T, E, H: Home> {
    shared: Arc<Shared<T, E, H>>,
    seat: Seat,
    rules: Rules,
    has_ended: bool,
}

impl<F, T, E, H: Home> Member<F, T, E, H> {
    pub(crate) const fn new(
        future: F,
        shared: Arc<Shared<T, E, H>>,
        seat: Seat,
        rules: Rules,
    ) -> Self {
        let membership = Membership { shared, seat, rules, has_ended: false };
        Self { future: Some(future), membership }
    }
}

impl<F: Future<Output = Result<T, E>>, T, E, H: Home> Future for Member<F, T, E, H> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.project();
        let mut future = this.future;
        let inside = reentry::enter(&*this.membership.shared, this.membership.seat.index);
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let result = match future.as_mut().as_pin_mut() {
                Some(future) => future.poll(cx).map(Some),
                None => Poll::Ready(None),
            };
            if result.is_ready() {
                future.set(None);
            }
            result
        }));
        let outcome = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(None)) => return Poll::Ready(()),
            Ok(Poll::Ready(Some(result))) => Outcome::Returned(result),
            Err(payload) => {
                // What is left of it may panic once more; the first panic is the one that is told.
                drop(catch_unwind(AssertUnwindSafe(|| future.set(None))));
                Outcome::Panicked(payload)
            }
        };
        drop(inside);
        this.membership.end(outcome);
        Poll::Ready(())
    }
}

impl<T, E, H: Home> Membership<T, E, H> {
    fn end(&mut self, outcome: Outcome<T, E>) {
        if !std::mem::replace(&mut self.has_ended, true) {
            self.shared.conclude(self.seat, outcome, self.rules);
        }
    }
}

impl<T, E, H: Home> Drop for Membership<T, E, H> {
    fn drop(&mut self) {
        self.end(Outcome::Dropped);
    }
}
