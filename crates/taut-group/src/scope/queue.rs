//! The tasks of a scope that are to be polled: those that were woken, first woken first.
//!
//! Wake-ups come from two sides. In a scope the tasks wake each other, while the scope is being polled:
//! these go into a plain list, without one atomic step. All others come over a stack that is linked through
//! the tasks (Treiber, 1986), of which the scope takes all at once and turns it round.
//!
//! # Invariants
//!
//! - Q1. `local` and `polled` are touched only through the [`Reins`], of which there is one, or, while
//!   those are lent to a task by the poll of it, by the thread that polls.
//! - Q2. `head` is the top of the stack; or `PARKED`: it is empty, and who pushes the next wakes the scope,
//!   whose waker is in `waker`; or `CLOSED`: nothing can be pushed any more.
//! - Q3. A task is in the queue once, and the scope keeps its share in it while it is (T4).

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::task::Waker;

use taut_core::coop;
use taut_core::sync::{Arc, AtomicPtr, Lock, Ordering, UnsafeCell, thread_local};

use super::cell::Header;
use super::share::Share;

thread_local! {
    /// The queue of the scope that this thread is polling just now, the innermost.
    #[allow(clippy::missing_const_for_thread_local, reason = "the macros of the explorers have none")]
    static DRIVEN: Cell<*const Queue> = Cell::new(ptr::null());

    /// How many polls have been made in this turn of the outermost scope, its inner ones included.
    #[allow(clippy::missing_const_for_thread_local, reason = "the macros of the explorers have none")]
    static POLLS: Cell<usize> = Cell::new(0);
}

/// How many polls of tasks make one poll of a scope, at most: the rest of the runtime is to have its turn.
/// (What the tasks do counts for the budget of Tokio as well; this is for what does not.)
const POLLS_IN_A_TURN: usize = 256;

/// See the file's head.
pub(super) struct Queue {
    head: AtomicPtr<Header>,
    waker: Lock<Option<Waker>>,
    local: UnsafeCell<Chain>,
    polled: UnsafeCell<Option<NonNull<Header>>>,
}

// SAFETY: Q1 for the cells; the rest is made for several threads.
unsafe impl Send for Queue {}
// SAFETY: as above.
unsafe impl Sync for Queue {}

/// Tasks one after the other, linked by [`Header::next`].
#[derive(Default)]
struct Chain {
    ends: Option<(NonNull<Header>, NonNull<Header>)>,
}

/// Not a task.
const fn parked() -> *mut Header {
    ptr::without_provenance_mut(1)
}

/// Not a task.
const fn closed() -> *mut Header {
    ptr::without_provenance_mut(2)
}

/// The right to drive the scope.
pub(super) struct Reins(Arc<Queue>);

impl Queue {
    /// Adds a task, and wakes the scope if it sleeps. False: the scope is over.
    ///
    /// # Safety
    ///
    /// The task is of this scope, whose share in it is there, and the caller has set `QUEUED`, or is about
    /// to give the scope its share.
    pub(super) unsafe fn push(&self, task: NonNull<Header>) -> bool {
        if self.is_driven_here() {
            // SAFETY: Q1: this is the thread that polls, and a task runs.
            return unsafe { self.push_local(task) };
        }
        // ORDERING: Relaxed, since the exchange that follows decides.
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            if head == closed() {
                return false;
            }
            let next = if head == parked() { None } else { NonNull::new(head) };
            // SAFETY: whoever has set `QUEUED` owns the link until the task is in the queue.
            unsafe { set_next(task, next) };
            // ORDERING: Release hands the link over; Acquire hands us the waker, if it was parked.
            let pushed = self.head.compare_exchange_weak(
                head,
                task.as_ptr(),
                Ordering::AcqRel,
                Ordering::Relaxed,
            );
            match pushed {
                Ok(_) => break,
                Err(actual) => head = actual,
            }
        }
        if head == parked() {
            let waker = self.waker.lock().take();
            taut_core::wake(waker);
        }
        true
    }

    /// # Safety
    ///
    /// As for [`push`](Self::push), by the thread that polls, in a task.
    unsafe fn push_local(&self, task: NonNull<Header>) -> bool {
        // ORDERING: only who drives it closes it.
        if self.head.load(Ordering::Relaxed) == closed() {
            return false;
        }
        // SAFETY: by the caller.
        unsafe { set_next(task, None) };
        // SAFETY: Q1.
        self.local.with_mut(|local| unsafe { &mut *local }.append(task, task));
        true
    }

    /// Whether it can be pushed to.
    pub(super) fn is_open(&self) -> bool {
        // ORDERING: Relaxed: a push tells for sure.
        self.head.load(Ordering::Relaxed) != closed()
    }

    /// Whether this thread drives the scope, and is not just polling this task: then the task is untouched
    /// by anybody.
    pub(super) fn is_at_rest_here(&self, task: NonNull<Header>) -> bool {
        // SAFETY: Q1.
        self.is_driven_here() && self.polled.with(|polled| unsafe { *polled }) != Some(task)
    }

    fn is_driven_here(&self) -> bool {
        DRIVEN.with(|driven| ptr::eq(driven.get(), self))
    }
}

impl Reins {
    /// A queue, and the reins of it.
    pub(super) fn new() -> (Arc<Queue>, Self) {
        let queue = Arc::new(Queue {
            head: AtomicPtr::new(ptr::null_mut()),
            waker: Lock::new(None),
            local: UnsafeCell::new(Chain { ends: None }),
            polled: UnsafeCell::new(None),
        });
        (Arc::clone(&queue), Self(queue))
    }

    /// Takes the first. It is the scope's share.
    pub(super) fn pop(&mut self) -> Option<ManuallyDrop<Share>> {
        let first = self.pop_local().or_else(|| {
            self.collect();
            self.pop_local()
        });
        // SAFETY: Q3.
        first.map(|task| ManuallyDrop::new(unsafe { Share::from_raw(task) }))
    }

    fn pop_local(&mut self) -> Option<NonNull<Header>> {
        // SAFETY: Q1.
        self.0.local.with_mut(|local| unsafe { &mut *local }.pop())
    }

    /// Moves what was pushed from elsewhere to the end of the list. To be done now and then, or tasks that
    /// wake each other would keep the others waiting.
    pub(super) fn collect(&mut self) {
        // ORDERING: Relaxed: if somebody is just pushing, parking will notice.
        let head = self.0.head.load(Ordering::Relaxed);
        if head.is_null() || head == closed() {
            return;
        }
        if let Some((first, last)) = self.take_stack(ptr::null_mut()).ends {
            // SAFETY: Q1.
            self.0.local.with_mut(|local| unsafe { &mut *local }.append(first, last));
        }
    }

    /// What is on the stack, the first first, which leaves it in this state.
    fn take_stack(&mut self, state: *mut Header) -> Chain {
        // ORDERING: Acquire takes the links over.
        let top = self.0.head.swap(state, Ordering::Acquire);
        let is_task = top != parked() && top != closed();
        // SAFETY: what was on the stack is ours.
        unsafe { Chain::turned_round(NonNull::new(top).filter(|_| is_task)) }
    }

    /// Puts what was taken back in its place.
    pub(super) fn push_front(&mut self, task: &Share) {
        let task = task.header();
        self.0.local.with_mut(|local| {
            // SAFETY: Q1.
            let local = unsafe { &mut *local };
            // SAFETY: it was taken from here.
            unsafe { set_next(task, local.ends.map(|(first, _)| first)) };
            local.ends = Some((task, local.ends.map_or(task, |(_, last)| last)));
        });
    }

    /// Sleeps until something is pushed. False: something has been.
    pub(super) fn park(&mut self, waker: &Waker) -> bool {
        let mut waker = Some(waker.clone());
        std::mem::swap(&mut *self.0.waker.lock(), &mut waker);
        drop(waker);
        // The waker is foreign: cloning one and dropping the other may have woken tasks of ours.
        // SAFETY: Q1.
        let is_empty = self.0.local.with(|local| unsafe { &*local }.ends.is_none());
        // ORDERING: Release hands the waker over.
        is_empty && self.exchange(parked(), Ordering::Release)
    }

    /// Closes for good, if nothing has been pushed.
    pub(super) fn try_close(&mut self) -> bool {
        let is_closed = self.exchange(closed(), Ordering::Relaxed);
        if is_closed {
            let waker = self.0.waker.lock().take();
            drop(waker);
        }
        is_closed
    }

    fn exchange(&mut self, state: *mut Header, success: Ordering) -> bool {
        let head = &self.0.head;
        head.compare_exchange(ptr::null_mut(), state, success, Ordering::Relaxed).is_ok()
    }

    /// Closes for good, and gives what is left, and the waker.
    pub(super) fn close(
        &mut self,
    ) -> (impl Iterator<Item = ManuallyDrop<Share>> + use<>, Option<Waker>) {
        let mut pushed = self.take_stack(closed());
        let take = |local: *mut Chain| {
            // SAFETY: Q1.
            std::mem::take(unsafe { &mut *local })
        };
        let mut local = self.0.local.with_mut(take);
        let tasks = std::iter::from_fn(move || local.pop().or_else(|| pushed.pop()));
        // SAFETY: Q3.
        let shares = tasks.map(|task| ManuallyDrop::new(unsafe { Share::from_raw(task) }));
        (shares, self.0.waker.lock().take())
    }

    /// Notes which task is being polled.
    pub(super) fn set_polled(&mut self, task: Option<&Share>) {
        let task = task.map(Share::header);
        // SAFETY: Q1.
        self.0.polled.with_mut(|polled| unsafe { *polled = task });
    }

    /// This thread polls while the result lives.
    pub(super) fn hold(&mut self) -> Held {
        let outer = DRIVEN.with(|driven| driven.replace(&raw const *self.0));
        if outer.is_null() {
            POLLS.with(|polls| polls.set(0));
        }
        Held(outer)
    }

    /// Counts a poll. False: the turn is over. The first of each poll of a scope is granted: what polls the
    /// scope may do so in a loop, inside of a poll of another.
    pub(super) fn has_turn(&self, is_first: bool) -> bool {
        let made = POLLS.with(|polls| polls.replace(polls.get() + 1));
        is_first || (made < POLLS_IN_A_TURN && coop::has_budget())
    }
}

/// See [`Reins::hold`].
pub(super) struct Held(*const Queue);

impl Drop for Held {
    fn drop(&mut self) {
        DRIVEN.with(|driven| driven.set(self.0));
    }
}

impl Chain {
    /// # Safety
    ///
    /// A stack that nobody else reaches.
    unsafe fn turned_round(top: Option<NonNull<Header>>) -> Self {
        let mut chain = Self { ends: None };
        let mut above = None;
        let mut rest = top;
        while let Some(task) = rest {
            // SAFETY: by the caller.
            rest = unsafe { next(task) };
            // SAFETY: as above.
            unsafe { set_next(task, above) };
            above = Some(task);
        }
        if let (Some(first), Some(last)) = (above, top) {
            chain.ends = Some((first, last));
        }
        chain
    }

    fn append(&mut self, first: NonNull<Header>, last: NonNull<Header>) {
        self.ends = match self.ends {
            Some((front, back)) => {
                // SAFETY: it is in this chain, which is ours.
                unsafe { set_next(back, Some(first)) };
                Some((front, last))
            }
            None => Some((first, last)),
        };
    }

    fn pop(&mut self) -> Option<NonNull<Header>> {
        let (first, last) = self.ends?;
        // SAFETY: it is in this chain, which is ours.
        self.ends = unsafe { next(first) }.map(|second| (second, last));
        Some(first)
    }
}

/// # Safety
///
/// It lives, and its link is the caller's.
unsafe fn next(task: NonNull<Header>) -> Option<NonNull<Header>> {
    // SAFETY: by the caller.
    unsafe { task.as_ref() }.next.with(|next| unsafe { *next })
}

/// # Safety
///
/// It lives, and its link is the caller's.
unsafe fn set_next(task: NonNull<Header>, to: Option<NonNull<Header>>) {
    // SAFETY: by the caller.
    unsafe { task.as_ref() }.next.with_mut(|next| unsafe { *next = to });
}
