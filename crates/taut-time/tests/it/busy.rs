//! A loop that is always ready lets others run, and others that are always ready let a timer run.
//!
//! Method: one poll of a loop that goes on for long. It must come back pending.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use taut::time::{Ticker, Timer, after, at};
use taut::{chan, select};
use tokio::time::Instant;

use crate::support::{gives_way, parked};

const MOMENT: Duration = Duration::from_millis(1);

/// Uses up the task's turn.
async fn spend() {
    poll_fn(|cx| {
        while taut_core::coop::charge(cx).is_ready() {}
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn g_11_a_loop_over_what_is_always_due_gives_way() {
    let (timer, start) = (Timer::stopped(), Instant::now());
    let ticker = Ticker::new(Duration::from_nanos(1)).unwrap();
    gives_way("after", async || _ = after(Duration::ZERO).await).await;
    gives_way("at", async || _ = at(start).await).await;
    gives_way("tick", async || _ = ticker.tick().await).await;
    gives_way("fired", async || {
        timer.reset(Duration::ZERO);
        timer.fired().await;
    })
    .await;
    gives_way("select", async || {
        timer.reset(Duration::ZERO);
        select! { _ = timer.fired() => {}, _ = at(start) => {} }
    })
    .await;
    gives_way("default", async || {
        select! { _ = timer.fired() => {}, default => {} }
    })
    .await;
}

#[tokio::test]
async fn tm_27_timers_are_served_beside_a_channel_that_is_always_busy() {
    // Goal: TestTimerFairness: two tasks play ping-pong on the one thread there is; by task, and in one
    // select with the channel.
    let (tx, rx) = chan::rendezvous::<u32>();
    let players = [(); 2].map(|()| {
        let (tx, rx) = (tx.clone(), rx.clone());
        [
            tokio::spawn(async move { while tx.send(1).await.is_ok() {} }),
            tokio::spawn(async move { while rx.recv().await.is_ok() {} }),
        ]
    });
    after(MOMENT).await;
    let (timer, ticker) = (Timer::new(MOMENT), Ticker::new(MOMENT).unwrap());
    timer.fired().await;
    for _ in 0..3 {
        ticker.tick().await;
    }
    tx.close();
    for player in players.into_iter().flatten() {
        player.await.unwrap();
    }
}

#[tokio::test]
async fn tm_27_a_timer_has_its_turn_in_a_select_with_a_channel_that_is_never_empty() {
    // Goal: even as the first of a biased select: the clock is looked at in the select.
    let (tx, rx) = chan::unbounded();
    let (timer, ticker) = (Timer::new(MOMENT), Ticker::new(MOMENT).unwrap());
    let (mut is_fired, mut ticks) = (false, 0);
    while !is_fired || ticks < 3 {
        tx.try_send(1).unwrap();
        select! {
            got = rx.recv() => assert_eq!(got, Ok(1)),
            _ = timer.fired() => is_fired = true,
            _ = ticker.tick() => ticks += 1,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn se_05_a_default_is_no_answer_to_a_timer_that_is_due() {
    // Goal: though the task has used up its turn. Method: the budget is spent, and the count of
    // operations by which it is charged starts from everywhere.
    for start in 0..64 {
        let timer = Timer::new(Duration::ZERO);
        spend().await;
        let _counted = (start % 3 == 0).then(taut_core::coop::is_due);
        let is_due = select! { _ = timer.fired() => true, default => false };
        assert!(is_due, "{start}");
    }
}

#[tokio::test(start_paused = true)]
async fn g_11_what_waits_is_registered_though_the_budget_is_spent() {
    // Goal: and not woken in place of that, but where the operation itself is charged: once or twice in
    // sixteen.
    let mut early = 0;
    for _ in 0..16 {
        spend().await;
        let mut pause = parked(after(MOMENT));
        tokio::task::yield_now().await;
        early += pause.wakes();
        assert_eq!(pause.answer(), None);
        let before = pause.wakes();
        tokio::time::advance(MOMENT).await;
        assert!(pause.wakes() > before && pause.answer().is_some());
    }
    assert!(early <= 2, "{early} were put off");
}
