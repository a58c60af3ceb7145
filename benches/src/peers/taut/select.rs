//! taut's own `select!` over its own channels.
//!
//! Contract: the arms are taut's futures by their names. `Tx` and `Rx` are not imported on purpose:
//! what their methods give is any future to a select, and would be polled like one.

use std::pin::Pin;

use ::taut::chan::{self, Receiver, Sender};
use ::taut::select;
use anyhow::{Result, bail};

use super::Taut;
use crate::peers::Via;
use crate::selects::{self, Any, Event, OrCancel, OrDefault, SendReceive, Shape};
use crate::workloads::{Capacity, Ledger, Message};

/// Runs a workload with taut's own `select!`.
pub(crate) async fn run<M: Message>(
    via: Via,
    shape: Shape,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    match via {
        Via::Own => selects::run::<Fair, Taut, M>(shape, capacity, ops).await,
        Via::Biased => selects::run::<Biased, Taut, M>(shape, capacity, ops).await,
        _ => bail!("taut's channels are measured with its own select only"),
    }
}

/// `taut::select!`, where chance decides between arms that are ready.
struct Fair;

/// `taut::select!` with `biased`: the first of the ready arms in the text.
struct Biased;

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

        impl<M: Message> OrCancel<Taut, M> for $select {
            /// A channel on which nothing is ever sent, as in Go.
            type Quit = (Sender<()>, Receiver<()>);

            fn quit() -> (Sender<()>, Receiver<()>) {
                chan::rendezvous()
            }

            async fn or_cancel(
                rx: &mut Receiver<M>,
                quit: Pin<&mut (Sender<()>, Receiver<()>)>,
            ) -> Option<M> {
                select! {
                    $($biased)*
                    got = rx.recv() => got.ok(),
                    _ = quit.1.recv() => None,
                }
            }
        }
    };
}

selects!(Fair, []);
selects!(Biased, [biased;]);
