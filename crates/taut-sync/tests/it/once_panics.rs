//! Initialisers that panic while their caller's future is kept: the next has the cell to itself, and a
//! function that is kept is not lost.

use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

use taut::sync::{OnceCell, OnceValue};

use crate::support::{gives_way, now, task};

/// Counts who is there.
struct Present<'a>(&'a Cell<u32>);

impl<'a> Present<'a> {
    fn new(count: &'a Cell<u32>) -> Self {
        count.set(count.get() + 1);
        Self(count)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[test]
fn on_01_nothing_is_left_of_one_that_panicked_when_the_next_begins() {
    let (cell, present) = (OnceCell::new(), Cell::new(0));
    let init = |panics: bool| {
        let present = &present;
        move || {
            let here = Present::new(present);
            poll_fn(move |_| {
                let here = &here; // all of it, and not the count alone
                assert!(!panics, "the first");
                Poll::Ready(here.0.get())
            })
        }
    };
    let mut first = task(cell.get_or_init(init(true)));
    assert!(catch_unwind(AssertUnwindSafe(|| first.poll().is_ready())).is_err());
    assert_eq!(present.get(), 0, "its future is kept, and the initialiser is gone");
    assert_eq!(*now(cell.get_or_init(init(false))), 1);
    drop(first);
    assert_eq!((cell.get(), present.get()), (Some(&1), 0));
}

#[test]
fn on_08_the_function_is_at_home_as_soon_as_it_has_panicked() {
    let calls = Cell::new(0);
    let value = OnceValue::new(|| {
        calls.set(calls.get() + 1);
        let number = calls.get();
        poll_fn(move |_| {
            assert!(number > 1, "the first");
            Poll::Ready(number)
        })
    });
    let mut first = task(value.get());
    assert!(catch_unwind(AssertUnwindSafe(|| first.poll().is_ready())).is_err());
    assert_eq!(*now(value.get()), 2);
    drop(first);
    assert_eq!(value.try_get(), Some(&2));
}

#[tokio::test]
#[cfg_attr(miri, ignore = "two hundred thousand rounds")]
async fn g_11_a_cell_that_is_set_gives_way() {
    let cell = OnceCell::with_value(7);
    gives_way("get_or_init", async || {
        cell.get_or_init(async || 8).await;
    })
    .await;
}
