//! One who joined a flight, and waits to be called: to take the result, or to go on with the work.
//!
//! # Invariants
//!
//! - W1. The waiting borrows from the flight, which stays where it is and as it is for as long as this
//!   holds it: it is never replaced, and fields are dropped in order, so the waiting goes first.
//! - W2. A follower is not moved out of its place once it is pinned.

use std::future::Future;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use taut_core::Waiting;
use taut_core::monitor::Until;
use taut_core::sync::Arc;

use super::flight::{Boxed, Flight, IsCalled, Work};

pin_project! {
    pub(super) struct Follower<'a, K, V> {
        #[pin]
        waiting: Waiting<Until<'a, Work<V>, IsCalled<'a, V>>>,
        flight: Arc<Flight<K, V>>,
    }
}

/// What a follower is called for.
pub(super) enum Call<V> {
    /// There is a result.
    Land,
    /// Its driver left, and this one goes on.
    Drive(Boxed<V>),
}

impl<'a, K: 'a, V: 'a> Follower<'a, K, V> {
    pub(super) fn new(flight: Arc<Flight<K, V>>) -> Self {
        Self { waiting: Self::wait_for(&flight), flight }
    }

    pub(super) const fn flight(&self) -> &Arc<Flight<K, V>> {
        &self.flight
    }

    /// For the `waiting` of the follower of this flight.
    fn wait_for(flight: &Arc<Flight<K, V>>) -> Waiting<Until<'a, Work<V>, IsCalled<'a, V>>> {
        let flight: *const Flight<K, V> = ptr::from_ref(&**flight);
        // SAFETY: W1: it lives longer than what is made here.
        let flight: &'a Flight<K, V> = unsafe { &*flight };
        flight.until_called()
    }

    pub(super) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Call<V>> {
        let mut this = self.project();
        loop {
            ready!(this.waiting.as_mut().poll(cx));
            if this.flight.has_landed() {
                return Poll::Ready(Call::Land);
            }
            if let Some(work) = this.flight.take_work() {
                return Poll::Ready(Call::Drive(work));
            }
            // Somebody else was faster.
            this.waiting.set(Self::wait_for(this.flight));
        }
    }
}
