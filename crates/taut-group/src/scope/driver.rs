//! Who runs the tasks of a scope: polls those that were woken, and drops them all in the end.
//!
//! # Invariants
//!
//! - D1. The scope has one share in each task, which is linked in `tasks` from when the task is first taken from the queue
//!   until it is done and not in the queue. Before that the share is in the queue.
//! - D2. `live` counts the linked tasks that are not known to be done: those with `is_live`.

use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;
use std::task::{Poll, Waker};
use std::thread;

use taut_core::coop;
use taut_core::sync::Arc;

use super::queue::Queue;
use super::cell::{DETACHED, DONE, DOOMED, Header, Links, QUEUED, Share};

/// How many polls of tasks make one poll of the scope, at most: the rest of the runtime is to have its turn. (What the
/// tasks do counts for the budget of Tokio as well; this is for what does not.)
const POLLS_IN_A_TURN: usize = 256;

/// See the file's head.
pub(super) struct Driver {
    queue: Arc<Queue>,
    /// The first in the list of tasks.
    tasks: Option<NonNull<Header>>,
    live: usize,
    is_over: bool,
}

// SAFETY: the tasks are futures that may be sent, and so may the scope.
unsafe impl Send for Driver {}
// SAFETY: nothing can be done with a shared one.
unsafe impl Sync for Driver {}

/// What to do next.
pub(super) enum Turn {
    /// The one task that is not in the scope: its body.
    Body,
    /// Everything is done.
    Over,
    /// Until somebody wakes the scope, or has arranged for that.
    Pending,
}

impl Driver {
    pub(super) const fn new(queue: Arc<Queue>) -> Self {
        Self { queue, tasks: None, live: 0, is_over: false }
    }

    pub(super) const fn queue(&self) -> &Arc<Queue> {
        &self.queue
    }

    /// Whether there is nothing left to run, nor will be.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Polls tasks until it is the turn of the body, or nothing is left to be polled.
    pub(super) fn run(&mut self, body: &Body, polls: &mut usize, waker: &Waker) -> Turn {
        loop {
            // SAFETY: we drive the scope.
            let Some(next) = (unsafe { self.queue.pop() }) else {
                match self.rest(body.is_done, waker) {
                    Some(turn) => return turn,
                    None => continue,
                }
            };
            if *polls == POLLS_IN_A_TURN || !coop::has_budget() {
                // SAFETY: as above.
                unsafe { self.queue.push_front(next) };
                waker.wake_by_ref();
                return Turn::Pending;
            }
            *polls += 1;
            if next == body.task.header() {
                body.task.unqueue();
                return Turn::Body;
            }
            self.take(next);
        }
    }

    /// Nothing is queued: sleeps, or ends. `None`: something has come meanwhile.
    fn rest(&mut self, is_body_done: bool, waker: &Waker) -> Option<Turn> {
        if is_body_done && self.live == 0 {
            // SAFETY: we drive the scope.
            self.is_over = unsafe { self.queue.try_close() };
            return self.is_over.then_some(Turn::Over);
        }
        // SAFETY: as above.
        unsafe { self.queue.park(waker) }.then_some(Turn::Pending)
    }

    /// Looks after a task that was in the queue.
    fn take(&mut self, task: NonNull<Header>) {
        // SAFETY: D1; the share stays the scope's.
        let share = ManuallyDrop::new(unsafe { Share::from_raw(task) });
        if !share.with_links(|links| links.is_linked) {
            self.link(&share);
        }
        let state = share.unqueue();
        if state & DONE != 0 {
            // It was aborted, or was woken as it ended. By T4 nobody will queue it again.
            self.release(&share);
        } else if state & DOOMED != 0 {
            self.end(&share, End::Aborted);
        } else if self.poll(&share).is_ready() {
            self.end(&share, End::Completed);
        }
    }

    fn poll(&mut self, share: &Share) -> Poll<()> {
        /// Ends the task if its poll panics.
        struct Polled<'a> {
            driver: &'a mut Driver,
            task: &'a Share,
            has_returned: bool,
        }
        impl Drop for Polled<'_> {
            fn drop(&mut self) {
                // SAFETY: we drive the scope.
                unsafe { self.driver.queue.set_polled(None) };
                if !self.has_returned {
                    self.driver.end(self.task, End::Aborted);
                }
            }
        }
        // SAFETY: we drive the scope.
        unsafe { self.queue.set_polled(Some(share.header())) };
        let mut polled = Polled { driver: self, task: share, has_returned: false };
        // SAFETY: we drive the scope, and it is not done.
        let poll = unsafe { share.poll() };
        polled.has_returned = true;
        poll
    }

    fn end(&mut self, share: &Share, how: End) {
        self.discount(share);
        let state = match how {
            // SAFETY: we drive the scope; it has just been polled to its end.
            End::Completed => unsafe { share.complete() },
            // SAFETY: we drive the scope, and it is not being polled.
            End::Aborted => unsafe { share.abort() },
        };
        // If it was woken meanwhile, then it comes once more out of the queue: T4.
        if state & QUEUED == 0 {
            self.release(share);
        }
    }

    fn discount(&mut self, share: &Share) {
        if share.with_links(|links| std::mem::replace(&mut links.is_live, false)) {
            self.live -= 1;
        }
    }

    fn link(&mut self, share: &Share) {
        let next = self.tasks.replace(share.header());
        share.with_links(|links| *links = Links { is_linked: true, is_live: true, next, previous: None });
        if let Some(next) = next {
            // SAFETY: D1.
            unsafe { with_links(next, |links| links.previous = Some(share.header())) };
        }
        self.live += 1;
    }

    /// Gives the scope's share in a task up.
    fn release(&mut self, share: &Share) {
        self.discount(share);
        let Links { previous, next, .. } = share.with_links(std::mem::take);
        match previous {
            // SAFETY: D1.
            Some(previous) => unsafe { with_links(previous, |links| links.next = next) },
            None => self.tasks = next,
        }
        if let Some(next) = next {
            // SAFETY: D1.
            unsafe { with_links(next, |links| links.previous = previous) };
        }
        // SAFETY: the scope's share, which is linked no more.
        drop(unsafe { Share::from_raw(share.header()) });
    }

    /// Drops the futures of all tasks, and starts no more.
    pub(super) fn clear(&mut self, body: &Body) {
        self.is_over = true;
        // SAFETY: we drive the scope.
        for task in unsafe { self.queue.close() } {
            // SAFETY: it was in the queue: D1, or the body's.
            let share = ManuallyDrop::new(unsafe { Share::from_raw(task) });
            if task != body.task.header() && !share.with_links(|links| links.is_linked) {
                self.link(&share);
            }
        }
        let mut panic = None;
        while let Some(task) = self.tasks {
            // SAFETY: D1; `release` takes the share.
            let share = ManuallyDrop::new(unsafe { Share::from_raw(task) });
            // A destructor that panics keeps no other task alive.
            // SAFETY: we drive the scope, and none is being polled.
            let aborted = catch_unwind(AssertUnwindSafe(|| unsafe { share.abort() }));
            if let Err(payload) = aborted {
                panic.get_or_insert(payload);
            }
            self.release(&share);
        }
        match panic {
            Some(payload) if !thread::panicking() => resume_unwind(payload),
            _ => {}
        }
    }
}

/// How a task ends.
#[derive(Clone, Copy)]
enum End {
    Completed,
    Aborted,
}

/// The body of a scope, as a task: to be woken, and not polled by the driver.
pub(super) struct Body {
    task: Share,
    pub(super) is_done: bool,
}

impl Body {
    /// Queued.
    pub(super) fn new(queue: &Arc<Queue>) -> Self {
        let (task, other) = Share::pair(queue, std::future::pending::<()>(), DETACHED);
        drop(other);
        // SAFETY: `QUEUED` is set in a new task, and the share outlives the queue's being open.
        unsafe { queue.push(task.header()) };
        Self { task, is_done: false }
    }

    /// What wakes it.
    pub(super) fn waker(&self) -> ManuallyDrop<Waker> {
        self.task.waker()
    }

    /// It is not to be woken any more.
    pub(super) fn end(&mut self) {
        self.is_done = true;
        // SAFETY: the future of this task is never polled, and is reached by us only.
        unsafe { self.task.abort() };
    }
}

/// # Safety
///
/// It is linked, and the caller drives the scope.
unsafe fn with_links<R>(task: NonNull<Header>, f: impl FnOnce(&mut Links) -> R) -> R {
    // SAFETY: by the caller, and the share stays where it is.
    let share = ManuallyDrop::new(unsafe { Share::from_raw(task) });
    share.with_links(f)
}
