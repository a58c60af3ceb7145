//! The door to Tokio's cooperative budget, and what can be learnt from it.
//!
//! Tokio gives a task a number of steps per turn; a leaf future that takes part asks for one and, when
//! none is left, is pending although it could proceed. Without that a loop over a channel that is
//! always ready never lets a timer of the same task run. Outside of Tokio everything here is free and
//! always ready.
//!
//! # Examples
//!
//! ```
//! let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
//! assert!(taut_core::coop::proceed(&mut cx).is_ready(), "outside of a task it is free");
//! ```

use std::cell::Cell;
use std::task::{self, Poll, Waker};

/// One operation in so many pays the budget for all of them: asking costs as much as an operation.
const PERIOD: u8 = 16;

thread_local! {
    static OPERATIONS: Cell<u8> = const { Cell::new(0) };
}

/// Counts an operation of this thread. True for every sixteenth: it is to [`charge`].
///
/// Counted by thread and not by primitive, so that no pattern of operations can keep missing its turn:
/// a task that does not give way does all that is counted meanwhile.
///
/// # Examples
///
/// ```
/// let due = (0..160).filter(|_| taut_core::coop::is_due()).count();
/// assert_eq!(due, 10);
/// ```
#[inline(always)]
#[must_use]
pub fn is_due() -> bool {
    OPERATIONS.with(|operations| {
        let count = operations.get().wrapping_add(1);
        operations.set(count);
        count % PERIOD == 0
    })
}

/// Counts an operation of this thread, and takes a step out of the budget if it is due. Pending as
/// [`charge`] is; then the next operation is due, so that a loop gives way even if this one stands where
/// being pending means something else, in a foreign future beside a `default`.
///
/// # Examples
///
/// ```
/// let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// assert!((0..160).all(|_| taut_core::coop::proceed(&mut cx).is_ready()), "outside of a task");
/// ```
#[inline(always)]
pub fn proceed(cx: &mut task::Context<'_>) -> Poll<()> {
    if !is_due() {
        return Poll::Ready(());
    }
    let charged = charge(cx);
    if charged.is_pending() {
        OPERATIONS.with(|operations| operations.set(operations.get().wrapping_sub(1)));
    }
    charged
}

/// Counts an operation of this thread unless it is due to [`charge`]: then it is not counted, and is to
/// go where it is charged.
///
/// # Examples
///
/// ```
/// let passed = (0..160).filter(|_| taut_core::coop::passes()).count();
/// assert!(passed < 16, "the next one is due, and stays so");
/// assert!(taut_core::coop::is_due());
/// ```
#[inline(always)]
#[must_use]
pub fn passes() -> bool {
    if cfg!(any(taut_loom, taut_shuttle)) {
        // Nothing is charged there, and a count that outlives an execution would change the next.
        return true;
    }
    OPERATIONS.with(|operations| {
        let count = operations.get().wrapping_add(1);
        let passes = count % PERIOD != 0;
        if passes {
            operations.set(count);
        }
        passes
    })
}

/// Takes one step out of the budget; pending, with the waker arranged for, when it is used up.
///
/// # Examples
///
/// ```
/// let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
/// assert!(taut_core::coop::charge(&mut cx).is_ready(), "no limit outside of a task");
/// ```
#[inline]
pub fn charge(cx: &mut task::Context<'_>) -> Poll<()> {
    #[cfg(not(any(taut_loom, taut_shuttle)))]
    return tokio::task::coop::poll_proceed(cx).map(|step| step.made_progress());
    #[cfg(any(taut_loom, taut_shuttle))]
    {
        let _ = cx;
        Poll::Ready(())
    }
}

/// Whether the budget of this task has a step left: for who polls others and is to stop when they are all told to wait.
///
/// # Examples
///
/// ```
/// assert!(taut_core::coop::has_budget(), "no limit outside of a task");
/// ```
#[inline(always)]
#[must_use]
pub fn has_budget() -> bool {
    cfg!(any(taut_loom, taut_shuttle)) || tokio::task::coop::has_budget_remaining()
}

/// More steps than Tokio gives a task in one turn (128 as of 1.54).
const MORE_THAN_A_TURN: u32 = 512;

/// Whether this thread is polling a Tokio task right now, so that blocking it would hold up others.
///
/// False in `spawn_blocking`, in `block_in_place` and on threads of no runtime: Tokio lifts the budget
/// there, and an unlimited budget is how we tell. (Whether a runtime can be reached tells nothing, it
/// can from `spawn_blocking` too.) Inside `tokio::task::unconstrained` the answer is false as well.
///
/// # Examples
///
/// ```
/// assert!(!taut_core::coop::in_async_task());
/// ```
#[must_use]
pub fn in_async_task() -> bool {
    runs_out(&mut task::Context::from_waker(Waker::noop()), MORE_THAN_A_TURN)
}

/// Says what to do instead of blocking a thread that runs async tasks: `blocking` is what was called,
/// `instead` what is to be awaited.
///
/// # Panics
///
/// [In a task](in_async_task).
///
/// # Examples
///
/// ```
/// taut_core::coop::refuse_in_async_task("blocking_recv", "recv"); // on a thread of its own it passes
/// ```
#[track_caller]
pub fn refuse_in_async_task(blocking: &str, instead: &str) {
    assert!(
        !in_async_task(),
        "`{blocking}` would block a thread that runs async tasks: await `{instead}` instead, or call \
         it in `tokio::task::spawn_blocking`"
    );
}

/// Takes up to `steps` steps and gives them all back: each is returned as the recursion unwinds, last
/// one first, which leaves the budget as it was.
fn runs_out(cx: &mut task::Context<'_>, steps: u32) -> bool {
    #[cfg(not(any(taut_loom, taut_shuttle)))]
    return match tokio::task::coop::poll_proceed(cx) {
        Poll::Pending => true,
        Poll::Ready(_given_back) => steps > 0 && runs_out(cx, steps - 1),
    };
    #[cfg(any(taut_loom, taut_shuttle))]
    {
        let _ = (cx, steps);
        false
    }
}
