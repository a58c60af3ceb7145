//! Go's channels as futures: rendezvous, bounded and unbounded; fair both ways; and no value is lost,
//! wherever a future is dropped.
//!
// Where `time` is off, to the table that names the feature.
#![cfg_attr(
    feature = "time",
    doc = "[`send_timeout`]: Sender::send_timeout\n[`recv_timeout`]: Receiver::recv_timeout"
)]
#![cfg_attr(
    not(feature = "time"),
    doc = "[`send_timeout`]: #features\n[`recv_timeout`]: #features"
)]
#![doc = include_str!("page.md")]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

mod blocking;
mod buffered;
mod channel;
mod error;
mod inspect;
#[cfg(feature = "time")]
mod limited;
mod many;
mod op;
mod permit;
mod receiver;
mod rendezvous;
mod sender;
mod shared;
mod sink;
mod stash;
mod stream;
#[cfg(feature = "time")]
mod timeout;
mod weak;
mod withdraw;

pub mod future;

pub use self::error::{
    Closed, RecvError, RecvTimeoutError, SendError, SendFromError, SendTimeoutError, TryRecvError,
    TryReserveError, TrySendError,
};
pub use self::permit::{OwnedPermit, Permit};
pub use self::receiver::Receiver;
pub use self::sender::Sender;
pub use self::sink::{IntoSink, Sink};
pub use self::stream::{IntoStream, Stream};
pub use self::weak::{WeakReceiver, WeakSender};

use self::shared::Shared;
use taut_core::sync::Arc;

/// A channel without a buffer: a send and a receive complete together, whichever comes first waits.
///
/// Go's `make(chan T)`.
///
/// # Examples
///
/// ```
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let (tx, rx) = taut::chan::rendezvous();
///     assert!(tx.try_send(1).is_err(), "nobody waits to receive");
///     let (sent, received) = tokio::join!(tx.send(1), rx.recv());
///     assert_eq!((sent, received), (Ok(()), Ok(1)));
/// }
/// ```
#[must_use]
pub fn rendezvous<T>() -> (Sender<T>, Receiver<T>) {
    bounded(0)
}

/// A channel with a buffer of `capacity` values: a send waits while it is full.
///
/// Go's `make(chan T, n)`; with capacity 0 it is [`rendezvous`]. Any capacity will do: a large one is
/// not set aside up front, the buffer then grows and shrinks with what is in it.
///
/// # Examples
///
/// ```
/// let (tx, rx) = taut::chan::bounded(2);
/// assert!(tx.try_send('a').is_ok() && tx.try_send('b').is_ok());
/// assert!(tx.try_send('c').is_err_and(|e| e.is_full()));
/// assert_eq!(rx.try_recv(), Ok('a'));
/// ```
#[must_use]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    pair(Shared::bounded(capacity))
}

/// A channel without a limit: a send never waits.
///
/// Nothing holds back a sender that is faster than its receivers but the end of memory; prefer
/// [`bounded`] unless something else bounds what is under way. Memory is taken in blocks of 31 values
/// and given back as they are received.
///
/// # Examples
///
/// ```
/// let (tx, rx) = taut::chan::unbounded();
/// for n in 0..1000 {
///     assert!(tx.try_send(n).is_ok());
/// }
/// assert_eq!(rx.len(), 1000);
/// ```
#[must_use]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    pair(Shared::unbounded())
}

/// A receiver that never gets anything: Go's nil channel.
///
/// It has no sender and yet is not closed. For an arm of a select that is switched off, or a source
/// that is not configured.
///
/// # Examples
///
/// ```
/// use taut::chan::{self, Receiver, TryRecvError};
///
/// fn ticks(enabled: Option<Receiver<u64>>) -> Receiver<u64> {
///     enabled.unwrap_or_else(chan::never)
/// }
/// assert_eq!(ticks(None).try_recv(), Err(TryRecvError::Empty));
/// ```
#[must_use]
pub fn never<T>() -> Receiver<T> {
    let shared = Shared::bounded(0);
    shared.forget_sender();
    Receiver::from_counted(Arc::new(shared))
}

fn pair<T>(shared: Shared<T>) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(shared);
    (Sender::from_counted(Arc::clone(&shared)), Receiver::from_counted(shared))
}
