//! A loop over selects of which one arm is always ready lets others run: a timer around it, other
//! tasks.
//!
//! Method: one poll of a loop that goes on for long. It must come back pending.

use std::cell::RefCell;
use std::future::ready;

use taut::chan::{self, never};
use taut::select::{self, Select};

use crate::support::{gives_way, holding, parked};

/// Far more than a task may do in one turn.
const ROUNDS: u32 = 200_000;

#[tokio::test]
async fn g_11_a_loop_over_each_form_gives_way() {
    // Goal: SE-31's second half. One arm always ready, one never; the value is put back by `try_send`,
    // which charges nothing.
    let ((tx, rx), idle) = (holding(1_u64), never::<u64>());
    let back = || assert!(tx.try_send(1).is_ok());
    gives_way("macro", async || {
        select::select! { _ = idle.recv() => {}, _ = rx.recv() => {} }
        back();
    })
    .await;
    gives_way("biased", async || {
        select::select! { biased; _ = rx.recv() => {}, _ = idle.recv() => {} }
        back();
    })
    .await;
    gives_way("one arm", async || {
        select::select! { _ = rx.recv() => {} }
        back();
    })
    .await;
    gives_way("with else", async || {
        select::select! { Ok(_) = rx.recv() => {} else => {} }
        back();
    })
    .await;
    gives_way("first", async || {
        let _got = select::first((rx.recv(), idle.recv())).await;
        back();
    })
    .await;
    let kept = RefCell::new(Select::new());
    kept.borrow_mut().add((), rx.recv());
    #[allow(clippy::await_holding_refcell_ref, reason = "nobody else asks for it")]
    gives_way("Select", async || {
        assert!(kept.borrow_mut().next().await.is_some());
        kept.borrow_mut().add((), rx.recv());
        back();
    })
    .await;
}

#[tokio::test]
async fn g_11_a_loop_that_takes_the_default_gives_way() {
    // Goal: the busiest loop of all: nothing is ever ready.
    let idle = never::<u64>();
    gives_way("default", async || {
        select::select! { _ = idle.recv() => {} default => {} }
    })
    .await;
    gives_way("now", async || {
        assert!(select::first((idle.recv(), idle.recv())).now().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn g_11_an_operation_in_a_foreign_future_cannot_swallow_the_turn() {
    // Goal: it counts too, and having to give way looks to the `default` as if it waited. Where both count
    // in step, one more at first decides which of them is charged every time.
    let idle = never::<u64>();
    for _shift in 0..2 {
        gives_way("default", async || {
            select::select! { _ = async { idle.recv().await } => {}, default => {} }
        })
        .await;
        select::select! { _ = ready(()) => {}, default => {} }
    }
}

#[tokio::test]
async fn g_11_a_loop_over_what_is_closed_disabled_or_foreign_gives_way() {
    let (closed, closed_rx) = chan::rendezvous::<u64>();
    assert!(closed.close());
    gives_way("closed", async || {
        select::select! { got = closed_rx.recv() => assert!(got.is_err()) }
    })
    .await;
    gives_way("a closed arm beside an else", async || {
        select::select! { Ok(_) = closed_rx.recv() => {} else => {} }
    })
    .await;
    gives_way("a future that is ready", async || {
        let idle = never::<u64>();
        select::select! { () = ready(()) => {} _ = idle.recv() => {} }
    })
    .await;
}

#[tokio::test]
async fn g_11_a_loop_that_takes_the_else_gives_way() {
    let idle = never::<u64>();
    gives_way("else", async || {
        select::select! { _ = idle.recv(), if false => {} else => {} }
    })
    .await;
}

#[tokio::test]
async fn g_11_a_loop_that_serves_those_who_wait_gives_way() {
    // Goal: sends to receives that wait already, parked by the same task.
    let ((tx, rx), idle) = (chan::rendezvous(), never::<u64>());
    gives_way("send", async || {
        let mut receive = parked(rx.recv());
        select::select! { sent = tx.send(1) => sent.unwrap(), _ = idle.recv() => {} }
        assert_eq!(receive.ready(), Ok(1));
    })
    .await;
}

#[tokio::test]
async fn g_11_other_tasks_get_their_turn() {
    // Goal: as above, with a task to see it.
    let ((tx, rx), idle) = (holding(1_u64), never::<u64>());
    let other = tokio::spawn(async {});
    let mut rounds = 0;
    while !other.is_finished() && rounds < ROUNDS {
        select::select! { _ = rx.recv() => {}, _ = idle.recv() => {} }
        tx.try_send(1).unwrap();
        rounds += 1;
    }
    assert!(other.is_finished());
    other.await.unwrap();
}

#[tokio::test]
async fn g_11_giving_way_takes_nothing() {
    // Goal: a select that lets its task go has had no effect: all values arrive, once and in order.
    let (tx, rx) = chan::unbounded();
    (0..10_000).for_each(|n| tx.try_send(n).unwrap());
    tx.close();
    let idle = never::<u64>();
    let mut next = 0;
    loop {
        select::select! {
            Ok(n) = rx.recv() => {
                assert_eq!(n, next);
                next += 1;
            }
            Ok(_) = idle.recv(), if !rx.is_empty() => {}
            else => break,
        }
    }
    assert_eq!(next, 10_000);
}

#[test]
fn g_15_selects_need_no_runtime() {
    // Goal: none of Tokio's, for a loop that is far longer than a turn.
    let (tx, rx) = holding(0_u64);
    for _ in 0..10_000 {
        let got = crate::support::now(async {
            select::select! { got = rx.recv() => got.unwrap() }
        });
        tx.try_send(got + 1).unwrap();
    }
    assert_eq!(rx.try_recv(), Ok(10_000));
}
