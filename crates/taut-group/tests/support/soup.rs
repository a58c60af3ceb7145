//! What the models of groups and scopes are made of: values that are counted, who sends them and who receives them, and
//! futures that get some turns and no more.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use taut::chan::{Receiver, Sender};
use taut::group::Failure;
use taut::select;

use crate::explore::below;

/// Counts the values that are alive.
#[derive(Clone, Default)]
pub(crate) struct Census(Arc<(AtomicUsize, AtomicUsize)>);

/// A value that counts itself.
pub(crate) struct Value(u64, Census);

impl Census {
    pub(crate) fn value(&self) -> Value {
        self.0.1.fetch_add(1, Ordering::SeqCst);
        Value(self.0.0.fetch_add(1, Ordering::SeqCst) as u64, self.clone())
    }

    pub(crate) fn alive(&self) -> usize {
        self.0.1.load(Ordering::SeqCst)
    }
}

impl Value {
    pub(crate) const fn number(&self) -> u64 {
        self.0
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        assert!(self.1.0.1.fetch_sub(1, Ordering::SeqCst) > 0, "dropped twice");
    }
}

/// A channel of some flavour.
pub(crate) fn channel() -> (Sender<Value>, Receiver<Value>) {
    match below(4) {
        0 => taut::chan::rendezvous(),
        1 => taut::chan::bounded(1),
        2 => taut::chan::bounded(3),
        _ => taut::chan::unbounded(),
    }
}

/// Sends all values, each to who takes it first. How many were taken.
pub(crate) async fn produce(
    (one, other): (Sender<Value>, Sender<Value>),
    values: Vec<Value>,
) -> Result<u64, Failure> {
    let mut taken = 0;
    for value in values {
        let mut slot = Some(value);
        while slot.is_some() {
            let sent = select! {
                sent = one.send_from(&mut slot) => sent.is_ok(),
                received = other.reserve() => match received {
                    Ok(permit) => {
                        if let Some(value) = slot.take() {
                            let _back = permit.send(value);
                        }
                        true
                    }
                    Err(_) => false,
                },
            };
            if !sent {
                return Ok(taken);
            }
        }
        taken += 1;
    }
    Ok(taken)
}

/// Receives from both until both are closed, or for so long. How many it has received.
pub(crate) async fn consume(
    (one, other): (Receiver<Value>, Receiver<Value>),
    patience: usize,
) -> Result<u64, Failure> {
    let mut received = 0;
    loop {
        let value = select! {
            Ok(value) = one.recv() => value,
            Ok(value) = other.recv() => value,
            else => return Ok(received),
        };
        drop(value);
        received += 1;
        if received as usize > patience {
            return Err(Failure::new("it has had enough"));
        }
    }
}

/// Drops the future after so many polls, all of which it was woken for.
pub(crate) async fn truncated<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        let polled = future.as_mut().poll(cx).map(Some);
        if left == 0 && polled.is_pending() { Poll::Ready(None) } else { polled }
    })
    .await
}

/// Runs what may panic because a scope is gone.
pub(crate) fn quietly(program: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(program)).is_ok()
}
