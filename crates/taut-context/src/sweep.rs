//! The end of a scope, and of all below it.
//!
//! First everything is marked, from the top down, under one lock at a time; then those who wait are told,
//! with no lock held. Both go by a list through the nodes themselves, so that neither depth nor breadth
//! costs stack or memory. Scopes with no kids and nobody who waits are marked in passing.
//!
//! # Invariants
//!
//! - E1. The nodes in the list were ended by this sweep; it owns a pointer to each.
//! - E2. While it marks, it waits for nobody. Then it says so on all its nodes, and only after that it
//!   waits for other sweeps that were at work below. So no two wait for each other.
//! - E3. No owned pointer is dropped while a lock is held: it may be the last.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;

use taut_core::WakeBatch;

use crate::error::ContextError;
use crate::kids::Popped;
use crate::kind::Kind;
use crate::node::{Node, NodeRef, Ref};
use crate::state::{Flags, Word};
use crate::time::Instant;

/// How many kids are marked before the lock is given to others for a moment.
const KIDS_AT_ONCE: usize = 32;

/// The nodes that one end takes with it.
#[derive(Default)]
pub(crate) struct Sweep {
    first: Option<NonNull<Node>>,
    last: Option<NonNull<Node>>,
    /// The time, once somebody asked.
    now: Option<Instant>,
    /// Ended by others who may still be marking below; and what E3 forbids to drop at once.
    strays: Vec<Ref>,
    wakes: WakeBatch,
    /// The first panic of those who were told.
    panic: Option<Box<dyn Any + Send>>,
}

impl Sweep {
    /// Marks and tells all below `root`, which has just been ended by us.
    #[inline(never)]
    pub(crate) fn from(root: NodeRef<'_>, flags: Flags) {
        let mut sweep = Self::default();
        sweep.add(root.to_owned(), flags.has(Flags::WATCHED));
        sweep.mark_all();
        sweep.tell_all();
        if let Some(panic) = sweep.panic.take() {
            resume_unwind(panic);
        }
    }

    /// Adds a node that we ended: E1.
    fn add(&mut self, node: Ref, is_watched: bool) {
        // SAFETY: N4, we are its ender.
        node.ending.with_mut(|ending| unsafe { (*ending).is_watched = is_watched });
        let ptr = node.into_raw();
        match self.last.replace(ptr) {
            None => self.first = Some(ptr),
            Some(last) => {
                // SAFETY: E1.
                let last = unsafe { last.as_ref() };
                // SAFETY: N4, we are its ender.
                last.ending.with_mut(|ending| unsafe { (*ending).next = Some(ptr) });
            }
        }
    }

    /// # Safety
    ///
    /// `node` is in the list.
    unsafe fn next(node: NonNull<Node>) -> Option<NonNull<Node>> {
        // SAFETY: E1, by the caller.
        let node = unsafe { node.as_ref() };
        // SAFETY: N4, we are its ender.
        node.ending.with(|ending| unsafe { (*ending).next })
    }

    /// Takes the first out of the list.
    fn pop(&mut self) -> Option<Ref> {
        let first = self.first?;
        // SAFETY: E1, and it leaves the list with this.
        let node = unsafe { Ref::from_raw(first) };
        // SAFETY: N4, we are its ender; what comes after us finds an empty place.
        let ending = node.ending.with_mut(|ending| unsafe { mem::take(&mut *ending) });
        self.first = ending.next;
        Some(node)
    }

    fn for_each(&mut self, mut run: impl FnMut(&mut Self, NodeRef<'_>)) {
        let mut next = self.first;
        while let Some(ptr) = next {
            // SAFETY: E1.
            run(self, unsafe { NodeRef::new(ptr) });
            // SAFETY: it is in the list.
            next = unsafe { Self::next(ptr) };
        }
    }

    fn mark_all(&mut self) {
        // The list grows as it is walked.
        self.for_each(|sweep, node| {
            let word = node.state.load();
            while word.is_marking() && !sweep.mark_kids(node, word.bequeathed()) {}
        });
        self.for_each(|_, node| {
            if node.state.load().is_marking() {
                node.state.set_marked();
            }
        });
        self.strays.iter().for_each(|stray| stray.borrow().until_marked());
    }

    /// Marks some of the kids. True: there are no more.
    fn mark_kids(&mut self, node: NodeRef<'_>, word: Word) -> bool {
        let mut inner = node.inner.lock();
        for _ in 0..KIDS_AT_ONCE {
            match inner.kids.pop() {
                None => return true,
                Some(Popped::Borrowed(kid)) => self.mark(kid, word),
                Some(Popped::Owned(callback)) => match callback.state.end(word) {
                    Ok(_) => self.add(callback, true),
                    Err(_) => self.strays.push(callback),
                },
            }
        }
        false
    }

    /// Marks one kid, under the lock of its list.
    #[inline]
    fn mark(&mut self, kid: NodeRef<'_>, word: Word) {
        match kid.state.end(self.end_of(kid, word)) {
            Ok(flags) if flags.has(Flags::KIDS.with(Flags::WATCHED)) => match &kid.kind {
                // SAFETY: the lock of its list is held.
                Kind::Relay(relay) => self.mark_merged(unsafe { relay.target() }, word),
                _ => self.add_if_alive(kid, flags),
            },
            Ok(_) => {}
            Err(other) if other.is_marking() => self.strays.extend(kid.try_to_owned()),
            Err(_) => {}
        }
    }

    /// One that has no owned pointer left has no kids, and nobody to be told.
    fn add_if_alive(&mut self, kid: NodeRef<'_>, flags: Flags) {
        if let Some(kid) = kid.try_to_owned() {
            self.add(kid, flags.has(Flags::WATCHED));
        }
    }

    /// How `kid` ends: as its parent, or before it, by a deadline of its own that has passed unseen.
    #[inline(always)]
    fn end_of(&mut self, kid: NodeRef<'_>, word: Word) -> Word {
        let current = kid.state.load();
        if current.is_ended() || !current.flags().has(Flags::TIMED) {
            return word;
        }
        match kid.kind.deadline() {
            Some(at) if at <= *self.now.get_or_insert_with(Instant::now) => {
                Word::ended(kid.as_ptr(), ContextError::DeadlineExceeded)
            }
            _ => word,
        }
    }

    fn mark_merged(&mut self, merged: Option<NodeRef<'_>>, word: Word) {
        let Some(merged) = merged.and_then(NodeRef::try_to_owned) else { return };
        match merged.state.end(word) {
            // E3: even if there is nobody to be told.
            Ok(flags) => self.add(merged, flags.has(Flags::WATCHED)),
            Err(_) => self.strays.push(merged),
        }
    }

    /// Tells everybody, whoever panics.
    fn tell_all(&mut self) {
        while let Some(first) = self.first {
            // SAFETY: E1.
            let node = unsafe { NodeRef::new(first) };
            // SAFETY: N4, we are its ender.
            let is_watched = node.ending.with(|ending| unsafe { (*ending).is_watched });
            // One that panicked was told; the others of the same node come next.
            if is_watched && !self.survives(|sweep| sweep.tell(node)) {
                continue;
            }
            // The last pointer, maybe: then the user's destructors run.
            self.survives(|sweep| drop(sweep.pop()));
        }
        self.survives(|sweep| sweep.wakes.wake_all());
    }

    /// False: it panicked, and that is kept for who ended the context.
    fn survives(&mut self, run: impl FnOnce(&mut Self)) -> bool {
        // What is left half done is a list of those who were not told yet.
        let outcome = catch_unwind(AssertUnwindSafe(|| run(self)));
        outcome.map_err(|panic| self.panic = self.panic.take().or(Some(panic))).is_ok()
    }

    fn tell(&mut self, node: NodeRef<'_>) {
        loop {
            let mut inner = node.inner.lock();
            if inner.release(&mut self.wakes) {
                let rare = inner.rare.as_mut();
                let left = rare.map(|rare| (mem::take(&mut rare.alarm), rare.bridge.take()));
                drop(inner);
                if let Some((_alarm, Some(bridge))) = left {
                    bridge.cancel();
                }
                break;
            }
            drop(inner);
            self.wakes.wake_all();
        }
        if let Kind::Callback(callback) = &node.kind {
            self.wakes.wake_all();
            // SAFETY: we are its ender.
            unsafe { callback.run() };
        }
    }
}
