//! taut's own `select!` over its own channels.
//!
//! Contract: the arms are taut's futures by their names. `Tx` and `Rx` are not imported on purpose:
//! what their methods give is any future to a select, and would be polled like one.

use std::pin::Pin;

use ::taut::chan::{self, Receiver, Sender};
use ::taut::context::{Cancel, Context};
use ::taut::select;
use anyhow::{Result, bail};

use super::Taut;
use crate::peers::Via;
use crate::rows::Capacity;
use crate::selects::{self, Any, Event, OrCancel, OrDefault, Quit, SendReceive, Shape};
use crate::workloads::{Ledger, Message};

/// Runs a workload with taut's own `select!`.
pub(crate) async fn run<M: Message>(
    via: Via,
    shape: Shape,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    match (via, shape) {
        (Via::Own, Shape::Cancel(Quit::Context)) => {
            selects::cancel::<FairUntilDone, Taut, M>(capacity, ops).await
        }
        (Via::Biased, Shape::Cancel(Quit::Context)) => {
            selects::cancel::<BiasedUntilDone, Taut, M>(capacity, ops).await
        }
        (Via::Own, _) => selects::run::<Fair, Taut, M>(shape, capacity, ops).await,
        (Via::Biased, _) => selects::run::<Biased, Taut, M>(shape, capacity, ops).await,
        _ => bail!("taut's channels are measured with its own select only"),
    }
}

/// `taut::select!`, where chance decides between arms that are ready.
struct Fair;

/// `taut::select!` with `biased`: the first of the ready arms in the text.
struct Biased;

/// [`Fair`], where the cancellation is the end of a context.
struct FairUntilDone;

/// [`Biased`], where the cancellation is the end of a context.
struct BiasedUntilDone;

/// A channel on which nothing is ever sent, as in Go.
type Silence = (Sender<()>, Receiver<()>);

macro_rules! any {
    ($select:ident, [$($biased:tt)*], $arms:literal: $($place:literal $rx:ident),*) => {
        impl<M: Message> Any<Taut, M, $arms> for $select {
            async fn any(rxs: &mut [Receiver<M>; $arms]) -> (usize, Option<M>) {
                let [$($rx),*] = rxs;
                select! { $($biased)* $(got = $rx.recv() => ($place, got.ok()),)* }
            }
        }
    };
}

macro_rules! selects {
    ($select:ident, $biased:tt) => {
        any!($select, $biased, 2: 0 a, 1 b);
        any!($select, $biased, 8: 0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g, 7 h);
        selects!($select $biased);
    };
    ($select:ident [$($biased:tt)*]) => {
        impl<M: Message> SendReceive<Taut, M> for $select {
            async fn send_receive(
                tx: &mut Sender<M>,
                rx: &mut Receiver<M>,
                number: Option<u64>,
                receives: bool,
            ) -> Event<M> {
                let message = M::pack(number.unwrap_or_default());
                select! {
                    $($biased)*
                    sent = tx.send(message), if number.is_some() => {
                        sent.map_or(Event::Closed, |()| Event::Sent)
                    }
                    got = rx.recv(), if receives => got.map_or(Event::Closed, Event::Received),
                }
            }
        }

        impl<M: Message> OrDefault<Taut, M> for $select {
            async fn or_default(rx: &mut Receiver<M>) -> Option<M> {
                select! {
                    $($biased)*
                    got = rx.recv() => got.ok(),
                    default => None,
                }
            }
        }
    };
}

macro_rules! or_cancel {
    ($select:ident, [$($biased:tt)*], $quit:ty = $open:expr, |$held:ident| $cancelled:expr) => {
        impl<M: Message> OrCancel<Taut, M> for $select {
            type Quit = $quit;

            fn quit() -> $quit {
                $open
            }

            async fn or_cancel(rx: &mut Receiver<M>, $held: Pin<&mut $quit>) -> Option<M> {
                select! {
                    $($biased)*
                    got = rx.recv() => got.ok(),
                    _ = $cancelled => None,
                }
            }
        }
    };
}

macro_rules! cancels {
    ($select:ident, $until_done:ident, $biased:tt) => {
        or_cancel!($select, $biased, Silence = chan::rendezvous(), |quit| quit.1.recv());
        or_cancel!(
            $until_done,
            $biased,
            (Context, Cancel) = Context::background().with_cancel(),
            |quit| quit.0.done()
        );
    };
}

selects!(Fair, []);
selects!(Biased, [biased;]);
cancels!(Fair, FairUntilDone, []);
cancels!(Biased, BiasedUntilDone, [biased;]);
