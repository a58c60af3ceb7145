//! Several who wait for the same timer or ticker: each expiry goes to one, and none is lost.

use std::task::Poll;
use std::time::Duration;

use taut::time::{Ticker, Timer};
use tokio::time::{Instant, advance};

use crate::SECOND;
use crate::support::{MANY, Task, parked, task};

/// Of those who are woken and look, those who got something.
fn answers<F: Future<Output = Instant>>(waiters: &mut Vec<Task<F>>) -> Vec<Instant> {
    let mut got = Vec::new();
    waiters.retain_mut(|waits| match waits.answer() {
        Some(due) => {
            got.push(due);
            false
        }
        None => true,
    });
    got
}

#[tokio::test(start_paused = true)]
async fn tm_14_one_expiry_is_received_by_one() {
    // Goal: of many; and the others wait for the next, until all had theirs.
    let timer = Timer::stopped();
    let mut waiters: Vec<_> = (0..MANY).map(|_| parked(timer.fired())).collect();
    for _ in 0..MANY {
        assert!(!timer.reset(SECOND));
        assert_eq!(answers(&mut waiters), []);
        advance(SECOND).await;
        assert_eq!(answers(&mut waiters), [Instant::now()]);
        advance(SECOND).await;
        assert_eq!((answers(&mut waiters), timer.deadline()), (vec![], None));
    }
    assert!(waiters.is_empty());
}

#[tokio::test(start_paused = true)]
async fn tm_14_of_several_tasks_each_gets_its_turn() {
    // Goal: the same as above as a program: as many expiries as are received.
    let timer = std::sync::Arc::new(Timer::stopped());
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let timer = timer.clone();
            tokio::spawn(async move { timer.fired().await })
        })
        .collect();
    let start = Instant::now();
    for n in 1..=3 {
        tokio::task::yield_now().await;
        assert!(!timer.reset_at(start + n * SECOND), "{n}: the one before was received");
        taut::time::at(start + n * SECOND).await;
        tokio::task::yield_now().await;
    }
    let mut due = Vec::new();
    for task in tasks {
        due.push(task.await.unwrap());
    }
    due.sort();
    assert_eq!(due, [1, 2, 3].map(|n| start + n * SECOND));
}

#[tokio::test(start_paused = true)]
async fn g_04_one_that_was_woken_and_is_dropped_leaves_the_expiry_to_the_others() {
    // Goal: woken by its time, or by a reset; there is nothing to hand on, for each is woken by itself.
    for is_reset in [false, true] {
        let timer = Timer::new(SECOND);
        let (first, mut second) = (parked(timer.fired()), parked(timer.fired()));
        if is_reset {
            assert!(timer.reset(Duration::ZERO));
        } else {
            advance(SECOND).await;
        }
        assert_eq!((first.wakes(), second.wakes()), (1, 1));
        drop(first);
        assert_eq!(second.answer(), Some(Instant::now()));

        assert!(!timer.reset(SECOND));
        let only = parked(timer.fired());
        advance(SECOND).await;
        drop(only);
        assert_eq!(timer.try_fired(), Some(Instant::now()), "it is there for who comes next");
    }
}

#[tokio::test(start_paused = true)]
async fn g_04_one_that_was_woken_by_a_tick_and_is_dropped_leaves_it_to_the_others() {
    let ticker = Ticker::new(SECOND).unwrap();
    let (first, mut second) = (parked(ticker.tick()), parked(ticker.tick()));
    advance(SECOND).await;
    drop(first);
    assert_eq!(second.answer(), Some(Instant::now()));
    let only = parked(ticker.tick());
    advance(SECOND).await;
    drop(only);
    assert_eq!(ticker.try_tick(), Some(Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn tm_28_each_tick_is_received_by_one() {
    // Goal: and those who got none wait for the next one, at its time.
    let ticker = Ticker::new(SECOND).unwrap();
    let mut waiters: Vec<_> = (0..5).map(|_| parked(ticker.tick())).collect();
    for left in (0..5).rev() {
        advance(SECOND).await;
        assert_eq!(answers(&mut waiters), [Instant::now()]);
        assert_eq!(waiters.len(), left);
    }
}

#[tokio::test(start_paused = true)]
async fn tm_12_one_that_was_woken_finds_nothing_after_a_stop() {
    // Goal: the wake was on its way as the timer was stopped: true, and nothing is received.
    let (timer, ticker) = (Timer::new(SECOND), Ticker::new(SECOND).unwrap());
    let (mut fired, mut tick) = (parked(timer.fired()), parked(ticker.tick()));
    advance(SECOND).await;
    assert_eq!((fired.wakes(), tick.wakes()), (1, 1));
    assert!(timer.stop());
    ticker.stop();
    assert_eq!((fired.answer(), tick.answer()), (None, None));
    // And the next setting finds them.
    assert!(!timer.reset(SECOND));
    ticker.reset(SECOND).unwrap();
    advance(SECOND).await;
    let now = Some(Instant::now());
    assert_eq!((fired.answer(), tick.answer()), (now, now));
}

#[tokio::test(start_paused = true)]
async fn tm_12_an_expiry_that_somebody_else_took_was_received() {
    // Goal: false, as it was received; the one who was woken for it waits on.
    let timer = Timer::new(SECOND);
    let mut waits = parked(timer.fired());
    advance(SECOND).await;
    assert!(timer.try_fired().is_some());
    assert!(!timer.stop());
    assert_eq!(waits.poll(), Poll::Pending);
    advance(10 * SECOND).await;
    assert_eq!(waits.answer(), None);
}

#[tokio::test(start_paused = true)]
async fn tm_20_one_that_has_nothing_to_wait_for_is_not_woken() {
    // Goal: after a stop, once it has looked; and when it is over and kept. Over by a look at the clock,
    // before the runtime has looked.
    let timer = Timer::new(SECOND);
    let mut waits = parked(timer.fired());
    assert!(timer.stop());
    assert_eq!((waits.answer(), waits.wakes()), (None, 1));
    advance(2 * SECOND).await;
    assert_eq!(waits.wakes(), 1);
    drop(waits);

    timer.reset(SECOND);
    let mut over = parked(timer.fired());
    let mut step = task(advance(SECOND));
    assert!(step.poll().is_pending() && over.poll().is_ready());
    tokio::task::yield_now().await;
    assert!(!timer.reset(SECOND) && timer.stop());
    assert_eq!(over.wakes(), 0);
}
