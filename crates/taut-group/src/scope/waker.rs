//! The wakers of tasks in a scope. Each has a share in its task, and a pointer to all of it.

use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use taut_core::sync::Ordering;

use super::cell::{DONE, Header, QUEUED};
use super::share::Share;

/// More shares than there can be.
const TOO_MANY: usize = usize::MAX >> 1;

static TABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_share);

/// A waker that takes over a share.
pub(super) fn of(task: NonNull<Header>) -> Waker {
    let pointer = task.as_ptr().cast_const().cast();
    // SAFETY: the functions of the table keep what `RawWakerVTable` asks for, and a header may be reached
    // from any thread.
    unsafe { Waker::from_raw(RawWaker::new(pointer, &TABLE)) }
}

/// # Safety
///
/// The pointer of a waker.
unsafe fn task_of(pointer: *const ()) -> NonNull<Header> {
    // SAFETY: it is not null.
    unsafe { NonNull::new_unchecked(pointer.cast_mut().cast()) }
}

unsafe fn clone(pointer: *const ()) -> RawWaker {
    // SAFETY: by the caller.
    let task = unsafe { task_of(pointer) };
    // SAFETY: a waker has a share.
    let header = unsafe { task.as_ref() };
    // ORDERING: Relaxed, as whoever clones has a share.
    if header.shares.fetch_add(1, Ordering::Relaxed) > TOO_MANY {
        std::process::abort();
    }
    RawWaker::new(pointer, &TABLE)
}

unsafe fn wake(pointer: *const ()) {
    // SAFETY: by the caller.
    let task = unsafe { task_of(pointer) };
    // SAFETY: a waker has a share, and gives it up here, also if the waker of the scope panics.
    let _share = unsafe { Share::from_raw(task) };
    // SAFETY: by the caller.
    unsafe { wake_by_ref(pointer) };
}

unsafe fn wake_by_ref(pointer: *const ()) {
    // SAFETY: by the caller.
    let task = unsafe { task_of(pointer) };
    // SAFETY: a waker has a share.
    let header = unsafe { task.as_ref() };
    // ORDERING: Release, so that the poll which this asks for sees what was done before, also when it was
    // asked for already; Acquire, for what the push does.
    if header.state.fetch_or(QUEUED, Ordering::AcqRel) & (QUEUED | DONE) == 0 {
        // SAFETY: T4.
        unsafe { header.queue.push(task) };
    }
}

unsafe fn drop_share(pointer: *const ()) {
    // SAFETY: by the caller.
    let task = unsafe { task_of(pointer) };
    // SAFETY: a waker has a share, and gives it up here.
    drop(unsafe { Share::from_raw(task) });
}
