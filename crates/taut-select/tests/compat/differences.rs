//! Where `select!` differs from Tokio's, both beside each other.
//!
//! What one of the two does not compile stands in `../doctests.md`.

use std::future::{pending, ready};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use taut::chan;
use tokio::sync::mpsc;
use tokio::task::yield_now;

/// Polls once.
async fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[tokio::test]
#[should_panic = "all branches are disabled and there is no else branch"]
async fn tokio_panics_if_all_arms_are_disabled() {
    tokio::select! { () = ready(()), if false => () }
}

#[tokio::test]
async fn taut_waits_for_ever_if_all_arms_are_disabled() {
    let waits = async {
        taut::select! { () = ready(()), if false => () }
    };
    assert!(poll_once(waits).await.is_pending());
    let waits = async {
        taut::select! {}
    };
    assert!(poll_once(waits).await.is_pending(), "Tokio's wants an arm");
}

#[tokio::test]
async fn default_is_a_word_in_taut_and_a_name_in_tokio() {
    let taut = taut::select! { default => 1, _ = pending::<()>() => 2 };
    let tokio = tokio::select! { default = ready(1) => default };
    assert_eq!((taut, tokio), (1, 1));
}

#[tokio::test]
async fn else_stands_anywhere_in_taut_and_last_in_tokio() {
    let taut = taut::select! { else => 1, Some(v) = ready(None) => v };
    let tokio = tokio::select! { Some(v) = ready(None) => v, else => 1 };
    assert_eq!((taut, tokio), (1, 1));
}

/// How often the third of three arms wins if the second is never ready.
macro_rules! third_of_three {
    ($select:path, $rounds:expr) => {{
        use $select as select;
        let mut won = 0;
        for _ in 0..$rounds {
            select! {
                () = ready(()) => (),
                () = pending() => (),
                () = ready(()) => won += 1,
            }
        }
        f64::from(won) / f64::from($rounds)
    }};
}

/// Goal: ten standard deviations on either side.
#[tokio::test]
async fn taut_is_uniform_among_those_that_are_ready() {
    const ROUNDS: i32 = 10_000;
    let (taut, tokio) =
        (third_of_three!(taut::select, ROUNDS), third_of_three!(tokio::select, ROUNDS));
    assert!((taut - 1.0 / 2.0).abs() < 0.05, "{taut}");
    assert!((tokio - 2.0 / 3.0).abs() < 0.05, "an arm has the share of those before it: {tokio}");
}

#[tokio::test]
async fn a_send_that_loses_keeps_its_value_in_taut() {
    let (tx, _rx) = mpsc::channel(1);
    tx.try_send(Arc::new(0)).unwrap();
    let value = Arc::new(1);
    tokio::select! {
        biased;
        _ = tx.send(value.clone()) => unreachable!("the channel is full"),
        () = ready(()) => assert_eq!(Arc::strong_count(&value), 1, "dropped with the send"),
    }

    let (tx, _rx) = chan::bounded(1);
    tx.try_send(Arc::new(0)).unwrap();
    let mut next = Some(Arc::new(1));
    taut::select! {
        biased;
        _ = tx.send_from(&mut next) => unreachable!("the channel is full"),
        () = ready(()) => assert!(next.is_some(), "still in its place"),
    }
}

/// Two receives wait, and both get something before the task runs: first `b`, then `a`.
macro_rules! b_then_a {
    ($select:path) => {{
        use $select as select;
        let ((send_a, a), (send_b, b)) = (chan::bounded::<()>(1), chan::bounded::<()>(1));
        let select = tokio::spawn(async move {
            select! {
                biased;
                _ = a.recv() => "a",
                _ = b.recv() => "b",
            }
        });
        yield_now().await;
        send_b.try_send(()).unwrap();
        let _ = send_a.try_send(());
        select.await.unwrap()
    }};
}

#[tokio::test]
async fn who_comes_first_wins_in_taut_once_the_select_waits() {
    assert_eq!(b_then_a!(taut::select), "b", "decided by the send, and not taken back");
    assert_eq!(
        b_then_a!(tokio::select),
        "a",
        "decided when the task runs, in the order of the source"
    );
}

/// The first arm is no operation of taut's. It comes first, and the second before the task runs.
macro_rules! foreign_then_b {
    ($select:path) => {{
        use $select as select;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (send_b, b) = chan::bounded::<()>(1);
        let select = tokio::spawn(async move {
            select! {
                biased;
                _ = stopped => "foreign",
                _ = b.recv() => "b",
            }
        });
        yield_now().await;
        stop.send(()).unwrap();
        send_b.try_send(()).unwrap();
        select.await.unwrap()
    }};
}

#[tokio::test]
async fn what_is_committed_wins_in_taut_over_what_must_be_polled() {
    assert_eq!(
        foreign_then_b!(taut::select),
        "b",
        "the send committed it; the other is only awake"
    );
    assert_eq!(foreign_then_b!(tokio::select), "foreign");
}

/// How many hold `$shared` when the second operation is evaluated, if the first is disabled.
macro_rules! holders_after_a_disabled_arm {
    ($select:path) => {{
        use $select as select;
        let shared = Arc::new(());
        let other = shared.clone();
        select! {
            _ = async move { drop(other) }, if false => 0,
            count = ready(Arc::strong_count(&shared)) => count,
        }
    }};
}

#[tokio::test]
async fn both_evaluate_a_disabled_arm_and_taut_drops_it_at_once() {
    assert_eq!(holders_after_a_disabled_arm!(taut::select), 1);
    assert_eq!(holders_after_a_disabled_arm!(tokio::select), 2);
}

/// Whether a lock that one operation took for its own evaluation is free for the next.
macro_rules! is_free_for_the_second {
    ($select:path) => {{
        use $select as select;
        let lock = Mutex::new(1);
        select! {
            biased;
            _ = ready(*lock.lock().unwrap()), if false => false,
            is_free = ready(lock.try_lock().is_ok()) => is_free,
        }
    }};
}

#[tokio::test]
async fn temporaries_of_an_operation_end_with_it_in_taut() {
    assert!(is_free_for_the_second!(taut::select));
    assert!(!is_free_for_the_second!(tokio::select), "they last until all are evaluated");
}

#[tokio::test]
async fn an_operation_of_taut_may_be_a_case_that_is_no_future() {
    let (tx, rx) = chan::bounded(1);
    tx.try_send(1).unwrap();
    let maybe = |is_on: bool| is_on.then(|| rx.recv());
    let off = taut::select! { v = maybe(false) => v.unwrap(), default => 0 };
    let on = taut::select! { v = maybe(true) => v.unwrap(), default => 0 };
    assert_eq!((off, on), (0, 1));
}
