//! Whether a context has ended, how, and by whom: one word.
//!
//! ```text
//!   live:   flags                      0, and what has come to depend on the node
//!   ended:  address | tags             of the origin: the node that ended first, this one or above it
//! ```
//!
//! # Invariants
//!
//! - S1. A live word becomes ended once, by a compare-and-exchange. Who did that is the node's *ender*, and
//!   nobody else changes the word from then on: it loses `MARKING`, and gains `LEFT`.
//! - S2. The origin of an ended node is the node itself or one that its parents keep alive.
//! - S3. `KIDS` and `WATCHED` are set under the node's lock, before what they stand for is in its list. So
//!   an ender that finds them missing has nobody to tell, and one that finds them takes the lock.

use std::ptr::{self, NonNull};

use taut_core::sync::{AtomicPtr, Ordering};

use crate::error::ContextError;
use crate::node::Node;

/// What is said of a live node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flags(usize);

impl Flags {
    pub(crate) const NONE: Self = Self(0);
    /// It has or had children.
    pub(crate) const KIDS: Self = Self(1);
    /// Somebody waits or waited for its end, or it is there to do something at the end.
    pub(crate) const WATCHED: Self = Self(2);
    /// It has a deadline: the word alone does not say that it is live.
    pub(crate) const TIMED: Self = Self(4);
    /// The timer of its own deadline runs.
    pub(crate) const ARMED: Self = Self(8);

    const ALL: usize = 15;

    /// Whether it has one of those in `flags`.
    #[inline(always)]
    pub(crate) const fn has(self, flags: Self) -> bool {
        self.0 & flags.0 != 0
    }

    pub(crate) const fn with(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }
}

/// The subtree is not marked yet.
const MARKING: usize = 1;
/// It ended by its deadline.
const LATE: usize = 2;
/// It ended by itself, and has left the list of the scope above.
const LEFT: usize = 4;

/// The word at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(*mut Node);

// The tags fit below the address of a node.
const _: () = assert!(align_of::<Node>() > Flags::ALL);

impl Word {
    fn live(flags: Flags) -> Self {
        Self(ptr::without_provenance_mut(flags.0))
    }

    /// Ended by `origin`.
    pub(crate) fn ended(origin: NonNull<Node>, error: ContextError) -> Self {
        let tag = match error {
            ContextError::Cancelled => 0,
            ContextError::DeadlineExceeded => LATE,
        };
        Self(origin.as_ptr().map_addr(|address| address | tag))
    }

    #[inline(always)]
    pub(crate) fn is_ended(self) -> bool {
        self.0.addr() > Flags::ALL
    }

    /// Of a live word.
    #[inline(always)]
    pub(crate) fn flags(self) -> Flags {
        debug_assert!(!self.is_ended());
        Flags(self.0.addr())
    }

    /// Of an ended word.
    pub(crate) fn error(self) -> ContextError {
        debug_assert!(self.is_ended());
        if self.0.addr() & LATE != 0 {
            ContextError::DeadlineExceeded
        } else {
            ContextError::Cancelled
        }
    }

    /// Of an ended word.
    pub(crate) fn origin(self) -> NonNull<Node> {
        debug_assert!(self.is_ended());
        let address = self.0.map_addr(|address| address & !Flags::ALL);
        // SAFETY: an ended word is the address of a node.
        unsafe { NonNull::new_unchecked(address) }
    }

    pub(crate) fn is_marking(self) -> bool {
        self.is_ended() && self.0.addr() & MARKING != 0
    }

    pub(crate) fn has_left(self) -> bool {
        self.is_ended() && self.0.addr() & LEFT != 0
    }

    /// What those below are told.
    pub(crate) fn bequeathed(self) -> Self {
        debug_assert!(self.is_ended());
        Self(self.0.map_addr(|address| address & !(MARKING | LEFT)))
    }
}

/// The word of a node.
#[derive(Debug)]
pub(crate) struct State(AtomicPtr<Node>);

impl State {
    pub(crate) fn live(flags: Flags) -> Self {
        Self(AtomicPtr::new(Word::live(flags).0))
    }

    #[inline(always)]
    pub(crate) fn load(&self) -> Word {
        // ORDERING: Acquire pairs with the Release of `end`: who sees the end sees what came before it.
        Word(self.0.load(Ordering::Acquire))
    }

    /// Sets all of `flags`. Err: it has ended.
    pub(crate) fn set(&self, flags: Flags) -> Result<(), Word> {
        let mut word = self.load();
        loop {
            if word.is_ended() {
                return Err(word);
            }
            let wanted = word.flags().with(flags);
            if word.flags() == wanted {
                return Ok(());
            }
            match self.exchange(word, Word::live(wanted)) {
                Ok(_) => return Ok(()),
                Err(current) => word = current,
            }
        }
    }

    /// Takes a flag back, if it has not ended.
    pub(crate) fn unset(&self, flag: Flags) {
        let mut word = self.load();
        while !word.is_ended() {
            let flags = Flags(word.flags().0 & !flag.0);
            match self.exchange(word, Word::live(flags)) {
                Ok(_) => return,
                Err(current) => word = current,
            }
        }
    }

    /// Ends it as `end` says. Ok: the flags that it had; it is marked as being at work if there are
    /// children. Err: it has ended already.
    pub(crate) fn end(&self, end: Word) -> Result<Flags, Word> {
        let mut word = self.load();
        loop {
            if word.is_ended() {
                return Err(word);
            }
            let flags = word.flags();
            let marking = if flags.has(Flags::KIDS) { MARKING } else { 0 };
            match self.exchange(word, Word(end.0.map_addr(|address| address | marking))) {
                Ok(_) => return Ok(flags),
                Err(current) => word = current,
            }
        }
    }

    /// By its ender: the subtree is marked.
    pub(crate) fn set_marked(&self) {
        self.retag(|address| address & !MARKING);
    }

    /// By its ender: it has left the list of the scope above.
    pub(crate) fn set_left(&self) {
        self.retag(|address| address | LEFT);
    }

    fn retag(&self, change: impl FnOnce(usize) -> usize) {
        let word = self.load().0.map_addr(change);
        // ORDERING: Release, as in `exchange`; S1, nobody else writes.
        self.0.store(word, Ordering::Release);
    }

    /// One step of [`end`](Self::end), from a live word without children.
    pub(crate) fn exchange(&self, from: Word, to: Word) -> Result<Word, Word> {
        // ORDERING: Release publishes the cause and all that was done before the end, and Acquire takes
        // what an earlier end published.
        let result = self.0.compare_exchange(from.0, to.0, Ordering::AcqRel, Ordering::Acquire);
        result.map(Word).map_err(Word)
    }
}
