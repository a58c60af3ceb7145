//! `select!` for async Rust whose arms may *send*: exactly one arm commits, and those that lose have
//! had no effect.
//!
//! Use it as `taut::select!`, with `taut::select` for the rest, by the feature `select` of the crate
//! `taut`.
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
//! # Which form
//!
//! - Use [`select!`] for a handful of arms that are known when you write them.
//! - Use [`first()`] if rustfmt is to format them: a tuple and a `match`.
//! - Use [`Select`] for arms that come and go at run time, any number of them.
//! - Use `recv_timeout` and its kin of the channels for one operation with a time limit.
//! - Use neither to wait for *all* of several things: that is a join.
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
//! | `tx.closed()` | |
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
//! # Cost
//!
//! A select with a ready arm registers nothing: it costs a random number and a look without a lock at
//! each arm that it passes on the way to one that is ready. One that has to wait takes a place per arm,
//! inside its own future, without allocating, and gives each up in constant time. It takes part in Tokio's
//! cooperative budget as one operation.
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

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

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
