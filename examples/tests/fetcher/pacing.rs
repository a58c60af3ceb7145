//! When requests begin: the pace, and the waits between attempts.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, timeout};

use crate::client::{FetchError, TimedOut};
use crate::pace::Pacer;
use crate::retry::Retries;

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);

fn pacer(rps: u32) -> Arc<Pacer> {
    Arc::new(Pacer::new(NonZeroU32::new(rps).unwrap()))
}

/// When each of `all` turns came, wanted by several tasks at once.
async fn turns(pacer: &Arc<Pacer>, tasks: u32, all: u32) -> Vec<Instant> {
    let mut tasks: JoinSet<Vec<Instant>> = (0..tasks)
        .map(|task| (pacer.clone(), all / tasks + u32::from(task < all % tasks)))
        .map(|(pacer, share)| async move {
            let mut turns = Vec::new();
            for _ in 0..share {
                pacer.turn().await;
                turns.push(Instant::now());
            }
            turns
        })
        .collect();
    let mut turns = Vec::new();
    while let Some(some) = tasks.join_next().await {
        turns.extend(some.unwrap());
    }
    turns.sort();
    turns
}

#[tokio::test(start_paused = true)]
async fn never_more_begin_in_a_second() {
    for rps in [1, 2, 3, 7, 40, 300, 1000, 5000] {
        let turns = turns(&pacer(rps), 16, 3 * rps + 1).await;
        assert_eq!(turns.len(), 3 * rps as usize + 1);
        for (&one, &later) in turns.iter().zip(&turns[rps as usize..]) {
            assert!(later - one >= SECOND, "{} in {:?} at {rps}", rps + 1, later - one);
        }
        // And hardly fewer: a timer may be late by a millisecond, once in a second.
        let all = turns[turns.len() - 1] - turns[0];
        assert!(all <= 3 * (SECOND + 2 * MILLISECOND), "{all:?} at {rps}");
    }
}

#[tokio::test(start_paused = true)]
async fn never_more_begin_in_a_second_although_some_were_late() {
    let (pacer, mut turns) = (pacer(10), Vec::new());
    for turn in 0..50 {
        pacer.turn().await;
        turns.push(Instant::now());
        if turn % 7 == 0 {
            // The next is not there when it is due, and the one after that is.
            advance(SECOND / 10 + 3 * MILLISECOND / 2).await;
        }
    }
    for (&one, &later) in turns.iter().zip(&turns[10..]) {
        assert!(later - one >= SECOND, "11 in {:?}", later - one);
    }
    assert!(turns[49] - turns[0] < 5 * SECOND, "what was late is made up for");
}

#[tokio::test(start_paused = true)]
async fn they_are_evenly_spread() {
    for rps in [2, 10, 40, 250] {
        let turns = turns(&pacer(rps), 4, 2 * rps).await;
        for pair in turns.windows(2) {
            let (apart, even) = (pair[1] - pair[0], SECOND / rps);
            assert!(apart.abs_diff(even) <= 2 * MILLISECOND, "{apart:?} at {rps}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn time_when_nobody_came_is_not_made_up_for() {
    let pacer = pacer(10);
    turns(&pacer, 1, 3).await;
    advance(20 * SECOND).await;
    let start = Instant::now();
    let turns = turns(&pacer, 4, 11).await;
    assert_eq!(turns[0], start);
    assert!(turns.windows(2).all(|pair| pair[1] - pair[0] >= SECOND / 10 - 2 * MILLISECOND));
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_given_up_is_the_next_ones() {
    let pacer = pacer(1);
    let start = Instant::now();
    pacer.turn().await;
    for _ in 0..3 {
        timeout(SECOND / 10, pacer.turn()).await.unwrap_err();
    }
    pacer.turn().await;
    assert_eq!(start.elapsed(), SECOND);
}

fn refused(status: StatusCode) -> FetchError {
    FetchError::Refused { status, retry_after: None, location: None }
}

fn busy(seconds: u64) -> FetchError {
    let retry_after = Some(SECOND * u32::try_from(seconds).unwrap());
    FetchError::Refused { status: StatusCode::TOO_MANY_REQUESTS, retry_after, location: None }
}

#[test]
fn waits_double_and_differ() {
    let retries = Retries { most: 100, seed: 7 };
    let error = refused(StatusCode::SERVICE_UNAVAILABLE);
    let mut all = Vec::new();
    for attempt in 1..=20 {
        let longest = (MILLISECOND * 100).saturating_mul(1 << (attempt - 1)).min(10 * SECOND);
        for index in 0..100 {
            let wait = retries.wait(index, attempt, &error).unwrap();
            assert!(longest / 2 <= wait && wait <= longest, "{wait:?} after {attempt}");
            assert_eq!(retries.wait(index, attempt, &error), Some(wait), "it can be repeated");
            all.push(wait);
        }
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 2000, "no two wait equally long");
    let other = Retries { most: 100, seed: 8 };
    assert_ne!(other.wait(0, 1, &error), retries.wait(0, 1, &error));
}

#[test]
fn waits_take_the_whole_range() {
    let retries = Retries { most: 1, seed: 1 };
    let error = refused(StatusCode::BAD_GATEWAY);
    let waits = (0..1000).map(|index| retries.wait(index, 1, &error).unwrap());
    let (shorter, longer): (Vec<_>, Vec<_>) = waits.partition(|&wait| wait < 75 * MILLISECOND);
    assert!(shorter.len().abs_diff(longer.len()) < 150, "{} {}", shorter.len(), longer.len());
}

#[test]
fn what_will_not_get_better_is_not_tried_again() {
    let retries = Retries { most: 3, seed: 1 };
    let status = |code| refused(StatusCode::from_u16(code).unwrap());
    let again = [408, 429, 500, 502, 503, 504].map(status);
    for error in again.into_iter().chain([FetchError::TimedOut(TimedOut(SECOND)), busy(3)]) {
        assert!(retries.wait(0, 1, &error).is_some(), "{error}");
        assert!(retries.wait(0, 3, &error).is_some(), "{error}");
        assert!(retries.wait(0, 4, &error).is_none(), "{error}: the fourth attempt was the last");
    }
    for error in [301, 304, 400, 401, 403, 404, 410, 501, 505].map(status) {
        assert!(retries.wait(0, 1, &error).is_none(), "{error}");
    }
}

#[test]
fn a_server_says_when() {
    let retries = Retries { most: 3, seed: 1 };
    let wait = retries.wait(0, 1, &busy(5)).unwrap();
    assert!((5 * SECOND..=6 * SECOND).contains(&wait), "{wait:?}");
    assert_eq!(retries.wait(0, 1, &busy(3600)), None);
}
