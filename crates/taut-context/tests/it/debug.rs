//! `Debug` shows how a context was derived: CX-50.

use std::time::Duration;

use taut::context::Context;
use tokio_util::sync::CancellationToken;

use crate::support::Why;

#[derive(Debug)]
struct RequestId(#[allow(dead_code, reason = "to be printed")] u32);

/// Each of `parts` stands in the text, in this order.
#[track_caller]
fn assert_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("{part:?} is missing, or not in its place: {text}")
        };
        rest = after;
    }
}

#[test]
fn cx_50_the_chain_is_shown() {
    let (ctx, _cancel) = Context::background().with_cancel();
    let (ctx, _timeout) = ctx.with_value(RequestId(7)).with_timeout(Duration::from_secs(9));
    let text = format!("{ctx:?}");
    assert_in_order(&text, &["background", "with_cancel", "with_value", "RequestId", "with_"]);
    assert_in_order(&format!("{:?}", ctx.without_cancel()), &["with_cancel", "without_cancel"]);
    assert_in_order(&format!("{:?}", Context::merge(&[ctx.clone(), ctx])), &["merge"]);
    assert!(format!("{:?}", Context::background()).contains("background"));
    assert!(!format!("{:?}", Context::from(CancellationToken::new())).is_empty());
}

#[test]
fn cx_50_it_can_be_printed_when_it_has_ended() {
    let (ctx, cancel) = Context::background().with_cancel();
    assert!(format!("{cancel:?}").contains("Cancel"));
    assert!(cancel.cancel_with(Why(3)));
    assert_in_order(&format!("{ctx:?}"), &["with_cancel"]);
}

#[test]
fn everything_can_be_printed() {
    let (ctx, _cancel) = Context::background().with_cancel();
    assert!(format!("{:?}", ctx.done()).starts_with("Done"));
    assert!(format!("{:?}", ctx.run(std::future::ready(1))).starts_with("Run"));
    assert!(format!("{:?}", ctx.sleep(Duration::ZERO)).starts_with("Sleep"));
    assert!(format!("{:?}", ctx.after_func(|| ())).starts_with("AfterFunc"));
    assert_eq!(format!("{:?}", taut::context::ContextError::Cancelled), "Cancelled");
}
