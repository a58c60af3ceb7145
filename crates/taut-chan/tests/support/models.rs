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

#[path = "../../../taut-core/tests/support/explore.rs"]
mod explore;

pub use explore::*;

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
