//! The selects that wait for any futures, over the channels of any crate.
//!
//! Contract: each type here is one macro, used as its documentation has it, on the futures of the
//! channel. Tokio's and futures' selects know nothing of channels: they poll one arm after the
//! other until one is ready, and drop the rest. What selects over the channels of its own crate
//! only stands in that crate's file.

use std::future::ready;
use std::pin::{Pin, pin};

use ::tokio::select;
use anyhow::{Result, bail};
use futures_util::future::{Fuse, FutureExt};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::{Contender, Impl};
use super::{Via, async_channel, crossbeam, crossfire, flume, kanal, taut, tokio};
use crate::rows::Capacity;
use crate::selects::{self, Any, Event, OrCancel, OrDefault, SendReceive, Shape};
use crate::workloads::{Channel, Ledger, Message, Outcome, Rx, Tx};

/// Runs `ops` operations of a workload with a select.
pub(super) async fn run<M: Message>(
    contender: Contender,
    shape: Shape,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    let Contender { imp, via } = contender;
    match imp {
        Impl::Taut => taut::select::<M>(via, shape, capacity, ops).await,
        Impl::Kanal => over::<kanal::Kanal, M>(via, shape, capacity, ops).await,
        Impl::Crossfire => {
            crossfire::detect();
            over::<crossfire::SpscArray, M>(via, shape, capacity, ops).await
        }
        Impl::Flume => over::<flume::Flume, M>(via, shape, capacity, ops).await,
        Impl::AsyncChannel => {
            over::<async_channel::AsyncChannel, M>(via, shape, capacity, ops).await
        }
        Impl::Tokio => match via {
            Via::TokioReserve => {
                selects::send_receive::<tokio::Reserve, tokio::Bounded, M>(capacity, ops).await
            }
            _ => over::<tokio::Bounded, M>(via, shape, capacity, ops).await,
        },
        Impl::Crossbeam => {
            selects::run::<crossbeam::Threads, crossbeam::Crossbeam, M>(shape, capacity, ops).await
        }
        Impl::Go => bail!("Go's select is in a program of its own"),
        Impl::TokioUtil | Impl::Futures | Impl::AsyncLock | Impl::Asyncband => {
            bail!("{imp} has no channels here")
        }
    }
}

async fn over<C: Channel<M> + 'static, M: Message>(
    via: Via,
    shape: Shape,
    capacity: Capacity,
    ops: u64,
) -> Result<Ledger> {
    match (via, shape) {
        (Via::Tokio, _) => selects::run::<Tokio, C, M>(shape, capacity, ops).await,
        (Via::TokioBiased, _) => selects::run::<TokioBiased, C, M>(shape, capacity, ops).await,
        (Via::Futures, _) => selects::run::<Futures, C, M>(shape, capacity, ops).await,
        // All of these wait for a token in any case, which is what there is for a context.
        (Via::TokioPinned, Shape::Cancel(_)) => {
            selects::cancel::<TokioPinned, C, M>(capacity, ops).await
        }
        (Via::TokioPinned, Shape::CancelSelf) => {
            selects::cancel_self::<TokioPinned, C, M>(capacity, ops).await
        }
        (Via::Try, Shape::Default) => selects::default::<Try, C, M>(capacity, ops).await,
        _ => bail!("there is no such select in this row"),
    }
}

/// `tokio::select!`, which starts with an arm taken at random.
struct Tokio;

/// `tokio::select!` with `biased`: whatever comes first in the text is looked at first, which in
/// all rows is where the values are.
struct TokioBiased;

/// `futures::select!`, which looks at the arms in random order.
struct Futures;

macro_rules! tokio_any {
    ($select:ident, [$($biased:tt)*], $arms:literal: $($place:literal $rx:ident),*) => {
        impl<C: Channel<M>, M: Message> Any<C, M, $arms> for $select {
            async fn any(rxs: &mut [C::Rx; $arms]) -> (usize, Option<M>) {
                let [$($rx),*] = rxs;
                select! { $($biased)* $(got = $rx.recv() => ($place, got.success()),)* }
            }
        }
    };
}

macro_rules! tokio_select {
    ($select:ident, $biased:tt) => {
        tokio_any!($select, $biased, 2: 0 a, 1 b);
        tokio_any!($select, $biased, 8: 0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g, 7 h);
        tokio_select!($select $biased);
    };
    ($select:ident [$($biased:tt)*]) => {
        impl<C: Channel<M>, M: Message> SendReceive<C, M> for $select {
            async fn send_receive(
                tx: &mut C::Tx,
                rx: &mut C::Rx,
                number: Option<u64>,
                receives: bool,
            ) -> Event<M> {
                // A disabled arm's expression is evaluated as well.
                let message = M::pack(number.unwrap_or_default());
                select! {
                    $($biased)*
                    sent = tx.send(message), if number.is_some() => {
                        sent.success().map_or(Event::Closed, |()| Event::Sent)
                    }
                    got = rx.recv(), if receives => {
                        got.success().map_or(Event::Closed, Event::Received)
                    }
                }
            }
        }

        impl<C: Channel<M>, M: Message> OrDefault<C, M> for $select {
            async fn or_default(rx: &mut C::Rx) -> Option<M> {
                // There is no default; an arm that is always ready stands for it, and has to be
                // looked at last.
                select! {
                    biased;
                    got = rx.recv() => got.success(),
                    () = ready(()) => None,
                }
            }
        }

        impl<C: Channel<M>, M: Message> OrCancel<C, M> for $select {
            type Quit = CancellationToken;

            fn quit() -> CancellationToken {
                CancellationToken::new()
            }

            async fn or_cancel(rx: &mut C::Rx, quit: Pin<&mut CancellationToken>) -> Option<M> {
                select! {
                    $($biased)*
                    got = rx.recv() => got.success(),
                    () = quit.cancelled() => None,
                }
            }
        }
    };
}

tokio_select!(Tokio, []);
tokio_select!(TokioBiased, [biased;]);

/// `tokio::select!` with one future of the cancellation for all selects.
struct TokioPinned;

impl<C: Channel<M>, M: Message> OrCancel<C, M> for TokioPinned {
    type Quit = WaitForCancellationFutureOwned;

    fn quit() -> WaitForCancellationFutureOwned {
        CancellationToken::new().cancelled_owned()
    }

    async fn or_cancel(
        rx: &mut C::Rx,
        quit: Pin<&mut WaitForCancellationFutureOwned>,
    ) -> Option<M> {
        select! {
            got = rx.recv() => got.success(),
            () = quit => None,
        }
    }
}

macro_rules! futures_any {
    ($arms:literal: $($place:literal $rx:ident),*) => {
        impl<C: Channel<M>, M: Message> Any<C, M, $arms> for Futures {
            async fn any(rxs: &mut [C::Rx; $arms]) -> (usize, Option<M>) {
                let [$($rx),*] = rxs;
                $(let mut $rx = pin!($rx.recv().fuse());)*
                futures_util::select! { $(got = $rx => ($place, got.success()),)* }
            }
        }
    };
}

futures_any!(2: 0 a, 1 b);
futures_any!(8: 0 a, 1 b, 2 c, 3 d, 4 e, 5 f, 6 g, 7 h);

impl<C: Channel<M>, M: Message> SendReceive<C, M> for Futures {
    async fn send_receive(
        tx: &mut C::Tx,
        rx: &mut C::Rx,
        number: Option<u64>,
        receives: bool,
    ) -> Event<M> {
        let send = number.map(|number| tx.send(M::pack(number)).fuse());
        let mut send = pin!(send.unwrap_or_else(Fuse::terminated));
        let mut receive = pin!(if receives { rx.recv().fuse() } else { Fuse::terminated() });
        futures_util::select! {
            sent = send => sent.success().map_or(Event::Closed, |()| Event::Sent),
            got = receive => got.success().map_or(Event::Closed, Event::Received),
        }
    }
}

impl<C: Channel<M>, M: Message> OrDefault<C, M> for Futures {
    async fn or_default(rx: &mut C::Rx) -> Option<M> {
        let mut receive = pin!(rx.recv().fuse());
        futures_util::select! {
            got = receive => got.success(),
            default => None,
        }
    }
}

impl<C: Channel<M>, M: Message> OrCancel<C, M> for Futures {
    type Quit = Fuse<WaitForCancellationFutureOwned>;

    fn quit() -> Fuse<WaitForCancellationFutureOwned> {
        CancellationToken::new().cancelled_owned().fuse()
    }

    async fn or_cancel(
        rx: &mut C::Rx,
        mut quit: Pin<&mut Fuse<WaitForCancellationFutureOwned>>,
    ) -> Option<M> {
        let mut receive = pin!(rx.recv().fuse());
        futures_util::select! {
            got = receive => got.success(),
            () = quit => None,
        }
    }
}

/// No select at all: `try_recv`, which is all that a receive with a default comes to.
struct Try;

impl<C: Channel<M>, M: Message> OrDefault<C, M> for Try {
    async fn or_default(rx: &mut C::Rx) -> Option<M> {
        rx.try_recv()
    }
}
