//! Models of those who wait: for the end of a context, alone or in a select, and what the end shows them.
//!
//! | model | row |
//! | --- | --- |
//! | a registration against the end | CX-04, CX-05 |
//! | a waiter that is dropped against the end | CX-49 |
//! | an end against a send, in a select | CX-04 |
//! | what was done before the end is seen after it | HB-19, CX-14 |
//!
//! Run by `cargo x loom`, one at a time.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "support/models.rs"]
mod models;
#[path = "../../taut-chan/tests/support/select.rs"]
mod select;

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use loom::cell::UnsafeCell;
use loom::future::block_on;
use models::{CANCELLED, Root, Wakes, model, model_of_three, spawn};
use select::{Either, select, select_default};
use taut::chan;
use taut_context::{Context, ContextError};

const CANCELLED_NOW: Poll<ContextError> = Poll::Ready(ContextError::Cancelled);

/// A context that lives without its `Cancel`.
fn child_of(parent: &Context) -> Context {
    let (child, cancel) = parent.with_cancel();
    cancel.detach();
    child
}

#[test]
fn cx_04_who_registers_while_the_context_ends_is_told() {
    model(|| {
        let root = Root::new();
        let ctx = root.ctx.clone();
        let end = spawn(move || root.cancel.cancel());
        assert_eq!(block_on(ctx.done()), ContextError::Cancelled);
        assert!(ctx.is_done());
        assert!(end.join().unwrap());
    });
}

#[test]
fn cx_04_who_registers_is_woken_once_or_sees_it_at_once() {
    model(|| {
        let root = Root::new();
        let child = child_of(&root.ctx);
        let mut done = pin!(child.done());
        let wakes = Wakes::new();
        let end = spawn(move || (root.cancel.cancel(), root.ctx));
        let first = wakes.poll(done.as_mut());
        assert!(end.join().unwrap().0);
        if first.is_pending() {
            assert_eq!(wakes.count(), 1);
            assert_eq!(wakes.poll(done), CANCELLED_NOW);
        } else {
            assert_eq!(wakes.count(), 0);
        }
    });
}

#[test]
fn cx_04_the_waker_of_the_last_poll_is_the_one_that_is_woken() {
    model(|| {
        let Root { ctx, cancel, .. } = Root::new();
        let mut done = pin!(ctx.done());
        let (first, last) = (Wakes::new(), Wakes::new());
        assert!(first.poll(done.as_mut()).is_pending());
        let end = spawn(move || cancel.cancel());
        let polled = last.poll(done.as_mut());
        assert!(end.join().unwrap());
        if polled.is_pending() {
            assert_eq!((first.count(), last.count()), (0, 1));
            assert_eq!(last.poll(done), CANCELLED_NOW);
        }
    });
}

#[test]
fn cx_04_two_that_wait_are_both_told() {
    model_of_three(|| {
        let root = Root::new();
        let waits = [root.ctx.clone(), root.ctx.clone()]
            .map(|ctx| spawn(move || assert_eq!(block_on(ctx.done()), ContextError::Cancelled)));
        assert!(root.cancel.cancel());
        waits.into_iter().for_each(|wait| wait.join().unwrap());
    });
}

#[test]
fn cx_49_a_waiter_dropped_while_the_context_ends() {
    // With its context: what is left is freed by the end.
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let wakes = Wakes::new();
        let theirs = Arc::clone(&wakes);
        let wait = spawn(move || {
            let polled = theirs.poll(pin!(ctx.done()));
            drop(ctx);
            polled
        });
        assert!(cancel.cancel());
        if wait.join().unwrap().is_ready() {
            assert_eq!(wakes.count(), 0);
        }
        drop(cancel);
        freed.check();
        assert_eq!(Arc::strong_count(&wakes), 1, "every waker is gone");
    });
}

#[test]
fn cx_49_one_of_two_waiters_dropped_while_the_context_ends() {
    model(|| {
        let Root { ctx, cancel, .. } = Root::new();
        let (stays, goes) = (Wakes::new(), Wakes::new());
        let mut first = Box::pin(ctx.done());
        let mut second = Box::pin(ctx.done());
        assert!(goes.poll(first.as_mut()).is_pending());
        assert!(stays.poll(second.as_mut()).is_pending());
        let end = spawn(move || cancel.cancel());
        drop(first);
        assert!(end.join().unwrap());
        assert_eq!(stays.count(), 1);
        assert!(goes.count() <= 1);
        assert_eq!(stays.poll(second.as_mut()), CANCELLED_NOW);
    });
}

#[test]
fn cx_04_an_end_wins_a_select() {
    // H-06 is for channels; an end stays, so it cannot be missed.
    model(|| {
        let root = Root::new();
        let ctx = root.ctx.clone();
        let (_tx, rx) = chan::bounded::<u32>(1);
        let end = spawn(move || root.cancel.cancel());
        let won = block_on(select(rx.recv(), ctx.done()));
        assert!(matches!(won, Either::B(ContextError::Cancelled)));
        assert!(end.join().unwrap());
    });
}

#[test]
fn cx_04_an_end_and_a_send_against_a_select() {
    // Whichever wins, the value is received, or is still there.
    model_of_three(|| {
        let Root { ctx, cancel, .. } = Root::new();
        let (tx, rx) = chan::bounded(1);
        let end = spawn(move || cancel.cancel());
        let send = spawn(move || tx.try_send(7).unwrap());
        match block_on(select(ctx.done(), rx.recv())) {
            Either::A(error) => {
                assert_eq!(error, ContextError::Cancelled);
                send.join().unwrap();
                assert_eq!(rx.try_recv().ok(), Some(7));
            }
            Either::B(got) => {
                assert_eq!(got.ok(), Some(7));
                send.join().unwrap();
            }
        }
        assert!(end.join().unwrap());
        assert_eq!(ctx.err(), CANCELLED);
    });
}

#[test]
fn cx_04_a_select_dropped_while_the_context_ends() {
    model(|| {
        let Root { ctx, cancel, freed } = Root::new();
        let (tx, rx) = chan::bounded(1);
        let wakes = Wakes::new();
        let mut both = Box::pin(select(rx.recv(), ctx.done()));
        assert!(wakes.poll(both.as_mut()).is_pending());
        let end = spawn(move || (cancel.cancel(), cancel));
        drop(both);
        assert!(end.join().unwrap().0);
        assert!(wakes.count() <= 1);
        tx.try_send(7).unwrap();
        assert_eq!(rx.try_recv().ok(), Some(7));
        drop(ctx);
        freed.check();
    });
}

#[test]
fn cx_04_a_default_sees_an_end_that_came_first() {
    // The value goes after the context has ended: at no instant was neither ready.
    model(|| {
        let Root { ctx, cancel, .. } = Root::new();
        let (tx, rx) = chan::bounded(1);
        tx.try_send(7).unwrap();
        let ours = rx.clone();
        let end = spawn(move || {
            cancel.cancel();
            let _taken = rx.try_recv();
        });
        assert!(select_default(ours.recv(), ctx.done()).is_some());
        end.join().unwrap();
    });
}

/// A number that the model watches.
struct Plain(UnsafeCell<u32>);

// SAFETY: loom says so if it is not.
unsafe impl Sync for Plain {}
// SAFETY: as above.
unsafe impl Send for Plain {}

impl Plain {
    fn new() -> Arc<Self> {
        Arc::new(Self(UnsafeCell::new(0)))
    }

    fn write(&self) {
        // SAFETY: loom watches.
        self.0.with_mut(|p| unsafe { *p = 7 });
    }

    fn check(&self) {
        // SAFETY: loom watches.
        assert_eq!(self.0.with(|p| unsafe { *p }), 7);
    }
}

#[test]
fn hb_19_what_was_done_before_the_end_is_seen_below() {
    // Through an answer that merely says so, of one that the end has only passed by.
    model(|| {
        let root = Root::new();
        let (child, plain) = (child_of(&root.ctx), Plain::new());
        let written = Arc::clone(&plain);
        let end = spawn(move || {
            written.write();
            root.cancel.cancel()
        });
        if child.is_done() {
            plain.check();
        }
        assert!(end.join().unwrap());
    });
}

#[test]
fn hb_19_what_was_done_before_the_end_is_seen_by_who_waits_and_who_comes_late() {
    model(|| {
        let root = Root::new();
        let (child, plain) = (child_of(&root.ctx), Plain::new());
        let written = Arc::clone(&plain);
        let end = spawn(move || {
            written.write();
            root.cancel.cancel()
        });
        let _error = block_on(child.done());
        plain.check();
        let late = child_of(&child);
        assert_eq!(late.err(), CANCELLED);
        assert!(end.join().unwrap());
    });
}

#[test]
fn hb_19_a_callback_sees_what_was_done_before_the_end() {
    model(|| {
        let root = Root::new();
        let (ctx, plain) = (root.ctx.clone(), Plain::new());
        let (written, read) = (Arc::clone(&plain), Arc::clone(&plain));
        let end = spawn(move || {
            written.write();
            root.cancel.cancel()
        });
        ctx.after_func(move || read.check()).detach();
        assert!(end.join().unwrap());
    });
}

#[test]
fn hb_19_a_second_end_sees_what_was_done_before_the_first() {
    model(|| {
        let (root, plain) = (Root::new(), Plain::new());
        let _child = child_of(&root.ctx);
        let cancel = Arc::new(root.cancel);
        let (written, theirs) = (Arc::clone(&plain), Arc::clone(&cancel));
        let end = spawn(move || {
            written.write();
            theirs.cancel()
        });
        if !cancel.cancel() {
            plain.check();
        }
        let _who = end.join().unwrap();
    });
}

#[test]
fn cx_14_a_cause_is_there_when_the_end_is_seen() {
    model(|| {
        let root = Root::new();
        let child = child_of(&root.ctx);
        let end = spawn(move || root.cancel.cancel_with("why"));
        let cause = child.cause();
        assert!(cause.is_none_or(|cause| cause.to_string() == "why"));
        assert!(end.join().unwrap());
        assert_eq!(child.cause().unwrap().to_string(), "why");
    });
}
