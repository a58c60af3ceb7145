//! Values and wakers that run code of the test's when they are woken, cloned or dropped.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{RawWaker, RawWakerVTable, Waker};

/// What happens to a waker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Clone,
    Wake,
    Drop,
}

type Hook = dyn Fn(Event) + Send + Sync;

struct Hooked(Box<Hook>);

const VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop_waker);

/// A waker that calls `hook` whenever something happens to it.
pub fn hooked(hook: impl Fn(Event) + Send + Sync + 'static) -> Waker {
    let data = Arc::into_raw(Arc::new(Hooked(Box::new(hook))));
    // SAFETY: the table treats `data` as a counted reference, and a hook may be called anywhere.
    unsafe { Waker::new(data.cast(), &VTABLE) }
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: by the waker's contract, it is the reference that `hooked` made.
    let hooked = unsafe { &*data.cast::<Hooked>() };
    (hooked.0)(Event::Clone);
    // SAFETY: as above; one more for the clone.
    unsafe { Arc::increment_strong_count(data.cast::<Hooked>()) };
    RawWaker::new(data, &VTABLE)
}

unsafe fn wake(data: *const ()) {
    // SAFETY: by the waker's contract, the reference is ours now.
    let hooked = unsafe { Arc::from_raw(data.cast::<Hooked>()) };
    (hooked.0)(Event::Wake);
}

unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: by the waker's contract.
    let hooked = unsafe { &*data.cast::<Hooked>() };
    (hooked.0)(Event::Wake);
}

unsafe fn drop_waker(data: *const ()) {
    // SAFETY: by the waker's contract, the reference is ours now.
    let hooked = unsafe { Arc::from_raw(data.cast::<Hooked>()) };
    (hooked.0)(Event::Drop);
}

/// A waker that panics when it is woken.
pub fn bomb() -> Waker {
    hooked(|event| assert!(event != Event::Wake, "a waker panics"))
}

/// Runs `program`, which must panic with this text.
#[track_caller]
pub fn panics(text: &str, program: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(program)).expect_err("it should have panicked");
    let told = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    assert!(told.is_some_and(|told| told.contains(text)), "another panic: {told:?}");
}

/// A value that calls `hook` when it is dropped.
pub struct OnDrop<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
