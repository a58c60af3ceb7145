//! What models under shuttle stand on: that the door's cell notices a race, that its lock prevents one,
//! and that a deadline may pass at any time.
//!
//! Run by `cargo x shuttle`.

#![cfg(taut_shuttle)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../taut-chan/tests/support/explore.rs"]
mod explore;

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use shuttle::future::yield_now;
use shuttle::thread;
use taut_core::sync::{Lock, UnsafeCell, block_on};

/// A number that everybody may get at.
struct Number(UnsafeCell<u32>);

// SAFETY: shuttle runs all tasks on one thread.
unsafe impl Sync for Number {}

impl Number {
    fn add_one(&self) {
        // SAFETY: nobody else runs before the closure returns.
        self.0.with_mut(|p| unsafe { *p += 1 });
    }

    fn get(&self) -> u32 {
        // SAFETY: as above.
        self.0.with(|p| unsafe { *p })
    }
}

/// Lets two tasks do something with the same thing, which is then looked at.
fn both<T: Send + Sync + 'static>(thing: T, tasks: [fn(&T); 2], look: fn(&T)) {
    let thing = Arc::new(thing);
    let threads = tasks.map(|task| {
        let thing = Arc::clone(&thing);
        thread::spawn(move || task(&thing))
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    look(&thing);
}

fn number() -> Number {
    Number(UnsafeCell::new(0))
}

#[test]
#[should_panic(expected = "a cell is written in the middle of Written")]
fn two_writers_are_noticed() {
    explore::random(|| both(number(), [Number::add_one; 2], |_| ()));
}

#[test]
#[should_panic(expected = "a cell is ")]
fn a_reader_and_a_writer_are_noticed() {
    explore::random(|| both(number(), [Number::add_one, |n| assert!(n.get() < 2)], |_| ()));
}

#[test]
fn readers_may_meet() {
    explore::random(|| both(number(), [|n| assert_eq!(n.get(), 0); 2], |_| ()));
}

#[test]
fn a_lock_keeps_writers_apart() {
    let look = |n: &Lock<Number>| assert_eq!(n.lock().get(), 2);
    explore::random(move || both(Lock::new(number()), [|n| n.lock().add_one(); 2], look));
}

#[test]
fn a_deadline_passes() {
    explore::random(|| assert_eq!(block_on(pin!(pending::<()>()), Some(Instant::now())), None));
}

#[test]
#[should_panic(expected = "it was in time")]
fn a_deadline_need_not_pass() {
    explore::random(|| {
        let done = block_on(pin!(yield_now()), Some(Instant::now()));
        assert!(done.is_none(), "it was in time");
    });
}
