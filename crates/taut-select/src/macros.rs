//! `select!` itself.
//!
//! # How it expands
//!
//! `__select_arms!` takes the source apart, arm by arm, and gives each arm a variant of `Out` and its
//! number; `__select_run!` writes the code. In the expansion nothing of the user's is inside a loop, a
//! closure or an async block of ours, so `?`, `break`, `continue`, `return` and `.await` mean what they
//! mean outside; and no item of ours is where a handler could see it.

mod run;
mod wrong;

/// Waits for one of several operations, sends among them, and runs its handler. The others have had no
/// effect.
///
/// ```text
/// select! {
///     biased;                                            // optional, and first: an order
///     pattern = operation => handler,                    // 1 to 64 of these
///     pattern = operation, if condition => handler,
///     default => handler,                                // optional: nothing is ready
///     else => handler,                                   // optional: every arm is disabled; so never
/// }                                                      // beside one that stays so: `_ = ctx.done()`
/// ```
///
/// A handler that is a block needs no comma behind it. The value of the whole is that of the handler;
/// `select! {}` waits for ever.
///
/// 1. The conditions are evaluated, then the operations, each once, in the order of the source. An arm
///    whose condition is false is disabled, and its operation dropped: Go's nil channel.
/// 2. The operations race; see [the crate](crate#which-arm-wins). With `default` they do not wait.
/// 3. The losers are dropped. The winner's output is bound to its pattern, and its handler runs, where
///    the `select!` stands: `?`, `return`, `break`, `continue` and `.await` mean what they mean there.
///
/// An operation is a [`Case`](crate::Case), which every future of taut that waits is, or anything else
/// that can be awaited; it is written without `.await`. A future that is to outlive the `select!` is
/// given by `&mut`, and must be pinned then: `let mut f = std::pin::pin!(f);`. An `Option` of an
/// operation [is one too](#arms-that-may-be-absent).
///
/// # Examples
///
/// ```
/// use taut::{chan, select};
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let ((tx, rx), (_stop, stopped)) = (chan::bounded(1), chan::rendezvous::<()>());
///     assert_eq!(tx.try_send(7), Ok(()));
///     let got = select! {
///         got = rx.recv() => got.ok(),
///         _ = stopped.recv() => None,
///     };
///     assert_eq!(got, Some(7));
/// }
/// ```
///
/// A loop that ends by a signal, and sends only while there is something to send:
///
/// ```
/// use taut::{chan, select};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (tx, sink) = chan::rendezvous::<u32>();
/// let (source, rx) = chan::bounded::<u32>(8);
/// let (stop, stopped) = chan::rendezvous::<()>();
/// # tokio::spawn(async move { assert_eq!(sink.recv().await, Ok(70)); drop(stop); });
/// # source.send(7).await?;
///
/// let mut outgoing = None;
/// loop {
///     select! {
///         got = rx.recv(), if outgoing.is_none() => match got {
///             Ok(n) => outgoing = Some(n * 10),
///             Err(_closed) => break,
///         },
///         sent = tx.send_from(&mut outgoing), if outgoing.is_some() => sent?,
///         _ = stopped.recv() => break, // what is in `outgoing` is still ours
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// A limit in time for the whole of a loop is made in front of it:
///
/// ```
/// use std::pin::pin;
/// use std::time::Duration;
/// use taut::{chan, select, time};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// let (tx, rx) = chan::bounded::<u32>(8);
/// assert_eq!(tx.try_send(7), Ok(()));
/// let mut time_is_up = pin!(time::after(Duration::from_secs(1)));
/// let mut sum = 0;
/// loop {
///     select! {
///         got = rx.recv() => match got {
///             Ok(n) => sum += n,
///             Err(_closed) => break,
///         },
///         _ = &mut time_is_up => break,
///     }
/// }
/// assert_eq!(sum, 7);
/// # }
/// ```
///
/// # Arms that may be absent
///
/// A guard disables an arm, but its operation is evaluated all the same: with
/// `() = sleep_until(due.unwrap()), if due.is_some()` the `unwrap` panics when there is nothing due. Where
/// the operation cannot be had without a condition, make it an `Option`: an `Option` of an operation of
/// taut is an arm, and `None` is disabled. It gives what the operation gives, not an `Option` of that.
///
/// ```
/// use std::time::Duration;
/// use taut::{chan, select, time};
/// use tokio::time::Instant;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)] async fn main() {
/// let (_tx, rx) = chan::bounded::<u32>(1);
/// for due in [None, Some(Instant::now() + Duration::from_secs(1))] {
///     let is_due = select! {
///         _ = rx.recv() => false,
///         _ = due.map(time::at) => true,
///         _ = time::after(Duration::from_secs(5)) => false,
///     };
///     assert_eq!(is_due, due.is_some());
/// }
/// # }
/// ```
///
/// An `Option` of another future is made one by `.map(taut::select::future)`, where `maybe_sleep` is an
/// `Option<Sleep>`: `() = maybe_sleep.map(select::future) => …`.
///
/// # `biased;`
///
/// The arms are looked at in the order of the source, and the first that is ready wins. That is an order
/// among what is ready *when the `select!` looks*. Once it waits, whoever commits first wins, wherever it
/// stands: if a value comes and then the stop, both before the task has run again, the arm of the value
/// has won, and the stop is seen by the next `select!`. (`tokio::select!` polls its arms in order when the
/// task runs, and takes the stop.) If nothing may be begun after a stop, ask for it in the handler.
///
/// That another future is ready, as `token.cancelled()`, is only seen when the task runs: an operation of
/// taut that was committed by then has won, though it may have come later. `ctx.done()` and
/// `stop.closed()` are operations of taut.
///
/// # Patterns that may not match
///
/// They are allowed only together with `else`. If the output of the arm that won does not match, it is
/// dropped, the arm is disabled, and the select goes on with the others; when none is left `else` runs.
/// So beside an arm that stays enabled, as `() = stop.closed()` or `_ = ctx.done()`, `else` never runs: when
/// the channels of the other arms are closed, a loop waits for that arm alone. Put the context around it:
/// `ctx.run(async { select! { Ok(n) = a.recv() => Some(n), Ok(n) = b.recv() => Some(n), else => None } })`,
/// of which [the crate](crate#patterns-that-may-not-match) has a program; or bind the whole result, and count.
///
/// Without an `else` the compiler refuses the pattern, for the select might hang in silence. It says *error
/// E0005: refutable pattern in local binding*, and may propose `let … else { todo!() }` in a file of ours.
/// Ignore that help: add `else => …`, or bind the whole output and `match` it, as the loops above do.
///
/// ```compile_fail,E0005
/// # async fn f(rx: taut::chan::Receiver<u32>) {
/// taut::select! {
///     Ok(n) = rx.recv() => println!("{n}"),
/// }
/// # }
/// ```
///
/// ```
/// use taut::{chan, select};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), chan::SendError<u32>> {
/// let ((tx, rx), (tx2, rx2)) = (chan::bounded::<u32>(1), chan::bounded::<u32>(1));
/// tx.send(1).await?;
/// drop((tx, tx2));
/// let mut sum = 0;
/// loop {
///     select! {
///         Ok(n) = rx.recv() => sum += n,
///         Ok(n) = rx2.recv() => sum += n,
///         else => break, // both are closed and drained
///     }
/// }
/// assert_eq!(sum, 1);
/// # Ok(())
/// # }
/// ```
///
/// # `default`
///
/// Runs if there was one instant at which no case was ready: two arms of which one is always ready never
/// leave it a chance, whatever other threads do between two looks. Other futures are polled once and
/// are not part of that instant. If every arm is disabled it runs too, unless there is an `else`.
///
/// With a `default` too the `select!` belongs into an async function or block (elsewhere: *error E0728*),
/// since it gives way when the task has used up its budget. In sync code ask one operation:
/// `rx.try_recv()`, `tx.try_send(value)`, `semaphore.try_acquire(1)`; each says why not. (`now()` of
/// [`first`](crate::first()) is a future as well.)
///
/// ```
/// use taut::{chan, select};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let (_tx, rx) = chan::bounded::<u32>(1);
/// let got = select! {
///     got = rx.recv() => got.ok(),
///     default => None,
/// };
/// assert_eq!(got, None);
/// # }
/// ```
///
/// # From Go
///
/// Go's `select`, word for word but that `case` is `pattern = operation`, a nil channel is a guard, and
/// `break` in a handler ends the loop around the `select!`. [The table](crate#from-go) has the rest.
///
/// # Fairness
///
/// Every arm that is ready has the same chance, however many are not. With [`biased;`](#biased) the first
/// in the source wins; an arm that is always ready then starves those below it. Once the select waits,
/// whoever commits first wins, `biased;` or not. An arm of taut waits in the list of its channel with all
/// others, first come, first served; if the select loses that arm it loses the place.
///
/// # Cancel safety
///
/// Dropping the future around it while it waits is as safe as dropping each of its operations; a
/// receive that was committed by then gives its value back to the head of its channel.
///
/// An arm that loses is dropped. An operation of taut is then as if it had never been polled, but that a
/// `send(value)` drops its value; other futures have rules of their own.
///
/// # Synchronization
///
/// The arm that wins orders what its operation orders by itself. Those that lose, and `default`, order
/// nothing.
///
/// # Errors
///
/// None of its own: a pattern is bound to what the operation gives, the error of a closed channel
/// included.
///
/// # Panics
///
/// Never by itself. An operation that was polled to completion before panics, as when it is awaited.
///
/// # Cost
///
/// No allocation. With a ready arm it registers nothing; if it waits it takes a place per arm, inside its
/// own future. [The crate](crate#cost) has more.
///
/// # When to use something else
///
/// [`first`](crate::first()) for a `match` that rustfmt formats, [`Select`](crate::Select) for any number of
/// arms, a join to wait for all; [more](crate#when-to-use-something-else).
#[macro_export]
macro_rules! select {
    () => {
        match $crate::__private::forever().await {}
    };
    (biased; $($rest:tt)*) => {
        $crate::__select_start!((true) $($rest)*)
    };
    ($($rest:tt)*) => {
        $crate::__select_start!((false) $($rest)*)
    };
}

/// Hands out the names: the variant and the number of each arm.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_start {
    ($biased:tt $($rest:tt)*) => {
        $crate::__select_arms!{
            (
                (A 0) (B 1) (C 2) (D 3) (E 4) (F 5) (G 6) (H 7) (I 8) (J 9) (K 10) (L 11) (M 12)
                (N 13) (O 14) (P 15) (Q 16) (R 17) (S 18) (T 19) (U 20) (V 21) (W 22) (X 23) (Y 24)
                (Z 25) (AA 26) (AB 27) (AC 28) (AD 29) (AE 30) (AF 31) (AG 32) (AH 33) (AI 34)
                (AJ 35) (AK 36) (AL 37) (AM 38) (AN 39) (AO 40) (AP 41) (AQ 42) (AR 43) (AS 44)
                (AT 45) (AU 46) (AV 47) (AW 48) (AX 49) (AY 50) (AZ 51) (BA 52) (BB 53) (BC 54)
                (BD 55) (BE 56) (BF 57) (BG 58) (BH 59) (BI 60) (BJ 61) (BK 62) (BL 63)
            )
            $biased () () ()
            $($rest)*
        }
    };
}

/// Takes the source apart: `(names) (biased) (default) (else) (arms) source`.
#[doc(hidden)]
#[macro_export]
macro_rules! __select_arms {
    // All is read.
    ($names:tt $biased:tt $default:tt $else:tt $arms:tt) => {
        $crate::__select_run!{ $biased $default $else $arms }
    };

    // `default`, in its four spellings.
    ($n:tt $b:tt () $e:tt $a:tt default => $h:block, $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b ($h) $e $a $($rest)* }
    };
    ($n:tt $b:tt () $e:tt $a:tt default => $h:block $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b ($h) $e $a $($rest)* }
    };
    ($n:tt $b:tt () $e:tt $a:tt default => $h:expr, $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b ($h) $e $a $($rest)* }
    };
    ($n:tt $b:tt () $e:tt $a:tt default => $h:expr) => {
        $crate::__select_arms!{ $n $b ($h) $e $a }
    };
    ($n:tt $b:tt ($d:expr) $e:tt $a:tt default => $($rest:tt)*) => {
        ::core::compile_error!("select!: there are two `default`s; remove one of them")
    };

    // `else`.
    ($n:tt $b:tt $d:tt () $a:tt else => $h:block, $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b $d ($h) $a $($rest)* }
    };
    ($n:tt $b:tt $d:tt () $a:tt else => $h:block $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b $d ($h) $a $($rest)* }
    };
    ($n:tt $b:tt $d:tt () $a:tt else => $h:expr, $($rest:tt)*) => {
        $crate::__select_arms!{ $n $b $d ($h) $a $($rest)* }
    };
    ($n:tt $b:tt $d:tt () $a:tt else => $h:expr) => {
        $crate::__select_arms!{ $n $b $d ($h) $a }
    };
    ($n:tt $b:tt $d:tt ($e:expr) $a:tt else => $($rest:tt)*) => {
        ::core::compile_error!("select!: there are two `else`s; remove one of them")
    };

    // Tokens that would end the parser's patience in a pattern or an expression below.
    ($n:tt $b:tt $d:tt $e:tt $a:tt default = $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: `default` is no name here: it is the arm for when none is ready, \
             `default => handler,`; call what is received something else"
        )
    };
    ($n:tt $b:tt $d:tt $e:tt $a:tt default $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: after `default` comes `=>` and a handler, followed by a comma unless it is a \
             block: `default => handler,`"
        )
    };
    ($n:tt $b:tt $d:tt $e:tt $a:tt else $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: after `else` comes `=>` and a handler, followed by a comma unless it is a \
             block: `else => handler,`"
        )
    };
    ($n:tt $b:tt $d:tt $e:tt $a:tt biased; $($rest:tt)*) => {
        ::core::compile_error!("select!: `biased;` is said once, in front of all arms")
    };
    ($n:tt $b:tt $d:tt $e:tt $a:tt if $($rest:tt)*) => {
        ::core::compile_error!(
            "select!: a guard without an arm: it belongs between an operation and its `=>`: \
             `pattern = operation, if condition => handler`"
        )
    };
    ($n:tt $b:tt $d:tt $e:tt $a:tt , $($rest:tt)*) => {
        ::core::compile_error!("select!: one comma too many: remove it")
    };
    (() $b:tt $d:tt $e:tt $a:tt $($rest:tt)+) => {
        ::core::compile_error!("select!: more than 64 arms; `taut::select::Select` takes any number")
    };

    // An arm, with a guard or without.
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr $(, if $c:expr)? => $h:block, $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($($c)?) ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr $(, if $c:expr)? => $h:block $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($($c)?) ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr $(, if $c:expr)? => $h:expr, $($rest:tt)*) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($($c)?) ($h))) $($rest)* }
    };
    (($v:tt $($n:tt)*) $b:tt $d:tt $e:tt ($($a:tt)*) $p:pat = $f:expr $(, if $c:expr)? => $h:expr) => {
        $crate::__select_arms!{ ($($n)*) $b $d $e ($($a)* ($v ($p) ($f) ($($c)?) ($h))) }
    };

    // Whatever comes here is an arm with something wrong in it.
    ($n:tt $b:tt $d:tt $e:tt $a:tt $($rest:tt)*) => {
        $crate::__select_wrong!{ $($rest)* }
    };
}

/// Programs of edition 2021, and such as the compiler refuses: compiled and run with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../tests/doctests.md")]
mod programs {}
