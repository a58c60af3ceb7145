//! `Semaphore`: selects that are just looking, or poll foreign futures, while things change: nobody passes
//! them, they are told to look again, and nobody who stands behind is forgotten.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use taut::select::Case;
use taut::sync::future::Acquire;
use taut::sync::{AcquireError, Permit, Semaphore, TryAcquireError};
use taut_core::claim::{Claim, From, Missed};

use crate::support::hooks::{bomb, panics};
use crate::support::{Wakes, parked, task};

/// A select of one acquire, taken through its steps by hand.
struct Arm<'a> {
    acquire: Pin<Box<Acquire<'a>>>,
    claim: Pin<Box<Claim>>,
    wakes: Arc<Wakes>,
}

impl<'a> Arm<'a> {
    /// One that looks for the first time, and finds that it must wait.
    fn looking(slots: &'a Semaphore, units: usize) -> Self {
        let wakes = Wakes::new();
        let claim = Box::pin(Claim::new());
        // SAFETY: nobody knows it yet.
        unsafe { claim.set_waker(&wakes.clone().into()) };
        let mut arm = Self { acquire: Box::pin(slots.acquire(units)), claim, wakes };
        assert!(arm.look().is_pending());
        arm
    }

    /// As `looking`, and then it waits.
    fn waiting(slots: &'a Semaphore, units: usize) -> Self {
        let arm = Self::looking(slots, units);
        assert_eq!(arm.wait(), Ok(()));
        arm
    }

    fn look(&mut self) -> Poll<Result<Permit<'a>, AcquireError>> {
        // SAFETY: the claim outlives the acquire, is its own, and cannot be claimed now.
        unsafe { self.acquire.as_mut().enroll(self.claim.as_ref(), 0) }
    }

    fn wait(&self) -> Result<(), Missed> {
        self.claim.wait(From::Looking)
    }

    /// Another arm wins, if this one has not.
    fn lose(&self) {
        assert_eq!(self.claim.resume(), Ok(()));
        self.claim.decide();
    }

    /// What it was given while it waited.
    fn collect(&mut self) -> Option<Result<Permit<'a>, AcquireError>> {
        assert_eq!((self.wakes.count(), self.claim.resume()), (1, Err(0)));
        self.acquire.as_mut().collect()
    }
}

impl Drop for Arm<'_> {
    fn drop(&mut self) {
        if self.claim.resume().is_ok() {
            self.claim.decide();
        }
    }
}

#[test]
fn s3_nobody_passes_a_select_that_is_just_looking() {
    let slots = Semaphore::new(3);
    let held = slots.try_acquire(3).unwrap();
    let mut head = Arm::looking(&slots, 2);
    let mut behind = parked(slots.acquire(1));
    drop(held);
    assert_eq!((slots.available(), slots.waiters(), behind.wakes()), (3, 2, 0));
    behind.pending();
    assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::NoPermits));
    let mut late = parked(slots.acquire(0));
    assert_eq!(head.wait(), Err(Missed), "it was told");
    // Now it looks again, takes what it asks for, and those behind get theirs.
    let Poll::Ready(Ok(two)) = head.look() else { panic!("it leads, and three are free") };
    assert_eq!((two.units(), slots.available()), (2, 0));
    let one = behind.answer().unwrap().unwrap();
    assert_eq!(late.answer().unwrap().unwrap().units(), 0);
    drop((one, two));
    assert_eq!((slots.available(), slots.in_use(), head.wakes.count()), (3, 0, 0));
}

#[test]
fn s3_a_select_that_polls_foreign_futures_is_told_too() {
    let slots = Semaphore::new(1);
    let held = slots.try_acquire(1).unwrap();
    let mut head = Arm::waiting(&slots, 1);
    let mut behind = parked(slots.acquire(1));
    assert_eq!(head.claim.resume(), Ok(()));
    drop(held);
    behind.pending();
    assert_eq!(head.claim.wait(From::Away), Err(Missed));
    let Poll::Ready(Ok(permit)) = head.look() else { panic!("it leads, and one is free") };
    assert_eq!((behind.wakes(), slots.available()), (0, 0));
    drop(permit);
    assert!(behind.answer().unwrap().is_ok());
}

#[test]
fn s3_a_select_that_is_just_looking_and_goes_leaves_the_units_to_those_behind() {
    for drops in [true, false] {
        let slots = Semaphore::new(1);
        let held = slots.try_acquire(1).unwrap();
        let mut head = Arm::looking(&slots, 1);
        let mut behind = parked(slots.acquire(1));
        drop(held);
        head.claim.decide();
        if drops {
            drop(head);
        } else {
            assert!(head.acquire.as_mut().collect().is_none());
        }
        assert!(behind.answer().unwrap().is_ok());
    }
}

#[test]
fn s3_behind_a_select_that_is_just_looking_another_looks() {
    // Goal: whichever of the two stands at the higher address: the first takes, then the second.
    for units in [1, 2] {
        let slots = Semaphore::new(2);
        let held = slots.try_acquire(2).unwrap();
        let mut head = Arm::looking(&slots, 2);
        let mut second = Arm::looking(&slots, units);
        drop(held);
        assert!(second.look().is_pending(), "it would pass the first");
        assert_eq!(head.wait(), Err(Missed));
        let Poll::Ready(Ok(two)) = head.look() else { panic!("it leads, and two are free") };
        assert_eq!(second.wait(), Err(Missed));
        assert!(second.look().is_pending(), "nothing is free");
        assert_eq!(second.wait(), Ok(()));
        drop(two);
        assert_eq!(second.collect().unwrap().unwrap().units(), units);
        assert_eq!((slots.available(), slots.waiters()), (2, 0));
    }
}

#[test]
fn s3_a_select_that_waits_is_claimed_in_its_turn() {
    let slots = Semaphore::new(2);
    let held = slots.try_acquire(2).unwrap();
    let (mut first, lost) = (Arm::waiting(&slots, 1), Arm::waiting(&slots, 2));
    let mut third = Arm::waiting(&slots, 1);
    lost.lose();
    drop(held);
    let units = [&mut first, &mut third].map(|arm| arm.collect().unwrap().unwrap().units());
    assert_eq!((units, slots.waiters(), lost.wakes.count()), ([1, 1], 0, 0));
}

#[test]
fn s3_a_resize_refuses_a_select_that_is_just_looking_at_its_next_look() {
    // Goal: the head asks for more than is left, and refuses itself: those behind, who fit, are granted.
    let slots = Semaphore::new(4);
    let held = slots.try_acquire(1).unwrap();
    let mut head = Arm::looking(&slots, 4);
    let mut behind = parked(slots.acquire(2));
    slots.resize(3);
    assert_eq!(head.wait(), Err(Missed));
    let refused = AcquireError::TooLarge { requested: 4, capacity: 3 };
    assert!(matches!(head.look(), Poll::Ready(Err(error)) if error == refused));
    assert_eq!(behind.answer().expect("two are free, and it is the first").unwrap().units(), 2);
    drop(held);
}

#[test]
fn s3_a_looking_select_that_refuses_itself_survives_a_waker_that_panics() {
    let slots = Semaphore::new(4);
    let held = slots.try_acquire(1).unwrap();
    let mut head = Arm::looking(&slots, 4);
    let mut behind = task(slots.acquire(2));
    assert!(behind.poll_with(&bomb()).is_pending());
    slots.resize(3);
    panics("a waker panics", || drop(head.look()));
    // Polled all the same, with room enough again: it waits for four, as it said.
    slots.resize(4);
    assert_eq!(head.wait(), Err(Missed));
    assert!(head.look().is_pending());
    assert_eq!((head.wait(), slots.waiters(), slots.in_use()), (Ok(()), 1, 3));
    drop(behind.ready());
    assert_eq!((head.wakes.count(), slots.available()), (0, 3));
    drop(held);
    let all = head.collect().unwrap().unwrap();
    assert_eq!((all.units(), slots.in_use()), (4, 4));
}

#[test]
fn s3_a_close_is_seen_at_the_next_look() {
    let slots = Semaphore::new(1);
    let held = slots.try_acquire(1).unwrap();
    let (mut waiting, mut looking) = (Arm::waiting(&slots, 1), Arm::looking(&slots, 1));
    slots.close();
    drop(held);
    assert_eq!(waiting.collect().unwrap().err(), Some(AcquireError::Closed));
    assert_eq!(looking.wait(), Err(Missed));
    assert!(matches!(looking.look(), Poll::Ready(Err(AcquireError::Closed))));
    assert_eq!((slots.available(), slots.waiters()), (1, 0));
}

#[test]
fn units_that_a_look_took_go_back_if_a_waker_panics() {
    let slots = Semaphore::new(3);
    let held = slots.try_acquire(3).unwrap();
    let mut head = Arm::looking(&slots, 2);
    let mut behind = task(slots.acquire(1));
    assert!(behind.poll_with(&bomb()).is_pending());
    drop(held);
    panics("a waker panics", || drop(head.look()));
    assert_eq!((slots.available(), slots.in_use(), slots.waiters()), (2, 1, 0));
    drop(head);
    drop(behind.ready());
    assert_eq!((slots.available(), slots.in_use()), (3, 0));
}
