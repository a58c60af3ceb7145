//! Commas, blocks, order and places: the same select in all its spellings.

use std::future::{pending, ready};

use taut::select;

#[tokio::test]
async fn handlers_are_expressions_or_blocks_with_and_without_commas() {
    assert_eq!(select! { v = ready(1) => v }, 1);
    assert_eq!(select! { v = ready(1) => v, }, 1);
    assert_eq!(select! { v = ready(1) => { v } }, 1);
    assert_eq!(select! { v = ready(1) => { v }, }, 1);
    let never = pending::<i32>;
    assert_eq!(select! { v = ready(1) => { v } v = never() => v }, 1);
    assert_eq!(select! { v = never() => v, v = ready(1) => { v } }, 1);
    assert_eq!(select! { v = never() => { v }, v = ready(1) => v, }, 1);
    assert_eq!(select! { v = ready(1) => if v == 1 { 2 } else { 3 }, _ = never() => 4 }, 2);
    assert_eq!(select! { v = ready(1) => match v { 1 => 5, _ => 6 }, _ = never() => 4 }, 5);
    assert_eq!(select! { v = ready(1) => call(|| v + 1), _ = never() => 4 }, 2);
    assert_eq!(select![v = ready(1) => v], 1);
    assert_eq!(select!(v = ready(1) => v,), 1);
}

fn call<T>(f: impl FnOnce() -> T) -> T {
    f()
}

#[tokio::test]
async fn guards_stand_between_operation_and_arrow() {
    let on = true;
    assert_eq!(select! { v = ready(1), if on => v }, 1);
    assert_eq!(select! { v = ready(1), if on => { v } v = ready(2), if !on => v, }, 1);
    assert_eq!(select! { v = ready(1), if { !on } => v, v = ready(2), if { on } => v }, 2);
    assert_eq!(select! { v = ready(1), if on as u8 + 1 == 2 => v, _ = ready(2), if false => 3 }, 1);
}

#[tokio::test]
async fn default_and_else_stand_anywhere() {
    let never = pending::<Option<i32>>;
    assert_eq!(select! { default => 1 }, 1);
    assert_eq!(select! { default => { 1 } }, 1);
    assert_eq!(select! { else => 1 }, 1);
    assert_eq!(select! { else => { 1 }, }, 1);
    assert_eq!(
        select! { biased; else => 1, default => 2 },
        1,
        "there are no arms: all are disabled"
    );
    assert_eq!(select! { biased; default => 1, _ = never() => 2 }, 1);
    assert_eq!(select! { default => { 1 } _ = never() => 2 }, 1);
    assert_eq!(select! { default => { 1 }, _ = never() => 2 }, 1);
    assert_eq!(select! { _ = never() => 2, default => 1, _ = never() => 3 }, 1);
    assert_eq!(select! { _ = never() => { 2 } default => 1 }, 1);
    assert_eq!(select! { else => 1, Some(v) = ready(None) => v }, 1);
    assert_eq!(select! { else => { 1 } Some(v) = ready(None) => v }, 1);
    assert_eq!(
        select! { Some(v) = ready(None) => v, else => { 1 }, Some(v) = ready(None) => v },
        1
    );
    assert_eq!(select! { else => 1, Some(v) = ready(None) => v, default => 2 }, 1);
    assert_eq!(select! { default => 2, Some(v) = never() => v, else => 1 }, 2);
    assert_eq!(select! { default => { 2 } else => { 1 } Some(v) = ready(Some(3)) => { v } }, 3);
}

#[tokio::test]
async fn biased_comes_first_and_is_a_name_elsewhere() {
    assert_eq!(select! { biased; v = ready(1) => v, v = ready(2) => v }, 1);
    assert_eq!(select! { biased = ready(1) => biased }, 1);
    let biased = 3;
    assert_eq!(select! { biased; v = ready(biased) => v }, 3);
}

#[tokio::test]
async fn the_macro_stands_where_an_expression_may() {
    let mut sum = 0;
    select! { v = ready(1) => sum += v };
    select! { v = ready(1) => sum += v }
    select! { v = ready(1) => { sum += v; } }
    let v = select! { v = ready(1) => v };
    sum += v + select! { v = ready(1) => v } * 2;
    sum += i32::pow(select! { v = ready(2) => v }, select! { v = ready(3) => v });
    let pair = (select! { v = ready(1) => v }, [select! { v = ready(1) => v }]);
    sum += pair.0 + pair.1[0];
    if select! { v = ready(true) => v } {
        sum += 1;
    }
    sum += match select! { v = ready(Some(1)) => v } {
        Some(v) => v,
        None => sum,
    };
    sum += select! { v = ready(vec![1, 2]) => v }.len() as i32;
    let closure = async |v: i32| select! { v = ready(v) => v };
    sum += closure(1).await;
    assert_eq!(sum, 21);
    assert_eq!(tail().await, "tail");
}

async fn tail() -> &'static str {
    select! {
        text = ready("tail") => text,
        _ = pending::<()>() => "never",
    }
}

#[tokio::test]
async fn selects_nest_in_handlers_operations_and_guards() {
    let v = select! {
        v = ready(1) => select! {
            w = ready(v + 1) => select! { x = ready(w + 1) => v + w + x },
            _ = pending::<()>() => 0,
        },
        _ = pending::<()>() => 0,
    };
    assert_eq!(v, 6);
    let v = select! {
        v = async { select! { v = ready(1) => v, _ = pending::<()>() => 2 } } => v,
        v = ready(select! { v = ready(3) => v }), if select! { v = ready(false) => v } => v,
    };
    assert_eq!(v, 1);
    let v = select! {
        Some(v) = ready(None) => v,
        else => select! { default => select! { else => select! { v = ready(4) => v } } },
    };
    assert_eq!(v, 4);
}

#[tokio::test]
async fn values_are_of_any_type() {
    let text: String = select! { v = ready("a") => v.to_owned(), v = ready("a") => format!("{v}") };
    assert_eq!(text, "a");
    let local = String::from("b");
    let text: &str = select! { v = ready(&local) => v, else => "c" };
    assert_eq!(text, "b");
    let unit: () = select! { _ = ready(1) => (), default => {} };
    assert_eq!(unit, ());
    let function: fn(i32) -> i32 = select! { _ = ready(1) => |v| v + 1, default => |v| v + 2 };
    assert_eq!(function(1), 2);
    let boxed: Box<dyn Fn() -> i32> = select! { v = ready(1) => Box::new(move || v) };
    assert_eq!(boxed(), 1);
    let none = select! { _ = ready(1) => None, _ = pending::<()>() => Some(1) };
    assert_eq!(none, None::<i32>);
}
