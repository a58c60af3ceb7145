//! What the models share: the flavours, the explorer, a poll and a drop.

#![allow(dead_code, unreachable_pub, unused_macros, reason = "each test binary uses some of it")]

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use loom::thread;
use taut_chan::{Receiver, Sender};

pub type Flavour = fn() -> (Sender<u32>, Receiver<u32>);

pub const RENDEZVOUS: Flavour = taut_chan::rendezvous;
pub const RING: Flavour = || taut_chan::bounded(1);
pub const CHAIN: Flavour = taut_chan::unbounded;

/// One model for each flavour.
macro_rules! for_flavours {
    ($($name:ident: $check:ident($($flavour:ident),*);)*) => {$(
        mod $name {
            #![allow(non_snake_case, reason = "named after the flavour")]
            use super::*;

            $(
                #[test]
                fn $flavour() {
                    model(|| $check(super::$flavour));
                }
            )*
        }
    )*};
}

/// Every interleaving within the preemption bound (`LOOM_MAX_PREEMPTIONS`, else 3).
pub fn model(check: impl Fn() + Sync + Send + 'static) {
    explore(usize::MAX, check);
}

/// The same for three threads that all wait on one lock, which at a bound of 3 takes minutes.
pub fn model_of_three(check: impl Fn() + Sync + Send + 'static) {
    explore(2, check);
}

fn explore(max_preemptions: usize, check: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    let bound = builder.preemption_bound.unwrap_or(3).min(max_preemptions);
    builder.preemption_bound = Some(bound);
    builder.max_branches = 100_000;
    builder.check(check);
}

/// For H-06: a value comes to `to` before `from` loses its own, so at each instant one of them has one.
pub fn move_over(from: &Receiver<u32>, to: &Sender<u32>) -> thread::JoinHandle<()> {
    let (from, to) = (from.clone(), to.clone());
    thread::spawn(move || {
        to.try_send(2).unwrap();
        let _taken = from.try_recv();
    })
}

/// Polls once and drops: the output, if it was ready.
pub async fn once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
