//! Wakers that run code of others: no lock is held, and a panic of one is not felt by the rest. G-07.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Waker;

use taut::context::{Cancel, Context};

use crate::support::hooks::{Event, bomb, hooked, panics};
use crate::support::{CANCELLED, parked, seen, task};

/// A waker that does something when it is woken.
fn on_wake(program: impl Fn() + Send + Sync + 'static) -> Waker {
    hooked(move |event| {
        if event == Event::Wake {
            program();
        }
    })
}

/// Everything that takes a lock somewhere, on this tree.
fn meddle(ctx: &Context, cancel: &Cancel) {
    assert!(!cancel.cancel() && !cancel.cancel_with("again"));
    let (child, child_cancel) = ctx.with_cancel();
    assert!(child.is_done() && !child_cancel.cancel());
    let ran = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ran);
    assert!(!ctx.after_func(move || _ = counted.fetch_add(1, Ordering::SeqCst)).stop());
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    assert!(task(child.done()).poll().is_ready());
    let merged = Context::merge(&[child.with_value(1_u8), ctx.clone()]);
    assert!(merged.cause().is_some() && merged.without_cancel().err().is_none());
}

#[test]
fn g_07_a_waker_may_do_anything_to_the_tree() {
    let (root, cancel) = Context::background().with_cancel();
    let cancel = Arc::new(cancel);
    let (child, child_cancel) = root.with_cancel();
    let child_cancel = Arc::new(child_cancel);
    let woken = Arc::new(AtomicUsize::new(0));
    let waker = {
        let (root, cancel) = (root.clone(), Arc::clone(&cancel));
        let (child, child_cancel, woken) =
            (child.clone(), Arc::clone(&child_cancel), Arc::clone(&woken));
        on_wake(move || {
            meddle(&root, &cancel);
            meddle(&child, &child_cancel);
            woken.fetch_add(1, Ordering::SeqCst);
        })
    };
    let (mut one, mut two) = (task(root.done()), task(child.done()));
    assert!(one.poll_with(&waker).is_pending() && two.poll_with(&waker).is_pending());
    assert!(cancel.cancel());
    assert_eq!(woken.load(Ordering::SeqCst), 2);
    drop((one, two));
}

#[test]
fn g_07_a_waker_may_drop_the_last_handles() {
    // Goal: what is being ended goes away meanwhile.
    let (root, cancel) = Context::background().with_cancel();
    let (child, child_cancel) = root.with_cancel();
    let held = Arc::new(Mutex::new(Some((child.clone(), child_cancel))));
    let mut waits = task(root.done());
    let waker = {
        let held = Arc::clone(&held);
        on_wake(move || drop(held.lock().unwrap().take()))
    };
    assert!(waits.poll_with(&waker).is_pending());
    drop(child);
    assert!(cancel.cancel());
    assert!(held.lock().unwrap().is_none());
    assert!(waits.poll().is_ready());
}

#[test]
fn g_07_a_waker_may_be_dropped_and_cloned_with_no_lock() {
    // Goal: whatever is done to a waker when it is registered, replaced and withdrawn.
    let (root, cancel) = Context::background().with_cancel();
    let (child, _child_cancel) = root.with_cancel();
    let looks = Arc::new(AtomicUsize::new(0));
    let looking = || {
        let (root, child, looks) = (root.clone(), child.clone(), Arc::clone(&looks));
        hooked(move |_| {
            let (below, _cancel) = child.with_cancel();
            let registered = root.after_func(|| ());
            assert_eq!(below.is_done(), root.is_done());
            drop(registered);
            looks.fetch_add(1, Ordering::SeqCst);
        })
    };
    let mut waits = task(child.done());
    assert!(waits.poll_with(&looking()).is_pending());
    assert!(waits.poll_with(&looking()).is_pending());
    drop(waits);
    let mut waits = task(root.done());
    assert!(waits.poll_with(&looking()).is_pending());
    assert!(cancel.cancel());
    drop(waits);
    assert!(looks.load(Ordering::SeqCst) >= 7);
}

#[test]
fn a_waker_that_panics_spares_the_others() {
    let (root, cancel) = Context::background().with_cancel();
    let (child, _child_cancel) = root.with_cancel();
    let before = parked(root.done());
    let mut bad = task(root.done());
    assert!(bad.poll_with(&bomb()).is_pending());
    let (after, below) = (parked(root.done()), parked(child.done()));
    panics("a waker panics", || _ = cancel.cancel());
    assert_eq!((seen(&root), seen(&child)), (CANCELLED, CANCELLED));
    assert_eq!([before.wakes(), after.wakes(), below.wakes()], [1, 1, 1]);
    assert!(bad.poll().is_ready());
    assert!(!cancel.cancel());
}

#[test]
fn a_waker_that_panics_spares_the_callbacks() {
    let (ctx, cancel) = Context::background().with_cancel();
    let ran = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&ran);
    let _registered = ctx.after_func(move || _ = counted.fetch_add(1, Ordering::SeqCst));
    let mut bad = task(ctx.done());
    assert!(bad.poll_with(&bomb()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| cancel.cancel())).is_err());
    assert_eq!((seen(&ctx), ran.load(Ordering::SeqCst)), (CANCELLED, 1));
}
