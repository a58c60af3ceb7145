//! Many threads on one tree: the scenarios of Go's tests, and the races that must have one outcome.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use taut::context::{AfterFunc, Cancel, Context, ContextError};

use crate::support::plain::Plain;
use crate::support::{
    CANCELLED, Census, Counted, Program, ROUNDS, Seen, Why, block_on, parked, race, seen, some_of,
    task,
};

/// As many as Go's test has.
const TREE: usize = some_of(100);

/// One above ten above all others.
fn tree() -> Vec<(Context, Cancel)> {
    let mut tree = vec![Context::background().with_cancel()];
    for n in 0..TREE - 1 {
        let parent = if n < 10 { 0 } else { 1 + n % 10 };
        tree.push(tree[parent].0.with_cancel());
    }
    tree
}

#[test]
fn cx_08_simultaneous_cancels() {
    // Goal: each of the tree is cancelled by one of four threads, in four orders; all end.
    for round in 0..ROUNDS / 4 + 1 {
        let tree = tree();
        let tree = &tree;
        let share = |thread: usize| -> Program<'_, usize> {
            let step = [1, 3, 7, 99][thread];
            Box::new(move || {
                let ours = (0..TREE).map(|n| n * step % TREE).filter(|n| n % 4 == thread);
                ours.filter(|at| tree[*at].1.cancel()).count()
            })
        };
        let ended = race((0..4).map(share).collect());
        assert!(tree.iter().all(|(ctx, _)| seen(ctx) == CANCELLED), "{round}");
        assert!((1..=TREE).contains(&ended.into_iter().sum::<usize>()));
        assert!(tree.iter().all(|(_, cancel)| !cancel.cancel()));
    }
}

#[test]
fn cx_08_one_of_many_cancels_is_the_one() {
    for _ in 0..ROUNDS {
        let (ctx, cancel) = Context::background().with_cancel();
        let (child, _child_cancel) = ctx.with_cancel();
        let cancel = &cancel;
        let who = |n: u32| -> Program<'_, bool> { Box::new(move || cancel.cancel_with(Why(n))) };
        let won = race((0..4).map(who).collect());
        assert_eq!(won.iter().filter(|won| **won).count(), 1);
        let winner = won.iter().position(|won| *won).map(|at| at as u32);
        assert_eq!([&ctx, &child].map(seen), [Seen::Cancelled(winner); 2]);
    }
}

/// So many contexts under one that it takes a while to tell them all.
const CROWD: usize = if cfg!(miri) { 10 } else { 1000 };

#[test]
fn cx_06_a_cancel_that_comes_second_returns_when_all_is_done() {
    // Goal: whichever of two returns, the whole subtree says so.
    for _ in 0..ROUNDS / 4 + 1 {
        let (root, cancel) = Context::background().with_cancel();
        let crowd: Vec<_> = (0..CROWD).map(|_| root.with_cancel()).collect();
        let (cancel, crowd) = (&cancel, &crowd);
        let program = || -> Program<'_, bool> {
            Box::new(move || {
                cancel.cancel();
                crowd.iter().all(|(ctx, _)| ctx.is_done())
            })
        };
        assert_eq!(race(vec![program(), program()]), [true, true]);
    }
}

#[test]
fn cx_05_an_end_waits_for_the_one_that_is_under_way_below() {
    // Goal: a child's end meets its parent's; each returns when its own subtree is done.
    for _ in 0..ROUNDS / 4 + 1 {
        let (root, cancel) = Context::background().with_cancel();
        let (child, child_cancel) = root.with_cancel();
        let crowd: Vec<_> = (0..CROWD).map(|_| child.with_cancel()).collect();
        let (cancel, child_cancel, crowd) = (&cancel, &child_cancel, &crowd);
        let program = |whose: &str, end: &dyn Fn()| -> bool {
            end();
            assert!(crowd.iter().all(|(ctx, _)| ctx.is_done()), "{whose}");
            true
        };
        let both = race::<bool>(vec![
            Box::new(|| program("the parent's", &|| _ = cancel.cancel())),
            Box::new(|| program("the child's", &|| _ = child_cancel.cancel())),
        ]);
        assert_eq!(both, [true, true]);
    }
}

#[test]
fn cx_07_who_is_woken_by_the_parent_sees_the_child_done() {
    for _ in 0..ROUNDS {
        let (root, cancel) = Context::background().with_cancel();
        let children: Vec<_> = (0..some_of(10)).map(|_| root.with_cancel()).collect();
        let waits = parked(root.done());
        let (waits, children, cancel) = (&waits, &children, &cancel);
        let seen = race::<bool>(vec![
            Box::new(|| cancel.cancel()),
            Box::new(|| {
                while waits.wakes() == 0 {
                    std::thread::yield_now();
                }
                children.iter().all(|(ctx, _)| ctx.is_done())
            }),
        ]);
        assert_eq!(seen, [true, true]);
    }
}

#[test]
fn cx_12_a_child_made_while_its_parent_ends_is_no_orphan() {
    for _ in 0..ROUNDS {
        let (parent, cancel) = Context::background().with_cancel();
        let (other, _other_cancel) = Context::background().with_cancel();
        let (parent, other, cancel) = (&parent, &other, &cancel);
        let deriving = || -> Program<'_, Vec<(Context, Option<Cancel>)>> {
            Box::new(move || {
                let mut made = Vec::new();
                for n in 0..some_of(8) {
                    let (child, child_cancel) = parent.with_cancel();
                    let (below, below_cancel) = child.with_value(n).with_cancel();
                    let merged = Context::merge(&[other.clone(), child.clone()]);
                    made.extend([(child, Some(child_cancel)), (below, Some(below_cancel))]);
                    made.push((merged, None));
                }
                made
            })
        };
        let made = race(vec![
            deriving(),
            deriving(),
            Box::new(|| {
                assert!(cancel.cancel_with(Why(1)));
                Vec::new()
            }),
        ]);
        for (ctx, _) in made.iter().flatten() {
            assert_eq!(seen(ctx), Seen::Cancelled(Some(1)));
        }
    }
}

#[test]
fn cx_12_a_waiter_that_comes_while_the_context_ends_is_woken() {
    for _ in 0..ROUNDS {
        let (parent, cancel) = Context::background().with_cancel();
        let (child, _child_cancel) = parent.with_cancel();
        let waiting = |ctx: Context| -> Program<'_, ContextError> {
            Box::new(move || block_on(async { ctx.done().await }))
        };
        let ended = race(vec![
            waiting(parent.clone()),
            waiting(child.clone()),
            waiting(child.clone()),
            Box::new(|| {
                assert!(cancel.cancel());
                ContextError::Cancelled
            }),
        ]);
        assert_eq!(ended, [ContextError::Cancelled; 4]);
    }
}

#[test]
fn cx_47_interlocked_cancels() {
    // Goal: the child is cancelled in reaction to the parent's end, while the parent tells its children.
    for _ in 0..ROUNDS {
        let (parent, cancel) = Context::background().with_cancel();
        let children: Vec<_> = (0..some_of(10)).map(|_| parent.with_cancel()).collect();
        let (parent, children, cancel) = (&parent, &children, &cancel);
        race::<()>(vec![
            Box::new(|| assert!(cancel.cancel_with(Why(1)))),
            Box::new(|| {
                let _why = block_on(parent.done());
                for (_, cancel) in children.iter().rev() {
                    cancel.cancel_with(Why(2));
                }
            }),
            Box::new(|| {
                while !parent.is_done() {
                    std::thread::yield_now();
                }
                for (_, cancel) in children {
                    cancel.cancel_with(Why(3));
                }
            }),
        ]);
        assert_eq!(seen(parent), Seen::Cancelled(Some(1)));
        assert!(children.iter().all(|(ctx, _)| ctx.is_done() && ctx.cause().is_some()));
    }
}

#[test]
fn cx_15_parent_and_child_end_at_once() {
    // Goal: whoever was first, each has one cause, all agree, and the child's own is its own or the parent's.
    for _ in 0..ROUNDS {
        let (parent, cancel) = Context::background().with_cancel();
        let (child, child_cancel) = parent.with_cancel();
        let (below, _below_cancel) = child.with_cancel();
        let waits = [parked(parent.done()), parked(child.done()), parked(below.done())];
        let won = race::<bool>(vec![
            Box::new(|| cancel.cancel_with(Why(1))),
            Box::new(|| child_cancel.cancel_with(Why(2))),
        ]);
        assert!(won[0]);
        let expected = Seen::Cancelled(Some(if won[1] { 2 } else { 1 }));
        assert_eq!([seen(&child), seen(&below)], [expected; 2]);
        assert_eq!(seen(&parent), Seen::Cancelled(Some(1)));
        assert_eq!(waits.each_ref().map(|task| task.wakes()), [1; 3]);
    }
}

#[test]
fn cx_37_exactly_one_of_stop_and_the_callback() {
    for round in 0..ROUNDS {
        let census = Census::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let (parent, cancel) = Context::background().with_cancel();
        let (ctx, _ctx_cancel) = parent.with_cancel();
        let register = |id: u64| {
            let (runs, held) = (Arc::clone(&runs), census.value(id));
            ctx.after_func(move || {
                drop(held);
                runs.fetch_add(1, Ordering::SeqCst);
            })
        };
        let registered: Vec<_> = (0..6).map(register).collect();
        let prevented = race::<usize>(vec![
            Box::new(|| registered.into_iter().filter_map(|r| r.stop().then_some(())).count()),
            Box::new(|| {
                assert!(cancel.cancel());
                0
            }),
        ]);
        assert_eq!(prevented[0] + runs.load(Ordering::SeqCst), 6, "{round}");
        assert_eq!(census.alive(), 0);
    }
}

#[test]
fn cx_37_a_callback_registered_while_the_context_ends_runs() {
    for _ in 0..ROUNDS {
        let runs = Arc::new(AtomicUsize::new(0));
        let (ctx, cancel) = Context::background().with_cancel();
        let count = || {
            let runs = Arc::clone(&runs);
            move || _ = runs.fetch_add(1, Ordering::SeqCst)
        };
        race::<()>(vec![
            Box::new(|| (0..6).for_each(|_| AfterFunc::detach(ctx.after_func(count())))),
            Box::new(|| assert!(cancel.cancel())),
        ]);
        assert_eq!(runs.load(Ordering::SeqCst), 6);
    }
}

#[test]
fn cx_41_dropped_while_it_ends() {
    // Goal: contexts, registrations, waiters and merges go while the root's end comes down to them.
    for _ in 0..ROUNDS {
        let census = Census::default();
        let (root, cancel) = Context::background().with_value(census.value(0)).with_cancel();
        let make = |n: u64| {
            let (ctx, ctx_cancel) = root.with_value(census.value(n)).with_cancel();
            let merged = Context::merge(&[ctx.clone(), root.clone(), ctx.clone()]);
            let held = census.value(n);
            let registered = merged.after_func(move || drop(held));
            let owned = merged.clone();
            let waits = parked(async move { owned.done().await });
            (ctx, ctx_cancel, merged, registered, waits)
        };
        let each = some_of(6) as u64;
        let halves: [Vec<_>; 2] =
            [(0..each).map(make).collect(), (each..2 * each).map(make).collect()];
        let [one, two] = halves;
        race::<()>(vec![
            Box::new(|| drop(one)),
            Box::new(|| {
                for (ctx, ctx_cancel, merged, registered, waits) in two {
                    drop(waits);
                    drop(ctx);
                    registered.detach();
                    drop(merged);
                    ctx_cancel.detach();
                }
            }),
            Box::new(|| assert!(cancel.cancel())),
        ]);
        assert_eq!(census.alive(), 1);
        drop((root, cancel));
        assert_eq!(census.alive(), 0);
    }
}

#[test]
fn cx_50_handles_are_cloned_and_dropped_by_many() {
    for _ in 0..ROUNDS / 4 + 1 {
        let census = Census::default();
        let (ctx, cancel) = Context::background().with_value(census.value(1)).with_cancel();
        let churn = |ctx: Context| -> Program<'_, ()> {
            Box::new(move || {
                for _ in 0..some_of(20) {
                    let clone = ctx.clone();
                    let (child, child_cancel) = clone.with_cancel();
                    drop(clone);
                    assert!(child.value::<Counted>().is_some());
                    child_cancel.cancel();
                    drop(format!("{child:?}"));
                }
            })
        };
        race(vec![churn(ctx.clone()), churn(ctx.clone()), churn(ctx)]);
        assert_eq!(census.alive(), 1);
        drop(cancel);
        assert_eq!(census.alive(), 0);
    }
}

/// Runs two threads: one writes and ends the context, the other reads after `look` has seen the end.
fn writes_before(look: impl Fn(&Context) + Sync) {
    for _ in 0..ROUNDS / 4 + 1 {
        let (parent, cancel) = Context::background().with_cancel();
        let (child, _child_cancel) = parent.with_value(1_u8).with_cancel();
        let (data, look) = (Plain::default(), &look);
        race::<()>(vec![
            Box::new(|| {
                data.write(7);
                assert!(cancel.cancel_with(Why(1)));
            }),
            Box::new(|| {
                look(&child);
                assert_eq!(data.read(), 7);
            }),
        ]);
    }
}

#[test]
fn hb_19_what_was_written_before_the_end_is_seen_after_it() {
    let spin = |is_over: &dyn Fn() -> bool| {
        while !is_over() {
            std::thread::yield_now();
        }
    };
    writes_before(|ctx| drop(block_on(ctx.done()).to_string()));
    writes_before(|ctx| spin(&|| ctx.err().is_some()));
    writes_before(|ctx| spin(&|| ctx.is_done()));
    writes_before(|ctx| spin(&|| ctx.cause().is_some()));
    writes_before(|ctx| spin(&|| task(ctx.done()).poll().is_ready()));
    writes_before(|ctx| assert!(block_on(ctx.run(std::future::pending::<()>())).is_err()));
    writes_before(|ctx| {
        let (late, _cancel) = ctx.with_cancel();
        spin(&|| late.is_done());
    });
}

#[test]
fn hb_19_what_was_written_before_the_end_is_seen_by_callbacks() {
    for _ in 0..ROUNDS / 4 + 1 {
        let (data, told) = (Arc::new(Plain::default()), Arc::new(AtomicUsize::new(0)));
        let (ctx, cancel) = Context::background().with_cancel();
        race::<()>(vec![
            Box::new(|| {
                data.write(7);
                assert!(cancel.cancel());
            }),
            Box::new(|| {
                let (data, told) = (Arc::clone(&data), Arc::clone(&told));
                ctx.after_func(move || told.store(data.read() as usize, Ordering::SeqCst)).detach();
            }),
        ]);
        assert_eq!(told.load(Ordering::SeqCst), 7);
    }
}
