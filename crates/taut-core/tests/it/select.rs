//! An operation as an arm of a select, through every state of the claim.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use taut_core::claim::{From, Missed};
use taut_core::{Claim, Peek, Verdict};

use crate::support::arms::{Arm, Arms, Claims, arm};
use crate::support::desk::{Desk, Got, Log, Step};
use crate::support::{Wakes, task};

type Place = Arc<Desk>;

/// A select of two takes, registered; it wakes what is returned.
fn registered(x: &Place, y: &Place, logs: [&Log; 2]) -> (Arms, Arc<Wakes>) {
    let mut arms = Arms::new([arm(x.logged_take(logs[0])), arm(y.logged_take(logs[1]))]);
    let wakes = Wakes::new();
    // SAFETY: nobody knows the claim yet.
    unsafe { arms.claim().set_waker(&wakes.waker()) };
    assert_eq!(arms.register(), None);
    logs.iter().for_each(|log| assert_eq!(log.steps(), [Step::Enroll]));
    (arms, wakes)
}

fn waiting(x: &Place, y: &Place, logs: [&Log; 2]) -> (Arms, Arc<Wakes>) {
    let (mut arms, wakes) = registered(x, y, logs);
    assert_eq!(arms.wait(From::Looking), Ok(()));
    (arms, wakes)
}

fn attempt(case: &mut Arm) -> Poll<Got> {
    case.as_mut().attempt(&mut Context::from_waker(Waker::noop()))
}

fn two() -> (Place, Place, [Log; 2]) {
    (Desk::new(), Desk::new(), [Log::default(), Log::default()])
}

const DONE: Step = Step::Conclude(Verdict::Done);

#[test]
fn the_first_that_is_ready_wins_and_the_rest_never_began() {
    let (x, y, [a, b]) = two();
    y.put(1);
    let mut arms = Arms::new([arm(x.logged_take(&a)), arm(y.logged_take(&b))]);
    assert_eq!(arms.look(), Some((1, Got::Taken(1))));
    drop(arms);
    assert_eq!(
        (a.steps(), b.steps()),
        (vec![Step::Attempt, Step::Abandon], vec![Step::Attempt, DONE])
    );
}

#[test]
fn one_that_can_go_after_all_wins_and_the_rest_withdraw() {
    let (x, y, [a, b]) = two();
    y.leave_behind(1);
    let mut arms = Arms::new([arm(x.logged_take(&a)), arm(y.slow_take(&b))]);
    // SAFETY: nobody knows the claim yet.
    unsafe { arms.claim().set_waker(Waker::noop()) };
    assert_eq!(arms.register(), Some((1, Got::Taken(1))));
    drop(arms);
    assert_eq!(a.steps(), [Step::Enroll, Step::Leave, Step::Abandon]);
    assert_eq!((b.steps(), x.listed(), y.listed()), (vec![Step::Enroll, DONE], (0, 0), (0, 0)));
}

#[test]
fn claimed_while_it_waits() {
    let (x, y, [a, b]) = two();
    let (mut arms, wakes) = waiting(&x, &y, [&a, &b]);
    y.put(1);
    assert_eq!((wakes.count(), wakes.copies(), y.listed()), (1, 0, (0, 0)));
    assert_eq!(x.listed(), (0, 1), "it is of no use to anybody, but still there");
    assert_eq!(arms.resume(), Err(1));
    assert_eq!(arms.collect(1), (1, Got::Taken(1)));
    assert_eq!((b.steps(), a.steps(), x.listed()), (vec![DONE], vec![Step::Leave], (0, 0)));
    drop(arms);
    assert_eq!((a.steps(), b.steps()), (vec![Step::Abandon], vec![]));
}

#[test]
fn decided_elsewhere_it_is_passed_over_and_taken_out() {
    let (x, y, [a, b]) = two();
    let (mut arms, wakes) = waiting(&x, &y, [&a, &b]);
    let mut behind = task(y.take());
    behind.pending();
    x.put(1);
    y.put(2);
    assert_eq!((behind.ready(), y.listed(), wakes.count()), (Got::Taken(2), (0, 0), 1));
    assert_eq!(arms.resume(), Err(0));
    assert_eq!(arms.collect(0), (0, Got::Taken(1)));
    assert_eq!(b.steps(), [Step::Leave], "which finds that it is out already");
    drop(arms);
    assert_eq!(b.steps(), [Step::Abandon]);
}

#[test]
fn one_that_decided_by_itself_is_passed_over_too() {
    let (x, y, [a, b]) = two();
    let (mut arms, wakes) = waiting(&x, &y, [&a, &b]);
    assert_eq!(arms.resume(), Ok(()));
    arms.claim().decide();
    x.put(1);
    assert_eq!((x.listed(), y.listed(), x.clear(), wakes.count()), ((0, 0), (0, 1), vec![1], 0));
    drop(arms);
    assert_eq!((y.listed(), wakes.copies()), ((0, 0), 0));
}

#[test]
fn while_it_looks_it_is_told_and_keeps_its_place() {
    let (x, y, [a, b]) = two();
    let (mut arms, wakes) = registered(&x, &y, [&a, &b]);
    let mut behind = task(x.take());
    behind.pending();
    x.put(1);
    x.put(2);
    assert_eq!(behind.ready(), Got::Taken(1));
    assert_eq!((wakes.count(), x.listed()), (0, (0, 1)));
    assert_eq!(arms.wait(From::Looking), Err(Missed));
    // Back to looking: the mark is gone, and a new one fails the next wait.
    assert_eq!(x.clear(), [2]);
    assert_eq!(arms.register(), None);
    x.put(3);
    assert_eq!(arms.wait(From::Looking), Err(Missed));
    assert_eq!(arms.register(), Some((0, Got::Taken(3))));
    drop(arms);
    assert_eq!((x.listed(), y.listed(), wakes.count(), wakes.copies()), ((0, 0), (0, 0), 0, 0));
}

#[test]
fn while_it_is_away_it_is_told_and_keeps_its_place() {
    let (x, y, [a, b]) = two();
    let (mut arms, wakes) = waiting(&x, &y, [&a, &b]);
    assert_eq!(arms.resume(), Ok(()));
    y.put(1);
    assert_eq!((wakes.count(), y.listed()), (0, (0, 1)));
    assert_eq!(arms.wait(From::Away), Err(Missed));
    assert_eq!(arms.register(), Some((1, Got::Taken(1))));
}

#[test]
fn one_that_steps_away_looks_again_when_it_is_back() {
    // Goal: the mark of its last look, which `wait` took off, has not brought about another.
    let (x, y, [a, b]) = two();
    let (mut arms, wakes) = registered(&x, &y, [&a, &b]);
    x.put(1);
    assert_eq!(arms.wait(From::Looking), Err(Missed));
    arms.claim().step_away();
    y.put(2);
    assert_eq!((arms.resume(), arms.wait(From::Away)), (Ok(()), Err(Missed)));
    assert_eq!((arms.register(), wakes.count()), (Some((0, Got::Taken(1))), 0));
    drop(arms);
    assert_eq!((x.clear(), y.clear()), (vec![], vec![2]));
}

#[test]
fn away_and_back_with_nothing_missed_it_can_be_claimed_again() {
    let (x, y, [a, b]) = two();
    let (mut arms, wakes) = waiting(&x, &y, [&a, &b]);
    for _ in 0..3 {
        assert_eq!(arms.resume(), Ok(()));
        assert_eq!(arms.wait(From::Away), Ok(()));
    }
    let other = Wakes::new();
    assert_eq!(arms.resume(), Ok(()));
    // SAFETY: taken back, so nobody can claim.
    unsafe { arms.claim().set_waker(&other.waker()) };
    assert_eq!((wakes.copies(), arms.wait(From::Away)), (0, Ok(())));
    x.put(1);
    assert_eq!((wakes.count(), other.count(), arms.resume()), (0, 1, Err(0)));
    assert_eq!(arms.collect(0), (0, Got::Taken(1)));
}

#[test]
fn it_never_meets_itself() {
    let desk = Desk::new();
    let mut arms = Arms::new([arm(desk.give(1)), arm(desk.take())]);
    // SAFETY: nobody knows the claim yet.
    unsafe { arms.claim().set_waker(Waker::noop()) };
    for _ in 0..2 {
        assert_eq!((arms.register(), desk.listed()), (None, (1, 1)));
    }
    assert_eq!(arms.wait(From::Looking), Ok(()), "nor does it tell itself");
    assert_eq!(task(desk.give(2)).ready(), Got::Given);
    assert_eq!(arms.resume(), Err(1));
    assert_eq!(arms.collect(1), (1, Got::Taken(2)));
    assert_eq!(desk.listed(), (0, 0));
}

#[test]
fn of_two_that_look_the_one_at_the_higher_address_yields() {
    // Goal: C3. Each registers while the other looks, so each meets the other.
    let (x, y) = (Desk::new(), Desk::new());
    let claims = Claims::new(2);
    let mut selects = [
        Arms::with_claim(&claims, 0, [arm(x.give(5)), arm(y.take())]),
        Arms::with_claim(&claims, 1, [arm(y.give(5)), arm(x.take())]),
    ];
    for first in [0, 1, 0] {
        for select in [first, 1 - first] {
            // SAFETY: nobody can claim: it has not waited yet.
            unsafe { selects[select].claim().set_waker(Waker::noop()) };
            assert_eq!(selects[select].register(), None);
        }
        let [low, high] = &mut selects;
        assert_eq!(high.wait(From::Looking), Err(Missed));
        assert_eq!(low.wait(From::Looking), Ok(()), "the lower gets on");
        assert_eq!(low.resume(), Ok(()));
        // One that is away is told by everybody, and kept waiting for by nobody.
        assert_eq!(high.register(), None);
        assert_eq!(low.wait(From::Away), Err(Missed));
        assert_eq!(high.wait(From::Looking), Ok(()));
        assert_eq!(high.resume(), Ok(()));
    }
}

#[test]
fn of_two_that_face_each_other_the_one_that_looks_claims_the_one_that_waits() {
    let (x, y) = (Desk::new(), Desk::new());
    let claims = Claims::new(2);
    let mut first = task(Arms::with_claim(&claims, 1, [arm(x.give(5)), arm(y.take())]));
    let mut second = task(Arms::with_claim(&claims, 0, [arm(y.give(6)), arm(x.take())]));
    first.pending();
    assert_eq!(second.ready(), (0, Got::Given));
    assert_eq!((first.woken(), first.ready()), (1, (1, Got::Taken(6))));
    assert_eq!((x.listed(), y.listed()), ((0, 0), (0, 0)));
}

#[test]
fn dropped_before_during_and_after() {
    let (x, y, [a, b]) = two();
    drop(Arms::new([arm(x.logged_take(&a)), arm(y.logged_take(&b))]));
    assert_eq!((a.steps(), b.steps()), (vec![Step::Abandon], vec![Step::Abandon]));
    let left = [Step::Leave, Step::Abandon];
    drop(registered(&x, &y, [&a, &b]));
    assert_eq!((a.steps(), b.steps()), (left.to_vec(), left.to_vec()));
    drop(waiting(&x, &y, [&a, &b]));
    assert_eq!((a.steps(), b.steps()), (left.to_vec(), left.to_vec()));
    let (arms, wakes) = waiting(&x, &y, [&a, &b]);
    y.put(1);
    drop(arms);
    assert_eq!((a.steps(), b.steps()), (left.to_vec(), vec![Step::Undo(Verdict::Done)]));
    assert_eq!((y.clear(), x.listed(), y.listed(), wakes.copies()), (vec![1], (0, 0), (0, 0), 0));
}

#[test]
fn an_arm_that_lost_stands_as_before_it_was_enrolled() {
    // Goal: collected once or twice, it is out; it can be enrolled anew, with another claim and number.
    let (desk, log) = (Desk::new(), Log::default());
    let mut case = arm(desk.logged_take(&log));
    assert_eq!(case.peek(), Peek::Unknown);
    assert_eq!((case.as_mut().collect(), log.steps()), (None, vec![]), "it was not enrolled");
    let claims = [Box::pin(Claim::new()), Box::pin(Claim::new())];
    for (arm, claim) in (0..).zip(&claims) {
        // SAFETY: the claims are dropped after the case, which left the one before.
        assert!(unsafe { case.as_mut().enroll(claim.as_ref(), arm) }.is_pending());
        assert_eq!(desk.listed(), (0, 1));
        claim.decide();
        assert_eq!((case.as_mut().collect(), case.as_mut().collect()), (None, None));
        assert_eq!((log.steps(), desk.listed()), (vec![Step::Enroll, Step::Leave], (0, 0)));
    }
    desk.put(1);
    assert_eq!(attempt(&mut case), Poll::Ready(Got::Taken(1)));
    assert_eq!(case.as_mut().collect(), None, "it is over");
    drop(case);
    assert_eq!(log.steps(), [Step::Attempt, DONE]);
}

#[test]
fn an_arm_that_has_a_place_gives_it_up_for_another_attempt() {
    // Goal: as with a future that was polled before it became an arm.
    let (desk, log) = (Desk::new(), Log::default());
    let claim = Box::pin(Claim::new());
    let mut case = arm(desk.logged_take(&log));
    // SAFETY: the claim is dropped after the case, which is enrolled with no other.
    assert!(unsafe { case.as_mut().enroll(claim.as_ref(), 0) }.is_pending());
    claim.decide();
    assert!(attempt(&mut case).is_pending());
    assert_eq!(log.steps(), [Step::Enroll, Step::Leave, Step::Attempt]);
    drop(case);
    assert_eq!((log.steps(), desk.listed()), (vec![Step::Abandon], (0, 0)));
}

#[test]
fn a_close_claims_an_arm() {
    let (x, y, [a, b]) = two();
    let (mut arms, wakes) = waiting(&x, &y, [&a, &b]);
    y.close();
    assert_eq!((wakes.count(), arms.resume()), (1, Err(1)));
    assert_eq!(arms.collect(1), (1, Got::Closed));
    assert_eq!(x.listed(), (0, 0));
}

#[test]
fn a_claim_says_where_it_stands() {
    let claim = Claim::default();
    assert_eq!(format!("{claim:?}"), "Claim { word: Looking, .. }");
    assert_eq!(claim.wait(From::Away), Err(Missed), "it was not away");
    assert_eq!(claim.wait(From::Looking), Ok(()));
    assert_eq!(format!("{claim:?}"), "Claim { word: Waiting, .. }");
    assert_eq!(claim.resume(), Ok(()));
    claim.decide();
    assert_eq!(format!("{claim:?}"), "Claim { word: Decided, .. }");
}
