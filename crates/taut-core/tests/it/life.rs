//! The life of an operation: what the core calls, when, and how often.

use std::sync::Arc;
use std::task::{Poll, Waker};

use taut_core::{Stage, Verdict, Waiting};

use crate::support::desk::{Desk, Give, Got, Log, Step, Take};
use crate::support::{Task, Wakes, on_last_drop, panics, task};

/// A take that waits, with its log emptied.
fn waiting_take(desk: &Arc<Desk>) -> (Task<Waiting<Take>>, Log) {
    let log = Log::default();
    let mut take = task(desk.logged_take(&log));
    take.pending();
    assert_eq!(
        (take.future.stage(), log.steps()),
        (Stage::Queued, vec![Step::Attempt, Step::Enroll])
    );
    (take, log)
}

fn waiting_give(desk: &Arc<Desk>, value: u32) -> (Task<Waiting<Give>>, Log) {
    let log = Log::default();
    let mut give = task(desk.logged_give(value, &log));
    give.pending();
    assert_eq!(log.steps(), [Step::Attempt, Step::Enroll]);
    (give, log)
}

#[test]
fn ready_at_once() {
    let (desk, log) = (Desk::new(), Log::default());
    desk.put(1);
    let mut take = task(desk.logged_take(&log));
    assert_eq!((take.future.stage(), log.steps()), (Stage::Start, vec![]));
    assert_eq!(take.ready(), Got::Taken(1));
    assert_eq!(take.future.stage(), Stage::Done);
    drop(take);
    assert_eq!(log.steps(), [Step::Attempt, Step::Conclude(Verdict::Done)]);
}

#[test]
fn closed_at_once() {
    let (desk, log) = (Desk::new(), Log::default());
    desk.close();
    assert_eq!(task(desk.logged_give(1, &log)).ready(), Got::Returned(1));
    assert_eq!(log.steps(), [Step::Attempt, Step::Conclude(Verdict::Closed)]);
    assert_eq!(task(desk.slow_take(&log)).ready(), Got::Closed);
    assert_eq!(log.steps(), [Step::Attempt, Step::Enroll, Step::Conclude(Verdict::Closed)]);
}

#[test]
fn ready_when_it_looks_under_the_lock() {
    // Goal: what came between the attempt and the lock is found, and the waker is not kept.
    let (desk, log) = (Desk::new(), Log::default());
    desk.put(1);
    let mut take = task(desk.slow_take(&log));
    assert_eq!(take.ready(), Got::Taken(1));
    assert_eq!((take.wakes.copies(), take.future.stage()), (0, Stage::Done));
    drop(take);
    assert_eq!(log.steps(), [Step::Attempt, Step::Enroll, Step::Conclude(Verdict::Done)]);
}

#[test]
fn decided_by_another() {
    let desk = Desk::new();
    let (mut take, log) = waiting_take(&desk);
    desk.put(1);
    assert_eq!((take.woken(), take.wakes.copies()), (1, 0), "woken by value");
    assert_eq!(take.future.stage(), Stage::Queued, "its owner has not seen it yet");
    assert_eq!(take.ready(), Got::Taken(1));
    assert_eq!(take.future.stage(), Stage::Done);
    drop(take);
    assert_eq!(log.steps(), [Step::Conclude(Verdict::Done)]);
}

#[test]
fn two_that_meet() {
    let desk = Desk::new();
    let (mut give, log) = waiting_give(&desk, 5);
    assert_eq!(task(desk.take()).ready(), Got::Taken(5));
    assert_eq!((give.woken(), give.ready()), (1, Got::Given));
    drop(give);
    assert_eq!(log.steps(), [Step::Conclude(Verdict::Done)]);
    let (mut take, log) = waiting_take(&desk);
    assert_eq!(task(desk.give(6)).ready(), Got::Given);
    assert_eq!((take.woken(), take.ready()), (1, Got::Taken(6)));
    drop(take);
    assert_eq!((log.steps(), desk.listed()), (vec![Step::Conclude(Verdict::Done)], (0, 0)));
}

#[test]
fn closed_while_it_waits() {
    let desk = Desk::new();
    let (mut give, log) = waiting_give(&desk, 5);
    desk.close();
    assert_eq!((give.woken(), give.ready()), (1, Got::Returned(5)));
    drop(give);
    assert_eq!(log.steps(), [Step::Conclude(Verdict::Closed)]);
}

#[test]
fn dropped_before_its_first_poll() {
    let (desk, log) = (Desk::new(), Log::default());
    drop(desk.logged_give(1, &log));
    assert_eq!(log.steps(), [Step::Abandon]);
}

#[test]
fn dropped_while_it_waits() {
    let desk = Desk::new();
    let (take, log) = waiting_take(&desk);
    let wakes = Arc::clone(&take.wakes);
    drop(take);
    assert_eq!(log.steps(), [Step::Leave, Step::Abandon]);
    assert_eq!((desk.listed(), wakes.copies(), wakes.count()), ((0, 0), 0, 0));
    let (give, log) = waiting_give(&desk, 1);
    drop(give);
    assert_eq!((log.steps(), desk.listed()), (vec![Step::Leave, Step::Abandon], (0, 0)));
}

#[test]
fn dropped_with_a_verdict_unseen() {
    let desk = Desk::new();
    let (take, log) = waiting_take(&desk);
    desk.put(1);
    drop(take);
    assert_eq!(log.steps(), [Step::Undo(Verdict::Done)]);
    assert_eq!(desk.clear(), [1], "given back");
    let ((take, log), (give, give_log)) = (waiting_take(&desk), (Desk::new(), Log::default()));
    desk.close();
    drop(take);
    assert_eq!(log.steps(), [Step::Undo(Verdict::Closed)]);
    let other = give;
    let mut give = task(other.logged_give(2, &give_log));
    give.pending();
    other.close();
    drop(give);
    let steps = [Step::Attempt, Step::Enroll, Step::Undo(Verdict::Closed)];
    assert_eq!(give_log.steps(), steps);
}

#[test]
fn what_is_given_back_goes_to_the_next() {
    let desk = Desk::new();
    let (first, _) = waiting_take(&desk);
    let (mut second, log) = waiting_take(&desk);
    desk.put(1);
    assert_eq!((first.woken(), second.woken()), (1, 0));
    drop(first);
    assert_eq!((second.woken(), second.ready()), (1, Got::Taken(1)));
    assert_eq!((log.steps(), desk.clear()), (vec![Step::Conclude(Verdict::Done)], vec![]));
}

#[test]
fn polled_again_it_looks_at_the_primitive() {
    // Goal: not only at its own node: a value that nobody announced is found.
    let desk = Desk::new();
    let (mut take, log) = waiting_take(&desk);
    take.pending();
    assert_eq!((log.steps(), desk.listed()), (vec![Step::Enroll], (0, 1)), "its place is kept");
    desk.leave_behind(1);
    assert_eq!(take.ready(), Got::Taken(1));
    assert_eq!(log.steps(), [Step::Enroll, Step::Conclude(Verdict::Done)]);
    assert_eq!((desk.listed(), take.wakes.copies(), take.woken()), ((0, 0), 0, 0));
}

#[test]
fn polled_with_another_waker_that_one_is_woken() {
    let desk = Desk::new();
    let (mut take, log) = waiting_take(&desk);
    let other = Wakes::new();
    assert!(take.poll_with(&other.waker()).is_pending());
    assert_eq!(log.steps(), [Step::Enroll, Step::Enroll], "stale, and again with a copy");
    assert_eq!((take.wakes.copies(), other.copies()), (0, 1));
    assert!(take.poll_with(&other.waker()).is_pending());
    assert_eq!(log.steps(), [Step::Enroll], "the same one");
    assert_eq!(desk.listed(), (0, 1), "its place is kept");
    desk.put(1);
    assert_eq!((take.woken(), other.count()), (0, 1));
    assert_eq!(take.ready(), Got::Taken(1));
}

#[test]
fn polled_with_another_waker_it_may_be_ready_all_the_same() {
    let desk = Desk::new();
    let (mut take, log) = waiting_take(&desk);
    desk.leave_behind(1);
    let other = Wakes::new();
    assert_eq!(take.poll_with(&other.waker()), Poll::Ready(Got::Taken(1)));
    assert_eq!(log.steps(), [Step::Enroll, Step::Conclude(Verdict::Done)]);
    assert_eq!((take.wakes.copies(), other.copies()), (0, 0));
}

#[test]
fn a_waker_is_replaced_and_dropped_with_no_lock_held() {
    // Goal: a destructor of a waker may use the primitive.
    let desk = Desk::new();
    let mut take = task(desk.take());
    let (inner, dropped) = (Arc::clone(&desk), Wakes::new());
    let counted = dropped.waker();
    let waker = on_last_drop(move || {
        assert_eq!(inner.listed(), (0, 1));
        counted.wake_by_ref();
    });
    assert!(take.poll_with(&waker).is_pending());
    drop(waker);
    assert_eq!(dropped.count(), 0);
    assert!(take.poll_with(Waker::noop()).is_pending());
    assert_eq!(dropped.count(), 1);
}

#[test]
fn polled_after_completion_it_panics_and_stays_over() {
    const MESSAGE: &str = "a future of taut was polled after completion";
    let (desk, log) = (Desk::new(), Log::default());
    desk.put(1);
    desk.put(2);
    let mut take = task(desk.logged_take(&log));
    assert_eq!(take.ready(), Got::Taken(1));
    log.steps();
    for _ in 0..2 {
        panics(MESSAGE, || drop(take.poll()));
        panics(MESSAGE, || drop(take.future.as_mut().try_now()));
        assert_eq!(take.future.stage(), Stage::Done);
    }
    drop(take);
    assert_eq!((log.steps(), desk.clear(), desk.listed()), (vec![], vec![2], (0, 0)));
}

#[test]
fn says_where_it_stands() {
    let desk = Desk::new();
    let (mut take, _) = waiting_take(&desk);
    assert_eq!(format!("{:?}", take.future), "Waiting { stage: Queued, .. }");
    desk.put(1);
    assert_eq!(take.ready(), Got::Taken(1));
    assert_eq!(format!("{:?}", take.future), "Waiting { stage: Done, .. }");
}
