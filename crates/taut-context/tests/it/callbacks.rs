//! What a callback may do, what it sees, and what its panic does: CX-40, CX-10, G-07.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use taut::context::{AfterFunc, Cancel, Context};
use tokio_util::sync::CancellationToken;

use crate::support::hooks::panics;
use crate::support::{CANCELLED, Census, Seen, Why, now, parked, seen};

/// A callback that counts its runs.
fn counting(runs: &Arc<AtomicUsize>) -> impl FnOnce() + Send + use<> + 'static {
    let runs = Arc::clone(runs);
    move || _ = runs.fetch_add(1, Ordering::SeqCst)
}

#[test]
fn cx_10_a_callback_sees_the_whole_subtree_ended() {
    // Goal: below and above, wherever it is registered.
    let (root, cancel) = Context::background().with_cancel();
    let (child, _child_cancel) = root.with_cancel();
    let (sibling, _sibling_cancel) = root.with_cancel();
    let (below, _below_cancel) = child.with_cancel();
    let all = [root.clone(), child.clone(), sibling.clone(), below.clone()];
    let looks = Arc::new(Mutex::new(Vec::new()));
    let registered: Vec<AfterFunc> = all
        .iter()
        .map(|ctx| {
            let (all, looks) = (all.clone(), Arc::clone(&looks));
            ctx.after_func(move || looks.lock().unwrap().push(all.each_ref().map(seen)))
        })
        .collect();
    assert!(cancel.cancel_with(Why(3)));
    assert_eq!(*looks.lock().unwrap(), [[Seen::Cancelled(Some(3)); 4]; 4]);
    drop(registered);
}

#[test]
fn cx_40_a_callback_may_cancel_anything_of_the_tree() {
    let (root, cancel) = Context::background().with_cancel();
    let (child, child_cancel) = root.with_cancel();
    let (other, other_cancel) = Context::background().with_cancel();
    let cancel = Arc::new(cancel);
    let ours = Arc::clone(&cancel);
    let said = Arc::new(Mutex::new(None));
    let saying = Arc::clone(&said);
    let _registered = child.after_func(move || {
        let each =
            (ours.cancel(), child_cancel.cancel_with(Why(2)), other_cancel.cancel_with(Why(3)));
        *saying.lock().unwrap() = Some(each);
    });
    assert!(cancel.cancel());
    assert_eq!(*said.lock().unwrap(), Some((false, false, true)));
    assert_eq!(
        [seen(&root), seen(&child), seen(&other)],
        [CANCELLED, CANCELLED, Seen::Cancelled(Some(3))]
    );
}

#[test]
fn cx_40_a_callback_may_cancel_the_parent() {
    // Goal: upwards, while the child's end is being told.
    let (root, cancel) = Context::background().with_cancel();
    let (child, child_cancel) = root.with_cancel();
    let (sibling, _sibling_cancel) = root.with_cancel();
    let runs = Arc::default();
    let _counted = [sibling.after_func(counting(&runs)), root.after_func(counting(&runs))];
    let _registered = child.after_func(move || assert!(cancel.cancel_with(Why(1))));
    let mut waits = parked(sibling.done());
    assert!(child_cancel.cancel_with(Why(2)));
    let above = Seen::Cancelled(Some(1));
    assert_eq!(
        [seen(&child), seen(&root), seen(&sibling)],
        [Seen::Cancelled(Some(2)), above, above]
    );
    assert_eq!((waits.wakes(), runs.load(Ordering::SeqCst)), (1, 2));
    let _error = waits.ready();
}

#[test]
fn cx_40_a_callback_may_derive_and_register() {
    let (root, cancel) = Context::background().with_cancel();
    let runs: Arc<AtomicUsize> = Arc::default();
    let inner = Arc::clone(&runs);
    let held = root.clone();
    let _registered = root.after_func(move || {
        let (child, child_cancel) = held.with_cancel();
        assert_eq!((seen(&child), child_cancel.cancel()), (CANCELLED, false));
        assert!(!child.after_func(counting(&inner)).stop(), "it has run already");
        let merged = Context::merge(&[child.without_cancel(), held.clone()]);
        held.after_func(counting(&inner)).detach();
        merged.after_func(counting(&inner)).detach();
        let _error = now(merged.done());
    });
    assert!(cancel.cancel());
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[test]
fn cx_40_a_callback_may_stop_and_drop_others() {
    // Goal: each of two has the registration of the other: at least one runs, and none hangs.
    let runs: Arc<AtomicUsize> = Arc::default();
    let (ctx, cancel) = Context::background().with_cancel();
    let slots: [Arc<Mutex<Option<AfterFunc>>>; 2] = Default::default();
    let stopped = Arc::new(AtomicUsize::new(0));
    for me in 0..2 {
        let (other, runs, stopped) =
            (Arc::clone(&slots[1 - me]), Arc::clone(&runs), Arc::clone(&stopped));
        let registered = ctx.after_func(move || {
            runs.fetch_add(1, Ordering::SeqCst);
            let other = other.lock().unwrap().take();
            let prevented = other.is_some_and(AfterFunc::stop);
            stopped.fetch_add(usize::from(prevented), Ordering::SeqCst);
        });
        *slots[me].lock().unwrap() = Some(registered);
    }
    assert!(cancel.cancel());
    assert_eq!(runs.load(Ordering::SeqCst) + stopped.load(Ordering::SeqCst), 2, "CX-37");
    assert!(runs.load(Ordering::SeqCst) >= 1);
}

#[test]
fn cx_40_a_callback_may_drop_the_last_handles() {
    let census = Census::default();
    let (root, cancel) = Context::background().with_value(census.value(1)).with_cancel();
    let (child, child_cancel) = root.with_cancel();
    let held: Arc<Mutex<Option<(Context, Context, Cancel)>>> = Arc::default();
    *held.lock().unwrap() = Some((root.clone(), child, child_cancel));
    let taking = Arc::clone(&held);
    root.after_func(move || drop(taking.lock().unwrap().take())).detach();
    drop(root);
    assert!(cancel.cancel());
    assert!(held.lock().unwrap().is_none());
    drop(cancel);
    assert_eq!(census.alive(), 0);
}

#[test]
fn cx_40_what_a_callback_holds_may_do_as_much_when_it_is_dropped() {
    // Goal: dropped un-run, by stop and with the last handle: destructors of others run with no lock.
    struct Meddles(Context, Option<Cancel>);
    impl Drop for Meddles {
        fn drop(&mut self) {
            let (child, child_cancel) = self.0.with_cancel();
            assert!(self.0.after_func(|| ()).stop() || self.0.is_done());
            drop(self.1.take());
            assert_eq!(child.is_done(), self.0.is_done());
            drop((child, child_cancel));
        }
    }
    let (root, cancel) = Context::background().with_cancel();
    let (ctx, ctx_cancel) = root.with_cancel();
    let meddles = Meddles(root.clone(), None);
    assert!(ctx.after_func(move || drop(meddles)).stop());
    let meddles = Meddles(ctx.clone(), Some(ctx_cancel));
    assert!(ctx.after_func(move || drop(meddles)).stop());
    assert_eq!((seen(&ctx), seen(&root)), (CANCELLED, Seen::Live));

    let (ctx, ctx_cancel) = root.with_cancel();
    ctx_cancel.detach();
    let meddles = Meddles(root.clone(), Some(cancel));
    ctx.after_func(move || drop(meddles)).detach();
    drop(ctx);
    assert_eq!(seen(&root), CANCELLED, "by what was dropped with the callback");
}

#[test]
fn cx_40_values_and_causes_may_do_as_much_when_they_are_dropped() {
    #[derive(Debug)]
    struct Meddles(Context);
    impl Drop for Meddles {
        fn drop(&mut self) {
            let (child, _cancel) = self.0.with_cancel();
            assert_eq!(child.is_done(), self.0.is_done());
        }
    }
    impl std::fmt::Display for Meddles {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("meddles")
        }
    }
    impl std::error::Error for Meddles {}

    let (root, cancel) = Context::background().with_cancel();
    drop(root.with_value(Meddles(root.clone())));
    let (ctx, ctx_cancel) = root.with_cancel();
    assert!(ctx_cancel.cancel_with(Meddles(root.clone())));
    assert!(!ctx_cancel.cancel_with(Meddles(root.clone())), "dropped at once");
    drop((ctx, ctx_cancel));
    assert!(cancel.cancel());
}

#[test]
fn a_callback_that_panics_spares_the_others() {
    let (root, cancel) = Context::background().with_cancel();
    let (child, _child_cancel) = root.with_cancel();
    let runs = Arc::default();
    let before = [root.after_func(counting(&runs)), child.after_func(counting(&runs))];
    let bad = root.after_func(|| panic!("a callback panics"));
    let after = [root.after_func(counting(&runs)), child.after_func(counting(&runs))];
    let (mut one, mut two) = (parked(root.done()), parked(child.done()));
    panics("a callback panics", || _ = cancel.cancel());
    assert_eq!((seen(&root), seen(&child)), (CANCELLED, CANCELLED));
    assert_eq!((runs.load(Ordering::SeqCst), one.wakes(), two.wakes()), (4, 1, 1));
    let _errors = (one.ready(), two.ready());
    assert!(!bad.stop());
    assert!(before.into_iter().chain(after).all(|registered| !registered.stop()));
    assert!(!cancel.cancel(), "it can be used on");
}

#[test]
fn of_several_callbacks_that_panic_one_is_heard() {
    let (ctx, cancel) = Context::background().with_cancel();
    let runs = Arc::default();
    for n in 0..6 {
        if n % 2 == 0 {
            ctx.after_func(move || panic!("number {n}")).detach();
        } else {
            ctx.after_func(counting(&runs)).detach();
        }
    }
    panics("number", || _ = cancel.cancel());
    assert_eq!((seen(&ctx), runs.load(Ordering::SeqCst)), (CANCELLED, 3));
}

#[test]
fn a_panic_reaches_whoever_ended_it() {
    // Goal: the drop of a `Cancel`, and a registration that comes late.
    let (ctx, cancel) = Context::background().with_cancel();
    ctx.after_func(|| panic!("a callback panics")).detach();
    panics("a callback panics", || drop(cancel));
    assert_eq!(seen(&ctx), CANCELLED);
    panics("too late", || ctx.after_func(|| panic!("too late")).detach());
    let (child, _cancel) = ctx.with_cancel();
    assert_eq!(seen(&child), CANCELLED);
}

#[test]
fn a_panic_leaves_nothing_behind() {
    let census = Census::default();
    let (ctx, cancel) = Context::background().with_value(census.value(1)).with_cancel();
    for n in 0..4 {
        let held = census.value(n);
        ctx.after_func(move || panic!("{held} panics")).detach();
    }
    assert!(catch_unwind(AssertUnwindSafe(|| cancel.cancel())).is_err());
    assert_eq!(census.alive(), 1);
    drop((ctx, cancel));
    assert_eq!(census.alive(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_timer_driver_goes_no_further() {
    // Goal: the driver lives on, for all other timers of the runtime.
    let runs = Arc::default();
    for _ in 0..3 {
        let (ctx, _cancel) = Context::background().with_timeout(Duration::from_secs(1));
        ctx.after_func(|| panic!("a callback panics, as it should")).detach();
        ctx.after_func(counting(&runs)).detach();
        assert!(ctx.done().await.is_timeout());
    }
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[test]
fn a_panic_goes_not_to_who_cancels_a_token() {
    let token = CancellationToken::new();
    let (ctx, runs) = (Context::from(token.clone()), Arc::default());
    ctx.after_func(|| panic!("a callback panics, as it should")).detach();
    ctx.after_func(counting(&runs)).detach();
    token.cancel();
    assert_eq!((seen(&ctx), runs.load(Ordering::SeqCst)), (CANCELLED, 1));
}

#[test]
fn a_panic_that_drops_a_cancel_is_the_one_that_is_heard() {
    // Goal: a second panic in a destructor would end the process.
    let (ctx, cancel) = Context::background().with_cancel();
    ctx.after_func(|| panic!("a callback panics, as it should")).detach();
    panics("the first", move || {
        let _cancel = cancel;
        panic!("the first");
    });
    assert_eq!(seen(&ctx), CANCELLED);
}
