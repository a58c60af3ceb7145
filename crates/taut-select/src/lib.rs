//! `select!` for async Rust whose arms may *send*: exactly one arm commits, and those that lose have
//! had no effect. Go's `select`, as a future.
//!
//! Use it as `taut::select!`, with `taut::select` for the rest, by the feature `select` of the crate
//! `taut`.
//!
//! The life of a select:
//!
//! 1. The conditions are evaluated, then the operations, each once, in the order of the source. An arm
//!    whose condition is false is disabled.
//! 2. The arms are looked at, and the first that is ready wins.
//! 3. If none is ready, and there is a `default`, that runs.
//! 4. Otherwise each operation takes a place in the list of its channel, and the select waits. Whoever
//!    comes along commits one arm, and only one.
//! 5. The losers leave their lists, and are dropped. Then the winner's handler runs.
//!
//! # Examples
//!
//! ```
//! use taut::{chan, select};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), taut::chan::SendFromError> {
//! let (tx, rx) = chan::bounded::<u32>(1);
//! let mut next = Some(7);
//! for _ in 0..2 {
//!     select! {
//!         sent = tx.send_from(&mut next), if next.is_some() => sent?,
//!         got = rx.recv() => assert_eq!(got, Ok(7)),
//!     }
//! }
//! assert_eq!(next, None, "sent in the first round, received in the second");
//! # Ok(())
//! # }
//! ```
//!
//! Between two channels, until it is told to stop; what it holds by then is not lost:
//!
//! ```
//! use taut::chan::{self, Receiver, Sender};
//! use taut::select;
//!
//! async fn relay(from: Receiver<u32>, to: Sender<u32>, stop: Receiver<()>) -> Option<u32> {
//!     let mut held = None;
//!     loop {
//!         select! {
//!             got = from.recv(), if held.is_none() => match got {
//!                 Ok(value) => held = Some(value),
//!                 Err(_closed) => return None,
//!             },
//!             sent = to.send_from(&mut held), if held.is_some() => if sent.is_err() { return held },
//!             () = stop.closed() => return held,
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let ((tx, from), (to, rx)) = (chan::rendezvous(), chan::rendezvous());
//! let (stop, stopped) = chan::rendezvous();
//! let relay = tokio::spawn(relay(from, to, stopped));
//! tx.send(1).await?;
//! assert_eq!(rx.recv().await, Ok(1));
//! tx.send(2).await?;
//! stop.close();
//! assert_eq!(relay.await?, Some(2), "received, not sent, and handed back");
//! # Ok(())
//! # }
//! ```
//!
//! # Which form
//!
//! - Use [`select!`] for a handful of arms that are known when you write them.
//! - Use [`first()`] if rustfmt is to format them: a tuple and a `match`.
//! - Use [`Select`] for arms that come and go at run time, any number of them.
//!
//! All three are one engine and mean the same; what follows holds for each.
//!
//! # What an arm can be
//!
//! A [`Case`]: every future of taut that waits. It takes a place in the list of its channel, and whoever
//! comes along decides, by one word that all arms of the select share, which of them commits. So
//! a `send` in an arm is as safe as a `recv`: it was sent, or it was not.
//!
//! | arm | the value, if it loses |
//! | --- | --- |
//! | `rx.recv()`, `rx.recv_many(&mut vec, max)` | is still in the channel |
//! | `tx.send_from(&mut slot)` | is still in its slot |
//! | `tx.reserve()` | is not made yet |
//! | `tx.send(value)` | is dropped: use one of the two above unless you can spare it |
//! | `tx.closed()`, and what else of taut waits: locks, permits, timers, contexts | nothing was taken |
//!
//! Or any other future: a timer, a socket, an async block, a `JoinHandle`, owned or `&mut`. Such a
//! future waits nowhere that we know of, so it is polled: when the select begins, and whenever its task
//! wakes. If it loses it is dropped (or stays with its owner, if it was given by `&mut`), and what it did
//! while it was pending stays done. So a `tokio::sync::mpsc::Sender::send` in an arm may lose its
//! value, as in any other select.
//!
//! A select is no case: inside another one it is a future like any other. A case that is given by `&mut`
//! or in a `Pin<&mut _>` is a plain future too: it keeps its place in the
//! list from one select to the next, but nobody withdraws it when it loses. What it was handed meanwhile
//! it keeps until it is polled again.
//!
//! # Which arm wins
//!
//! 1. The arms are looked at in random order, and the first that is ready wins: each of those that are
//!    ready with the same chance, wherever they stand and whatever stands between them. With `biased` the
//!    order is that of the source.
//! 2. If none is ready, a `default` is taken; not because one arm after the other was found unready, but
//!    because there was *one instant* at which none was.
//! 3. Otherwise every case takes its place, and the select waits. Whoever commits first wins; there is no
//!    second draw. Two selects that face each other pair on exactly one channel, a ring of selects gets
//!    on, and a select never meets itself.
//! 4. Before the winner's handler runs the losers are out of every list, and dropped.
//!
//! A closed channel is ready: a `recv` on it gives its error, a `send` gives the value back. A close that
//! finds a select waiting in both directions takes its receive.
//!
//! # How it differs
//!
//! | | `taut::select!` | `tokio::select!` | crossbeam's `select!` | Go's `select` |
//! | --- | --- | --- | --- | --- |
//! | waits | as a future | as a future | by blocking the thread | as a goroutine |
//! | a send arm that loses | has had no effect; `send_from` keeps the value | drops the value with its future | is not evaluated | has had no effect |
//! | which of several ready arms | each with the same chance | the next after a random start: an arm behind unready ones is favoured | each with the same chance | each with the same chance |
//! | arms | any `Case`, any future | any future | its own channels | channels |
//! | a pattern that may not match | needs an `else`, or does not compile | disables its arm in silence | does not compile | there are no patterns |
//! | every arm disabled | `else`, or waits for ever | `else`, or panics | waits for ever | waits for ever |
//! | `default` | one instant at which nothing was ready | none (`else` is another thing) | one arm tried after the other | one instant |
//! | the operation of an arm whose guard is false | evaluated, and dropped at once | evaluated, and kept till the end | no guards | evaluated |
//! | any number of arms | [`Select`] | none | `Select` | `reflect.Select` |
//! | arms in one macro | 64 | 64 | 32 | 65 536 |
//!
//! The tests that hold each line are in `docs/select.md`.
//!
//! # From Go
//!
//! | Go | here | what differs |
//! | --- | --- | --- |
//! | `case v, ok := <-c:` | `got = rx.recv() => …` | a `Result`; a closed channel is ready, as in Go |
//! | `case c <- v:` | `sent = tx.send_from(&mut slot) => …` | a value that was not sent is in its slot; a closed channel is an error, not a panic |
//! | `default:` | `default => …` | the same: one instant at which nothing was ready |
//! | a nil channel | `…, if condition`, or `None` as the operation | without a variable to set to nil; `chan::never()` is one |
//! | one of several ready cases, at random | the same | `biased;` for an order |
//! | `for { select { … } }` | `loop { select! { … } }` | `break` ends the loop; in Go it ends the `select` |
//! | `select {}` | `select! {}` | |
//! | `case <-time.After(d):` | `_ = time::after(d) => …` | gone when it loses |
//! | `case <-ctx.Done():` | `_ = ctx.done() => …` | |
//! | `c` and `v` of every case are evaluated, once, in order | the same, of disabled arms too | what is to stay if the arm loses is kept in a slot |
//! | `reflect.Select` | [`Select`] | without arms it gives `None`; Go's waits for ever |
//!
//! # Fairness
//!
//! Of the arms that are ready each has the same chance, however many are not; so an arm that is always
//! ready does not keep another from its turn. With `biased` the first in order wins, and may starve those
//! behind it. Once the select waits, whoever commits first wins, `biased` or not.
//!
//! An operation of a select waits in one list with all others that want the same of that channel, first
//! come, first served. It gives its place up when the select ends: a loop queues anew in each turn.
//!
//! # Cancel safety
//!
//! | dropped | what it costs |
//! | --- | --- |
//! | an arm that loses: an operation of taut | it is as if it had never been polled; `send(value)` drops its value |
//! | an arm that loses: another future | what dropping that future costs |
//! | the whole select, while it waits | what dropping each of its operations costs |
//!
//! An arm may have been committed when the whole select is dropped. Then it is undone as that operation by
//! itself would be: a value that was received goes back to the head of its channel, a value that was sent
//! stays sent.
//!
//! # Synchronization
//!
//! The arm that wins orders what that operation by itself orders: what comes before a send happens before
//! the return of the select that received the value. The arms that lose, and a `default`, order nothing.
//!
//! # Errors
//!
//! A select has none of its own. An arm gives what its operation gives, so the error of a closed channel
//! comes to the arm that won. Which error, and how to avoid it, is on the page of the operation.
//!
//! # Panics
//!
//! Never by itself. An operation that was polled to completion before panics, as when it is awaited, and
//! so does a timer that must wait where there is no Tokio runtime with time enabled.
//!
//! # Cost
//!
//! A select with a ready arm registers nothing: it costs a random number and a look without a lock at
//! each arm that it passes on the way to one that is ready. One that has to wait takes a place per arm,
//! inside its own future, without allocating, and gives each up in constant time. It takes part in Tokio's
//! cooperative budget as one operation.
//!
//! # When to use something else
//!
//! To wait for *all* of several things use a join. For one operation with a limit in time, `recv_timeout`
//! and its kin are shorter; for one that a context may end, `Context::run` of `taut::context`. For many
//! sources of one kind of value a single channel with many senders is better than an arm for each, and for
//! many tasks a `Group` of `taut::group`. Where no arm is an operation of taut there is nothing to
//! withdraw, and `tokio::select!` will do.

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

mod adapt;
mod dynamic;
mod first;
mod macros;

#[doc(hidden)]
pub mod __private;

pub use adapt::{BoxCase, boxed, future, map};
pub use dynamic::{Next, Select};
pub use first::{
    First, Now, OneOf2, OneOf3, OneOf4, OneOf5, OneOf6, OneOf7, OneOf8, OneOf9, OneOf10, OneOf11,
    OneOf12, Tuple, first,
};
pub use taut_core::Case;
pub use taut_core::select::{Mapped, Polled, seed};
