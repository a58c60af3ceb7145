//! Models of selects with more tasks, arms and rounds than loom can try: sends, reservations and
//! receives in random mixes, some given up half-way, under random schedules.
//!
//! Run by `cargo x shuttle`. That nobody waits for ever is for shuttle to say; that an arm that lost
//! had no effect is in the [`Book`](book::Book), where every value is found once.

#![cfg(taut_shuttle)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../taut-chan/tests/stress/book.rs"]
mod book;
#[path = "support/close.rs"]
mod close;
#[path = "support/exchange.rs"]
mod exchange;
#[path = "../../taut-chan/tests/support/explore.rs"]
mod explore;

use book::Value;
use explore::below;
use taut::chan::{Receiver, Sender};

/// A model under each scheduler.
macro_rules! models {
    ($($name:ident: $model:path;)*) => {$(
        mod $name {
            #[test]
            fn random() {
                crate::explore::random(|| crate::repeatable($model));
            }

            #[test]
            fn pct() {
                crate::explore::pct(|| crate::repeatable($model));
            }
        }
    )*};
}

models! {
    what_is_sent_is_received: crate::exchange::between_all;
    two_selects_face_each_other: crate::exchange::face_to_face;
    selects_outlive_their_channels: crate::close::until_all_are_closed;
}

/// The choices that selects make are part of the schedule, as those of the model are.
fn repeatable(model: fn()) {
    taut::select::seed(explore::seed());
    model();
}

/// A channel of some flavour.
fn channel() -> (Sender<Value>, Receiver<Value>) {
    match below(4) {
        0 => taut::chan::rendezvous(),
        1 => taut::chan::bounded(1),
        2 => taut::chan::bounded(3),
        _ => taut::chan::unbounded(),
    }
}
