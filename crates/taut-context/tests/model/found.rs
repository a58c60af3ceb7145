//! What the model found, by hand and as small as it gets.

use std::time::Duration;

use taut_context::{Context, ContextError};
use tokio::time::{Instant, advance};

use crate::support::{Seen, Why, seen};

/// A child whose deadline has passed already, under a parent that ended later than that and before the
/// child was made; nobody had looked.
#[tokio::test(start_paused = true)]
async fn a_deadline_in_the_past_does_not_beat_a_parent_that_has_ended() {
    let (parent, _cancel) = Context::background().with_timeout(Duration::from_millis(6));
    advance(Duration::from_millis(6)).await;
    let past = Instant::now() - Duration::from_millis(1);
    let (child, _child_cancel) = parent.with_deadline_cause(past, Why(1));
    assert_eq!(seen(&child), Seen::Late(None));
}

/// Two deadlines have passed, and the later one is noticed first.
#[tokio::test(start_paused = true)]
async fn a_merged_context_ends_by_the_earliest_deadline() {
    let (late, _c1) = Context::background().with_timeout(Duration::from_millis(7));
    let (early, _c2) = Context::background().with_timeout_cause(Duration::from_millis(4), Why(1));
    let merged = Context::merge(&[late.clone(), early]);
    advance(Duration::from_millis(7)).await;
    assert_eq!(late.err(), Some(ContextError::DeadlineExceeded));
    assert_eq!(seen(&merged), Seen::Late(Some(1)));
}
