//! What all handles of a channel share: the flavour, the counts, and those who wait for the close.
//!
//! # Invariants
//!
//! - H1. `senders` and `receivers` count the handles that keep a side open. Once a count is zero it
//!   stays zero: a weak handle does not bring a side back.
//! - H2. The last sender closes. The last receiver closes and drops what is in the channel, at once and
//!   with no lock held.
//! - H3. `watchers` wait only while the channel is open: who closes takes their lock afterwards.

use taut_core::monitor::{Condition, Glance, Monitor, Until};
use taut_core::sync::{AtomicUsize, Ordering};
use taut_core::{Filled, Peek, Vacant, Waiting, in_batches};

use crate::buffered::{Buffered, Chain, Ring};
use crate::channel::{Channel, Received, Sent};
use crate::rendezvous::Rendezvous;

enum Flavour<T> {
    Rendezvous(Rendezvous<T>),
    Ring(Buffered<T, Ring<T>>),
    Chain(Buffered<T, Chain<T>>),
}

/// A channel and the counts of its handles.
pub(crate) struct Shared<T> {
    flavour: Flavour<T>,
    senders: AtomicUsize,
    receivers: AtomicUsize,
    watchers: Monitor<()>,
}

// SAFETY: values are handed from thread to thread, hence `T: Send`, and never shared; everything else
// is under locks or atomic.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Shared<T> {}

/// Goes to the flavour at hand.
macro_rules! flavour {
    ($shared:expr, $channel:ident => $call:expr) => {
        match &$shared.flavour {
            Flavour::Rendezvous($channel) => $call,
            Flavour::Ring($channel) => $call,
            Flavour::Chain($channel) => $call,
        }
    };
}

impl<T> Shared<T> {
    pub(crate) fn bounded(capacity: usize) -> Self {
        Self::new(match capacity {
            0 => Flavour::Rendezvous(Rendezvous::new()),
            _ if Ring::<T>::suits(capacity) => Flavour::Ring(Buffered::with_ring(capacity)),
            _ => Flavour::Chain(Buffered::with_chain(Some(capacity))),
        })
    }

    pub(crate) fn unbounded() -> Self {
        Self::new(Flavour::Chain(Buffered::with_chain(None)))
    }

    fn new(flavour: Flavour<T>) -> Self {
        Self {
            flavour,
            senders: AtomicUsize::new(1),
            receivers: AtomicUsize::new(1),
            watchers: Monitor::new(()),
        }
    }

    /// The channel itself. What does not wait goes to the flavour directly, see below.
    pub(crate) fn channel(&self) -> &dyn Channel<T> {
        flavour!(self, channel => channel)
    }

    /// One more handle of the side that `count` counts, which has at least one.
    fn add(count: &AtomicUsize) {
        // ORDERING: Relaxed, as in `Arc`: a handle is passed on by other means. Nor can it overflow:
        // each handle is an `Arc` too, and that counts the same things and more.
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// One more handle, unless there is none any more (H1).
    fn revive(count: &AtomicUsize) -> bool {
        // ORDERING: Relaxed, as in `add`.
        count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n != 0).then(|| n + 1))
            .is_ok()
    }

    /// One handle less. True: it was the last.
    fn remove(count: &AtomicUsize) -> bool {
        // ORDERING: AcqRel, so that what other handles did comes before what the last one does.
        count.fetch_sub(1, Ordering::AcqRel) == 1
    }

    pub(crate) fn add_sender(&self) {
        Self::add(&self.senders);
    }

    pub(crate) fn revive_sender(&self) -> bool {
        Self::revive(&self.senders)
    }

    pub(crate) fn remove_sender(&self) {
        if Self::remove(&self.senders) {
            self.close();
        }
    }

    /// For a channel that is open although it has no sender.
    pub(crate) fn forget_sender(&self) {
        // ORDERING: Relaxed, nobody else knows the channel yet.
        self.senders.store(0, Ordering::Relaxed);
    }

    pub(crate) fn add_receiver(&self) {
        Self::add(&self.receivers);
    }

    pub(crate) fn revive_receiver(&self) -> bool {
        Self::revive(&self.receivers)
    }

    pub(crate) fn remove_receiver(&self) {
        /// H2, even if a waker panics.
        struct Discard<'a, T>(&'a Shared<T>);

        impl<T> Drop for Discard<'_, T> {
            fn drop(&mut self) {
                self.0.discard();
            }
        }

        if Self::remove(&self.receivers) {
            let _discard = Discard(self);
            self.close();
        }
    }

    pub(crate) fn sender_count(&self) -> usize {
        // ORDERING: Relaxed, a snapshot.
        self.senders.load(Ordering::Relaxed)
    }

    pub(crate) fn receiver_count(&self) -> usize {
        // ORDERING: Relaxed, a snapshot.
        self.receivers.load(Ordering::Relaxed)
    }

    /// Drops what is in the channel; if a destructor panics, the rest is dropped all the same.
    fn discard(&self) {
        struct Rest<'a, T>(&'a Shared<T>);

        impl<T> Drop for Rest<'_, T> {
            fn drop(&mut self) {
                if std::thread::panicking() {
                    self.0.channel().discard();
                }
            }
        }

        let rest = Rest(self);
        rest.0.channel().discard();
    }

    pub(crate) fn close(&self) -> bool {
        /// H3, even if a waker panics.
        struct Tell<'a>(&'a Monitor<()>);

        impl Drop for Tell<'_> {
            fn drop(&mut self) {
                in_batches(|wakes| self.0.lock().release(wakes));
            }
        }

        if self.channel().is_closed() {
            return false;
        }
        let _tell = Tell(&self.watchers);
        self.channel().close()
    }

    /// Waits for the close.
    pub(crate) fn until_closed(&self) -> Waiting<Until<'_, (), IsClosed<'_, T>>> {
        self.watchers.until(IsClosed(self))
    }

    #[inline(always)]
    pub(crate) fn peek_send(&self) -> Peek {
        flavour!(self, channel => channel.peek_send())
    }

    #[inline(always)]
    pub(crate) fn peek_recv(&self) -> Peek {
        flavour!(self, channel => channel.peek_recv())
    }

    #[inline(always)]
    pub(crate) fn try_send<'a>(&self, from: Filled<'a, T>) -> Sent<'a, T> {
        flavour!(self, channel => channel.try_send(from))
    }

    #[inline(always)]
    pub(crate) fn try_recv<'a>(&self, into: Vacant<'a, T>) -> Received<'a, T> {
        flavour!(self, channel => channel.try_recv(into))
    }

    #[inline(always)]
    pub(crate) fn attempt_recv<'a>(&self, into: Vacant<'a, T>) -> Received<'a, T> {
        flavour!(self, channel => channel.attempt_recv(into))
    }
}

/// What waits for the close of a channel waits for.
pub(crate) struct IsClosed<'a, T>(&'a Shared<T>);

impl<T> Condition<()> for IsClosed<'_, T> {
    #[inline(always)]
    fn glance(&self) -> Glance {
        if self.0.channel().is_closed() { Glance::Met } else { Glance::Unmet(0) }
    }

    fn is_met(&self, (): &()) -> bool {
        self.0.channel().is_closed()
    }
}
