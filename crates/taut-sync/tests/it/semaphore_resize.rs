//! `Semaphore`: a capacity that changes while units are in use. A row of numbers is what there is
//! altogether, free, in use.

use taut::sync::{AcquireError, Permit, Semaphore, TryAcquireError};

use crate::support::hooks::{Event, bomb, hooked, panics};
use crate::support::{MANY, Task, now, parked, task};

fn standing(slots: &Semaphore) -> [usize; 3] {
    [slots.capacity(), slots.available(), slots.in_use()]
}

fn too_large(requested: usize, capacity: usize) -> Option<AcquireError> {
    Some(AcquireError::TooLarge { requested, capacity })
}

/// What one that was woken, once, was told.
#[track_caller]
fn refused<'a, F>(waits: &mut Task<F>) -> Option<AcquireError>
where
    F: Future<Output = Result<Permit<'a>, AcquireError>>,
{
    assert_eq!(waits.wakes(), 1);
    waits.answer().expect("woken, but not decided").err()
}

#[test]
fn sm_17_more_units_go_to_those_who_wait_in_order() {
    let slots = Semaphore::new(3);
    let held = slots.try_acquire(3).unwrap();
    let mut queue: Vec<_> = [2, 1, 3, 1].into_iter().map(|n| parked(slots.acquire(n))).collect();
    slots.resize(7);
    let told: Vec<_> = queue.iter().map(Task::wakes).collect();
    assert_eq!((told, standing(&slots)), (vec![1, 1, 0, 0], [7, 1, 6]));
    slots.resize(8);
    assert_eq!((queue[2].wakes(), queue[3].wakes()), (0, 0));
    slots.resize(10);
    assert_eq!(standing(&slots), [10, 0, 10]);
    let granted: Vec<_> = queue.iter_mut().map(|waits| waits.ready().unwrap().units()).collect();
    assert_eq!((granted, standing(&slots)), (vec![2, 1, 3, 1], [10, 7, 3]));
    drop(held);
}

#[test]
fn sm_17_one_resize_grants_more_than_a_batch() {
    let slots = Semaphore::new(1);
    let held = slots.try_acquire(1).unwrap();
    let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(1))).collect();
    slots.resize(MANY);
    assert_eq!(queue.iter().filter(|waits| waits.wakes() == 1).count(), MANY - 1);
    queue[MANY - 1].pending();
    drop(held);
    assert!(queue.iter_mut().all(|waits| waits.ready().is_ok()));
    assert_eq!(standing(&slots), [MANY, MANY, 0]);
}

#[test]
fn sm_17_what_is_free_goes_first() {
    let slots = Semaphore::new(5);
    let held = slots.try_acquire(2).unwrap();
    slots.resize(4);
    assert_eq!(standing(&slots), [4, 2, 2]);
    slots.resize(2);
    assert_eq!(standing(&slots), [2, 0, 2]);
    drop(held);
    assert_eq!(standing(&slots), [2, 2, 0]);
    assert_eq!(slots.try_acquire(3).err().map(|error| error.is_too_large()), Some(true));
    assert_eq!(slots.try_acquire(2).unwrap().units(), 2);
}

#[test]
fn sm_17_units_that_are_owed_are_withheld_as_they_come_back() {
    let slots = Semaphore::new(6);
    let mut held = slots.try_acquire(6).unwrap();
    slots.resize(2);
    assert_eq!(standing(&slots), [2, 0, 6]);
    let mut waits = parked(slots.acquire(1));
    for in_use in [5, 4, 3, 2] {
        drop(held.split(1));
        assert_eq!((standing(&slots), waits.wakes()), ([2, 0, in_use], 0));
        waits.pending();
    }
    drop(held.split(1));
    let permit = waits.answer().unwrap().unwrap();
    assert_eq!(standing(&slots), [2, 0, 2]);
    drop((held, permit));
    assert_eq!(standing(&slots), [2, 2, 0]);
}

#[test]
fn sm_17_a_permit_larger_than_the_capacity_pays_what_is_owed_at_once() {
    let slots = Semaphore::new(10);
    let held = slots.try_acquire(9).unwrap();
    let mut waits = parked(slots.acquire(2));
    slots.resize(3);
    assert_eq!((standing(&slots), waits.wakes()), ([3, 0, 9], 0));
    assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::NoPermits));
    drop(held);
    assert_eq!(standing(&slots), [3, 1, 2]);
    assert_eq!(waits.ready().unwrap().units(), 2);
    assert_eq!(standing(&slots), [3, 3, 0]);
}

#[test]
fn sm_17_while_units_are_owed_nothing_is_taken_but_nothing() {
    let slots = Semaphore::new(2);
    let held = slots.try_acquire(2).unwrap();
    slots.resize(1);
    assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::NoPermits));
    assert_eq!(slots.try_acquire(0).unwrap().units(), 0);
    assert_eq!(now(slots.acquire(0)).unwrap().units(), 0);
    drop(held);
    // Nothing is owed any more: units are had as ever.
    for _ in 0..2 {
        let one = slots.try_acquire(1).unwrap();
        assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::NoPermits));
        drop(one);
    }
}

#[test]
fn sm_17_again_and_again() {
    let slots = Semaphore::new(4);
    let mut held = slots.try_acquire(4).unwrap();
    for (capacity, free) in [(1, 0), (0, 0), (3, 0), (4, 0), (6, 2), (5, 1), (2, 0), (2, 0), (9, 5)]
    {
        slots.resize(capacity);
        assert_eq!(standing(&slots), [capacity, free, 4]);
    }
    slots.resize(1);
    drop(held.split(2));
    assert_eq!(standing(&slots), [1, 0, 2]);
    slots.resize(0);
    drop(held.split(1));
    assert_eq!(standing(&slots), [0, 0, 1]);
    slots.resize(3);
    assert_eq!(standing(&slots), [3, 2, 1]);
    drop(held);
    assert_eq!(standing(&slots), [3, 3, 0]);
}

#[test]
fn sm_17_sm_08_who_waits_for_more_than_is_left_is_refused_wherever_it_stands() {
    let slots = Semaphore::new(10);
    let held = slots.try_acquire(9).unwrap();
    let mut queue: Vec<_> =
        [8, 2, 7, 1, 10].into_iter().map(|n| parked(slots.acquire(n))).collect();
    slots.resize(6);
    assert_eq!((slots.waiters(), standing(&slots)), (2, [6, 0, 9]));
    for (at, asked) in [(0, 8), (2, 7), (4, 10)] {
        assert_eq!(refused(&mut queue[at]), too_large(asked, 6));
    }
    queue[1].pending();
    queue[3].pending();
    drop(held);
    assert_eq!([1, 3].map(|at| queue[at].answer().unwrap().unwrap().units()), [2, 1]);
}

#[test]
fn sm_17_sm_09_if_the_head_is_refused_those_behind_are_granted_what_fits() {
    let slots = Semaphore::new(10);
    let held = slots.try_acquire(5).unwrap();
    let mut large = parked(slots.acquire(9));
    let mut two = parked(slots.acquire(2));
    let mut last = parked(slots.acquire(2));
    slots.resize(8);
    assert_eq!(refused(&mut large), too_large(9, 8));
    let permit = two.answer().unwrap().unwrap();
    assert_eq!((standing(&slots), last.wakes()), ([8, 1, 7], 0));
    drop(permit);
    assert!(last.answer().unwrap().is_ok());
    drop(held);
}

#[test]
fn sm_17_one_resize_refuses_more_than_a_batch() {
    let slots = Semaphore::new(3);
    let held = slots.try_acquire(1).unwrap();
    let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(3))).collect();
    let mut behind = parked(slots.acquire(1));
    slots.resize(2);
    assert!(queue.iter_mut().all(|waits| refused(waits) == too_large(3, 2)));
    assert!(behind.answer().unwrap().is_ok());
    assert_eq!((slots.waiters(), standing(&slots)), (0, [2, 1, 1]));
    drop(held);
}

#[test]
fn sm_17_to_nothing_and_back() {
    let slots = Semaphore::new(2);
    let held = slots.try_acquire(2).unwrap();
    let mut one = parked(slots.acquire(1));
    let mut nothing = parked(slots.acquire(0));
    slots.resize(0);
    assert_eq!(refused(&mut one), too_large(1, 0));
    assert_eq!(nothing.answer().unwrap().unwrap().units(), 0);
    assert_eq!(now(slots.acquire(1)).err(), too_large(1, 0));
    drop(held);
    assert_eq!(standing(&slots), [0, 0, 0]);
    slots.resize(1);
    assert_eq!(now(slots.acquire(1)).unwrap().units(), 1);
}

#[test]
fn to_forget_units_while_some_are_owed() {
    let slots = Semaphore::new(8);
    let mut held = slots.try_acquire(8).unwrap();
    slots.resize(3);
    // In use 8, 5 owed. Two forgotten: 5 are owed still.
    held.split(2).unwrap().forget();
    assert_eq!(standing(&slots), [1, 0, 6]);
    // Three forgotten, of a capacity of one: two less are owed.
    held.split(3).unwrap().forget();
    assert_eq!(standing(&slots), [0, 0, 3]);
    slots.resize(2);
    drop(held.split(1));
    assert_eq!(standing(&slots), [2, 0, 2]);
    drop(held.split(1));
    assert_eq!(standing(&slots), [2, 1, 1]);
    held.forget();
    assert_eq!(standing(&slots), [1, 1, 0]);
    assert_eq!(slots.try_acquire(1).unwrap().units(), 1);
}

#[test]
fn a_resize_tells_all_although_a_waker_panics() {
    for is_refused in [true, false] {
        let slots = Semaphore::new(2);
        let held = slots.try_acquire(2).unwrap();
        let asked = 1 + usize::from(is_refused);
        let mut first = task(slots.acquire(asked));
        assert!(first.poll_with(&bomb()).is_pending());
        let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(asked))).collect();
        let capacity = if is_refused { 1 } else { 3 + MANY };
        panics("a waker panics", || slots.resize(capacity));
        assert!(queue.iter().all(|waits| waits.wakes() == 1), "{is_refused}");
        assert_eq!(first.ready().is_err(), is_refused);
        assert!(queue.iter_mut().all(|waits| waits.ready().is_err() == is_refused));
        drop(held);
        assert_eq!(standing(&slots), [capacity, capacity, 0]);
    }
}

#[test]
fn a_resize_from_a_waker_of_a_resize() {
    // Goal: between two batches the capacity changes again: each is refused, once, or is served in time.
    let slots = std::sync::Arc::new(Semaphore::new(2));
    let held = slots.try_acquire(2).unwrap();
    let own = slots.clone();
    let undo = hooked(move |event| {
        if event == Event::Wake {
            own.resize(2);
        }
    });
    let mut first = task(slots.acquire(2));
    assert!(first.poll_with(&undo).is_pending());
    let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(2))).collect();
    slots.resize(1);
    assert_eq!(first.ready().err(), too_large(2, 1));
    assert_eq!(standing(&slots), [2, 0, 2]);
    let told = queue.iter().take_while(|waits| waits.wakes() == 1).count();
    assert!(told >= 30 && queue[told..].iter().all(|waits| waits.wakes() == 0), "{told}");
    assert!(queue[..told].iter_mut().all(|waits| refused(waits) == too_large(2, 1)));
    drop(held);
    for waits in &mut queue[told..] {
        assert_eq!(waits.answer().unwrap().unwrap().units(), 2);
    }
    assert_eq!(standing(&slots), [2, 2, 0]);
}
