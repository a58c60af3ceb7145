//! Patterns: irrefutable ones alone, refutable ones beside `else`.

use std::future::ready;
use std::task::Poll;

use taut::{chan, select};

#[derive(Debug, PartialEq)]
struct Point {
    x: i32,
    y: i32,
}

#[derive(Debug, PartialEq)]
enum Shape {
    Empty,
    Line(String, String),
    Box { corner: Point, name: Option<String> },
}

enum Only {
    One(String),
}

const ZERO: i32 = 0;

#[tokio::test]
async fn irrefutable_patterns_need_no_else() {
    assert_eq!(select! { _ = ready(1) => 2 }, 2);
    assert_eq!(select! { () = ready(()) => 2 }, 2);
    assert_eq!(select! { (a, b) = ready((1, 2)) => a + b }, 3);
    assert_eq!(select! { (a, .., b) = ready((1, 7, 7, 2)) => a + b }, 3);
    assert_eq!(select! { [a, rest @ ..] = ready([1, 2, 3]) => a + rest[1] }, 4);
    assert_eq!(select! { Point { x, y } = ready(Point { x: 1, y: 2 }) => x + y }, 3);
    assert_eq!(select! { Point { x: a, .. } = ready(Point { x: 1, y: 2 }) => a }, 1);
    assert_eq!(select! { p @ Point { x, .. } = ready(Point { x: 1, y: 2 }) => p.y + x }, 3);
    assert_eq!(select! { &v = ready(&1) => v }, 1);
    assert_eq!(select! { Only::One(text) = ready(Only::One("a".into())) => text }, "a");
    assert_eq!(select! { Ok::<i32, std::convert::Infallible>(v) = ready(Ok(1)) => v }, 1);
    assert_eq!(select! { Ok(v) | Err(v) = ready(Err::<i32, i32>(1)) => v }, 1);
}

#[tokio::test]
async fn bindings_are_by_value_by_reference_and_mutable() {
    let text = select! { mut text = ready(String::from("a")) => { text.push('b'); text } };
    assert_eq!(text, "ab");
    let length = select! { ref text = ready(String::from("a")) => text.len() };
    assert_eq!(length, 1);
    let length =
        select! { ref mut text = ready(String::from("a")) => { text.push('b'); text.len() } };
    assert_eq!(length, 2);
    let text = select! {
        Some(mut text) = ready(Some(String::from("a"))) => { text.push('b'); text }
        else => String::new(),
    };
    assert_eq!(text, "ab");
    let length = select! {
        Some(ref mut text) = ready(Some(String::from("a"))) => { text.push('b'); text.len() }
        else => 0,
    };
    assert_eq!(length, 2);
    let length = select! {
        (ref text, Some(more)) = ready((String::from("a"), Some(String::from("b")))) => {
            text.len() + more.len()
        }
        else => 0,
    };
    assert_eq!(length, 2);
}

/// What each arm of one select says of a shape.
async fn describe(shape: Shape) -> String {
    select! {
        biased;
        Shape::Line(from, to) = ready(shape) => from + &to,
        else => "no line".into(),
    }
}

#[tokio::test]
async fn what_is_bound_by_move_was_not_moved_by_the_trial() {
    assert_eq!(describe(Shape::Line("a".into(), "b".into())).await, "ab");
    assert_eq!(describe(Shape::Empty).await, "no line");
    let make = || Shape::Box { corner: Point { x: 1, y: 2 }, name: Some("n".into()) };
    let got = select! {
        Shape::Box { corner: Point { x: 1, y }, name: Some(name) } = ready(make()) => (y, name),
        else => (0, String::new()),
    };
    assert_eq!(got, (2, "n".to_owned()));
    let got = select! {
        whole @ Shape::Box { name: Some(_), .. } = ready(make()) => whole,
        else => Shape::Empty,
    };
    assert_eq!(got, make());
    let got = select! {
        Shape::Box { corner, name: None } = ready(make()) => corner.x,
        else => -1,
    };
    assert_eq!(got, -1);
}

#[tokio::test]
async fn every_refutable_pattern_is_tried() {
    macro_rules! is {
        ($pattern:pat, $value:expr) => {
            select! { $pattern = ready($value) => true, else => false }
        };
    }
    assert!(is!(_x @ Some(_), Some(1)));
    assert!(!is!(Some(_), None::<i32>));
    assert!(
        is!(Some(1) | None, Some(1)) && is!(Some(1) | None, None) && !is!(Some(1) | None, Some(2))
    );
    assert!(is!(1, 1) && !is!(1, 2) && is!(-1, -1));
    assert!(is!(1..=3, 3) && !is!(1..3, 3) && is!((..=3), 0) && is!(3.., 3));
    assert!(is!(ZERO, 0) && !is!(ZERO, 1) && is!(i32::MAX, i32::MAX));
    assert!(is!("a", "a") && !is!("a", "b") && is!('a'..='z', 'm') && is!(b'a', b'a'));
    assert!(is!([_, .., 3], [1, 2, 3]) && is!([_first, ..], *b"abc"));
    assert!(
        is!(Some(Ok(_)), Some(Ok::<i32, i32>(1))) && !is!(Some(Ok(_)), Some(Err::<i32, i32>(1)))
    );
    assert!(is!((Some(_), true), (Some("a".to_owned()), true)));
    assert!(!is!((Some(_), true), (Some("a".to_owned()), false)));
    assert!(is!(Shape::Empty, Shape::Empty) && is!(&Some(1), &Some(1)));
    assert!(is!(Point { x: 1 | 2, y: _n @ 3.. }, Point { x: 2, y: 3 }));
    assert!(is!(Some(ZERO | 1), Some(1)));
}

#[tokio::test]
async fn an_irrefutable_pattern_beside_else_is_no_mistake() {
    let v = select! { v = ready(1), if false => v, else => 2 };
    assert_eq!(v, 2);
    let v = select! { _ = ready(1) => 1, else => 2 };
    assert_eq!(v, 1);
    let v = select! { (a, b) = ready((1, 2)) => a + b, else => 2, default => 4 };
    assert_eq!(v, 3);
}

#[tokio::test]
async fn a_miss_disables_its_arm_and_drops_the_value() {
    use std::sync::Arc;
    let value = Arc::new(());
    let (tx, rx) = chan::bounded(1);
    let weak = Arc::downgrade(&value);
    let mut race = Box::pin(async {
        select! {
            Err(_) = async { Ok::<_, ()>(value) } => 1,
            v = rx.recv() => v.unwrap(),
            else => 3,
        }
    });
    let first = std::future::poll_fn(|cx| Poll::Ready(race.as_mut().poll(cx))).await;
    assert!(first.is_pending(), "the other arm is still there");
    assert!(weak.upgrade().is_none(), "dropped at once, not with the select");
    tx.try_send(2).unwrap();
    assert_eq!(race.await, 2);
}

#[tokio::test]
async fn patterns_of_one_select_bind_different_types() {
    let got = select! {
        biased;
        (n, Some(_)) = ready((1, None::<()>)) => format!("{n}"),
        Ok(text) = ready(Ok::<_, ()>("two")) => text.to_owned(),
        [b'a', rest @ ..] = ready(*b"abc") => format!("{rest:?}"),
        else => String::new(),
    };
    assert_eq!(got, "two");
}
