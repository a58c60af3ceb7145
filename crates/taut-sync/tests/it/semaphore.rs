//! `Semaphore`: units, the queue in front of them, and those who leave it.

use std::task::Poll;

use taut::context::{Context, ContextError};
use taut::sync::{AcquireError, Permit, Semaphore, TryAcquireError};

use crate::support::{MANY, Task, Wakes, now, parked, task};

/// So many units, which must be free.
#[track_caller]
fn take(slots: &Semaphore, units: usize) -> Permit<'_> {
    slots.try_acquire(units).unwrap()
}

/// The permit of one that was woken, once, and is answered now.
#[track_caller]
fn granted<'a, F>(waits: &mut Task<F>) -> Permit<'a>
where
    F: Future<Output = Result<Permit<'a>, AcquireError>>,
{
    assert_eq!(waits.wakes(), 1);
    waits.answer().expect("woken, but not granted").unwrap()
}

#[test]
fn sm_01_all_units_are_free_at_first() {
    for capacity in [0, 1, 5, 1 << 40] {
        let slots = Semaphore::new(capacity);
        assert_eq!((slots.capacity(), slots.available()), (capacity, capacity));
        assert_eq!((slots.in_use(), slots.waiters()), (0, 0));
        let all = take(&slots, capacity);
        assert_eq!((all.units(), slots.available(), slots.in_use()), (capacity, 0, capacity));
    }
}

#[test]
fn sm_01_no_more_units_than_can_be_counted() {
    let most = Semaphore::MAX_CAPACITY;
    let slots = Semaphore::new(usize::MAX);
    assert_eq!((slots.capacity(), slots.available()), (most, most));
    let too_large = TryAcquireError::TooLarge { requested: usize::MAX, capacity: most };
    assert_eq!(slots.try_acquire(usize::MAX).err(), Some(too_large));
    assert_eq!(slots.try_acquire(most + 1).err().map(|error| error.is_too_large()), Some(true));
    let all = take(&slots, most);
    let mut waits = parked(slots.acquire(most));
    assert_eq!((slots.available(), slots.in_use(), slots.is_closed()), (0, most, false));
    drop(all);
    let all = granted(&mut waits);
    slots.resize(0);
    assert_eq!((slots.capacity(), slots.in_use(), slots.available()), (0, most, 0));
    slots.resize(usize::MAX);
    assert_eq!((slots.capacity(), slots.in_use(), slots.available()), (most, most, 0));
    drop(all);
    assert_eq!((slots.available(), slots.in_use()), (most, 0));
}

#[test]
fn sm_02_acquire_takes_what_is_free_or_waits_for_it() {
    let slots = Semaphore::new(3);
    let two = now(slots.acquire(2)).unwrap();
    let one = now(slots.acquire(1)).unwrap();
    let mut waits = parked(slots.acquire(2));
    assert_eq!((slots.available(), slots.waiters()), (0, 1));
    drop(one);
    assert_eq!((slots.available(), waits.wakes()), (1, 0), "not enough yet");
    waits.pending();
    drop(two);
    assert_eq!((slots.available(), slots.waiters()), (1, 0), "granted before it is polled");
    let permit = granted(&mut waits);
    assert_eq!((permit.units(), slots.in_use()), (2, 2));
    drop(permit);
    assert_eq!(slots.available(), 3);
}

#[test]
fn sm_02_one_that_gives_up_changes_nothing() {
    let slots = Semaphore::new(2);
    drop(slots.acquire(1));
    let all = take(&slots, 2);
    drop(slots.acquire(1));
    drop(parked(slots.acquire(1)));
    assert_eq!((slots.waiters(), slots.available(), slots.in_use()), (0, 0, 2));
    drop(all);
    assert_eq!(take(&slots, 2).units(), 2);
}

#[test]
fn sm_03_sm_18_a_context_that_ended_wins_though_units_are_free() {
    let slots = Semaphore::new(1);
    let (ctx, cancel) = Context::background().with_cancel();
    assert_eq!(now(ctx.run(slots.acquire(1))).unwrap().unwrap().units(), 1);
    cancel.cancel_with("enough");
    assert!(matches!(now(ctx.run(slots.acquire(1))), Err(ContextError::Cancelled)));
    assert_eq!((slots.available(), slots.waiters()), (1, 0));
    assert_eq!(ctx.cause().unwrap().to_string(), "enough");
}

#[test]
fn sm_03_sm_11_a_context_that_ends_after_the_grant_gives_the_units_back() {
    // Goal: granted, then cancelled, then looked at: the error wins, and the next in line is served.
    let slots = Semaphore::new(1);
    let (ctx, cancel) = Context::background().with_cancel();
    let all = take(&slots, 1);
    let mut first = parked(ctx.run(slots.acquire(1)));
    let mut second = parked(slots.acquire(1));
    drop(all);
    cancel.cancel();
    assert_eq!((second.wakes(), slots.available()), (0, 0));
    assert!(first.ready().is_err());
    assert_eq!(granted(&mut second).units(), 1);
}

#[test]
fn sm_04_nobody_passes_who_waits_though_units_are_free() {
    let slots = Semaphore::new(3);
    let two = take(&slots, 2);
    let mut first = parked(slots.acquire(2));
    let mut second = parked(slots.acquire(1));
    assert_eq!((slots.available(), second.wakes()), (1, 0));
    second.pending();
    drop(two);
    assert_eq!((granted(&mut first).units(), granted(&mut second).units()), (2, 1));
}

#[test]
fn sm_05_grants_are_in_the_order_of_arrival() {
    // Goal: more than a batch of them, one by one; whoever polls early or often gains nothing by it.
    let slots = Semaphore::new(1);
    let mut held = take(&slots, 1);
    let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(1))).collect();
    for at in 0..MANY {
        queue.iter_mut().skip(at).rev().for_each(Task::pending);
        drop(held);
        assert_eq!((slots.waiters(), slots.available()), (MANY - at - 1, 0));
        assert!(queue[at + 1..].iter().all(|waits| waits.wakes() == 0), "{at}");
        held = granted(&mut queue[at]);
    }
}

#[test]
fn sm_05_a_place_is_that_of_the_first_poll() {
    let slots = Semaphore::new(1);
    let held = take(&slots, 1);
    let mut made_first = task(slots.acquire(1));
    let mut polled_first = parked(slots.acquire(1));
    made_first.pending();
    drop(held);
    let held = granted(&mut polled_first);
    assert_eq!(made_first.wakes(), 0);
    drop(held);
    drop(granted(&mut made_first));
}

#[test]
fn sm_06_a_large_request_at_the_head_is_not_passed() {
    // Goal: TestLargeAcquireDoesntStarve: ones come and go all the time, and it gets all of them.
    let slots = Semaphore::new(4);
    let mut ones: Vec<_> = (0..4).map(|_| take(&slots, 1)).collect();
    let mut large = parked(slots.acquire(4));
    let mut late: Vec<_> = (0..4).map(|_| parked(slots.acquire(1))).collect();
    for free in 1..4 {
        drop(ones.pop());
        assert_eq!((slots.available(), large.wakes()), (free, 0));
        assert_eq!(slots.try_acquire(1).err(), Some(TryAcquireError::NoPermits));
        late.iter_mut().for_each(Task::pending);
        assert!(late.iter().all(|one| one.wakes() == 0));
    }
    drop(ones.pop());
    drop(granted(&mut large));
    assert_eq!(late.iter_mut().map(granted).count(), 4);
}

#[test]
fn sm_07_try_acquire_fails_if_anyone_waits() {
    // Goal: Go's example: five are free, and a try for one fails.
    let slots = Semaphore::new(10);
    let five = take(&slots, 5);
    let waits = parked(slots.acquire(6));
    assert_eq!(slots.available(), 5);
    for units in [0, 1, 5] {
        assert_eq!(slots.try_acquire(units).err(), Some(TryAcquireError::NoPermits), "{units}");
    }
    drop(waits);
    assert_eq!(take(&slots, 5).units(), 5);
    drop(five);
}

#[test]
fn sm_08_a_request_for_more_than_there_is_fails_at_once_and_blocks_nobody() {
    let slots = Semaphore::new(2);
    let refused = AcquireError::TooLarge { requested: 3, capacity: 2 };
    let all = take(&slots, 2);
    for is_waiting in [false, true] {
        let mut waits = is_waiting.then(|| parked(slots.acquire(1)));
        assert_eq!(now(slots.acquire(3)).err(), Some(refused));
        assert_eq!(slots.try_acquire(3).err(), Some(refused.into()));
        assert_eq!(slots.blocking_acquire(3).err(), Some(refused));
        assert_eq!(slots.waiters(), usize::from(is_waiting));
        if let Some(waits) = &mut waits {
            waits.pending();
        }
    }
    drop(all);
    assert_eq!(now(slots.acquire(3)).err(), Some(refused), "with nothing in use as well");
    assert_eq!(take(&slots, 2).units(), 2);
}

#[test]
fn sm_09_when_the_head_gives_up_as_many_followers_as_fit_are_granted() {
    // Goal: Go's example: 8 gives up, 3 and 2 are granted, 1 waits.
    let slots = Semaphore::new(10);
    let five = take(&slots, 5);
    let head = parked(slots.acquire(8));
    let mut three = parked(slots.acquire(3));
    let mut two = parked(slots.acquire(2));
    let mut one = parked(slots.acquire(1));
    drop(head);
    assert_eq!((slots.available(), slots.waiters(), one.wakes()), (0, 1, 0));
    let held = (granted(&mut three), granted(&mut two));
    one.pending();
    drop(five);
    assert_eq!(granted(&mut one).units(), 1);
    drop(held);
}

#[test]
fn sm_10_one_that_gives_up_elsewhere_changes_nothing_for_others() {
    let slots = Semaphore::new(3);
    let two = take(&slots, 2);
    let mut head = parked(slots.acquire(2));
    let middle = parked(slots.acquire(3));
    let mut after = parked(slots.acquire(1));
    let tail = parked(slots.acquire(1));
    drop(middle);
    drop(tail);
    assert_eq!((slots.waiters(), head.wakes(), after.wakes(), slots.available()), (2, 0, 0, 1));
    head.pending();
    after.pending();
    drop(two);
    assert_eq!((granted(&mut head).units(), granted(&mut after).units()), (2, 1));
}

#[test]
fn sm_11_units_that_nobody_saw_go_on_to_the_next() {
    // Goal: granted and dropped before it was polled; the next in line, not who comes then.
    let slots = Semaphore::new(2);
    let both = take(&slots, 2);
    let first = parked(slots.acquire(2));
    let mut second = parked(slots.acquire(1));
    let mut third = parked(slots.acquire(1));
    drop(both);
    assert_eq!((first.wakes(), slots.available(), slots.in_use()), (1, 0, 2));
    drop(first);
    assert_eq!((granted(&mut second).units(), granted(&mut third).units()), (1, 1));
    assert_eq!((slots.available(), slots.waiters()), (2, 0));
}

#[test]
fn sm_11_along_a_line_of_those_who_leave() {
    let slots = Semaphore::new(1);
    let held = take(&slots, 1);
    let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(1))).collect();
    drop(held);
    for waits in queue.drain(..) {
        assert_eq!((waits.wakes(), slots.available()), (1, 0));
        drop(waits);
    }
    assert_eq!((slots.available(), slots.waiters(), slots.in_use()), (1, 0, 0));
}

#[test]
fn sm_12_a_release_grants_the_front_that_fits_and_no_more() {
    let slots = Semaphore::new(10);
    let all = take(&slots, 10);
    let mut queue: Vec<_> =
        [4, 3, 0, 3, 1, 0, 2].into_iter().map(|n| parked(slots.acquire(n))).collect();
    drop(all);
    let told: Vec<_> = queue.iter().map(Task::wakes).collect();
    assert_eq!(told, [1, 1, 1, 1, 0, 0, 0]);
    let mut held: Vec<_> = queue[..4].iter_mut().map(granted).collect();
    assert_eq!((slots.available(), slots.waiters()), (0, 3));
    drop(held.remove(1));
    assert_eq!(queue[4..].iter_mut().map(granted).map(|p| p.units()).sum::<usize>(), 3);
    drop(held);
    assert_eq!(slots.available(), 10);
}

#[test]
fn sm_12_one_release_grants_more_than_a_batch() {
    let slots = Semaphore::new(MANY + 1);
    let all = take(&slots, MANY + 1);
    let mut queue: Vec<_> = (0..MANY).map(|_| parked(slots.acquire(1))).collect();
    let mut last = parked(slots.acquire(2));
    drop(all);
    let held: Vec<_> = queue.iter_mut().map(granted).collect();
    assert_eq!((slots.in_use(), slots.available(), last.wakes()), (MANY, 1, 0));
    drop(held);
    assert_eq!(granted(&mut last).units(), 2);
}

#[test]
fn sm_14_to_acquire_nothing_is_to_wait_for_ones_turn() {
    let slots = Semaphore::new(1);
    let held = take(&slots, 1);
    assert_eq!(take(&slots, 0).units(), 0, "nothing is free, but nobody waits");
    assert_eq!(now(slots.acquire(0)).unwrap().units(), 0);
    let mut head = parked(slots.acquire(1));
    let mut nothing = parked(slots.acquire(0));
    let mut behind = parked(slots.acquire(1));
    drop(held);
    let held = granted(&mut head);
    let none = granted(&mut nothing);
    assert_eq!((none.units(), slots.in_use(), behind.wakes()), (0, 1, 0));
    drop(none);
    behind.pending();
    drop(held);
    drop(granted(&mut behind));
    let empty = Semaphore::new(0);
    assert_eq!((take(&empty, 0).units(), now(empty.acquire(0)).unwrap().units()), (0, 0));
}

#[test]
fn of_13_the_line_is_kept_whoever_polls_and_tries() {
    // Goal: FIFO as a whole: weights of all sizes, polled in any order again and again, tries in between.
    let slots = Semaphore::new(6);
    let mut held = vec![take(&slots, 6)];
    let weights = [3, 6, 1, 2, 4, 1, 0, 5, 6, 2];
    let mut queue: Vec<_> = weights.iter().map(|n| Some(parked(slots.acquire(*n)))).collect();
    let mut order = Vec::new();
    while order.len() < weights.len() {
        drop(held.remove(0));
        for at in (0..queue.len()).rev() {
            assert!(slots.waiters() == 0 || slots.try_acquire(0).is_err());
            if let Some(Poll::Ready(permit)) = queue[at].as_mut().map(Task::poll) {
                held.insert(0, permit.unwrap());
                order.push(at);
                queue[at] = None;
            }
        }
        let front = queue.iter().take_while(|place| place.is_none()).count();
        assert_eq!(front, order.len(), "somebody was passed: {order:?}");
        assert!(slots.in_use() <= 6);
    }
}

#[test]
fn a_poll_that_nobody_asked_for_keeps_the_place_and_takes_the_new_waker() {
    let slots = Semaphore::new(1);
    let held = take(&slots, 1);
    let mut first = parked(slots.acquire(1));
    let mut second = parked(slots.acquire(1));
    let newer = Wakes::new();
    assert!(first.poll_with(&newer.clone().into()).is_pending());
    second.pending();
    assert!(first.poll_with(&newer.clone().into()).is_pending());
    drop(held);
    assert_eq!((first.wakes(), newer.count(), second.wakes()), (0, 1, 0), "the last waker");
    drop(first.ready());
    drop(granted(&mut second));
}
