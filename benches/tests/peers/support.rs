//! The channels of all crates behind one trait, for what is asked of each of them.

use crate::by_hand::Task;

/// What a test says that has found a fault to be gone.
pub(crate) const GONE: &str = "the fault is gone in this version: correct docs/comparison.md";

/// A bounded channel.
pub(crate) trait Peer<M: Send + Unpin + 'static> {
    type Tx;
    type Rx;

    fn open(capacity: usize) -> (Self::Tx, Self::Rx);
    /// Whether it was sent.
    fn send(tx: &Self::Tx, message: M) -> impl Future<Output = bool>;
    /// Whether it was sent.
    fn try_send(tx: &Self::Tx, message: M) -> bool;
    fn recv(rx: &mut Self::Rx) -> impl Future<Output = Option<M>>;
    fn try_recv(rx: &mut Self::Rx) -> Option<M>;
}

macro_rules! peer {
    ($(#[$doc:meta])* $peer:ident: $end:ty, $other:ty, $open:path;
     |$tx:ident, $message:ident| $send:expr, $try_send:expr;
     |$rx:ident| $recv:expr, $try_recv:expr) => {
        $(#[$doc])*
        pub(crate) struct $peer;

        impl<M: Send + Unpin + 'static> Peer<M> for $peer {
            type Tx = $end;
            type Rx = $other;

            fn open(capacity: usize) -> ($end, $other) {
                $open(capacity)
            }

            async fn send($tx: &$end, $message: M) -> bool {
                $send.await.is_ok()
            }

            fn try_send($tx: &$end, $message: M) -> bool {
                $try_send
            }

            async fn recv($rx: &mut $other) -> Option<M> {
                $recv
            }

            fn try_recv($rx: &mut $other) -> Option<M> {
                $try_recv
            }
        }
    };
}

peer!(Taut: taut::chan::Sender<M>, taut::chan::Receiver<M>, taut::chan::bounded;
    |tx, message| tx.send(message), tx.try_send(message).is_ok();
    |rx| rx.recv().await.ok(), rx.try_recv().ok());
peer!(Tokio: tokio::sync::mpsc::Sender<M>, tokio::sync::mpsc::Receiver<M>, tokio::sync::mpsc::channel;
    |tx, message| tx.send(message), tx.try_send(message).is_ok();
    |rx| rx.recv().await, rx.try_recv().ok());
peer!(AsyncChannel: async_channel::Sender<M>, async_channel::Receiver<M>, async_channel::bounded;
    |tx, message| tx.send(message), tx.try_send(message).is_ok();
    |rx| rx.recv().await.ok(), rx.try_recv().ok());
peer!(Flume: flume::Sender<M>, flume::Receiver<M>, flume::bounded;
    |tx, message| tx.send_async(message), tx.try_send(message).is_ok();
    |rx| rx.recv_async().await.ok(), rx.try_recv().ok());
peer!(Kanal: kanal::AsyncSender<M>, kanal::AsyncReceiver<M>, kanal::bounded_async;
    |tx, message| tx.send(message), tx.try_send(message) == Ok(true);
    |rx| rx.recv().await.ok(), rx.try_recv().ok().flatten());
peer!(Crossfire: crossfire::MAsyncTx<crossfire::mpmc::Array<M>>,
    crossfire::MAsyncRx<crossfire::mpmc::Array<M>>, crossfire::mpmc::bounded_async;
    |tx, message| tx.send(message), tx.try_send(message).is_ok();
    |rx| rx.recv().await.ok(), rx.try_recv().ok());
peer!(Asyncband: asyncband::mpmc::BoundedSender<M>, asyncband::mpmc::BoundedReceiver<M>,
    asyncband::mpmc::bounded;
    |tx, message| tx.send(message), tx.try_send(message).is_ok();
    |rx| rx.recv().await.ok(), rx.try_recv().ok());
peer!(
    /// For threads: only its `try_` forms are of use here.
    Crossbeam: crossbeam_channel::Sender<M>, crossbeam_channel::Receiver<M>,
    crossbeam_channel::bounded;
    |tx, message| std::future::ready(tx.send(message)), tx.try_send(message).is_ok();
    |rx| rx.recv().ok(), rx.try_recv().ok());

/// Polls it a number of times more, as a `select!` in a loop or a neighbour in a `join!` does. It must
/// stay pending.
#[track_caller]
pub(crate) fn poll_again<F: Future>(task: &mut Task<F>, times: usize) {
    for _ in 0..times {
        task.pending();
    }
}
