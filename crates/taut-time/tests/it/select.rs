//! Timers and tickers as arms, in each of the forms that a select has.

use std::pin::pin;
use std::time::Duration;

use taut::select::{OneOf3, Select, boxed, first, map};
use taut::time::{Ticker, Timer, after, at, future};
use taut::{chan, select};
use tokio::time::{Instant, advance};

use crate::SECOND;
use crate::support::hooks::panics;
use crate::support::{Wakes, assert_uniform, now, parked, task};

#[tokio::test(start_paused = true)]
async fn an_arm_that_is_due_wins_and_the_others_have_had_no_effect() {
    // Goal: SE-26: what lost is there for the next.
    let start = Instant::now();
    let (timer, ticker) = (Timer::new(SECOND), Ticker::new(2 * SECOND).unwrap());
    let (tx, rx) = chan::bounded::<u32>(1);
    let mut won = Vec::new();
    for _ in 0..3 {
        won.push(select! {
            due = timer.fired() => ("timer", due),
            due = ticker.tick() => ("ticker", due),
            got = rx.recv() => ("value", start + got.unwrap() * SECOND),
        });
        if won.len() == 2 {
            tx.try_send(9).unwrap();
        }
    }
    let expected = [("timer", 1), ("ticker", 2), ("value", 9)];
    assert_eq!(won, expected.map(|(name, seconds)| (name, start + seconds * SECOND)));
    advance(2 * SECOND).await;
    assert_eq!((timer.stop(), ticker.try_tick()), (false, Some(start + 4 * SECOND)));
}

#[tokio::test(start_paused = true)]
async fn a_timer_that_loses_is_still_to_be_received() {
    let (tx, rx) = chan::bounded::<u32>(1);
    let timer = Timer::new(SECOND);
    tx.try_send(1).unwrap();
    advance(SECOND).await;
    let got = select! { biased; got = rx.recv() => got.ok(), _ = timer.fired() => None };
    assert_eq!(got, Some(1));
    assert!(timer.stop(), "due, and not received");
}

#[tokio::test(start_paused = true)]
async fn an_arm_that_is_reset_while_the_select_waits_is_heard() {
    // Goal: by another task, earlier and later; and a channel is heard after it, too.
    let (timer, (tx, rx)) = (Timer::new(60 * SECOND), chan::rendezvous::<u32>());
    let mut select = parked(async {
        select! { due = timer.fired() => Some(due), got = rx.recv() => { got.unwrap(); None } }
    });
    timer.reset(SECOND);
    assert_eq!(select.answer(), None);
    timer.reset(2 * SECOND);
    advance(SECOND).await;
    assert_eq!(select.answer(), None);
    advance(SECOND).await;
    assert_eq!(select.answer(), Some(Some(Instant::now())));
    timer.reset(SECOND);
    let mut select = parked(async {
        select! { _ = timer.fired() => 0, got = rx.recv() => got.unwrap() }
    });
    timer.stop();
    assert_eq!(select.answer(), None);
    tx.try_send(7).unwrap();
    assert_eq!(select.answer(), Some(7));
}

#[tokio::test(start_paused = true)]
async fn each_form_takes_them() {
    // Goal: `first`, `Select`, `Option`, by reference, and mapped.
    let start = Instant::now();
    let (timer, ticker) = (Timer::new(2 * SECOND), Ticker::new(3 * SECOND).unwrap());
    let won = first((timer.fired(), Some(ticker.tick()), after(SECOND))).await;
    assert_eq!(won, OneOf3::C(start + SECOND));

    let mut select = Select::new();
    select.add("timer", boxed(map(timer.fired(), |due| due - start)));
    select.add("ticker", boxed(map(ticker.tick(), |due| due - start)));
    select.add("at", boxed(map(at(start + 4 * SECOND), |due| due - start)));
    for (name, seconds) in [("timer", 2), ("ticker", 3), ("at", 4)] {
        assert_eq!(select.next().await, Some((name, seconds * SECOND)));
    }
    assert_eq!(select.next().await, None);

    let mut tick = pin!(ticker.tick());
    for n in 0..3 {
        select! { _ = &mut tick => panic!("too early"), _ = after(Duration::from_millis(n)) => {} }
    }
    assert_eq!(tick.await, start + 6 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_default_is_taken_until_a_timer_is_due() {
    let (timer, ticker) = (Timer::new(3 * SECOND), Ticker::new(2 * SECOND).unwrap());
    let mut won = String::new();
    for _ in 0..6 {
        won.push(now(async {
            select! { biased;
                _ = timer.fired() => 't',
                _ = ticker.tick() => 'k',
                default => '-',
            }
        }));
        advance(SECOND).await;
    }
    assert_eq!(won, "--ktk-");
    let got = first((timer.fired(), ticker.tick())).now().await;
    assert!(got.is_some(), "the tick at 6");
    assert!(first((timer.fired(), ticker.tick())).now().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_guard_keeps_a_timer_out() {
    let timer = Timer::new(Duration::ZERO);
    for is_wanted in [false, true] {
        let got = select! { _ = timer.fired(), if is_wanted => true, default => false };
        assert_eq!(got, is_wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn several_arms_that_are_due_have_the_same_chance() {
    // Goal: SE-02, channels among them.
    let (tx, rx) = chan::bounded::<u32>(1);
    let (timer, start) = (Timer::stopped(), Instant::now());
    let mut counts = [0; 3];
    for _ in 0..6000 {
        timer.reset_at(start);
        let _is_full = tx.try_send(1).is_err();
        let won = select! {
            _ = timer.fired() => 0,
            _ = at(start) => 1,
            _ = rx.recv() => 2,
        };
        counts[won] += 1;
    }
    assert_uniform("timer, at, channel", &counts);
}

#[tokio::test(start_paused = true)]
async fn a_select_that_is_dropped_leaves_the_expiry() {
    // Goal: woken, and dropped before it looks.
    let (timer, ticker) = (Timer::new(SECOND), Ticker::new(SECOND).unwrap());
    let select = parked(async {
        select! { _ = timer.fired() => {}, _ = ticker.tick() => {} }
    });
    advance(SECOND).await;
    assert!(select.wakes() > 0);
    drop(select);
    assert!(timer.try_fired().is_some() && ticker.try_tick().is_some());
}

#[tokio::test(start_paused = true)]
async fn one_expiry_goes_to_one_of_two_selects() {
    // Goal: TM-14 by selects, and the same timer in two arms of one.
    let timer = Timer::new(SECOND);
    let wait = || parked(first((timer.fired(), timer.fired())));
    let (mut one, mut other) = (wait(), wait());
    advance(SECOND).await;
    assert!(one.answer().is_some() && other.answer().is_none());
    timer.reset(Duration::ZERO);
    assert!(other.answer().is_some());
    assert!(!timer.stop());
    task(timer.fired()).pending();
}

#[tokio::test(start_paused = true)]
async fn an_arm_that_no_longer_waits_is_not_woken() {
    // Goal: a `Select` that is kept, and nobody awaits it: neither by the time nor by a reset.
    let (timer, other, wakes) = (Timer::new(SECOND), Timer::new(60 * SECOND), Wakes::new());
    let mut select = Select::new();
    select.add("timer", boxed(timer.fired()));
    select.add("other", boxed(other.fired()));
    assert!(task(select.next()).poll_with(&wakes.clone().into()).is_pending());
    other.reset(60 * SECOND);
    assert_eq!(wakes.count(), 0);
    advance(SECOND).await;
    assert_eq!(wakes.count(), 0);
    assert_eq!(now(select.next()), Some(("timer", Instant::now())));
    advance(59 * SECOND).await;
    assert_eq!((now(select.next()), wakes.count()), (Some(("other", Instant::now())), 0));
}

#[tokio::test(start_paused = true)]
async fn an_arm_that_was_polled_before_goes_on_waiting() {
    // Goal: registered by somebody else, it wakes the select; over, it refuses.
    let timer = Timer::new(SECOND);
    let mut fired = Box::pin(timer.fired());
    task(fired.as_mut()).pending();
    let mut select = parked(first((fired, after(2 * SECOND))));
    advance(SECOND).await;
    assert!(select.answer().is_some());

    timer.reset(Duration::ZERO);
    let mut fired = Box::pin(timer.fired());
    assert!(task(fired.as_mut()).poll().is_ready());
    timer.reset(Duration::ZERO);
    panics("polled after completion", || {
        assert!(task(first((fired, None::<future::Tick<'_>>))).poll().is_ready())
    });
    assert!(timer.stop());
}
