//! `default`, `now` and `try_next`: taken if nothing is ready, and at one instant only.
//!
//! The instants are found by hand: an arm that is a foreign future does in its poll what another thread
//! could do while the select is between two of its arms. `h06.rs` has the threads.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use taut::chan;
use taut::select::{self, BoxCase, OneOf3, Select};

use crate::support::{Task, holding, now, parked, polled, task};

#[test]
fn nl_06_a_default_is_taken_if_nothing_is_ready() {
    // Goal: empty, full, nobody at the rendezvous, not closed; and the arm if there is something.
    let ((x_tx, x_rx), (y_tx, y_rx)) = (holding(0), chan::rendezvous::<u64>());
    let probe = || {
        now(async {
            select::select! {
                sent = x_tx.send(1) => sent.map(|()| 1).unwrap(),
                got = y_rx.recv() => got.unwrap(),
                sent = y_tx.send(2) => sent.map(|()| 2).unwrap(),
                () = x_tx.closed() => 4,
                default => 0,
            }
        })
    };
    assert_eq!(probe(), 0);
    assert_eq!(x_rx.try_recv(), Ok(0));
    assert_eq!((probe(), x_rx.try_recv()), (1, Ok(1)));
    x_tx.try_send(0).unwrap();
    let mut peer = parked(y_rx.recv());
    assert_eq!((probe(), peer.ready()), (2, Ok(2)));
    let mut peer = parked(y_tx.send(3));
    assert_eq!((probe(), peer.ready()), (3, Ok(())));
    assert_eq!(probe(), 0);
}

#[test]
fn se_04_the_place_of_default_does_not_matter() {
    // Goal: first, between, last; ready or not; biased too. RS-08: alone it is taken at once.
    for is_ready in [true, false] {
        let (tx, rx) = chan::bounded(1);
        let fill = || assert!(!is_ready || tx.try_send(1).is_ok());
        let idle = chan::never::<u64>();
        fill();
        let first = now(async {
            select::select! { default => 0, got = rx.recv() => got.unwrap(), _ = idle.recv() => 9 }
        });
        fill();
        let between = now(async {
            select::select! { _ = idle.recv() => 9, default => 0, got = rx.recv() => got.unwrap() }
        });
        fill();
        let last = now(async {
            select::select! {
                biased;
                got = rx.recv() => got.unwrap(),
                _ = idle.recv() => 9,
                default => 0,
            }
        });
        fill();
        let biased = now(async {
            select::select! {
                biased;
                default => 0,
                _ = idle.recv() => 9,
                got = rx.recv() => got.unwrap(),
            }
        });
        assert_eq!([first, between, last, biased], [u64::from(is_ready); 4]);
    }
    assert_eq!(
        now(async {
            select::select! { default => 8 }
        }),
        8
    );
}

#[test]
fn se_23_one_arm_with_a_default_is_the_form_that_does_not_wait() {
    // Goal: the same outcome as `try_recv` and `try_send`, in every state, and a rendezvous partner in
    // any of the three shapes: an operation, a select of one, a select of two.
    for state in 0..4 {
        let (tx, rx) = chan::bounded(2);
        (0..state.min(2)).for_each(|n| tx.try_send(n).unwrap());
        assert!(state < 3 || tx.close());
        let got = now(async {
            select::select! { got = rx.recv() => Some(got), default => None }
        });
        let expected = [None, Some(Ok(0)), Some(Ok(0)), Some(Ok(0))][state as usize];
        assert_eq!(got, expected);
        let sent = now(async {
            select::select! { sent = tx.send(7) => Some(sent), default => None }
        });
        assert_eq!(sent, Some(if state == 3 { Err(chan::SendError(7)) } else { Ok(()) }));
    }
    for shape in 0..3 {
        let ((tx, rx), idle) = (chan::rendezvous(), chan::never::<u64>());
        let mut waits: Task<Pin<Box<dyn Future<Output = _>>>> = match shape {
            0 => task(Box::pin(rx.recv())),
            1 => task(Box::pin(async {
                select::select! { got = rx.recv() => got }
            })),
            _ => task(Box::pin(async {
                select::select! { got = idle.recv() => got, got = rx.recv() => got }
            })),
        };
        waits.pending();
        let sent = now(async {
            select::select! { sent = tx.send(7) => Some(sent), default => None }
        });
        assert_eq!((sent, waits.ready()), (Some(Ok(())), Ok(7)));
    }
}

/// An arm that is never ready, and does something the first time it is asked.
fn between(first: impl FnOnce()) -> impl Future<Output = Never> {
    let mut first = Some(first);
    std::future::poll_fn(move |_| {
        first.take().into_iter().for_each(|first| first());
        Poll::Pending
    })
}

/// The output of what is never ready.
#[derive(Debug)]
enum Never {}

/// A change, between a look at the first arm and one at the last, by which the first becomes ready and
/// then the last unready. `None` of any form is wrong: at every instant one of the two was ready.
macro_rules! one_instant {
    ($name:literal: $first:expr, $between:expr, $last:expr) => {{
        let by_macro = now(async {
            select::select! {
                biased;
                _ = $first => true, _ = between($between) => true, _ = $last => true,
                default => false,
            }
        });
        assert!(by_macro, "{}: macro", $name);
    }};
}

#[test]
fn h_06_a_value_that_moves_while_one_looks_is_found() {
    // Goal: SE-05. c1 holds a value; while the select has looked at c2 and not at c1 yet, somebody sends
    // to c2 and takes the one of c1.
    let two = || (chan::bounded::<u64>(1), holding(1_u64));
    let ((tx, rx), (_full, from)) = two();
    let swap = || assert!(tx.try_send(1).is_ok() && from.try_recv().is_ok());
    one_instant!("send": rx.recv(), swap, from.recv());

    let ((tx, rx), (_full, from)) = two();
    let swap = || assert!(tx.close() && from.try_recv().is_ok());
    one_instant!("close": rx.recv(), swap, from.recv());

    let ((tx, rx), (_full, from)) = two();
    let swap = || assert!(rx.close() && from.try_recv().is_ok());
    one_instant!("watch": tx.closed(), swap, from.recv());

    let ((to, _empty), (tx, rx)) = two();
    let swap = || assert!(rx.try_recv().is_ok() && to.try_send(1).is_ok());
    one_instant!("room": tx.send(2), swap, to.send(2));

    let ((to, _empty), (tx, rx)) = two();
    let swap = || assert!(rx.try_recv().is_ok() && to.try_send(1).is_ok());
    one_instant!("reserve": tx.reserve(), swap, to.reserve());

    let ((to, _empty), (tx, _rx)) = two();
    let swap = || assert!(tx.close() && to.try_send(1).is_ok());
    one_instant!("close of a full one": tx.send(2), swap, to.send(2));

    let ((to, _empty), (tx, rx)) = (chan::bounded(1), chan::bounded::<u64>(1));
    let mut permit = Some(tx.try_reserve().unwrap());
    let swap = || {
        permit = None;
        assert!(to.try_send(1).is_ok());
    };
    one_instant!("room that was reserved": tx.send(2), swap, to.send(2));
    drop(rx);
}

#[test]
fn h_06_a_partner_that_moves_while_one_looks_is_found() {
    // Goal: as above at rendezvous: who waits at the one comes to the other before it leaves this.
    let ((a_tx, a_rx), (b_tx, b_rx)) = (chan::rendezvous::<u64>(), chan::rendezvous::<u64>());
    let (mut here, mut there) = (Some(parked(b_tx.send(1))), task(a_tx.send(2)));
    let swap = || {
        there.pending();
        here = None;
    };
    one_instant!("senders": a_rx.recv(), swap, b_rx.recv());
    assert_eq!(there.ready(), Ok(()));

    let (mut here, mut there) = (Some(parked(b_rx.recv())), task(a_rx.recv()));
    let swap = || {
        there.pending();
        here = None;
    };
    one_instant!("receivers": a_tx.send(3), swap, b_tx.send(4));
    assert_eq!(there.ready(), Ok(3));

    // A value that was handed over and comes back.
    let mut handed = Some(parked(a_rx.recv()));
    a_tx.try_send(5).unwrap();
    let mut here = Some(parked(b_tx.send(6)));
    let swap = || {
        handed = None;
        here = None;
    };
    one_instant!("given back": a_rx.recv(), swap, b_rx.recv());
}

#[test]
fn h_06_first_and_select_find_it_too() {
    for is_select in [false, true] {
        let (tx, rx) = chan::bounded(1);
        let (_full, from) = holding(1);
        let swap = || assert!(tx.try_send(2).is_ok() && from.try_recv().is_ok());
        let found = if is_select {
            let mut select: Select<_, BoxCase<'_, _>> = Select::biased();
            select.add(1, select::boxed(rx.recv()));
            let never = select::map(select::future(between(swap)), |never| match never {});
            select.add(2, select::boxed(never));
            select.add(3, select::boxed(from.recv()));
            select.try_next()
        } else {
            let arms = (rx.recv(), select::future(between(swap)), from.recv());
            now(select::first(arms).biased().now()).map(|out| match out {
                OneOf3::A(got) => (1, got),
                OneOf3::B(never) => match never {},
                OneOf3::C(got) => (3, got),
            })
        };
        assert_eq!(found, Some((1, Ok(2))), "is a Select: {is_select}");
    }
}

#[test]
fn h_06_a_disabled_arm_is_no_part_of_the_instant() {
    // Goal: NL-06. A ready channel behind a false guard does not keep `default` from being taken.
    let (_tx, rx) = holding(1);
    let taken = now(async {
        select::select! { _ = rx.recv(), if false => false, default => true }
    });
    assert!(taken);
    let idle = chan::never::<u8>();
    let disabled = (false.then(|| rx.recv()), idle.recv());
    assert!(now(select::first(disabled).now()).is_none());
    assert_eq!(rx.len(), 1);
}

#[tokio::test]
async fn h_06_try_next_finds_what_is_ready_whatever_the_budget() {
    // Goal: `None` says that there was an instant at which no arm was ready; here is none.
    let (tx, rx) = chan::bounded(1);
    let mut select = Select::new();
    for n in 0..10_000 {
        tx.try_send(n).unwrap();
        select.add((), rx.recv());
        assert_eq!(select.try_next(), Some(((), Ok(n))), "a value is there");
    }
}

#[test]
fn h_06_a_foreign_future_that_waits_on_the_same_channel_does_not_keep_default_away() {
    // Goal: a foreign future is polled once. Here its poll looks at the rendezvous, as an event each
    // time, and the select never finds the moment undisturbed: it spins for ever inside one poll.
    let (_tx, rx) = chan::rendezvous::<u64>();
    let mut place = Box::pin(rx.recv());
    let polls = AtomicUsize::new(0);
    let foreign = polled(&polls, |cx| {
        assert!(polls.load(Ordering::SeqCst) < 1000, "polled again and again");
        place.as_mut().poll(cx)
    });
    let is_default = now(async {
        select::select! { _ = foreign => false, _ = rx.recv() => false, default => true }
    });
    assert!(is_default);
    assert_eq!(polls.load(Ordering::SeqCst), 1);
}
