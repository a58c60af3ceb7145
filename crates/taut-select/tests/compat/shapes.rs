//! Selects in all the shapes that the grammar has, with futures that are ready or never.

use std::future::{Ready, pending, ready};
use std::sync::atomic::{AtomicU32, Ordering};

use super::select;

#[tokio::test]
async fn handlers_with_and_without_commas() {
    let v = select! {
        v = ready(1) => { v }
        _ = pending::<()>() => 2,
        _ = pending::<()>() => { 3 },
        _ = pending::<()>() => { 4 }
    };
    assert_eq!(v, 1);
    let v = select!(v = ready(1) => v + 1);
    assert_eq!(v, 2);
}

#[tokio::test]
async fn guards_disable() {
    for on in [true, false] {
        let v = select! {
            v = ready(1), if on => v,
            v = ready(2), if !on => v,
        };
        assert_eq!(v, if on { 1 } else { 2 });
    }
    let v = select! {
        _ = ready(()), if false => 1,
        else => 2,
    };
    assert_eq!(v, 2);
}

#[tokio::test]
async fn a_pattern_that_misses_disables() {
    let v = select! {
        Some(v) = ready(None::<u32>) => v,
        Ok(v) = async { tokio::task::yield_now().await; Ok::<u32, ()>(2) } => v,
        else => 3,
    };
    assert_eq!(v, 2);
    let v = select! {
        Some(v) = ready(None::<u32>) => v,
        Ok(v) = ready(Err::<u32, ()>(())) => v,
        else => 3,
    };
    assert_eq!(v, 3);
}

#[tokio::test]
async fn biased_is_the_order_of_the_source() {
    for _ in 0..20 {
        let v = select! {
            biased;
            _ = pending::<()>() => 0,
            _ = ready(()), if false => 1,
            Some(v) = ready(None) => v,
            _ = ready(()) => 3,
            _ = ready(()) => 4,
            else => 5,
        };
        assert_eq!(v, 3);
    }
}

#[tokio::test]
async fn without_biased_each_wins_at_times() {
    let mut won = [0; 3];
    for _ in 0..300 {
        select! {
            _ = ready(()) => won[0] += 1,
            _ = ready(()) => won[1] += 1,
            _ = ready(()) => won[2] += 1,
        }
    }
    assert!(won.iter().all(|won| *won > 30), "{won:?}");
}

#[tokio::test]
async fn operations_are_evaluated_once_each_and_those_of_disabled_arms_too() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    fn operation(bit: u32) -> Ready<u32> {
        CALLS.fetch_or(1 << bit, Ordering::Relaxed);
        ready(bit)
    }
    CALLS.store(0, Ordering::Relaxed);
    let v = select! {
        biased;
        v = operation(0), if false => v,
        v = operation(1) => v,
        v = operation(2) => v,
    };
    assert_eq!((v, CALLS.load(Ordering::Relaxed)), (1, 0b111));
}

#[tokio::test]
async fn losers_are_dropped_before_the_handler_runs() {
    let owned = std::sync::Arc::new(1);
    let other = owned.clone();
    let count = select! {
        biased;
        _ = ready(()) => std::sync::Arc::strong_count(&owned),
        () = async move { pending::<()>().await; drop(other) } => 0,
    };
    assert_eq!(count, 1);
}

#[tokio::test]
async fn patterns_of_all_kinds() {
    let v = select! { (a, mut b) = ready((1, 2)) => { b += a; b } };
    assert_eq!(v, 3);
    let v = select! { Ok(v) | Err(v) = ready(Err::<u32, u32>(1)) => v };
    assert_eq!(v, 1);
    let v = select! { ref v = ready(String::from("a")) => v.len() };
    assert_eq!(v, 1);
    let v = select! {
        Some(ref mut v) = ready(Some(1)) => { *v += 1; *v }
        else => 0,
    };
    assert_eq!(v, 2);
    let v = select! {
        biased;
        (Some(0), _) = ready((Some(1), 2)) => 0,
        whole @ (Some(1..=3), _) = ready((Some(1), 2)) => whole.1,
        else => 9,
    };
    assert_eq!(v, 2);
    let v = select! {
        Some(text) = ready(Some(String::from("moved"))) => text,
        else => String::new(),
    };
    assert_eq!(v, "moved");
}

#[tokio::test]
async fn selects_in_selects_and_loops_with_labels() {
    let mut turns = 0;
    let v = 'outer: loop {
        loop {
            turns += 1;
            select! {
                v = async { select! { v = ready(1) => v, _ = pending::<()>() => 2 } } => {
                    match turns {
                        1 => continue,
                        2 => continue 'outer,
                        _ => break 'outer select! { w = ready(v + 1) => w },
                    }
                }
                _ = pending::<()>() => return,
            }
        }
    };
    assert_eq!((v, turns), (2, 3));
}

#[tokio::test]
async fn handlers_await_and_change_what_operations_borrowed() {
    let mut text = String::from("a");
    let length = select! {
        () = async { text.push('b') } => {
            text.push('c');
            ready(text.len()).await
        }
        _ = pending::<()>() => 0,
    };
    assert_eq!((length, text.as_str()), (3, "abc"));
}

#[tokio::test]
async fn a_select_is_send() {
    let v = tokio::spawn(async {
        let local = String::from("a");
        select! { v = async { local.len() } => v, _ = pending::<()>() => 0 }
    });
    assert_eq!(v.await.unwrap(), 1);
}
