//! Spans of tasks: named after where they were spawned, and only around what the task does. A test binary of its own: in
//! it no thread meets a span without a subscriber, which would be remembered for all.

#![cfg(feature = "tracing")]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::fmt;
use std::future::ready;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

#[path = "../../taut-chan/tests/support/mod.rs"]
mod support;

type Tasks = taut::group::Group<u32, String>;

/// What was seen: spans by their number, entries and events.
#[derive(Clone, Default)]
struct Seen(Arc<Inside>);

#[derive(Default)]
struct Inside {
    next: AtomicU64,
    spans: Mutex<Vec<String>>,
    entered: Mutex<Vec<u64>>,
    /// Each event, with the span it was in.
    events: Mutex<Vec<Option<u64>>>,
    closed: AtomicU64,
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0 += &format!(" {}={value:?}", field.name());
    }
}

impl Subscriber for Seen {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        !metadata.target().starts_with("tokio") && !metadata.target().starts_with("runtime")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = Text(format!("{} {}", span.metadata().level(), span.metadata().name()));
        span.record(&mut text);
        self.0.spans.lock().unwrap().push(text.0);
        Id::from_u64(self.0.next.fetch_add(1, Ordering::SeqCst) + 1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        let inside = self.0.entered.lock().unwrap().last().copied();
        self.0.events.lock().unwrap().push(inside);
    }

    fn enter(&self, span: &Id) {
        self.0.entered.lock().unwrap().push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        assert_eq!(self.0.entered.lock().unwrap().pop(), Some(span.into_u64()));
    }

    fn try_close(&self, _: Id) -> bool {
        self.0.closed.fetch_add(1, Ordering::SeqCst);
        true
    }
}

impl Seen {
    /// The spans, by where the tasks of them were spawned: lines of this file.
    fn lines(&self) -> Vec<u32> {
        let spans = self.0.spans.lock().unwrap();
        let line = |text: &String| {
            let place = text.strip_prefix("TRACE task spawned_at=").expect(text);
            let (file, line) = place.split_once(".rs:").expect(text);
            assert!(file.ends_with("spans"), "{text}");
            line.split(':').next().unwrap().parse().unwrap()
        };
        spans.iter().map(line).collect()
    }
}

/// Runs it on a runtime of this thread, and gives what was seen.
fn seen(program: impl Future<Output = ()>) -> Seen {
    let seen = Seen::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    tracing::dispatcher::with_default(&Dispatch::new(seen.clone()), || runtime.block_on(program));
    seen
}

#[test]
fn go_02_a_task_runs_in_a_span_that_says_where_it_was_spawned() {
    let line = line!() + 2;
    let seen = seen(async {
        let task = taut::spawn(async {
            tracing::info!("first");
            tokio::task::yield_now().await;
            tracing::info!("second");
        });
        tracing::info!("outside");
        task.await.unwrap();
        tracing::info!("outside");
    });
    assert_eq!(seen.lines(), [line]);
    assert_eq!(*seen.0.events.lock().unwrap(), [None, Some(1), Some(1), None]);
    assert_eq!(seen.0.closed.load(Ordering::SeqCst), 1);
}

#[test]
fn each_way_to_start_a_task_of_a_group_says_where_the_user_called_it() {
    let line = line!() + 4;
    let seen = seen(async {
        let mut group = Tasks::new();
        let starts = group.spawner();
        group.spawn(ready(Ok(1))).await;
        group.try_spawn(ready(Ok(2))).unwrap();
        starts.spawn(ready(Ok(3))).await.unwrap();
        starts.try_spawn(ready(Ok(4))).unwrap();
        assert_eq!(group.wait().await, Ok(vec![1, 2, 3, 4]));
    });
    assert_eq!(seen.lines(), [line, line + 1, line + 2, line + 3]);
    assert_eq!(seen.0.closed.load(Ordering::SeqCst), 4);
}

#[test]
fn who_waits_for_a_place_is_named_after_the_call() {
    let line = line!() + 4;
    let seen = seen(async {
        let mut group = Tasks::new().limit(0);
        let starts = group.spawner();
        let mut waits = support::parked(starts.spawn(ready(Ok(1))));
        group.set_limit(None);
        assert!(waits.answer().unwrap().is_ok());
        drop(waits);
        group.wait().await.unwrap();
    });
    assert_eq!(seen.lines(), [line]);
}

#[test]
fn a_task_of_a_group_is_polled_in_its_span() {
    let seen = seen(async {
        let mut group = Tasks::new();
        group
            .spawn(async {
                tracing::info!("inside");
                Ok(1)
            })
            .await;
        group.wait().await.unwrap();
    });
    assert_eq!(*seen.0.events.lock().unwrap(), [Some(1)]);
}

#[test]
fn a_closure_that_blocks_runs_in_a_span_too() {
    let line = line!() + 2;
    let seen = seen(async {
        let task = taut::spawn_blocking(|| 7);
        assert_eq!(task.await.unwrap(), 7);
    });
    assert_eq!(seen.lines(), [line]);
}
