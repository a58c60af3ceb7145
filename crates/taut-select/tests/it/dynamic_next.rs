//! `Select::next` that is dropped, leaked or polled too often: an arm that was committed is never lost.

use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll};

use taut::chan::{self, never};
use taut::select::{self, Next, Select};

use crate::support::{
    CAPACITIES, Census, Counted, Program, Wakes, assert_deserted, channel, now, parked, race, task,
};

#[test]
fn rs_01_next_that_is_dropped_withdraws_its_arms() {
    // Goal: and they stay in the `Select`, in full number.
    let (tx, rx) = chan::rendezvous();
    let mut select: Select<_, _> = (0..3).map(|n| (n, rx.recv())).collect();
    drop(parked(select.next()));
    assert_deserted(&tx, &rx);
    assert_eq!(select.len(), 3);
    let mut waits = parked(select.next());
    assert_eq!(tx.try_send(7), Ok(()));
    assert_eq!(waits.ready().map(|(_, got)| got), Some(Ok(7)));
}

/// A `Select` over this channel and one that never is, whose `next` was dropped after it was served.
fn served(
    rx: &chan::Receiver<u64>,
    serve: impl FnOnce(),
) -> Select<char, chan::future::Recv<'_, u64>> {
    let mut select: Select<_, _> = [('a', rx.recv()), ('b', rx.recv())].into_iter().collect();
    assert!(select.remove(&'b'));
    let waits = parked(select.next());
    serve();
    assert_eq!(waits.wakes(), 1);
    drop(waits);
    select
}

#[test]
fn rs_01_an_arm_that_was_committed_comes_with_the_next_call() {
    // Goal: `next` or `try_next`; counted among the arms until then; nobody else gets its value.
    for capacity in CAPACITIES {
        for waits in [true, false] {
            let (tx, rx) = channel(capacity);
            let mut select = served(&rx, || tx.try_send(7).unwrap());
            assert_eq!((select.len(), rx.len(), rx.try_recv().is_err()), (1, 0, true));
            let mut newcomer = parked(rx.recv());
            let next = if waits { now(select.next()) } else { select.try_next() };
            assert_eq!((next, select.len()), (Some(('a', Ok(7))), 0), "{capacity:?}");
            newcomer.pending();
        }
    }
}

#[test]
fn rs_01_an_arm_that_was_committed_survives_other_changes() {
    // Goal: adding, removing others, and dropping one `next` after another unpolled.
    let ((tx, rx), idle) = (chan::rendezvous(), never());
    let mut select = served(&rx, || tx.try_send(7).unwrap());
    select.add('c', idle.recv());
    select.add('d', idle.recv());
    assert!(select.remove(&'c'));
    drop(select.next());
    select.retain(|key| *key != 'd');
    assert_eq!((now(select.next()), now(select.next())), (Some(('a', Ok(7))), None));
}

#[test]
fn h_08_e_an_arm_that_was_committed_and_is_removed_gives_back() {
    // Goal: by `remove`, `clear` and drop; to the head. What is added in its place is another arm.
    for how in 0..3 {
        let (tx, rx) = chan::rendezvous();
        let mut select = served(&rx, || tx.try_send(7).unwrap());
        match how {
            0 => assert!(select.remove(&'a')),
            1 => select.clear(),
            _ => drop(std::mem::take(&mut select)),
        }
        assert_eq!((rx.len(), rx.try_recv(), select.len()), (1, Ok(7), 0));
        select.add('n', rx.recv());
        let mut waits = parked(select.next());
        assert_eq!((tx.try_send(8), waits.ready()), (Ok(()), Some(('n', Ok(8)))));
    }
}

#[test]
fn g_13_a_next_that_is_leaked_is_harmless() {
    // Goal: its arms are still registered, and served; whoever touches the `Select` next withdraws them.
    for how in 0..4 {
        let (tx, rx) = chan::rendezvous();
        let wakes = Wakes::new();
        let mut select = Select::new();
        select.add('a', rx.recv());
        {
            // Never dropped: a leak, which is what this is about.
            let mut next: ManuallyDrop<Next<'_, _, _>> = ManuallyDrop::new(select.next());
            let waker = wakes.clone().into();
            let polled = Future::poll(Pin::new(&mut *next), &mut Context::from_waker(&waker));
            assert_eq!(polled, Poll::Pending);
        }
        match how {
            0 => {
                assert_eq!((tx.try_send(7), wakes.count()), (Ok(()), 1));
                assert_eq!(now(select.next()), Some(('a', Ok(7))));
            }
            1 => {
                assert!(select.remove(&'a'));
                assert_deserted(&tx, &rx);
            }
            2 => {
                assert_eq!(tx.try_send(7), Ok(()));
                drop(select);
                assert_eq!(rx.try_recv(), Ok(7));
            }
            _ => {
                drop(Box::new(select));
                assert_deserted(&tx, &rx);
            }
        }
    }
}

#[test]
fn a_select_may_be_moved_between_and_after_its_waits() {
    // Goal: what is registered, by a leak even, is not in what moves.
    let (tx, rx) = chan::rendezvous();
    let mut select = Select::new();
    select.add('a', rx.recv());
    let mut next = ManuallyDrop::new(select.next());
    let waker = Wakes::new().into();
    assert!(Future::poll(Pin::new(&mut *next), &mut Context::from_waker(&waker)).is_pending());
    let mut moved = vec![select];
    moved.reserve(100);
    tx.try_send(1).unwrap();
    let mut select = moved.pop().unwrap();
    assert_eq!(select.try_next(), Some(('a', Ok(1))));
}

#[test]
fn next_that_is_polled_again_goes_on_with_what_is_left() {
    let ((a, rx), idle) = (chan::bounded(2), never());
    let mut select: Select<_, _> =
        [(0, rx.recv()), (1, rx.recv()), (2, idle.recv())].into_iter().collect();
    (0..2).for_each(|n| a.try_send(n).unwrap());
    let mut next = task(select.next());
    assert_eq!((next.ready().unwrap().1, next.ready().unwrap().1), (Ok(0), Ok(1)));
    next.pending();
    drop(next);
    assert_eq!(select.len(), 1);
}

#[test]
fn rs_01_next_in_a_loop_with_a_timeout_loses_nothing() {
    // Goal: what a loop does that gives up again and again: served or not, each value arrives once.
    let census = Census::default();
    let (tx, rx) = chan::rendezvous::<Counted>();
    let mut select = Select::new();
    select.add((), rx.recv());
    let mut got = Vec::new();
    let mut slot = None;
    for round in 0..1000_u64 {
        let mut waits = task(select.next());
        if let Poll::Ready(Some(((), value))) = waits.poll() {
            got.push(value.unwrap().id);
            drop(waits);
            select.add((), rx.recv());
            continue;
        }
        if round % 3 == 0 {
            slot = slot.or_else(|| Some(census.value(round)));
            if let Err(e) = tx.try_send(slot.take().unwrap()) {
                slot = Some(e.into_inner());
            }
        }
        drop(waits);
    }
    drop((select, slot));
    got.extend(std::iter::from_fn(|| rx.try_recv().ok()).map(|value| value.id));
    assert!(got.is_sorted() && got.len() > 100, "{got:?}");
    assert_eq!(census.alive(), 0);
}

#[test]
fn h_08_f_next_that_is_dropped_while_it_is_served_keeps_the_value() {
    // Goal: on threads: sent exactly if it comes with the next call.
    for _ in 0..1000 {
        let ((tx, rx), (other, other_rx)) = (chan::rendezvous(), chan::rendezvous());
        let mut select: Select<_, _> = [(1, rx.recv()), (2, other_rx.recv())].into_iter().collect();
        let waits = parked(select.next());
        let programs: Vec<Program<'_, u64>> = vec![
            Box::new(move || {
                drop(waits);
                0
            }),
            Box::new(|| u64::from(tx.try_send(1).is_ok())),
            Box::new(|| 2 * u64::from(other.try_send(2).is_ok())),
        ];
        let sent: u64 = race(programs).into_iter().sum();
        let expected = [None, Some((1, Ok(1))), Some((2, Ok(2)))];
        assert!(sent < 3, "two arms committed");
        assert_eq!(select.try_next(), expected[sent as usize]);
    }
}

#[test]
fn a_panic_in_the_function_of_a_map_loses_no_other_arm() {
    // Goal: the output that the function took is gone with it, and the others still work.
    use std::panic::{AssertUnwindSafe, catch_unwind};
    let ((tx, rx), (other, other_rx)) = (chan::rendezvous::<u64>(), chan::rendezvous::<u64>());
    let mut select = Select::new();
    select.add('p', select::boxed(select::map(rx.recv(), |_| panic!("a function of the user's"))));
    select.add('o', select::boxed(select::map(other_rx.recv(), |got| got)));
    let mut waits = parked(select.next());
    tx.try_send(1).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| waits.poll())).is_err());
    drop(waits);
    assert_deserted(&other, &other_rx);
    assert!(select.remove(&'p'));
    let mut waits = parked(select.next());
    assert_eq!((other.try_send(2), waits.ready()), (Ok(()), Some(('o', Ok(2)))));
}
