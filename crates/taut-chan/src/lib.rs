//! Go's channels as futures: rendezvous, bounded and unbounded; fair both ways; and no value is lost,
//! wherever a future is dropped.
//!
//! Use it as `taut::chan`, by the feature `chan` of the crate `taut`.
//!
//! A channel connects any number of [`Sender`]s with any number of [`Receiver`]s. It is *open* until it
//! is closed by hand or one side is gone; then it *drains*: sends fail, receives take what is left, and
//! fail when there is nothing left. When the last receiver is dropped there is nobody to drain it: what
//! is in it is dropped, and sends that wait get their values back.
//!
//! ```text
//!               close(), last sender dropped                   drained
//!      open  ─────────────────────────────────▶  closed  ─────────────────▶  closed, empty
//!   send, recv                                    recv                        recv fails
//!        │
//!        └──────────── last receiver dropped: what is left is dropped at once ────▲
//! ```
//!
//! # Examples
//!
//! ```
//! use taut::chan;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() {
//!     let (tx, rx) = chan::rendezvous();
//!     tokio::spawn(async move {
//!         for n in 1..=3 {
//!             if tx.send(n).await.is_err() {
//!                 return; // nobody listens any more
//!             }
//!         }
//!     });
//!     let mut sum = 0;
//!     while let Ok(n) = rx.recv().await {
//!         sum += n;
//!     }
//!     assert_eq!(sum, 6);
//! }
//! ```
//!
//! A request that carries the way back for its answer:
//!
//! ```
//! use taut::chan::{self, Sender};
//!
//! struct Square {
//!     n: u64,
//!     reply: Sender<u64>,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (requests, server) = chan::bounded::<Square>(16);
//! tokio::spawn(async move {
//!     while let Ok(Square { n, reply }) = server.recv().await {
//!         // Whoever asked may have given up; that is no concern of ours.
//!         drop(reply.send(n * n).await);
//!     }
//! });
//! let (reply, answer) = chan::bounded(1);
//! requests.send(Square { n: 12, reply }).await?;
//! assert_eq!(answer.recv().await?, 144);
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! `time`: `send_timeout`, `send_deadline`, `recv_timeout` and `recv_deadline`, on Tokio's clock. `taut::chan`
//! has them always.
//!
//! # From Go
//!
//! | Go | here | what differs |
//! | --- | --- | --- |
//! | `make(chan T)` | [`rendezvous()`] | two handles instead of one |
//! | `make(chan T, n)` | [`bounded(n)`](bounded) | `bounded(0)` is a rendezvous |
//! | a slice, a mutex and a goroutine | [`unbounded()`] | |
//! | `var c chan T` (nil) | [`never()`] | receiving only, and by intention |
//! | `c <- v` | [`tx.send(v).await?`](Sender::send) | |
//! | `c <- v` into a closed channel: panics | the same | an error that gives the value back |
//! | `v, ok := <-c` | [`rx.recv().await`](Receiver::recv) | `Err` instead of a zero value and `false` |
//! | `for v := range c` | `while let Ok(v) = rx.recv().await`, [`rx.stream()`](Receiver::stream) | |
//! | `close(c)` | [`tx.close()`](Sender::close), or drop the last sender | the receiver may close too |
//! | `close(c)` of a closed channel: panics | [`tx.close()`](Sender::close) gives `false` | |
//! | `select` | `taut::select!`, where each of these operations is an arm | a send that loses keeps its value, by [`send_from`](Sender::send_from) or [`reserve`](Sender::reserve) |
//! | `select` of one arm and `default` | [`try_send`](Sender::try_send), [`try_recv`](Receiver::try_recv) | |
//! | `select` of one arm and `time.After` | [`send_timeout`], [`recv_timeout`] | a value not sent comes back |
//! | `len(c)`, `cap(c)` | [`len`](Sender::len), [`capacity`](Sender::capacity) | no limit is `None` |
//! | `chan<- T`, `<-chan T` | [`Sender`], [`Receiver`] | by type, and counted |
//! | a goroutine that waits for ever | — | when one side is gone the other is told |
//!
//! # Fairness
//!
//! Those who wait are served in the order of their first poll, on both sides, and nobody passes them:
//! no newcomer, and no `try_` call. A value that is sent while somebody waits for it is handed to the
//! first of them.
//!
//! # Cancel safety
//!
//! | operation | grade | dropped before it completes |
//! | --- | --- | --- |
//! | [`recv`](Receiver::recv), [`recv_many`](Receiver::recv_many), [`recv_timeout`], streams | safe | a value that was handed over goes back to the head |
//! | [`closed`](Sender::closed) | safe | |
//! | [`send_from`](Sender::send_from), [`reserve`](Sender::reserve), sinks | loses its place | the value is in its slot, or never existed |
//! | [`send`](Sender::send), [`send_timeout`] | drops the value | unless it was sent before |
//!
//! # Synchronization
//!
//! What comes before a send happens before the return of the receive that gets its value. The k-th
//! receive from a channel of capacity C happens before the completion of send k + C. What comes before a
//! close happens before the return of a receive that fails because of it.
//!
//! A send on a rendezvous channel is done when a receive that waits was handed the value. If that
//! receive is dropped before it gives it, the next receive gets it, and the send stays done.
//!
//! # Errors
//!
//! | operation | error | when |
//! | --- | --- | --- |
//! | `send`, `blocking_send` | [`SendError`], with the value | closed |
//! | `try_send` | [`TrySendError`], with the value | closed; no room now |
//! | `send_timeout`, `send_deadline` | [`SendTimeoutError`], with the value | closed; the time passed first |
//! | `send_from` | [`SendFromError`]; the value is in its slot | closed; nothing was in the slot |
//! | `reserve`, `try_reserve` | [`Closed`], [`TryReserveError`] | closed; no room now |
//! | `recv`, `blocking_recv` | [`RecvError`] | closed and drained |
//! | `try_recv` | [`TryRecvError`] | closed and drained; nothing there now |
//! | `recv_timeout`, `recv_deadline` | [`RecvTimeoutError`] | closed and drained; the time passed first |
//!
//! For a receiver *closed* is how a loop ends. For a sender it says that nobody wants the value; keep a
//! [`Receiver`] where that must not happen.
//!
//! # Panics
//!
//! The `blocking_` forms, if they would park a thread that runs async tasks; the timed forms, if they must
//! wait and there is no Tokio runtime with time enabled; and a future that is polled after it completed.
//!
//! # Cost
//!
//! No operation allocates, whether it waits or not; what waits is inside its future (64 bytes for a
//! receive, 64 and the value for a send). A channel allocates when it is made, an unbounded one again
//! for every 31 values beyond what it has held, and any channel if a receive that was handed a value is
//! dropped. A short lock is taken once for an operation that does not wait, up to three times for one
//! that does.
//!
//! # When to use something else
//!
//! For one value, once, Tokio's `oneshot` is smaller. To tell many tasks the same thing use its
//! `broadcast` or `watch`: here each value goes to one receiver. Between threads without async tasks
//! `crossbeam-channel` can also select. For a `T` of more than some hundred bytes send a `Box`: values
//! are copied from slot to slot.
#![cfg_attr(feature = "time", doc = "")]
#![cfg_attr(feature = "time", doc = "[`send_timeout`]: Sender::send_timeout")]
#![cfg_attr(feature = "time", doc = "[`recv_timeout`]: Receiver::recv_timeout")]
#![cfg_attr(not(feature = "time"), doc = "")]
#![cfg_attr(not(feature = "time"), doc = "[`send_timeout`]: #features")]
#![cfg_attr(not(feature = "time"), doc = "[`recv_timeout`]: #features")]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

mod blocking;
mod buffered;
mod channel;
mod error;
mod inspect;
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
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (tx, rx) = taut::chan::rendezvous();
/// assert!(tx.try_send(1).is_err(), "nobody waits to receive");
/// let (sent, received) = tokio::join!(tx.send(1), rx.recv());
/// assert_eq!((sent, received), (Ok(()), Ok(1)));
/// # }
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
