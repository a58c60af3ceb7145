//! Who runs the tasks of a scope: polls those that were woken, and drops them all in the end.
//!
//! # Invariants
//!
//! - D1. The scope has one share in each task, which is linked in `tasks` from when the task is first taken
//!   from the queue until it is done and not in the queue, nor about to be, or the queue is closed.
//!   Before that the share is in the queue.
//! - D2. `live` counts the linked tasks that are not known to be done: those with `is_live`.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::task::{Poll, Waker};

use taut_core::panics::FirstPanic;
use taut_core::sync::Arc;

use super::cell::{DETACHED, DONE, DOOMED, Header, Links, QUEUED};
use super::queue::{Held, Queue, Reins};
use super::share::Share;

/// See the file's head.
pub(super) struct Driver {
    reins: Reins,
    /// The first in the list of tasks.
    tasks: Option<NonNull<Header>>,
    live: usize,
    /// No task has been polled in this turn.
    is_fresh: bool,
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
    pub(super) const fn new(reins: Reins) -> Self {
        Self { reins, tasks: None, live: 0, is_fresh: true, is_over: false }
    }

    /// Whether there is nothing left to run, nor will be.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Begins a turn: this thread drives the scope while the result lives.
    pub(super) fn hold(&mut self) -> Held {
        self.is_fresh = true;
        self.reins.collect();
        self.reins.hold()
    }

    /// Polls tasks until it is the turn of the body, or nothing is left to be polled.
    pub(super) fn run(&mut self, body: &Body, waker: &Waker) -> Turn {
        loop {
            let Some(next) = self.reins.pop() else {
                match self.rest(body.is_done, waker) {
                    Some(turn) => return turn,
                    None => continue,
                }
            };
            if !self.reins.has_turn(std::mem::take(&mut self.is_fresh)) {
                self.reins.push_front(&next);
                waker.wake_by_ref();
                return Turn::Pending;
            }
            if body.is(&next) {
                next.unqueue();
                return Turn::Body;
            }
            self.take(next);
        }
    }

    /// Nothing is queued: sleeps, or ends. `None`: something has come meanwhile.
    fn rest(&mut self, is_body_done: bool, waker: &Waker) -> Option<Turn> {
        if is_body_done && self.live == 0 {
            self.is_over = self.reins.try_close();
            if self.is_over {
                self.release_late();
            }
            return self.is_over.then_some(Turn::Over);
        }
        self.reins.park(waker).then_some(Turn::Pending)
    }

    /// Gives up the shares in tasks that were done as somebody was about to queue them: now that the queue
    /// is closed, they will not come out of it.
    fn release_late(&mut self) {
        while let Some(first) = self.tasks {
            // SAFETY: D1.
            self.release(ManuallyDrop::new(unsafe { Share::from_raw(first) }));
        }
    }

    /// Looks after a task that was in the queue.
    fn take(&mut self, task: ManuallyDrop<Share>) {
        self.link(&task);
        let state = task.unqueue();
        if state & DONE != 0 {
            // It was aborted, or was woken as it ended. By T4 nobody will queue it again.
            self.release(task);
        } else if state & DOOMED != 0 {
            self.end(task, End::Aborted);
        } else {
            self.poll(task);
        }
    }

    fn poll(&mut self, task: ManuallyDrop<Share>) {
        /// Ends the task if its poll panics.
        struct Polled<'a>(&'a mut Driver, Option<ManuallyDrop<Share>>);
        impl Drop for Polled<'_> {
            fn drop(&mut self) {
                self.0.reins.set_polled(None);
                if let Some(task) = self.1.take() {
                    self.0.end(task, End::Aborted);
                }
            }
        }
        self.reins.set_polled(Some(&task));
        let mut polled = Polled(self, Some(task));
        let Some(task) = &polled.1 else { return };
        // SAFETY: we drive the scope.
        let poll = unsafe { task.poll() };
        let task = polled.1.take();
        drop(polled);
        if let (Poll::Ready(()), Some(task)) = (poll, task) {
            self.end(task, End::Completed);
        }
    }

    fn end(&mut self, task: ManuallyDrop<Share>, how: End) {
        self.discount(&task);
        let state = match how {
            // SAFETY: we drive the scope; it has just been polled to its end.
            End::Completed => unsafe { task.complete() },
            // SAFETY: we drive the scope, and it is not being polled.
            End::Aborted => unsafe { task.abort() },
        };
        // If it was woken meanwhile, then it comes once more out of the queue: T4.
        if state & QUEUED == 0 {
            self.release(task);
        }
    }

    fn discount(&mut self, task: &Share) {
        // SAFETY: we drive the scope.
        if unsafe { task.with_links(|links| std::mem::replace(&mut links.is_live, false)) } {
            self.live -= 1;
        }
    }

    /// Adds a task to the list, if it is not in it.
    fn link(&mut self, task: &Share) {
        let (this, next) = (task.header(), self.tasks);
        let links = Links { is_linked: true, is_live: true, next, previous: None };
        // SAFETY: we drive the scope.
        let is_new = unsafe {
            task.with_links(|old| {
                !old.is_linked && {
                    *old = links;
                    true
                }
            })
        };
        if !is_new {
            return;
        }
        self.tasks = Some(this);
        self.live += 1;
        if let Some(next) = next {
            // SAFETY: D1.
            unsafe { with_links(next, |links| links.previous = Some(this)) };
        }
    }

    /// Takes a task from the list, and gives the scope's share in it up.
    fn release(&mut self, task: ManuallyDrop<Share>) {
        self.discount(&task);
        // SAFETY: we drive the scope.
        let Links { previous, next, .. } = unsafe { task.with_links(std::mem::take) };
        match previous {
            // SAFETY: D1.
            Some(previous) => unsafe { with_links(previous, |links| links.next = next) },
            None => self.tasks = next,
        }
        if let Some(next) = next {
            // SAFETY: D1.
            unsafe { with_links(next, |links| links.previous = previous) };
        }
        drop(ManuallyDrop::into_inner(task));
    }

    /// Drops the futures of all tasks, and starts no more.
    pub(super) fn clear(&mut self, body: &Body) {
        self.is_over = true;
        let (queued, waker) = self.reins.close();
        for task in queued {
            if !body.is(&task) {
                self.link(&task);
            }
        }
        let mut panics = FirstPanic::default();
        panics.of(|| drop(waker));
        while let Some(first) = self.tasks {
            // SAFETY: D1.
            let task = ManuallyDrop::new(unsafe { Share::from_raw(first) });
            // A destructor that panics keeps no other task alive.
            // SAFETY: we drive the scope, and none is being polled.
            panics.of(|| unsafe { task.abort() });
            self.release(task);
        }
        panics.raise();
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

    /// Whether this is it.
    fn is(&self, task: &Share) -> bool {
        self.task.header() == task.header()
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
    // SAFETY: by the caller.
    unsafe { share.with_links(f) }
}
