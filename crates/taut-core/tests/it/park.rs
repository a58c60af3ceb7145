//! Waiting on a thread of no runtime.

use std::cell::Cell;
use std::future::{Future, pending, poll_fn, ready};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use taut_core::sync::block_on;

use crate::support::desk::{Desk, Got};

/// Far enough not to come while a test runs.
fn far() -> Option<Instant> {
    Some(Instant::now() + Duration::from_secs(3600))
}

/// Pending so many times, and its own waker each time.
fn yields(mut times: u32) -> impl Future<Output = &'static str> {
    poll_fn(move |cx| {
        if times == 0 {
            return Poll::Ready("done");
        }
        times -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

fn block<F: Future>(future: F) -> F::Output {
    block_on(pin!(future), None).expect("there is no deadline")
}

#[test]
fn one_that_is_ready_needs_not_wait() {
    assert_eq!(block_on(pin!(ready(7)), None), Some(7));
    assert_eq!(block_on(pin!(ready(7)), Some(Instant::now())), Some(7));
}

#[test]
fn a_wake_up_before_the_park_is_not_lost() {
    for deadline in [None, far()] {
        assert_eq!(block_on(pin!(yields(5)), deadline), Some("done"));
    }
}

#[test]
fn many_wake_ups_are_one() {
    let mut polls = 0;
    let future = poll_fn(|cx| {
        polls += 1;
        (0..3).for_each(|_| cx.waker().wake_by_ref());
        if polls == 3 { Poll::Ready(polls) } else { Poll::Pending }
    });
    assert_eq!(block(future), 3);
    // Those of the last poll are left over: they cost the next call a poll, and no more.
    assert_eq!(block_on(pin!(pending::<()>()), Some(Instant::now())), None);
}

#[test]
fn another_thread_wakes_it() {
    let (tx, rx) = mpsc::channel::<Waker>();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let done = &done;
        scope.spawn(move || {
            let waker = rx.recv().unwrap();
            done.store(true, Ordering::Relaxed);
            waker.wake();
        });
        block(poll_fn(|cx| {
            // Relaxed: the wake-up orders it.
            if done.load(Ordering::Relaxed) {
                return Poll::Ready(());
            }
            let _sent = tx.send(cx.waker().clone());
            Poll::Pending
        }));
    });
}

#[test]
fn a_deadline_that_passed_ends_it_and_the_future_stays() {
    let desk = Desk::new();
    let mut take = pin!(desk.take());
    assert_eq!(block_on(take.as_mut(), Some(Instant::now())), None);
    assert_eq!(desk.listed(), (0, 1), "it is as it was after its poll");
    desk.put(3);
    assert_eq!(block_on(take, Some(Instant::now())), Some(Got::Taken(3)));
}

#[test]
fn a_deadline_is_not_early() {
    let start = Instant::now();
    let deadline = start + Duration::from_millis(2);
    assert_eq!(block_on(pin!(pending::<()>()), Some(deadline)), None);
    assert!(Instant::now() >= deadline);
}

#[test]
fn who_was_woken_is_polled_although_the_deadline_passed() {
    assert_eq!(block_on(pin!(yields(1)), Some(Instant::now())), Some("done"));
}

#[test]
fn a_wake_up_for_an_earlier_call_does_no_harm() {
    // Goal: the waker is kept per thread, so a late one reaches a call it was not meant for.
    let mut late = None;
    let keep = poll_fn(|cx| {
        late = Some(cx.waker().clone());
        Poll::<()>::Pending
    });
    assert_eq!(block_on(pin!(keep), Some(Instant::now())), None);
    let mut late = late.into_iter();
    let mut polls = 0;
    let future = poll_fn(|cx| {
        polls += 1;
        match late.next() {
            Some(waker) => waker.wake(),
            None if polls < 3 => cx.waker().wake_by_ref(),
            None => return Poll::Ready(polls),
        }
        Poll::Pending
    });
    assert_eq!(block(future), 3);
}

#[test]
fn a_call_inside_another_takes_none_of_its_wake_ups() {
    // So that there is a waker of the thread's, which the outer call takes.
    assert_eq!(block(yields(1)), "done");
    let mut polled = false;
    let outer = poll_fn(|cx| {
        if polled {
            return Poll::Ready("outer");
        }
        polled = true;
        cx.waker().wake_by_ref();
        assert_eq!(block(yields(3)), "done");
        let inner = block_on(pin!(pending::<()>()), Some(Instant::now()));
        assert_eq!(inner, None, "the outer wake-up is not for it");
        Poll::Pending
    });
    assert_eq!(block(outer), "outer");
}

#[test]
fn a_call_that_panics_does_not_spoil_the_next() {
    crate::support::panics("polled", || block(poll_fn(|_| -> Poll<()> { panic!("polled") })));
    assert_eq!(block(yields(2)), "done");
}

#[test]
fn a_thread_that_is_ending_can_still_wait() {
    // Goal: the place of the waker may be gone by the time a destructor of the thread's blocks.
    struct Blocks(mpsc::Sender<&'static str>);

    impl Drop for Blocks {
        fn drop(&mut self) {
            self.0.send(block(yields(1))).unwrap();
        }
    }

    thread_local! {
        static BLOCKS: Cell<Option<Blocks>> = const { Cell::new(None) };
    }

    let (tx, rx) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        BLOCKS.with(|place| place.set(Some(Blocks(tx))));
        block(yields(1))
    });
    assert_eq!(thread.join().unwrap(), "done");
    assert_eq!(rx.recv(), Ok("done"));
}
