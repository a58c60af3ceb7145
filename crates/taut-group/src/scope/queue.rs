//! The tasks of a scope that are to be polled: those that were woken, first woken first.
//!
//! Wake-ups come from two sides. In a scope the tasks wake each other, while the scope is being polled: these go into
//! a plain list, without one atomic step. All others come over a stack that is linked through the tasks (Treiber,
//! 1986), of which the scope takes all at once and turns it round.
//!
//! # Invariants
//!
//! - Q1. `local` and `polled` are touched only by who drives the scope: who polls it, on the thread that does, or who drops it.
//! - Q2. `head` is the top of the stack; or `PARKED`: it is empty, and who pushes the next wakes the scope, whose waker is
//!   in `waker`; or `CLOSED`: nothing can be pushed any more.
//! - Q3. A task is in the queue once, and the scope keeps its share in it while it is (T4).

use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::task::Waker;

use taut_core::sync::{AtomicPtr, Lock, Ordering, UnsafeCell, thread_local};

use super::cell::Header;

thread_local! {
    /// The queue of the scope that this thread is polling just now, the innermost.
    static DRIVEN: Cell<*const Queue> = const { Cell::new(ptr::null()) };
}

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
#[derive(Clone, Copy)]
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

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            head: AtomicPtr::new(ptr::null_mut()),
            waker: Lock::new(None),
            local: UnsafeCell::new(Chain { ends: None }),
            polled: UnsafeCell::new(None),
        }
    }

    /// Adds a task, and wakes the scope if it sleeps. False: the scope is over.
    ///
    /// # Safety
    ///
    /// The task is of this scope, whose share in it is there, and the caller has set `QUEUED`, or is about to give
    /// the scope its share.
    pub(super) unsafe fn push(&self, task: NonNull<Header>) -> bool {
        if self.is_driven_here() {
            // SAFETY: Q1: this is the thread, and nobody is at the list further up: it is left alone while tasks run.
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
    /// As for [`push`](Self::push), by who drives the scope.
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

    /// Takes the first.
    ///
    /// # Safety
    ///
    /// The caller drives the scope.
    pub(super) unsafe fn pop(&self) -> Option<NonNull<Header>> {
        // SAFETY: Q1.
        let first = self.local.with_mut(|local| unsafe { &mut *local }.pop());
        // SAFETY: by the caller.
        first.or_else(|| unsafe { self.pop_from_stack() })
    }

    #[cold]
    unsafe fn pop_from_stack(&self) -> Option<NonNull<Header>> {
        // ORDERING: Relaxed: if somebody is just pushing, parking will notice.
        let head = self.head.load(Ordering::Relaxed);
        if head.is_null() || head == closed() {
            return None;
        }
        // ORDERING: Acquire takes the links over.
        let top = self.head.swap(ptr::null_mut(), Ordering::Acquire);
        let taken = if top == parked() { None } else { NonNull::new(top) };
        // SAFETY: what was on the stack is ours.
        let mut chain = unsafe { Chain::turned_round(taken) };
        let first = chain.pop();
        // SAFETY: Q1.
        self.local.with_mut(|local| unsafe { *local = chain });
        first
    }

    /// Puts what was taken back in its place.
    ///
    /// # Safety
    ///
    /// The caller drives the scope.
    pub(super) unsafe fn push_front(&self, task: NonNull<Header>) {
        self.local.with_mut(|local| {
            // SAFETY: Q1.
            let local = unsafe { &mut *local };
            // SAFETY: it was taken from here.
            unsafe { set_next(task, local.ends.map(|(first, _)| first)) };
            local.ends = Some((task, local.ends.map_or(task, |(_, last)| last)));
        });
    }

    /// Sleeps until something is pushed. False: something has been.
    ///
    /// # Safety
    ///
    /// The caller drives the scope, and has popped all.
    pub(super) unsafe fn park(&self, waker: &Waker) -> bool {
        let mut waker = Some(waker.clone());
        std::mem::swap(&mut *self.waker.lock(), &mut waker);
        drop(waker);
        // ORDERING: Release hands the waker over.
        self.exchange(parked(), Ordering::Release)
    }

    /// Closes for good, if nothing has been pushed.
    ///
    /// # Safety
    ///
    /// As for [`park`](Self::park).
    pub(super) unsafe fn try_close(&self) -> bool {
        self.exchange(closed(), Ordering::Relaxed)
    }

    fn exchange(&self, new: *mut Header, success: Ordering) -> bool {
        let exchanged =
            self.head.compare_exchange(ptr::null_mut(), new, success, Ordering::Relaxed);
        exchanged.is_ok()
    }

    /// Closes for good, and gives what is left.
    ///
    /// # Safety
    ///
    /// The caller drives the scope.
    pub(super) unsafe fn close(&self) -> impl Iterator<Item = NonNull<Header>> + use<> {
        // ORDERING: Acquire takes the links over.
        let top = self.head.swap(closed(), Ordering::Acquire);
        let is_task = top != parked() && top != closed();
        // SAFETY: what was on the stack is ours.
        let mut pushed = unsafe { Chain::turned_round(NonNull::new(top).filter(|_| is_task)) };
        // SAFETY: Q1.
        let mut local =
            self.local.with_mut(|local| std::mem::replace(unsafe { &mut *local }, Chain { ends: None }));
        let waker = self.waker.lock().take();
        drop(waker);
        std::iter::from_fn(move || local.pop().or_else(|| pushed.pop()))
    }

    /// Notes which task is being polled.
    ///
    /// # Safety
    ///
    /// The caller drives the scope.
    pub(super) unsafe fn set_polled(&self, task: Option<NonNull<Header>>) {
        // SAFETY: Q1.
        self.polled.with_mut(|polled| unsafe { *polled = task });
    }

    /// Whether this thread drives the scope, and is not just polling this task: then the task is untouched by anybody.
    pub(super) fn is_at_rest_here(&self, task: NonNull<Header>) -> bool {
        // SAFETY: Q1.
        self.is_driven_here() && self.polled.with(|polled| unsafe { *polled }) != Some(task)
    }

    fn is_driven_here(&self) -> bool {
        DRIVEN.with(|driven| ptr::eq(driven.get(), self))
    }

    /// This thread drives the scope while the result lives.
    pub(super) fn drive(&self) -> Driving {
        Driving(DRIVEN.with(|driven| driven.replace(self)))
    }
}

/// See [`Queue::drive`].
pub(super) struct Driving(*const Queue);

impl Drop for Driving {
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
