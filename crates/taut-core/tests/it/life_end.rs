//! How the life of an operation is cut short: cancelled, ended, begun again, and wakers that panic.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Waker;

use taut_core::{Slot, Stage, Verdict, Waiting};

use crate::support::arms::{Arms, arm};
use crate::support::desk::{Desk, Give, Got, Log, Step};
use crate::support::{bomb, on_last_drop, panics, task};

#[test]
fn cancelled_before_it_began_nothing_happens() {
    let (desk, log) = (Desk::new(), Log::default());
    let mut take = task(desk.logged_take(&log));
    assert_eq!(take.future.as_mut().cancel(), None);
    assert_eq!((take.future.stage(), log.steps()), (Stage::Start, vec![]));
}

#[test]
fn cancelled_while_it_waits_it_stands_as_before_its_first_poll() {
    let (desk, log) = (Desk::new(), Log::default());
    let mut give = task(desk.logged_give(1, &log));
    for _ in 0..2 {
        give.pending();
        assert_eq!(log.steps(), [Step::Attempt, Step::Enroll]);
        assert_eq!(give.future.as_mut().cancel(), None);
        assert_eq!((give.future.stage(), log.steps()), (Stage::Start, vec![Step::Leave]));
        assert_eq!((desk.listed(), give.wakes.copies()), ((0, 0), 0));
    }
    let mut take = task(desk.take());
    take.pending();
    assert_eq!(give.ready(), Got::Given);
    assert_eq!(take.ready(), Got::Taken(1));
    drop(give);
    assert_eq!(log.steps(), [Step::Attempt, Step::Conclude(Verdict::Done)]);
}

#[test]
fn cancelled_with_a_verdict_it_gives_its_output() {
    let (desk, log) = (Desk::new(), Log::default());
    let mut take = task(desk.logged_take(&log));
    take.pending();
    desk.put(1);
    log.steps();
    assert_eq!(take.future.as_mut().cancel(), Some(Got::Taken(1)));
    assert_eq!((take.future.stage(), take.wakes.copies()), (Stage::Done, 0));
    assert_eq!(take.future.as_mut().cancel(), None, "it is over");
    drop(take);
    assert_eq!(log.steps(), [Step::Conclude(Verdict::Done)]);
}

#[test]
fn decided_on_its_way_out() {
    // Goal: O2. The verdict comes after the owner looked for one and before it has the lock.
    let log = Log::default();
    let overtaken = |log: &Log| {
        let desk = Desk::new();
        let inner = Arc::clone(&desk);
        let mut take = task(desk.overtaken_take(log, move || inner.put(7)));
        take.pending();
        log.steps();
        (desk, take)
    };
    let (desk, mut take) = overtaken(&log);
    assert_eq!(take.future.as_mut().cancel(), Some(Got::Taken(7)));
    drop(take);
    assert_eq!(log.steps(), [Step::Leave, Step::Conclude(Verdict::Done)]);
    assert_eq!(desk.clear(), []);
    let (desk, take) = overtaken(&log);
    drop(take);
    assert_eq!(log.steps(), [Step::Leave, Step::Undo(Verdict::Done)]);
    assert_eq!(desk.clear(), [7]);
}

fn slot_taken(give: Pin<&mut Waiting<Give>>) -> Option<u32> {
    let slot: &Slot<Box<u32>> = give.end_unbegun()?;
    // SAFETY: unbegun, so the value is still in it, and it is ours now.
    Some(*unsafe { slot.filled() }.take())
}

#[test]
fn ended_unbegun_it_gives_its_slot_and_is_over() {
    let (desk, log) = (Desk::new(), Log::default());
    let mut give = task(desk.logged_give(1, &log));
    assert_eq!(slot_taken(give.future.as_mut()), Some(1));
    assert_eq!((give.future.stage(), slot_taken(give.future.as_mut())), (Stage::Done, None));
    drop(give);
    assert_eq!(log.steps(), []);
}

#[test]
fn one_that_waits_is_not_unbegun_but_one_that_was_cancelled_is() {
    let (desk, log) = (Desk::new(), Log::default());
    let mut give = task(desk.logged_give(1, &log));
    give.pending();
    assert_eq!((slot_taken(give.future.as_mut()), desk.listed()), (None, (1, 0)));
    assert_eq!(give.future.as_mut().cancel(), None);
    assert_eq!(slot_taken(give.future.as_mut()), Some(1));
    drop(give);
    assert_eq!(log.steps(), [Step::Attempt, Step::Enroll, Step::Leave]);
}

#[test]
fn begun_again_it_is_polled_from_the_start() {
    let (desk, log) = (Desk::new(), Log::default());
    let mut take = task(desk.logged_take(&log));
    for value in 0..3 {
        take.pending();
        // SAFETY: a take begins with an empty slot.
        unsafe { take.future.as_mut().rearm() };
        assert_eq!((take.future.stage(), desk.listed()), (Stage::Queued, (0, 1)), "not over yet");
        desk.put(value);
        assert_eq!(take.ready(), Got::Taken(value));
        // SAFETY: as above.
        unsafe { take.future.as_mut().rearm() };
        assert_eq!(take.future.stage(), Stage::Start);
        let steps = [Step::Attempt, Step::Enroll, Step::Conclude(Verdict::Done)];
        assert_eq!(log.steps(), steps);
    }
    drop(take);
    assert_eq!(log.steps(), [Step::Abandon]);
}

#[test]
fn a_waker_that_panics_finds_an_operation_that_is_over() {
    // Goal: O1, by the attempt and by the look under the lock.
    for is_slow in [false, true] {
        let (desk, log) = (Desk::new(), Log::default());
        let mut give = task(desk.give(1));
        assert!(give.poll_with(&bomb()).is_pending());
        let take = if is_slow { desk.slow_take(&log) } else { desk.logged_take(&log) };
        let mut take = task(take);
        panics("a waker panics", || drop(take.poll()));
        assert_eq!((take.future.stage(), take.wakes.copies()), (Stage::Done, 0));
        drop(take);
        assert!(!log.steps().iter().any(|step| matches!(step, Step::Undo(_) | Step::Abandon)));
        assert_eq!((give.ready(), desk.clear(), desk.listed()), (Got::Given, vec![], (0, 0)));
    }
}

#[test]
fn a_waker_that_panics_in_an_undo_leaves_an_operation_that_is_over() {
    let (desk, log) = (Desk::new(), Log::default());
    let mut first = task(desk.logged_take(&log));
    first.pending();
    let wakes = Arc::clone(&first.wakes);
    let mut second = task(desk.take());
    assert!(second.poll_with(&bomb()).is_pending());
    desk.put(1);
    log.steps();
    panics("a waker panics", || drop(first));
    assert_eq!((log.steps(), wakes.copies()), (vec![Step::Undo(Verdict::Done)], 0));
    assert_eq!((second.ready(), desk.clear()), (Got::Taken(1), vec![]));
}

#[test]
fn a_waker_that_panics_as_it_is_dropped_leaves_the_stage_settled() {
    // Goal: `end` sets the stage before it runs foreign code.
    let (desk, log) = (Desk::new(), Log::default());
    let mut take = task(desk.logged_take(&log));
    let waker = on_last_drop(|| panic!("a waker panics as it goes"));
    assert!(take.poll_with(&waker).is_pending());
    drop(waker);
    log.steps();
    panics("a waker panics as it goes", || drop(take.future.as_mut().cancel()));
    assert_eq!((take.future.stage(), desk.listed()), (Stage::Start, (0, 0)));
    take.pending();
    desk.put(1);
    assert_eq!(take.ready(), Got::Taken(1));
    let steps = [Step::Leave, Step::Attempt, Step::Enroll, Step::Conclude(Verdict::Done)];
    assert_eq!(log.steps(), steps);
}

#[test]
fn a_wake_up_may_use_the_primitive() {
    // Goal: wakers run when no lock is held, at an attempt, an enrolment, an undo and a close.
    let desk = Desk::new();
    let waker = || {
        let desk = Arc::clone(&desk);
        crate::support::hooked(move || assert!(desk.listed().1 < 9))
    };
    let mut give = task(desk.give(1));
    assert!(give.poll_with(&waker()).is_pending());
    assert_eq!(task(desk.slow_take(&Log::default())).ready(), Got::Taken(1));
    let mut takes = [task(desk.take()), task(desk.take()), task(desk.take())];
    takes.iter_mut().for_each(|take| assert!(take.poll_with(&waker()).is_pending()));
    desk.put(2);
    let [first, mut second, mut third] = takes;
    drop(first);
    desk.close();
    assert_eq!((second.ready(), third.ready()), (Got::Taken(2), Got::Closed));
}

#[test]
fn a_select_that_unwinds_in_its_rounds_leaves_nothing_behind() {
    // Goal: one arm is registered, the next one panics; the drop decides and takes them out.
    let (desk, other, log) = (Desk::new(), Desk::new(), Log::default());
    let mut give = task(other.give(1));
    assert!(give.poll_with(&bomb()).is_pending());
    let mut arms = Arms::new([arm(desk.logged_take(&log)), arm(other.slow_take(&log))]);
    // SAFETY: nobody knows the claim yet.
    unsafe { arms.claim().set_waker(Waker::noop()) };
    panics("a waker panics", || assert_eq!(arms.register(), None));
    assert_eq!(desk.listed(), (0, 1));
    drop(arms);
    assert_eq!((desk.listed(), other.listed(), give.ready()), ((0, 0), (0, 0), Got::Given));
}
