//! `?`, `return`, `break`, `continue` and `.await`, in every part of a select.

#![expect(
    clippy::diverging_sub_expression,
    clippy::empty_loop,
    clippy::needless_return,
    clippy::unit_arg,
    reason = "what leaves is written where it could be left out, too"
)]

use std::future::{pending, ready};
use std::num::ParseIntError;

use taut::{chan, select};

#[tokio::test]
async fn a_handler_that_never_ends_has_any_type() {
    let v: i32 = select! {
        v = ready(1) => v,
        _ = pending::<()>() => unreachable!(),
        _ = pending::<()>() => panic!("never"),
        _ = pending::<()>() => return,
        _ = pending::<()>() => { return; }
        _ = pending::<()>() => loop {},
    };
    assert_eq!(v, 1);
    let f = async || -> i32 {
        select! { v = ready(2) => return v }
    };
    assert_eq!(f().await, 2);
    let f = async || -> i32 {
        select! { else => return 3, Some(()) = ready(None) => return 4 }
    };
    assert_eq!(f().await, 3);
}

async fn sum(a: &str, b: &str, is_on: &str) -> Result<i32, ParseIntError> {
    let v = select! {
        a = async { a.parse::<i32>() } => a?,
        b = ready(b.parse::<i32>()?), if is_on.parse::<i32>()? == 1 => b,
    };
    Ok(v)
}

#[tokio::test]
async fn a_question_mark_leaves_the_function() {
    assert!(sum("x", "1", "0").await.is_err(), "in a handler");
    assert!(sum("1", "x", "0").await.is_err(), "in an operation");
    assert!(sum("1", "1", "x").await.is_err(), "in a guard");
    assert_eq!(sum("1", "2", "0").await, Ok(1));
}

#[tokio::test]
async fn an_operation_and_a_guard_may_leave_too() {
    async fn leave(from: u32) -> u32 {
        let mut turn = 0;
        loop {
            turn += 1;
            select! {
                _ = ready(()), if { if from == 0 { return 10 } false } => (),
                _ = ready(if from == 1 { return 11 }), if from == 1 => (),
                _ = ready(if from == 2 { break }), if from == 2 => (),
                _ = ready(if turn < 3 { continue }) => return turn,
            }
        }
        12
    }
    assert_eq!([leave(0).await, leave(1).await, leave(2).await, leave(3).await], [10, 11, 12, 3]);
}

#[tokio::test]
async fn loops_are_left_and_continued() {
    let (tx, rx) = chan::unbounded();
    for v in 1..=6 {
        tx.try_send(v).unwrap();
    }
    let mut odd = Vec::new();
    let last = 'outer: loop {
        loop {
            select! {
                Ok(v) = rx.recv() => {
                    if v % 2 == 0 {
                        continue 'outer;
                    }
                    odd.push(v);
                    if v == 5 {
                        break 'outer v;
                    }
                }
                else => break,
            }
        }
    };
    assert_eq!((odd, last), (vec![1, 3, 5], 5));
    let mut rest = 0;
    loop {
        select! {
            v = rx.recv() => rest += v.unwrap(),
            default => break,
        }
    }
    assert_eq!(rest, 6);
    let mut turns = 0;
    while select! { v = ready(turns < 3) => v } {
        turns += 1;
        select! { _ = ready(()) => continue, default => break }
    }
    assert_eq!(turns, 3);
}

#[tokio::test]
async fn labels_are_the_users_in_handlers_patterns_and_operations() {
    let v = 'a: {
        select! {
            v = ready(1), if 'b: { break 'b true } => {
                let w = 'b: { break 'b v + 1 };
                break 'a w + 1;
            }
            _ = ready('b: { break 'b 1 }), if false => 4,
        }
    };
    assert_eq!(v, 3);
    let mut turns = 0;
    'a: for _ in 0..3 {
        'b: loop {
            turns += 1;
            select! {
                Some(()) = ready(None) => break 'a,
                else => if turns % 2 == 0 { continue 'b } else { continue 'a },
            }
        }
    }
    assert_eq!(turns, 5);
}

#[tokio::test]
async fn await_works_in_handlers_operations_and_guards() {
    async fn later<T>(v: T) -> T {
        tokio::task::yield_now().await;
        v
    }
    let v = select! {
        v = ready(later(1).await), if later(true).await => later(v).await + later(1).await,
        _ = later(pending::<()>()).await, if !later(false).await => 0,
    };
    assert_eq!(v, 2);
    let v = select! {
        Some(v) = later(None::<i32>) => later(v).await,
        else => later(3).await,
    };
    assert_eq!(v, 3);
    assert_eq!(select! { _ = pending::<()>() => 0, default => later(4).await }, 4);
}

#[tokio::test]
async fn handlers_assign_and_borrow_what_operations_borrowed() {
    let (tx, rx) = chan::bounded(4);
    let mut next = Some(1);
    let mut sent = Vec::new();
    while sent.len() < 4 {
        select! {
            result = tx.send_from(&mut next), if next.is_some() => {
                result.unwrap();
                sent.push(next);
                next = Some(sent.len() + 1);
            }
            got = rx.recv(), if sent.len() > 4 => next = got.ok(),
        }
    }
    assert_eq!(sent, [None; 4], "what was sent is gone from its slot");
    assert_eq!(rx.len(), 4);
}

#[test]
fn temporaries_of_an_operation_last_as_long_as_its_evaluation() {
    use std::sync::Mutex;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let lock = Mutex::new(chan::bounded::<u32>(1));
        lock.lock().unwrap().0.try_send(1).unwrap();
        // One lock, three times: a guard that lived on would stop the next.
        let v = select! {
            v = lock.lock().unwrap().1.clone().into_stream_next() => v,
            v = ready(lock.lock().unwrap().1.len()), if lock.lock().unwrap().0.is_full() => v as u32,
            else => lock.lock().unwrap().0.len() as u32,
        };
        assert_eq!(v, 1);
    });
}

trait Next {
    fn into_stream_next(self) -> impl Future<Output = u32>;
}

impl Next for chan::Receiver<u32> {
    async fn into_stream_next(self) -> u32 {
        self.recv().await.unwrap()
    }
}

#[tokio::test]
async fn temporaries_of_a_handler_may_borrow_what_the_pattern_bound() {
    use std::sync::{Arc, Mutex};
    let make = || ready(Arc::new(Mutex::new(vec![1, 2])));
    assert_eq!(select! { v = make() => v.lock().unwrap().len() }, 2);
    assert_eq!(select! { v = make() => v.lock().unwrap().len(), default => 3 }, 2);
    assert_eq!(select! { v = make() => v.lock().unwrap().len(), else => 3 }, 2);
    assert_eq!(
        select! { v = make(), if true => v.lock().unwrap().len(), default => 3, else => 4 },
        2
    );
}
