//! `Semaphore`: permits, borrowed and owned; what is shared, sent and printed.

use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;
use std::thread;

use taut::sync::future::{Acquire, AcquireOwned};
use taut::sync::{AcquireError, OwnedPermit, Permit, Semaphore, TryAcquireError};

use crate::not_impl::assert_not_impl;
use crate::support::{now, parked, task};

#[test]
fn sm_13_nothing_is_given_back_twice() {
    // Goal: there is no release but a permit's end, and it has one end.
    let slots = Semaphore::new(2);
    let mut permit = slots.try_acquire(2).unwrap();
    let part = permit.split(1).unwrap();
    drop(permit);
    assert_eq!(slots.available(), 1);
    drop(part);
    assert_eq!(slots.available(), 2);
    assert_not_impl!(Permit<'static>: Clone);
    assert_not_impl!(OwnedPermit: Clone);
}

#[test]
fn sm_16_split_makes_two_of_one() {
    let slots = Arc::new(Semaphore::new(5));
    let mut permit = slots.try_acquire(5).unwrap();
    assert!(permit.split(6).is_none() && permit.split(usize::MAX).is_none());
    let part = permit.split(2).unwrap();
    assert_eq!((permit.units(), part.units(), slots.available()), (3, 2, 0));
    let none = permit.split(0).unwrap();
    let rest = permit.split(3).unwrap();
    assert_eq!((none.units(), rest.units(), permit.units()), (0, 3, 0));
    drop(permit);
    drop(none);
    assert_eq!(slots.available(), 0);
    drop(part);
    assert_eq!(slots.available(), 2);
    drop(rest);
    assert_eq!(slots.available(), 5);

    let mut permit = slots.try_acquire_owned(5).unwrap();
    let part = permit.split(2).unwrap();
    drop(permit);
    assert_eq!(slots.available(), 3);
    drop(part);
    assert_eq!((slots.available(), Arc::strong_count(&slots)), (5, 1));
}

#[test]
fn sm_16_a_part_that_comes_back_serves_who_waits() {
    let slots = Semaphore::new(4);
    let mut permit = slots.try_acquire(4).unwrap();
    let mut waits = parked(slots.acquire(3));
    drop(permit.split(2));
    assert_eq!((waits.wakes(), slots.available()), (0, 2));
    drop(permit.split(1));
    assert_eq!(waits.answer().unwrap().unwrap().units(), 3);
}

#[test]
fn sm_16_merge_makes_one_of_two_of_one_semaphore() {
    let (slots, others) = (Arc::new(Semaphore::new(5)), Arc::new(Semaphore::new(5)));
    let mut permit = slots.try_acquire(1).unwrap();
    assert!(permit.merge(slots.try_acquire(3).unwrap()).is_ok());
    assert_eq!((permit.units(), slots.available()), (4, 1));
    let other = permit.merge(others.try_acquire(2).unwrap()).unwrap_err();
    assert_eq!((other.units(), others.available(), permit.units()), (2, 3, 4));
    assert!(std::ptr::eq(other.semaphore(), &*others));
    drop(other);
    drop(permit);
    assert_eq!((slots.available(), others.available()), (5, 5));

    let mut permit = slots.try_acquire_owned(1).unwrap();
    assert!(permit.merge(slots.try_acquire_owned(3).unwrap()).is_ok());
    assert_eq!((permit.units(), Arc::strong_count(&slots)), (4, 2));
    let other = permit.merge(others.try_acquire_owned(2).unwrap()).unwrap_err();
    assert!(Arc::ptr_eq(other.semaphore(), &others) && other.units() == 2);
    drop((permit, other));
    assert_eq!((slots.available(), others.available()), (5, 5));
}

#[test]
fn sm_16_an_owned_permit_is_given_back_by_any_thread() {
    let slots = Arc::new(Semaphore::new(2));
    let permit = now(slots.acquire_owned(2)).unwrap();
    let mut waits = parked(slots.acquire_owned(1));
    thread::spawn(move || drop(permit)).join().unwrap();
    let permit = waits.answer().unwrap().unwrap();
    let slots = permit.semaphore().clone();
    assert_eq!((permit.units(), slots.available()), (1, 1));
    thread::spawn(move || permit.semaphore().available()).join().unwrap();
    assert_eq!(slots.available(), 2);
}

#[test]
fn an_owned_permit_and_an_owned_acquire_keep_the_semaphore() {
    let slots = Arc::new(Semaphore::new(1));
    let weak = Arc::downgrade(&slots);
    let permit = slots.try_acquire_owned(1).unwrap();
    let mut waits = parked(slots.acquire_owned(1));
    drop(slots);
    drop(permit);
    let permit = waits.answer().unwrap().unwrap();
    drop(waits);
    assert_eq!((permit.semaphore().in_use(), weak.strong_count()), (1, 1));
    permit.forget();
    assert!(weak.upgrade().is_none());
}

#[test]
fn to_forget_units_is_to_shrink_the_capacity() {
    let slots = Arc::new(Semaphore::new(5));
    slots.try_acquire(2).unwrap().forget();
    assert_eq!((slots.capacity(), slots.available(), slots.in_use()), (3, 3, 0));
    let mut permit = slots.try_acquire_owned(3).unwrap();
    permit.split(1).unwrap().forget();
    permit.split(0).unwrap().forget();
    assert_eq!((slots.capacity(), slots.available(), slots.in_use()), (2, 0, 2));
    drop(permit);
    assert_eq!((slots.capacity(), slots.available(), slots.in_use()), (2, 2, 0));
}

#[test]
fn to_forget_units_refuses_who_waits_for_more_and_serves_who_stood_behind() {
    let slots = Semaphore::new(5);
    let mut permit = slots.try_acquire(3).unwrap();
    let mut large = parked(slots.acquire(5));
    let mut four = parked(slots.acquire(4));
    let mut two = parked(slots.acquire(2));
    permit.split(1).unwrap().forget();
    assert_eq!((four.wakes(), two.wakes()), (0, 0));
    let refused = AcquireError::TooLarge { requested: 5, capacity: 4 };
    assert_eq!(large.answer().unwrap().err(), Some(refused));
    permit.split(1).unwrap().forget();
    let refused = AcquireError::TooLarge { requested: 4, capacity: 3 };
    assert_eq!(four.answer().unwrap().err(), Some(refused));
    assert_eq!(two.answer().unwrap().unwrap().units(), 2);
}

#[test]
fn they_print_how_they_stand() {
    let slots = Arc::new(Semaphore::new(5));
    let two = slots.try_acquire(2).unwrap();
    let waits = parked(slots.acquire(4));
    assert_eq!(
        format!("{slots:?}"),
        "Semaphore { capacity: 5, available: 3, in_use: 2, waiters: 1, closed: false }"
    );
    assert_eq!(format!("{two:?}"), "Permit { units: 2 }");
    drop(waits);
    let owned = slots.try_acquire_owned(1).unwrap();
    assert_eq!(format!("{owned:?}"), "OwnedPermit { units: 1 }");
    slots.resize(1);
    slots.close();
    assert_eq!(
        format!("{slots:?}"),
        "Semaphore { capacity: 1, available: 0, in_use: 3, waiters: 0, closed: true }"
    );
    assert!(format!("{:?}", slots.acquire(1)).starts_with("Acquire("));
    assert!(format!("{:?}", slots.acquire_owned(1)).starts_with("AcquireOwned("));
}

#[test]
fn errors_say_what_is_wrong() {
    let too_large = AcquireError::TooLarge { requested: 3, capacity: 2 };
    let what = "acquiring 3 units of a semaphore that has 2";
    assert_eq!(
        (too_large.to_string(), TryAcquireError::from(too_large).to_string()),
        (what.into(), what.into())
    );
    let closed = "acquiring from a closed semaphore";
    assert_eq!(AcquireError::Closed.to_string(), closed);
    assert_eq!(TryAcquireError::from(AcquireError::Closed).to_string(), closed);
    assert_eq!(TryAcquireError::NoPermits.to_string(), "not enough units are free, or others wait");
    assert!(too_large.is_too_large() && !too_large.is_closed());
    assert!(AcquireError::Closed.is_closed() && !AcquireError::Closed.is_too_large());
    let tries = [TryAcquireError::NoPermits, TryAcquireError::Closed, too_large.into()];
    assert_eq!(tries.map(|error| error.is_no_permits()), [true, false, false]);
    assert_eq!(tries.map(|error| error.is_closed()), [false, true, false]);
    assert_eq!(tries.map(|error| error.is_too_large()), [false, false, true]);
}

const fn is_shared<T: Send + Sync + Unpin + Debug>() {}
const fn is_future<T: Send + Sync + Debug + Future + taut::select::Case>() {}
const fn is_static<T: 'static>() {}
const fn is_plain_error<T: Error + Copy + Eq + std::hash::Hash + Send + Sync + 'static>() {}

#[test]
fn g_08_semaphores_are_shared_permits_and_futures_sent() {
    is_shared::<Semaphore>();
    is_shared::<Permit<'_>>();
    is_shared::<OwnedPermit>();
    is_static::<OwnedPermit>();
    is_static::<AcquireOwned>();
    is_future::<Acquire<'_>>();
    is_future::<AcquireOwned>();
    is_plain_error::<AcquireError>();
    is_plain_error::<TryAcquireError>();
    assert_not_impl!(Acquire<'static>: Unpin);
    assert_not_impl!(AcquireOwned: Unpin);
    assert_not_impl!(Semaphore: Clone);
    assert_not_impl!(Semaphore: Default);
}

#[test]
fn a_static_semaphore() {
    static SLOTS: Semaphore = Semaphore::new(1);
    let permit = now(SLOTS.acquire(1)).unwrap();
    let mut waits = task(SLOTS.acquire(1));
    waits.pending();
    thread::spawn(move || drop(permit)).join().unwrap();
    assert!(waits.answer().unwrap().is_ok());
}

#[test]
#[should_panic = "polled after completion"]
fn an_acquire_that_completed_is_over() {
    let slots = Semaphore::new(2);
    let mut acquires = task(slots.acquire(1));
    drop(acquires.ready());
    drop(acquires.poll());
}
