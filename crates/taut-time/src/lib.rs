//! Go's timers and tickers as futures: a stop that tells the truth, a tick that does not drift, and no
//! task behind any of it.
//!
//! Use it as `taut::time`, by the feature `time` of the crate `taut`.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//! use taut::time;
//! use tokio::time::Instant;
//!
//! #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn main() {
//!     let start = Instant::now();
//!     let due = time::after(Duration::from_secs(1)).await;
//!     assert_eq!(due, start + Duration::from_secs(1));
//! }
//! ```
//!
//! Something every ten seconds, and an end when nothing was heard for thirty:
//!
//! ```
//! use std::time::Duration;
//! use taut::{chan, select, time};
//!
//! #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn main() -> Result<(), time::ZeroPeriod> {
//!     let (tx, lines) = chan::bounded::<&str>(8);
//!     # tokio::spawn(async move {
//!     #     time::after(Duration::from_secs(25)).await;
//!     #     drop(tx.send("a line").await);
//!     #     std::future::pending::<()>().await;
//!     # });
//!     let heartbeat = time::Ticker::new(Duration::from_secs(10))?;
//!     let idle = time::Timer::new(Duration::from_secs(30));
//!     # let (mut beats, mut seen, start) = (0, 0, tokio::time::Instant::now());
//!     loop {
//!         select! {
//!             line = lines.recv() => match line {
//!                 Ok(line) => {
//!                     println!("{line}");
//!                     idle.reset(Duration::from_secs(30));
//!                     # seen += 1;
//!                 }
//!                 Err(_) => break, // the other side is gone
//!             },
//!             _ = heartbeat.tick() => {
//!                 println!("still here");
//!                 # beats += 1;
//!             }
//!             _ = idle.fired() => break, // nothing for half a minute
//!         }
//!     }
//!     # assert_eq!((beats, seen, start.elapsed().as_secs()), (5, 1, 55));
//!     Ok(())
//! }
//! ```
//!
//! # Which one
//!
//! - [`after`](after()) and [`at`] for one wait: a pause, or the arm of a select that limits the others.
//! - [`Timer`] if the time is to be moved, or the wait to be prevented and the truth known about it.
//! - [`Ticker`] for something every so often.
//! - `recv_timeout`, `send_timeout` and their kin of `taut::chan` for one operation with a limit: they
//!   give the value back.
//! - `Context::with_timeout` of `taut::context` for a limit that many tasks are to know of.
//!
//! # What they are
//!
//! An instant to compare the clock with. There is no task behind a timer, no thread and no channel, and
//! nothing happens when its time comes: whoever looks, finds that it has come. Only a future that waits
//! asks the runtime to be woken, and takes that back when it is dropped. Hence
//!
//! - a timer or a ticker is made, stopped, reset and looked at without a runtime;
//! - one that nobody awaits costs nothing, keeps nothing alive, and needs no stopping;
//! - `stop` and `reset` are one step under a lock, and there is no moment at which a timer *is firing*.
//!
//! What a future gives is the instant at which it was *due*: `due.elapsed()` is how late it is.
//!
//! The clock is Tokio's, so `tokio::time::pause` and `start_paused` hold for everything here. It is
//! monotonic, and tells the due time to the nanosecond; what waits is woken at the next millisecond of
//! its runtime.
//!
//! # Selecting
//!
//! Every future here is an arm of `taut::select!`. An arm that loses has had no effect: an expiry or
//! a tick that was not received is there for the next. Several arms that are due have the same chance
//! each, the channels beside them included; and as the clock is looked at in the select itself, a
//! channel that is never empty does not keep a timer from its turn.
//!
//! # From Tokio
//!
//! | | here | `tokio::time` |
//! | --- | --- | --- |
//! | `sleep` | [`after`](after()) gives the due instant | gives nothing |
//! | too far to be an instant | never | after thirty years |
//! | from another task | `stop`, `reset` take `&self` | `Sleep::reset` takes `Pin<&mut Self>` |
//! | first tick | after one period | at once |
//! | ticks that were missed | one is kept; the phase is kept | all are made up for, unless told otherwise (`Burst`, `Delay`, `Skip`) |
//! | a period of zero | an error | panics |
//! | receive from several tasks | each expiry once | not possible |
//! | in `taut::select!` | an arm, charged as part of the select | an arm |
//!
//! `MissedTickBehavior::Skip` comes nearest to a [`Ticker`]: but its first tick is at once.
//!
//! # From Go
//!
//! | Go | here | what differs |
//! | --- | --- | --- |
//! | `time.Sleep(d)` | [`after(d).await`](after()) | |
//! | `<-time.After(d)` | [`after(d).await`](after()) | counted from the call too; gone when it is dropped |
//! | `time.NewTimer(d)` | [`Timer::new(d)`](Timer::new) | [`Timer::stopped`] is one that was never set |
//! | `<-t.C` | [`t.fired().await`](Timer::fired), [`t.try_fired()`](Timer::try_fired) | |
//! | `t.Stop()`, `t.Reset(d)` | [`t.stop()`](Timer::stop), [`t.reset(d)`](Timer::reset) | the same truth table, and never anything to drain |
//! | `time.NewTicker(d)` | [`Ticker::new(d)?`](Ticker::new) | a period of zero is an error, not a panic |
//! | `for range t.C` | `loop { t.tick().await; … }` | a ticker that was stopped is silent, and does not end the loop, there as here |
//! | `time.Tick(d)` | [`Ticker::new(d)?`](Ticker::new) | no nil: `Option` and a guard, in a select |
//! | a duration below zero | none | a `Duration` is not negative |
//! | a duration beyond the end of time | never | the same |
//! | the value on the channel | the `Instant` at which it was due | monotonic; in Go it is approximately that, of the wall clock |
//! | `len(t.C)`, `cap(t.C)` | none | futures have no length |
//! | `time.AfterFunc(d, f)` | a task, see below | |
//! | the zero `Timer` | none | cannot be made |
//!
//! ## `AfterFunc`
//!
//! A task that waits first is all there is to it, and it says what Go leaves to the reader: where `f`
//! runs, and how to wait for it. To stop it, abort it, or give it something else to wait for:
//!
//! ```
//! use std::time::Duration;
//! use taut::time;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() -> Result<(), tokio::task::JoinError> {
//! let task = tokio::spawn(async {
//!     time::after(Duration::from_secs(1)).await;
//!     "f was run"
//! });
//! let stop = task.abort_handle(); // what `Stop` is for, though it also ends an `f` that has begun
//! # drop(stop);
//! assert_eq!(task.await?, "f was run");
//! # Ok(())
//! # }
//! ```
//!
//! To have it set anew, let the task wait for [`Timer::fired`] and share the timer. Where the call is
//! to be made once and need not be a task, `Context::after_func` of a context with a timeout
//! (`taut::context`) has a `stop` that says whether it prevented it. Detach its `Cancel` first: dropping that
//! ends the context, and so runs `f`, at once.
//!
//! # Fairness
//!
//! There is no queue. Of several who wait for one timer or ticker, whoever looks first when it is due
//! receives it, a newcomer and a `try_` call included; the others wait for the next.
//!
//! # Cancel safety
//!
//! All futures here are safe to drop: what they give is received when they complete, not before.
//!
//! # Synchronization
//!
//! What comes before a timer or a ticker is made or set happens before the return of what receives an
//! expiry, or a tick, of that setting. What comes before a `stop` or a `reset` happens before whatever
//! comes after a later call on the same timer.
//!
//! # Errors
//!
//! [`ZeroPeriod`], of a ticker that is made or reset with a period of zero. Nothing else fails: a duration
//! that is further than time goes is never over.
//!
//! # Panics
//!
//! A future that must wait for an instant, when it is polled where there is no Tokio runtime with time
//! enabled, or when the runtime it waited with was shut down; and one that is polled after it completed.
//!
//! # Cost
//!
//! Nothing here allocates, waiting included. To make, stop, reset or look is to read the clock and take
//! a short lock; so is an arm of a select that is not due, unless the select comes to wait. A future
//! that must wait registers with the timers of its runtime, which have a lock of their own, and takes a
//! place in the list of its timer: it is woken at its time, and when the timer is set anew. Of many who
//! wait for one timer each is woken at its time, though one of them receives it.
//!
//! # When to use something else
//!
//! Where each of many is to hear of one expiry, use a context, or Tokio's `watch`. For one pause and
//! nothing else `tokio::time::sleep` does as well. To run something at
//! a time of the day use the wall clock, and look again now and then: no timer follows it.

#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

mod after;
mod arm;
mod schedule;
mod ticker;
mod timer;

pub mod future;

pub use self::after::{after, at};
pub use self::ticker::{Ticker, ZeroPeriod};
pub use self::timer::Timer;
