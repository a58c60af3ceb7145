//! One who waits: a node inside the waiting future.
//!
//! ```text
//!              begin                list.push_back            claimed + finish
//!   Start ─────────────▶ Queued, Out ────────────▶ Queued, Linked ────────────▶ Queued, verdict
//!     ▲                                                  │ remove                     │ end
//!     └──────────────────────────────────────────────────┘                            ▼
//!                        withdrawn                                                   Done
//! ```
//!
//! # Invariants
//!
//! - W1. All of a header but `stage` is initialised exactly in `Stage::Queued`: the common operation
//!   never waits, and writing forty bytes for nothing, and moving them with the future, is what it
//!   would notice most.
//! - W2. `place` and `owner` are touched only under the lock of the list that the waiter is or was on,
//!   or by the waiter's owner when nobody else can know the waiter: before it is linked and after its
//!   verdict.
//! - W3. A linked waiter is alive and does not move: it is pinned, and its owner unlinks it before it
//!   goes. A future that is leaked is never freed, so this holds for it too.
//! - W4. The verdict is the last thing that a claimer touches. Once it is seen the waiter is its
//!   owner's again.
//! - W5. `Owner::Task` holds a live waker until the verdict, which moves it out.

use std::cell::{self, Cell};
use std::fmt;
use std::marker::PhantomPinned;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;
use std::task::Waker;

use crate::claim::Claim;
use crate::slot::Slot;
use crate::sync::{AtomicU8, Ordering, UnsafeCell};

/// Where an operation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Has no place in any list; dropping it is free.
    Start,
    /// Has a place, or had one and got a verdict; dropping it must leave the list or undo the verdict.
    Queued,
    /// Its output was given.
    Done,
}

/// How somebody else decided a waiting operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It took effect.
    Done,
    /// It cannot: the primitive was closed.
    Closed,
}

impl Verdict {
    const PENDING: u8 = 0;

    const fn encode(self) -> u8 {
        match self {
            Self::Done => 1,
            Self::Closed => 2,
        }
    }

    const fn decode(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Done),
            2 => Some(Self::Closed),
            _ => None,
        }
    }
}

/// What a waiter brings along, or asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Its slot holds a value to be taken, or is there to be filled.
    Value,
    /// It asks for a place or a permit; its slot is empty.
    Place,
}

/// Where a queued waiter stands, for whoever holds the lock.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Out,
    Linked {
        prev: Option<NonNull<Header>>,
        next: Option<NonNull<Header>>,
    },
    /// It was handed something under this ticket, which orders what is given back.
    Ticket(u64),
}

/// Who is to be told.
pub(crate) enum Owner {
    /// A future polled by a task.
    Task(ManuallyDrop<Waker>),
    /// An arm of a select: the claim decides, and holds the waker.
    Select(NonNull<Claim>),
}

/// The part of a [`Waiter`] that lists know: it does not depend on what is in the slot.
#[repr(C)]
pub struct Header {
    place: UnsafeCell<MaybeUninit<Place>>,
    owner: UnsafeCell<MaybeUninit<Owner>>,
    /// Which arm of its select this is.
    arm: Cell<MaybeUninit<u32>>,
    offer: Cell<MaybeUninit<Offer>>,
    verdict: cell::UnsafeCell<MaybeUninit<AtomicU8>>,
    /// The owner's own; nobody else looks at it.
    stage: Cell<Stage>,
}

impl Header {
    #[inline(always)]
    fn new() -> Self {
        Self {
            place: UnsafeCell::new(MaybeUninit::uninit()),
            owner: UnsafeCell::new(MaybeUninit::uninit()),
            arm: Cell::new(MaybeUninit::uninit()),
            offer: Cell::new(MaybeUninit::uninit()),
            verdict: cell::UnsafeCell::new(MaybeUninit::uninit()),
            stage: Cell::new(Stage::Start),
        }
    }

    /// What it brings or asks for.
    ///
    /// # Safety
    ///
    /// Queued.
    #[inline(always)]
    pub(crate) unsafe fn offer(&self) -> Offer {
        // SAFETY: W1, by the caller; it does not change while it is queued.
        unsafe { self.offer.get().assume_init() }
    }

    /// # Safety
    ///
    /// Queued.
    #[inline(always)]
    pub(crate) unsafe fn arm(&self) -> u32 {
        // SAFETY: W1, by the caller; it does not change while it is queued.
        unsafe { self.arm.get().assume_init() }
    }

    /// # Safety
    ///
    /// Queued.
    #[inline(always)]
    unsafe fn verdict_byte(&self) -> &AtomicU8 {
        // SAFETY: W1, by the caller; it is written as a whole only before the waiter is known.
        unsafe { &*self.verdict.get().cast::<AtomicU8>() }
    }

    /// Where its operation is in its life. For its owner only.
    #[inline(always)]
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage.get()
    }

    pub(crate) fn set_stage(&self, stage: Stage) {
        self.stage.set(stage);
    }

    /// The verdict, once there is one. Under the lock of its list it cannot change.
    ///
    /// # Safety
    ///
    /// Queued.
    #[inline(always)]
    #[must_use]
    pub unsafe fn verdict(&self) -> Option<Verdict> {
        // SAFETY: by the caller.
        let byte = unsafe { self.verdict_byte() };
        // ORDERING: Acquire pairs with the Release in `finish`: the slot and the node are ours again.
        Verdict::decode(byte.load(Ordering::Acquire))
    }

    /// Enters `Stage::Queued`, in no list yet.
    ///
    /// # Safety
    ///
    /// By the owner, in `Stage::Start`. A claim must stay where it is, and alive, for as long as the
    /// waiter is queued.
    pub(crate) unsafe fn begin(&self, offer: Offer, owner: Owner, arm: u32) {
        debug_assert_eq!(self.stage(), Stage::Start);
        // SAFETY: W2, nobody else knows the waiter yet.
        self.place.with_mut(|p| unsafe { p.write(MaybeUninit::new(Place::Out)) });
        // SAFETY: as above.
        self.owner.with_mut(|p| unsafe { p.write(MaybeUninit::new(owner)) });
        self.arm.set(MaybeUninit::new(arm));
        self.offer.set(MaybeUninit::new(offer));
        let pending = MaybeUninit::new(AtomicU8::new(Verdict::PENDING));
        // SAFETY: as above.
        unsafe { self.verdict.get().write(pending) };
        self.stage.set(Stage::Queued);
    }

    /// Leaves `Stage::Queued` for `stage`. The waker, if nobody took it.
    ///
    /// # Safety
    ///
    /// By the owner, in `Stage::Queued`, when the waiter is in no list and no claimer is at work on it.
    #[must_use = "dropping a waker is foreign code: settle everything else first"]
    pub(crate) unsafe fn end(&self, stage: Stage) -> Option<Waker> {
        // SAFETY: queued, by the caller.
        let unused = match unsafe { self.verdict() } {
            Some(_) => None,
            // SAFETY: W5, no verdict, so the waker is still there; W2, nobody else can look.
            None => unsafe { self.take_task_waker() },
        };
        self.stage.set(stage);
        unused
    }

    /// Back to the beginning after `Stage::Done`.
    pub(crate) fn rearm(&self) {
        debug_assert_eq!(self.stage(), Stage::Done);
        self.stage.set(Stage::Start);
    }

    /// # Safety
    ///
    /// Queued, under the lock of its list (or as its owner, see W2).
    #[inline(always)]
    pub(crate) unsafe fn place(&self) -> Place {
        // SAFETY: W1 and W2, by the caller.
        self.place.with(|p| unsafe { p.cast::<Place>().read() })
    }

    /// # Safety
    ///
    /// As [`place`](Self::place).
    #[inline(always)]
    pub(crate) unsafe fn set_place(&self, place: Place) {
        // SAFETY: W2, by the caller.
        self.place.with_mut(|p| unsafe { p.write(MaybeUninit::new(place)) });
    }

    /// The select that this is an arm of.
    ///
    /// # Safety
    ///
    /// As [`place`](Self::place); the reference must not be kept past the lock.
    #[inline(always)]
    pub(crate) unsafe fn claim<'a>(&self) -> Option<&'a Claim> {
        // SAFETY: W1 and W2, by the caller.
        self.owner.with(|p| match unsafe { &*p.cast::<Owner>() } {
            Owner::Task(_) => None,
            // SAFETY: alive while the waiter is queued, by the contract of `begin`.
            Owner::Select(claim) => Some(unsafe { claim.as_ref() }),
        })
    }

    /// Whether a wake-up would reach `waker`. A select takes care of that by itself: true.
    ///
    /// # Safety
    ///
    /// As [`place`](Self::place).
    pub(crate) unsafe fn would_wake(&self, waker: &Waker) -> bool {
        // SAFETY: W1 and W2, by the caller.
        self.owner.with(|p| match unsafe { &*p.cast::<Owner>() } {
            Owner::Task(current) => current.will_wake(waker),
            Owner::Select(_) => true,
        })
    }

    /// Puts `waker` in, and leaves the one it replaces there.
    ///
    /// # Safety
    ///
    /// As [`place`](Self::place), with no verdict yet.
    pub(crate) unsafe fn swap_waker(&self, waker: &mut Waker) {
        // SAFETY: W1, W2 and W5, by the caller.
        self.owner.with_mut(|p| match unsafe { &mut *p.cast::<Owner>() } {
            Owner::Task(current) => std::mem::swap(&mut **current, waker),
            Owner::Select(_) => {}
        });
    }

    /// # Safety
    ///
    /// W2, and once only: W5.
    unsafe fn take_task_waker(&self) -> Option<Waker> {
        // SAFETY: W1, W2 and W5, by the caller.
        self.owner.with_mut(|p| match unsafe { &mut *p.cast::<Owner>() } {
            // SAFETY: W5, taken once, by the caller.
            Owner::Task(waker) => Some(unsafe { ManuallyDrop::take(waker) }),
            Owner::Select(_) => None,
        })
    }

    /// Gives the verdict and returns the waker to wake after unlocking. The last touch: W4.
    ///
    /// # Safety
    ///
    /// Under the lock of its list, out of which it was just claimed; once.
    #[inline]
    pub(crate) unsafe fn finish(&self, verdict: Verdict) -> Option<Waker> {
        // SAFETY: under the lock and claimed, by the caller.
        let waker = match unsafe { self.claim() } {
            // SAFETY: claimed, by the caller, so its waker is ours.
            Some(claim) => unsafe { claim.take_waker() },
            // SAFETY: W5, the verdict is given only once.
            None => unsafe { self.take_task_waker() },
        };
        // SAFETY: queued, by the caller.
        let byte = unsafe { self.verdict_byte() };
        // ORDERING: Release pairs with the Acquire in `verdict`.
        byte.store(verdict.encode(), Ordering::Release);
        waker
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header").finish_non_exhaustive()
    }
}

/// One who waits, and the slot of the value it brings or is given.
///
/// It lives inside the waiting future. The header comes first, so that a list that knows headers only
/// can lead back to the slot.
#[derive(Debug)]
#[repr(C)]
pub struct Waiter<S> {
    header: Header,
    slot: Slot<S>,
    /// Linked by address.
    _pinned: PhantomPinned,
}

// SAFETY: what is shared is under a lock or handed over by the verdict (W2, W4); the slot's value
// crosses threads, hence the bound.
unsafe impl<S: Send> Send for Waiter<S> {}
// SAFETY: as above; a shared waiter gives no access to the value.
unsafe impl<S: Send> Sync for Waiter<S> {}

impl<S> Waiter<S> {
    /// A waiter in `Stage::Start` around `slot`.
    #[inline(always)]
    #[must_use]
    pub fn new(slot: Slot<S>) -> Self {
        // Six words; a receive is then eight.
        const { assert!(cfg!(any(taut_loom, taut_shuttle)) || size_of::<Header>() <= 48) };
        Self { header: Header::new(), slot, _pinned: PhantomPinned }
    }

    /// What lists know of it.
    #[inline(always)]
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Its slot.
    #[inline(always)]
    #[must_use]
    pub const fn slot(&self) -> &Slot<S> {
        &self.slot
    }

    /// The pointer a list keeps: to the header, with the right to reach the slot.
    #[inline(always)]
    pub(crate) fn as_link(&self) -> NonNull<Header> {
        NonNull::from(self).cast()
    }

    /// The slot of the waiter that `header` belongs to.
    ///
    /// # Safety
    ///
    /// `header` came from [`as_link`](Self::as_link) of a living `Waiter<S>`, with this very `S`.
    #[inline(always)]
    pub(crate) unsafe fn slot_of<'a>(header: NonNull<Header>) -> &'a Slot<S> {
        // SAFETY: the same allocation and type, by the caller.
        unsafe { &(*header.cast::<Self>().as_ptr()).slot }
    }

    /// The ticket under which this waiter was handed its value.
    ///
    /// # Safety
    ///
    /// By the owner, in `Stage::Queued`, after a verdict was seen.
    #[must_use]
    pub unsafe fn ticket(&self) -> Option<u64> {
        // SAFETY: W2 and W4, by the caller.
        match unsafe { self.header.place() } {
            Place::Ticket(ticket) => Some(ticket),
            Place::Out | Place::Linked { .. } => None,
        }
    }
}
