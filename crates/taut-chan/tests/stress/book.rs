//! What became of every value, one by one.
//!
//! All atomics here are relaxed, on purpose: the book must not order what the channel fails to order,
//! or ThreadSanitizer would see nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// What can become of a value; several may apply.
pub(crate) mod fate {
    pub(crate) const MADE: u8 = 1;
    /// The sender was told that it was sent.
    pub(crate) const SENT: u8 = 2;
    /// It came back to the sender, or never left.
    pub(crate) const KEPT: u8 = 4;
    /// The future that was to send it was dropped: nobody can tell.
    pub(crate) const CANCELLED: u8 = 8;
    pub(crate) const RECEIVED: u8 = 16;
    pub(crate) const DROPPED: u8 = 32;
}

/// The fates of the values of one round.
#[derive(Debug)]
pub(crate) struct Book {
    fates: Vec<AtomicU8>,
    per_producer: usize,
}

/// A value. Its fields are plain memory, so that reading them races if the channel synchronises badly.
#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) producer: usize,
    pub(crate) number: usize,
    check: usize,
    book: Arc<Book>,
}

impl Book {
    pub(crate) fn new(producers: usize, per_producer: usize) -> Arc<Self> {
        let fates = (0..producers * per_producer).map(|_| AtomicU8::new(0)).collect();
        Arc::new(Self { fates, per_producer })
    }

    /// Notes a fate that a value has once at most.
    fn note(&self, at: usize, fate: u8) {
        let before = self.fates[at].fetch_or(fate, Ordering::Relaxed);
        assert_eq!(before & fate, 0, "value {at}: {before:#b} and again {fate:#b}");
    }

    pub(crate) fn make(self: &Arc<Self>, producer: usize, number: usize) -> Value {
        assert!(number < self.per_producer);
        let value = Value { producer, number, check: !(producer ^ number), book: Arc::clone(self) };
        self.note(value.at(), fate::MADE);
        value
    }

    /// For who has given the value out of hand.
    pub(crate) fn note_of(&self, (producer, number): (usize, usize), fate: u8) {
        self.note(producer * self.per_producer + number, fate);
    }

    /// Everything is accounted for. `drained`: what is sent must have been received; else it may have
    /// been dropped with the channel. How many were made and received.
    pub(crate) fn audit(&self, drained: bool) -> (usize, usize) {
        let (mut made, mut received) = (0, 0);
        for (at, fate) in self.fates.iter().enumerate() {
            let fate = fate.load(Ordering::Relaxed);
            if fate == 0 {
                continue;
            }
            made += 1;
            received += usize::from(fate & fate::RECEIVED != 0);
            let end = fate & !(fate::MADE | fate::DROPPED);
            assert_eq!(fate & fate::DROPPED, fate::DROPPED, "value {at} leaked: {fate:#b}");
            match end {
                fate::KEPT | fate::CANCELLED => {}
                _ if end == fate::SENT | fate::RECEIVED => {}
                _ if end == fate::CANCELLED | fate::RECEIVED => {}
                fate::SENT if !drained => {}
                _ => panic!("value {at} ended as {fate:#b}"),
            }
        }
        (made, received)
    }
}

impl Value {
    fn at(&self) -> usize {
        self.producer * self.book.per_producer + self.number
    }

    pub(crate) fn key(&self) -> (usize, usize) {
        (self.producer, self.number)
    }

    /// Notes its fate; whoever has it drops it then.
    pub(crate) fn ends(self, fate: u8) {
        assert_eq!(self.check, !(self.producer ^ self.number), "torn");
        self.book.note(self.at(), fate);
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.book.note(self.at(), fate::DROPPED);
    }
}
