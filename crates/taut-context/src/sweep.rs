//! The end of a scope, and of all below it.
//!
//! First everything is marked, from the top down, under one lock at a time; then those who wait are told,
//! with no lock held. Both go by lists through the nodes themselves, so that neither depth nor breadth
//! costs stack or memory; only merged contexts are kept in lists beside them. Scopes with no kids and nobody who waits are marked in passing.
//!
//! A sweep is made of *regions*: a node that was ended, its root, and what was marked from it down the
//! tree. The first has the scope that ended as its root; each merged context that is met has one of its own.
//!
//! # Invariants
//!
//! - E1. The nodes in a region were ended by this sweep, which owns a pointer to each.
//! - E2. A region is *complete*, and its nodes say so, once it is marked and all regions below it are
//!   complete, whoever sweeps them. A node that a region meets and that was ended by others is the root
//!   of such a one: it ended by itself, or is merged. And a root derives from the nodes above it, so regions
//!   do not wait for each other in a circle, and those of one sweep are completed in whatever order they
//!   can be.
//! - E3. No owned pointer is dropped while a lock is held: it may be the last.
//! - E4. A pointer to whoever is to be told is owned before its node ends: afterwards nobody else keeps it.

use std::any::Any;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use taut_core::WakeBatch;
use taut_core::sync::wait_until;

use crate::error::ContextError;
use crate::kids::Popped;
use crate::kind::Kind;
use crate::node::{NodeRef, Ref};
use crate::region::Region;
use crate::state::{Flags, Word};
use crate::time::Instant;

/// How many kids are marked before the lock is given to others for a moment.
const KIDS_AT_ONCE: usize = 32;

/// The nodes that one end takes with it.
#[derive(Default)]
pub(crate) struct Sweep {
    /// That of the scope which ended.
    main: Region,
    /// Those of merged contexts.
    merged: Vec<Region>,
    /// The time, once somebody asked.
    now: Option<Instant>,
    wakes: WakeBatch,
    /// The first panic of those who were told.
    panic: Option<Box<dyn Any + Send>>,
}

impl Sweep {
    /// Marks and tells all below `root`, which has just been ended by us.
    #[inline(never)]
    pub(crate) fn from(root: NodeRef<'_>, flags: Flags) {
        let mut sweep = Self::default();
        sweep.main.add(root.to_owned(), flags);
        sweep.mark_all();
        // Only now: until it is complete, whoever ends the scope above must find it.
        root.leave_for_good();
        sweep.tell_all();
        match sweep.panic.take() {
            // A second one would end the process. The hook has said so.
            Some(panic) if !thread::panicking() => resume_unwind(panic),
            _ => {}
        }
    }

    fn mark_all(&mut self) {
        let mut region = mem::take(&mut self.main);
        self.mark_region(&mut region);
        self.main = region;
        // Each may add others.
        let mut next = 0;
        while let Some(region) = self.merged.get_mut(next) {
            let mut region = mem::take(region);
            self.mark_region(&mut region);
            self.merged[next] = region;
            next += 1;
        }
        let mut is_forwards = true;
        wait_until(|| {
            is_forwards = !is_forwards;
            self.complete(is_forwards)
        });
    }

    /// Completes the regions that can be. True: that was all.
    ///
    /// Chains of merged contexts are met from either end; there and back completes one at a go.
    fn complete(&mut self, is_forwards: bool) -> bool {
        let complete = |all: bool, region: &mut Region| region.complete() & all;
        let all = if is_forwards {
            self.merged.iter_mut().fold(true, complete)
        } else {
            self.merged.iter_mut().rev().fold(true, complete)
        };
        self.main.complete() & all
    }

    fn mark_region(&mut self, region: &mut Region) {
        let mut next = region.first();
        while let Some(ptr) = next {
            // SAFETY: E1.
            let node = unsafe { NodeRef::new(ptr) };
            let word = node.state.load();
            // The list grows as it is walked.
            while word.is_marking() && !self.mark_kids(region, node, word.bequeathed()) {}
            // SAFETY: in the region.
            next = unsafe { Region::next(ptr) };
        }
    }

    /// Marks some of the kids. True: there are no more.
    fn mark_kids(&mut self, region: &mut Region, node: NodeRef<'_>, word: Word) -> bool {
        let mut inner = node.inner.lock();
        for _ in 0..KIDS_AT_ONCE {
            match inner.kids.pop() {
                None => return true,
                Some(Popped::Borrowed(kid)) => self.mark(region, kid, word),
                Some(Popped::Owned(callback)) => region.end(callback, word),
            }
        }
        false
    }

    /// Marks one kid, under the lock of its list.
    #[inline]
    fn mark(&mut self, region: &mut Region, kid: NodeRef<'_>, word: Word) {
        let mut current = kid.state.load();
        while !current.is_ended() && !current.flags().has(Flags::KIDS.with(Flags::WATCHED)) {
            let end = self.end_of(kid, current.flags(), word);
            match kid.state.exchange(current, end) {
                // Nobody is to be told, and nothing is below.
                Ok(_) => return,
                Err(other) => current = other,
            }
        }
        // E4. Without a pointer there is nobody to be told any more: it is about to be buried.
        let Some(owned) = kid.try_to_owned() else { return };
        if current.is_ended() {
            return region.add_stray(owned);
        }
        match &kid.kind {
            Kind::Relay(relay) => {
                if owned.state.end(word).is_ok() {
                    // SAFETY: the lock of its list is held.
                    let merged = unsafe { relay.target() }.and_then(NodeRef::try_to_owned);
                    self.begin(region, merged, word);
                }
                region.add_stray(owned);
            }
            Kind::Merge(_) => self.begin(region, Some(owned), word),
            _ => region.end(owned, self.end_of(kid, current.flags(), word)),
        }
    }

    /// A merged context begins a region, unless it has ended already. Either way it is below this one.
    fn begin(&mut self, region: &mut Region, merged: Option<Ref>, word: Word) {
        let Some(merged) = merged else { return };
        let current = merged.state.load();
        if !current.is_ended() {
            let mut own = Region::default();
            own.end(merged.clone(), self.end_of(merged.borrow(), current.flags(), word));
            self.merged.push(own);
        }
        region.add_stray(merged);
    }

    /// How `kid` ends: as its parent, or before it, by a deadline that has passed unseen.
    #[inline(always)]
    fn end_of(&mut self, kid: NodeRef<'_>, flags: Flags, word: Word) -> Word {
        if flags.has(Flags::TIMED) { self.end_in_time(kid, word) } else { word }
    }

    fn end_in_time(&mut self, kid: NodeRef<'_>, word: Word) -> Word {
        let is_own = kid.due.is(kid) || matches!(kid.kind, Kind::Merge(_));
        let Some(due) = kid.due().filter(|_| is_own) else { return word };
        if due.at > *self.now.get_or_insert_with(Instant::now) {
            return word;
        }
        let owner = due.owner.state.load();
        if owner.is_ended() {
            // Of a merged one: it hears of that in another way, too.
            return owner.bequeathed();
        }
        Word::ended(due.owner.as_ptr(), ContextError::DeadlineExceeded)
    }

    /// Tells everybody, whoever panics.
    fn tell_all(&mut self) {
        let main = mem::take(&mut self.main);
        let merged = mem::take(&mut self.merged);
        for mut region in std::iter::once(main).chain(merged) {
            while let Some(first) = region.first() {
                // SAFETY: E1.
                let node = unsafe { NodeRef::new(first) };
                // One that panicked was told; the others of the same node come next.
                if region.is_first_watched() && !self.survives(|sweep| sweep.tell(node)) {
                    continue;
                }
                // The last pointer, maybe: then the user's destructors run.
                let told = region.pop();
                self.survives(|_| drop(told));
            }
            self.survives(|_| drop(region));
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
