//! Arms that are futures of anybody's: polled while nothing has won, and never in the way of the cases.

use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use taut::chan;
use taut::select::{self, OneOf2, OneOf3, Select};

use crate::support::{Census, assert_deserted, assert_uniform, holding, now, parked, polled, task};

#[test]
fn se_33_a_foreign_future_is_not_polled_once_a_case_has_won() {
    // Goal: not before the first look, if the case is in front of it, and not after the commit.
    let (polls, (tx, rx)) = (AtomicUsize::new(0), chan::rendezvous());
    let foreign = || polled(&polls, |_| Poll::<u64>::Pending);
    let (_full, from) = holding(1);
    let got = now(async {
        select::select! { biased; got = from.recv() => got.unwrap(), got = foreign() => got }
    });
    assert_eq!((got, polls.load(Ordering::SeqCst)), (1, 0));

    let mut waits = parked(async {
        select::select! { biased; got = foreign() => got, got = rx.recv() => got.unwrap() }
    });
    waits.pending();
    assert_eq!(polls.load(Ordering::SeqCst), 2, "once for each poll of the select");
    tx.try_send(7).unwrap();
    assert_eq!((waits.ready(), polls.load(Ordering::SeqCst)), (7, 2));
}

#[test]
fn se_33_a_foreign_future_that_wins_leaves_the_cases_without_effect() {
    // Goal: ready at once, or after a wait: the sends are not sent, the receives take nothing.
    for is_parked in [false, true] {
        let census = Census::default();
        let (polls, (tx, rx)) = (AtomicUsize::new(0), chan::rendezvous());
        let foreign = polled(&polls, |_| {
            if is_parked && polls.load(Ordering::SeqCst) == 1 {
                Poll::Pending
            } else {
                Poll::Ready(7)
            }
        });
        let mut select = task(async {
            select::select! {
                biased;
                sent = tx.send(census.value(1)) => sent.map_or(2, |()| 1),
                got = rx.recv() => got.map_or(4, |_| 3),
                got = foreign => got,
            }
        });
        if is_parked {
            select.pending();
        }
        assert_eq!((select.ready(), census.alive()), (7, 0));
        assert!(rx.try_recv().is_err());
        assert!(tx.try_send(census.value(2)).is_err());
    }
}

#[test]
fn se_33_what_a_foreign_future_sends_in_its_poll_is_not_missed() {
    // Goal: at each time that it is polled: at the first look, before anything is registered, and
    // later. To a rendezvous, so that the send waits, and to a buffer; arms in both orders.
    for at in [1, 2, 3] {
        for capacity in [0, 1] {
            for is_case_first in [true, false] {
                let ((tx, rx), polls) = (chan::bounded(capacity), AtomicUsize::new(0));
                let mut send = Box::pin(tx.send(7));
                let foreign = polled(&polls, |cx| {
                    if polls.load(Ordering::SeqCst) == at {
                        let _is_sent = send.as_mut().poll(cx);
                    }
                    Poll::<u64>::Pending
                });
                let case = rx.recv();
                let mut select = if is_case_first {
                    task(select::first((Some(case), select::future(foreign), None)).biased())
                } else {
                    task(select::first((None, select::future(foreign), Some(case))).biased())
                };
                (1..at).for_each(|_| select.pending());
                let (OneOf3::A(got) | OneOf3::C(got)) = select.ready() else { panic!("pending") };
                assert_eq!((got, polls.load(Ordering::SeqCst)), (Ok(7), at), "at poll {at}");
            }
        }
    }
}

#[test]
fn se_33_what_another_thread_does_during_a_foreign_poll_is_not_missed() {
    // Goal: a send or a close, while the select can be claimed by nobody. Method: barriers on both
    // sides of it.
    for close in [false, true] {
        for at in [1, 2] {
            let ((tx, rx), polls) = (chan::rendezvous(), AtomicUsize::new(0));
            let (inside, done) = (Barrier::new(2), Barrier::new(2));
            std::thread::scope(|scope| {
                let thread = scope.spawn(|| {
                    inside.wait();
                    let mut send = task(tx.send(7));
                    if close {
                        assert!(tx.close())
                    } else {
                        send.pending()
                    }
                    done.wait();
                    send
                });
                let foreign = polled(&polls, |_| {
                    if polls.load(Ordering::SeqCst) == at {
                        inside.wait();
                        done.wait();
                    }
                    Poll::<u64>::Pending
                });
                let mut select = task(select::first((rx.recv(), select::future(foreign))).biased());
                (1..at).for_each(|_| select.pending());
                let OneOf2::A(got) = select.ready() else { panic!("pending") };
                assert_eq!(got.is_err(), close);
                let mut send = thread.join().unwrap();
                assert_eq!(send.ready().is_err(), close);
            });
        }
    }
}

#[test]
fn se_33_a_foreign_future_given_by_reference_keeps_its_state() {
    // Goal: it goes on where it was in the next select; so does a pinned operation of ours, which
    // keeps its place in line.
    let (polls, (tx, rx)) = (AtomicUsize::new(0), chan::rendezvous());
    let mut counting = polled(&polls, |_| {
        let count = polls.load(Ordering::SeqCst);
        if count < 5 { Poll::Pending } else { Poll::Ready(count) }
    });
    let mut place = pin!(rx.recv());
    let mut lost = 0;
    let got = now(async {
        loop {
            select::select! {
                biased;
                count = &mut counting => break count,
                got = place.as_mut() => panic!("nobody has sent: {got:?}"),
                () = ready(()) => lost += 1,
            }
        }
    });
    assert_eq!((got, lost), (5, 4));
    // In front of one that came while the select was lost again and again.
    let mut later = parked(rx.recv());
    assert_eq!((tx.try_send(1), tx.try_send(2)), (Ok(()), Ok(())));
    assert_eq!((task(place.as_mut()).ready(), later.ready()), (Ok(1), Ok(2)));
}

#[test]
fn se_33_a_panic_in_a_foreign_poll_leaves_the_channels_intact() {
    // Goal: at the first look and while arms are registered; the values are where they were.
    for at in [1, 2] {
        let ((tx, rx), polls) = (chan::rendezvous(), AtomicUsize::new(0));
        let mut slot = Some(5);
        {
            let foreign = polled(&polls, |_| {
                assert!(polls.load(Ordering::SeqCst) < at, "a foreign panic");
                Poll::<()>::Pending
            });
            let arms = (tx.send_from(&mut slot), rx.recv(), select::future(foreign));
            let mut select = task(select::first(arms));
            (1..at).for_each(|_| select.pending());
            assert!(catch_unwind(AssertUnwindSafe(|| select.poll())).is_err());
        }
        assert_eq!(slot, Some(5));
        assert_deserted(&tx, &rx);
        let mut plain = parked(rx.recv());
        assert_eq!((tx.try_send(6), plain.ready()), (Ok(()), Ok(6)));
    }
}

#[test]
fn se_33_a_select_goes_on_after_a_panic_in_one_of_its_arms() {
    // Goal: a `Select` that survives it has withdrawn all arms, and the others still work.
    let ((tx, rx), is_armed) = (chan::rendezvous(), AtomicUsize::new(1));
    let mut select = Select::new();
    select.add("case", select::boxed(rx.recv()));
    let bomb = polled(&is_armed, |_| {
        assert!(is_armed.load(Ordering::SeqCst) != 3, "a foreign panic");
        Poll::Pending
    });
    select.add("foreign", select::boxed(select::future(bomb)));
    let mut waits = parked(select.next());
    assert!(catch_unwind(AssertUnwindSafe(|| waits.poll())).is_err());
    drop(waits);
    assert_deserted(&tx, &rx);
    let mut waits = parked(select.next());
    tx.try_send(1).unwrap();
    assert_eq!(waits.ready(), Some(("case", Ok(1))));
}

#[test]
fn se_33_a_loser_is_dropped_before_the_handler_runs() {
    // Goal: a foreign future as well, with all that it holds; by reference it stays.
    let census = Census::default();
    let (held, (_tx, rx)) = (census.value(1), holding(2));
    now(async {
        select::select! {
            biased;
            got = rx.recv() => assert_eq!((got, census.alive()), (Ok(2), 0)),
            () = async { pending::<()>().await; drop(held) } => {}
        }
    });
    assert_eq!(census.alive(), 0);
}

#[test]
fn se_33_foreign_futures_are_chosen_like_cases_when_both_become_ready_in_one_poll() {
    // Goal: uniform among foreign futures that are all ready when the select wakes.
    let mut counts = [0; 2];
    for _ in 0..4000 {
        let polls = [AtomicUsize::new(0), AtomicUsize::new(0)];
        let late = |n: usize| {
            let polls = &polls[n];
            polled(polls, move |_| {
                if polls.load(Ordering::SeqCst) == 1 { Poll::Pending } else { Poll::Ready(n) }
            })
        };
        let mut select = parked(async {
            let idle = chan::never::<()>();
            select::select! { n = late(0) => n, n = late(1) => n, _ = idle.recv() => 9 }
        });
        counts[select.ready()] += 1;
    }
    assert_uniform("foreign futures", &counts);
}

#[tokio::test(start_paused = true)]
async fn se_34_timers_are_arms() {
    // Goal: the earlier of two; one that is due at once beside cases; each with `default`.
    let idle = chan::never::<u64>();
    let nap = |millis| tokio::time::sleep(Duration::from_millis(millis));
    let first = select::select! { () = nap(20) => 20, () = nap(10) => 10, _ = idle.recv() => 0 };
    let due = select::select! { () = nap(0) => 1, _ = idle.recv() => 0 };
    let early = select::select! { () = nap(5) => 1, _ = idle.recv() => 2, default => 0 };
    assert_eq!((first, due, early), (10, 1, 0));
}

#[tokio::test]
async fn se_33_a_select_is_an_arm_of_another() {
    // Goal: the inner one loses nothing when it loses: what it was handed comes with its next `next`.
    let ((tx, rx), (stop, stopped)) = (chan::rendezvous(), chan::bounded(1));
    let mut inner = Select::new();
    inner.add("inner", rx.recv());
    {
        let mut outer = parked(async {
            select::select! {
                biased;
                got = stopped.recv() => { got.unwrap(); None }
                won = inner.next() => won,
            }
        });
        tx.try_send(7).unwrap();
        stop.try_send(()).unwrap();
        // Woken by both. Claimed over `stopped`, so the inner one is dropped unpolled.
        assert_eq!(outer.ready(), None);
    }
    assert_eq!(now(inner.next()), Some(("inner", Ok(7))));
}
