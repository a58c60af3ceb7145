//! Models of a flight: callers that come, leave and go on. Two or three threads, every interleaving
//! within the preemption bound, one question each.
//!
//! Run by `cargo x loom`. A caller that hangs is a deadlock, which loom reports, and so is a flight that
//! is leaked.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

use std::future::{Future, poll_fn};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;
use taut_sync::{Landed, SingleFlight};

/// The same hash in every run: a model takes the same course again.
type Flights = SingleFlight<u8, usize, BuildHasherDefault<DefaultHasher>>;

fn flights() -> Arc<Flights> {
    Arc::new(SingleFlight::with_hasher(BuildHasherDefault::default()))
}

#[path = "../../taut-core/tests/support/explore.rs"]
mod explore;

use explore::explore;

/// So few choices a run has here.
const BRANCHES: usize = 10_000;

/// Every interleaving within the preemption bound (`LOOM_MAX_PREEMPTIONS`, else 3).
fn model(check: impl Fn() + Sync + Send + 'static) {
    explore(usize::MAX, BRANCHES, check);
}

/// The same for three threads, which at a bound of 3 takes minutes.
fn model_of_three(check: impl Fn() + Sync + Send + 'static) {
    explore(2, BRANCHES, check);
}

/// Work that is ready at its second poll.
fn twice(value: usize) -> impl Future<Output = usize> + Send {
    let mut is_second = false;
    poll_fn(move |cx| {
        if !std::mem::replace(&mut is_second, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(value)
    })
}

/// What became of the work of a model: no part of it, so it orders nothing.
#[derive(Default)]
struct Book {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

/// Work that is under way.
struct Live(std::sync::Arc<Book>);

impl Drop for Live {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

impl Book {
    fn count(&self) -> [usize; 2] {
        [&self.begun, &self.ended].map(|count| count.load(Ordering::Relaxed))
    }

    /// Such work, counted. No two of a key are ever under way at a time.
    fn work(
        self: &std::sync::Arc<Self>,
    ) -> impl FnOnce() -> std::pin::Pin<Box<dyn Future<Output = usize> + Send>> + Send + use<> {
        let book = std::sync::Arc::clone(self);
        move || {
            let [begun, ended] = book.count();
            assert_eq!(begun, ended, "two at once");
            book.begun.fetch_add(1, Ordering::Relaxed);
            let live = Live(book);
            Box::pin(async move {
                let _live = live;
                twice(7).await
            })
        }
    }

    #[track_caller]
    fn check(&self, flights: &Flights) {
        let [begun, ended] = self.count();
        assert_eq!((begun, flights.in_flight()), (ended, 0));
    }
}

/// Polls once, and drops what is pending.
fn once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn sf_01_two_callers_have_the_same_value() {
    model(|| {
        let (flights, book) = (flights(), std::sync::Arc::new(Book::default()));
        let (other, work) = (Arc::clone(&flights), book.work());
        let other = thread::spawn(move || block_on(other.run(1, work)).unwrap());
        let ours = block_on(flights.run(1, book.work())).unwrap();
        let theirs = other.join().unwrap();
        assert_eq!(ours.shared, theirs.shared);
        assert_eq!(book.count()[0], if ours.shared { 1 } else { 2 });
        book.check(&flights);
    });
}

#[test]
fn sf_11_sf_16_a_driver_leaves_as_another_comes() {
    // Goal: it goes on, or begins anew; it never joins what is given up.
    model(|| {
        let (flights, book) = (flights(), std::sync::Arc::new(Book::default()));
        let (other, work) = (Arc::clone(&flights), book.work());
        let gone = thread::spawn(move || drop(once(other.run(1, work))));
        assert_eq!(block_on(flights.run(1, book.work())).unwrap().value, 7);
        gone.join().unwrap();
        book.check(&flights);
    });
}

#[test]
fn sf_16_both_leave() {
    model(|| {
        let (flights, book) = (flights(), std::sync::Arc::new(Book::default()));
        let (other, work) = (Arc::clone(&flights), book.work());
        let gone = thread::spawn(move || drop(once(other.run(1, work))));
        drop(once(flights.run(1, book.work())));
        gone.join().unwrap();
        book.check(&flights);
    });
}

#[test]
fn sf_11_a_driver_and_who_is_called_leave_and_the_third_goes_on() {
    model(|| {
        let (flights, book) = (flights(), std::sync::Arc::new(Book::default()));
        let mut callers = [(); 3].map(|()| {
            let (flights, work) = (Arc::clone(&flights), book.work());
            Box::pin(async move { flights.run(1, work).await.unwrap().value })
        });
        for caller in &mut callers {
            assert!(once(caller.as_mut()).is_none());
        }
        let [first, second, third] = callers;
        let leaves = thread::spawn(move || drop(second));
        drop(first);
        assert_eq!(block_on(third), 7);
        leaves.join().unwrap();
        book.check(&flights);
    });
}

#[test]
fn sf_11_who_is_called_leaves_as_another_comes() {
    model(|| {
        let (flights, book) = (flights(), std::sync::Arc::new(Book::default()));
        let (other, works) = (Arc::clone(&flights), [(); 2].map(|()| book.work()));
        let leaves = thread::spawn(move || {
            let [mut first, mut second] = works.map(|work| Box::pin(other.run(1, work)));
            let _begun = (once(first.as_mut()), once(second.as_mut()));
            drop(first);
        });
        assert_eq!(block_on(flights.run(1, book.work())).unwrap().value, 7);
        leaves.join().unwrap();
        book.check(&flights);
    });
}

#[test]
fn sf_16_a_driver_leaves_between_two_who_come() {
    // Goal: in one step. Else the one joins what the other finds gone, and there are two.
    model(|| {
        let (flights, book) = (flights(), std::sync::Arc::new(Book::default()));
        let mut first = Box::pin(flights.run(1, book.work()));
        assert!(once(first.as_mut()).is_none());
        let (other, work) = (Arc::clone(&flights), book.work());
        let comes = thread::spawn(move || block_on(other.run(1, work)).unwrap().value);
        drop(first);
        assert_eq!(block_on(flights.run(1, book.work())).unwrap().value, 7);
        assert_eq!(comes.join().unwrap(), 7);
        book.check(&flights);
    });
}

#[test]
fn sf_11_of_two_who_stay_both_land() {
    model_of_three(|| {
        let (flights, book) = (flights(), std::sync::Arc::new(Book::default()));
        let (one, two, work) = (Arc::clone(&flights), Arc::clone(&flights), book.work());
        let gone = thread::spawn(move || drop(once(one.run(1, work))));
        let work = book.work();
        let stays = thread::spawn(move || block_on(two.run(1, work)).unwrap().value);
        assert_eq!(block_on(flights.run(1, book.work())).unwrap().value, 7);
        assert_eq!(stays.join().unwrap(), 7);
        gone.join().unwrap();
        book.check(&flights);
    });
}

#[test]
fn sf_08_a_forgotten_flight_and_a_newer_one() {
    // Two are under way here, so the book does not apply.
    model(|| {
        let flights = flights();
        let other = Arc::clone(&flights);
        let forgets = thread::spawn(move || {
            other.forget(&1);
            let mut newer = Box::pin(other.run(1, || twice(2)));
            if let Poll::Ready(landed) =
                newer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            {
                return landed.unwrap();
            }
            // Whatever becomes of the older, who drives it finds it there.
            assert!(format!("{newer:?}") != "Run(Driving)" || other.contains(&1));
            block_on(newer).unwrap()
        });
        let ours = block_on(flights.run(1, || twice(1))).unwrap();
        let theirs = forgets.join().unwrap();
        if ours.shared || theirs.shared {
            assert_eq!(ours, theirs);
        } else {
            let of = |value| Landed { value, shared: false };
            assert_eq!((ours, theirs), (of(1), of(2)));
        }
        assert_eq!(flights.in_flight(), 0);
    });
}
