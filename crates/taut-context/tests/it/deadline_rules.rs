//! Which deadline counts where there are several, and which cause. Each rule is tried with the looks in
//! every order, since what is seen first may be what ends first.

use std::time::Duration;

use taut::context::{Context, ContextError};
use tokio::time::{Instant, advance};

use crate::support::{CANCELLED, Seen, Why, parked, seen};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Looks at the contexts in this order, starting with each of them in turn.
#[track_caller]
fn assert_seen(contexts: &[(&Context, Seen)], first: usize) {
    for at in 0..contexts.len() {
        let (ctx, expected) = contexts[(first + at) % contexts.len()];
        assert_eq!(seen(ctx), expected, "number {at} from {first}");
    }
}

#[tokio::test(start_paused = true)]
async fn cx_18_a_deadline_never_extends() {
    for first in 0..2 {
        let (parent, _cancel) = Context::background().with_timeout(ms(50));
        let (child, child_cancel) = parent.with_timeout(ms(90));
        assert_eq!(child.deadline(), parent.deadline());
        let (shorter, _shorter_cancel) = child.with_timeout(ms(20));
        assert_eq!(shorter.remaining(), Some(ms(20)));
        advance(ms(50)).await;
        assert_seen(&[(&child, Seen::Late(None)), (&parent, Seen::Late(None))], first);
        assert!(!child_cancel.cancel());
    }
}

#[tokio::test(start_paused = true)]
async fn cx_19_a_deadline_that_loses_loses_its_cause() {
    // Goal: also when both have passed before anybody looks.
    for passed in [50, 100] {
        for first in 0..3 {
            let (parent, _cancel) = Context::background().with_timeout_cause(ms(50), Why(1));
            let (child, _child_cancel) = parent.with_timeout_cause(ms(90), Why(2));
            let (below, _below_cancel) = child.with_cancel();
            advance(ms(passed)).await;
            let late = Seen::Late(Some(1));
            assert_seen(&[(&below, late), (&child, late), (&parent, late)], first);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn cx_19_a_lost_cause_does_not_come_back_by_a_cancel() {
    let (parent, cancel) = Context::background().with_timeout_cause(ms(50), Why(1));
    let (child, child_cancel) = parent.with_timeout_cause(ms(90), Why(2));
    assert!(child_cancel.cancel());
    assert!(cancel.cancel_with(Why(3)));
    advance(ms(100)).await;
    assert_eq!((seen(&child), seen(&parent)), (CANCELLED, Seen::Cancelled(Some(3))));
}

#[tokio::test(start_paused = true)]
async fn cx_20_of_equal_deadlines_the_parents_wins() {
    for passed in [50, 70] {
        for first in 0..3 {
            let at = Instant::now() + ms(50);
            let (parent, _cancel) = Context::background().with_deadline_cause(at, Why(1));
            let (child, _child_cancel) = parent.with_deadline_cause(at, Why(2));
            let (below, _below_cancel) = child.with_deadline_cause(at, Why(3));
            advance(ms(passed)).await;
            let late = Seen::Late(Some(1));
            assert_seen(&[(&below, late), (&child, late), (&parent, late)], first);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn cx_20_of_equal_deadlines_the_parents_wins_when_both_are_waited_for() {
    let at = Instant::now() + ms(50);
    let (parent, _cancel) = Context::background().with_deadline_cause(at, Why(1));
    let (child, _child_cancel) = parent.with_deadline_cause(at, Why(2));
    let (mut child_done, mut parent_done) = (parked(child.done()), parked(parent.done()));
    advance(ms(50)).await;
    assert_eq!((child_done.wakes(), parent_done.wakes()), (1, 1));
    assert_eq!(
        (child_done.ready(), parent_done.ready()),
        (ContextError::DeadlineExceeded, ContextError::DeadlineExceeded)
    );
    assert_eq!((seen(&child), seen(&parent)), (Seen::Late(Some(1)), Seen::Late(Some(1))));
}

#[tokio::test(start_paused = true)]
async fn cx_15_a_childs_earlier_deadline_is_its_own() {
    // Goal: both have passed, and nobody looked in between. Armed or not, the earlier one counts.
    for is_armed in [false, true] {
        for first in 0..3 {
            let (parent, _cancel) = Context::background().with_timeout_cause(ms(50), Why(1));
            let (child, _child_cancel) = parent.with_timeout_cause(ms(20), Why(2));
            let (below, _below_cancel) = child.with_cancel();
            let waits = is_armed.then(|| [parked(below.done()), parked(parent.done())]);
            advance(ms(100)).await;
            let own = Seen::Late(Some(2));
            assert_seen(&[(&below, own), (&child, own), (&parent, Seen::Late(Some(1)))], first);
            assert!(waits.iter().flatten().all(|task| task.wakes() == 1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn cx_15_a_passed_deadline_beats_a_later_cancel_of_the_parent() {
    // Goal: though nobody had looked when the parent ended.
    for first in 0..3 {
        let (parent, cancel) = Context::background().with_cancel();
        let (child, _child_cancel) = parent.with_timeout_cause(ms(20), Why(2));
        let (below, _below_cancel) = child.with_cancel();
        let (beside, _beside_cancel) = parent.with_timeout_cause(ms(200), Why(3));
        advance(ms(20)).await;
        assert!(cancel.cancel_with(Why(1)), "the parent was live");
        let own = Seen::Late(Some(2));
        assert_seen(&[(&below, own), (&child, own), (&beside, Seen::Cancelled(Some(1)))], first);
        assert_eq!(seen(&parent), Seen::Cancelled(Some(1)));
    }
}

#[tokio::test(start_paused = true)]
async fn cx_15_a_passed_deadline_beats_a_later_cancel_of_its_own() {
    for first in 0..2 {
        let (ctx, cancel) = Context::background().with_timeout_cause(ms(20), Why(2));
        let (below, _below_cancel) = ctx.with_cancel();
        advance(ms(30)).await;
        assert!(!cancel.cancel_with(Why(1)));
        assert_seen(&[(&ctx, Seen::Late(Some(2))), (&below, Seen::Late(Some(2)))], first);
    }
}

#[tokio::test(start_paused = true)]
async fn cx_15_a_cancel_below_a_passed_deadline_comes_late() {
    // Goal: who cancels is a child of the context whose deadline passed unseen.
    let (parent, _cancel) = Context::background().with_timeout_cause(ms(20), Why(1));
    let (child, child_cancel) = parent.with_cancel();
    advance(ms(30)).await;
    assert!(!child_cancel.cancel_with(Why(2)));
    assert!(parent.is_done(), "who looked has noticed");
    assert_eq!((seen(&child), seen(&parent)), (Seen::Late(Some(1)), Seen::Late(Some(1))));
}

#[tokio::test(start_paused = true)]
async fn cx_15_a_cancel_before_the_deadline_goes_down_to_its_owner() {
    let (parent, cancel) = Context::background().with_cancel();
    let (child, _child_cancel) = parent.with_timeout_cause(ms(20), Why(2));
    advance(ms(19)).await;
    assert!(cancel.cancel_with(Why(1)));
    advance(ms(10)).await;
    assert_eq!(seen(&child), Seen::Cancelled(Some(1)));
}

#[tokio::test(start_paused = true)]
async fn cx_15_three_deadlines_pass_unseen() {
    // Goal: each context has the earliest of those above it, whoever looks first.
    for first in 0..4 {
        let (top, _c1) = Context::background().with_timeout_cause(ms(40), Why(1));
        let (middle, _c2) = top.with_timeout_cause(ms(30), Why(2));
        let (low, _c3) = middle.with_timeout_cause(ms(35), Why(3));
        let (lowest, _c4) = low.with_timeout_cause(ms(10), Why(4));
        advance(ms(100)).await;
        let expected = [
            (&lowest, Seen::Late(Some(4))),
            (&low, Seen::Late(Some(2))),
            (&middle, Seen::Late(Some(2))),
            (&top, Seen::Late(Some(1))),
        ];
        assert_seen(&expected, first);
    }
}
