//! `OnceCell`, `Once`: one initialiser at a time, and who takes over when it comes to nothing.

use std::future::{Future, pending, poll_fn, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use taut::sync::{OnceCell, SetError};

use crate::support::hooks::{Event, OnDrop, hooked, panics};
use crate::support::{Census, MANY, Task, now, parked, task};

/// Something that is opened by hand; who waits for it is polled by hand.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<AtomicBool>);

impl Gate {
    pub(crate) fn open(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(crate) fn passed(&self) -> impl Future<Output = ()> + Send + 'static {
        let gate = self.clone();
        poll_fn(
            move |_| if gate.0.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending },
        )
    }

    /// Passes, then gives the value.
    pub(crate) async fn then<T>(self, value: T) -> T {
        self.passed().await;
        value
    }
}

/// An initialiser that must not run.
pub(crate) async fn never<T>() -> T {
    unreachable!("there is somebody else's")
}

/// A caller that runs its initialiser until the gate is opened.
#[track_caller]
pub(crate) fn running(
    cell: &OnceCell<u32>,
    gate: Gate,
    value: u32,
) -> Task<impl Future<Output = &u32>> {
    parked(cell.get_or_init(move || gate.then(value)))
}

#[test]
fn on_01_only_the_first_runs_and_the_others_wait() {
    let (cell, gate) = (OnceCell::new(), Gate::default());
    let mut first = running(&cell, gate.clone(), 7);
    let mut others: Vec<_> = (0..MANY).map(|_| parked(cell.get_or_init(never))).collect();
    let mut watcher = parked(cell.wait());
    assert_eq!(cell.get(), None);
    gate.open();
    assert_eq!(first.ready(), &7);
    for other in &mut others {
        assert_eq!((other.wakes(), other.ready()), (1, &7));
    }
    assert_eq!((watcher.wakes(), watcher.ready()), (1, &7));
}

#[test]
fn on_02_what_others_bring_is_dropped_uncalled() {
    let (cell, census) = (OnceCell::new(), Census::default());
    assert_eq!(now(cell.get_or_init(|| ready(7))), &7);
    let captured = census.value(1);
    let late = async || unreachable!("{captured:?}");
    assert_eq!(now(cell.get_or_init(late)), &7);
    drop(captured);
    let captured = census.value(2);
    let mut kept = task(cell.get_or_init(move || async move { unreachable!("{captured:?}") }));
    assert_eq!(kept.ready(), &7);
    assert_eq!(census.alive(), 0, "though the future is there");
}

#[test]
fn on_02_who_waits_drops_its_own_when_the_value_is_there() {
    let (cell, gate, census) = (OnceCell::new(), Gate::default(), Census::default());
    let mut first = running(&cell, gate.clone(), 7);
    let captured = census.value(1);
    let mut other = parked(cell.get_or_init(move || async move { unreachable!("{captured:?}") }));
    gate.open();
    first.ready();
    assert_eq!(other.ready(), &7);
    assert_eq!(census.alive(), 0);
}

#[test]
fn nothing_runs_before_the_first_poll() {
    let cell = OnceCell::<u32>::new();
    drop(cell.get_or_init(never));
    drop(cell.wait());
    assert_eq!(cell.set(7), Ok(()));
}

#[test]
fn on_03_a_panic_leaves_the_cell_empty_and_the_next_runs_its_own() {
    // Goal: Go's counts as done.
    let (cell, gate) = (OnceCell::new(), Gate::default());
    let opened = gate.clone();
    let mut first = parked(cell.get_or_init(move || async move {
        opened.passed().await;
        panic!("no idea")
    }));
    let mut second = parked(cell.get_or_init(|| ready(2)));
    let mut third = parked(cell.get_or_init(|| ready(3)));
    gate.open();
    panics("no idea", || _ = first.poll());
    assert_eq!((second.wakes(), third.wakes()), (1, 0), "one takes over, at once");
    assert_eq!(second.ready(), &2);
    assert_eq!((third.wakes(), third.ready()), (1, &2));
    panics("polled after completion", || _ = first.poll());
    drop(first);
    assert_eq!(cell.get(), Some(&2));
}

#[test]
fn on_03_a_panic_before_there_is_a_future() {
    let cell = OnceCell::<u32>::new();
    let mut first = task(cell.get_or_init(|| -> std::future::Ready<u32> { panic!("no future") }));
    panics("no future", || _ = first.poll());
    assert_eq!(now(cell.get_or_init(|| ready(2))), &2);
}

#[test]
fn on_03_an_error_goes_to_its_own_caller_and_the_next_tries() {
    let (cell, gate) = (OnceCell::<u32>::new(), Gate::default());
    let opened = gate.clone();
    let mut first = parked(cell.get_or_try_init(move || opened.then(Err("first"))));
    let mut second = parked(cell.get_or_try_init(|| ready(Err("second"))));
    let mut third = parked(cell.get_or_try_init(|| ready(Ok::<_, &str>(3))));
    let mut fourth = parked(cell.get_or_init(never));
    gate.open();
    assert_eq!(first.ready(), Err("first"));
    assert_eq!((second.wakes(), third.wakes(), fourth.wakes()), (1, 0, 0));
    assert_eq!(second.ready(), Err("second"));
    assert_eq!((third.wakes(), fourth.wakes()), (1, 0));
    assert_eq!(third.ready(), Ok(&3));
    assert_eq!((fourth.wakes(), fourth.ready()), (1, &3));
}

#[test]
fn on_04_on_11_a_dropped_initialiser_is_not_done_and_the_next_takes_over() {
    let (cell, census) = (OnceCell::new(), Census::default());
    let captured = census.value(1);
    let first = parked(cell.get_or_init(async || {
        let _held = captured;
        pending().await
    }));
    let mut watcher = parked(cell.wait());
    let mut second = parked(cell.get_or_init(|| ready(2)));
    let mut third = parked(cell.get_or_init(|| ready(3)));
    drop(first);
    assert_eq!(census.alive(), 0);
    assert_eq!((watcher.wakes(), second.wakes(), third.wakes()), (0, 1, 0));
    assert_eq!(second.ready(), &2);
    assert_eq!((watcher.ready(), third.ready()), (&2, &2));
}

#[test]
fn on_11_who_was_told_and_goes_tells_the_next() {
    let cell = OnceCell::new();
    let first = parked(cell.get_or_init(pending));
    let second = parked(cell.get_or_init(|| ready(2)));
    let third = parked(cell.get_or_init(|| ready(3)));
    let mut fourth = parked(cell.get_or_init(|| ready(4)));
    drop(first);
    assert_eq!(second.wakes(), 1);
    drop(second);
    assert_eq!((third.wakes(), fourth.wakes()), (1, 0));
    drop(third);
    assert_eq!((fourth.wakes(), fourth.ready()), (1, &4));
}

#[test]
fn on_11_who_was_told_too_late_waits_again() {
    let (cell, gate) = (OnceCell::new(), Gate::default());
    let first = parked(cell.get_or_init(pending));
    let mut told = parked(cell.get_or_init(|| ready(2)));
    let mut last = parked(cell.get_or_init(|| ready(3)));
    drop(first);
    let newcomer = running(&cell, gate, 9);
    told.pending();
    drop(newcomer);
    assert_eq!((told.wakes(), last.wakes()), (1, 1), "it went to the end");
    assert_eq!(last.ready(), &3);
    assert_eq!((told.wakes(), told.ready()), (2, &3));
}

#[test]
fn on_11_who_was_told_and_goes_while_another_runs_leaves_that_alone() {
    let (cell, gate) = (OnceCell::new(), Gate::default());
    let first = parked(cell.get_or_init(pending));
    let told = parked(cell.get_or_init(never));
    let mut last = parked(cell.get_or_init(never));
    drop(first);
    let mut newcomer = running(&cell, gate.clone(), 9);
    drop(told);
    assert_eq!(last.wakes(), 0);
    gate.open();
    assert_eq!(newcomer.ready(), &9);
    assert_eq!((last.wakes(), last.ready()), (1, &9));
}

#[test]
fn on_05_an_initialiser_that_asks_its_own_cell_panics() {
    const TEXT: &str = "an initialiser asks the cell that it is to initialise";
    let cell = OnceCell::<u32>::new();
    let nested = || async { *cell.get_or_init(|| ready(1)).await };
    panics(TEXT, || _ = task(cell.get_or_init(nested)).poll());
    let deep = || async { *Box::pin(async { cell.wait().await }).await };
    panics(TEXT, || _ = task(cell.get_or_init(deep)).poll());
    let called = || ready(*now(cell.get_or_init(never)));
    panics(TEXT, || _ = task(cell.get_or_init(called)).poll());
    assert_eq!(now(cell.get_or_init(|| ready(7))), &7, "it is as it was");
}

#[test]
fn on_05_it_may_ask_for_others_and_set_itself_in_vain() {
    let (cell, other) = (OnceCell::new(), OnceCell::new());
    let init = || async {
        assert_eq!(cell.get(), None);
        assert_eq!(cell.set(1), Err(SetError::Initializing(1)));
        *other.get_or_init(|| ready(6)).await + 1
    };
    assert_eq!(now(cell.get_or_init(init)), &7);
}

#[test]
fn on_05_what_is_polled_beside_an_initialiser_waits() {
    // Goal: it is the nesting of polls that counts, not the task.
    let (cell, gate) = (OnceCell::new(), Gate::default());
    let mut both = task(async {
        let first = async { *cell.get_or_init(|| gate.clone().then(7)).await };
        let other = async { *cell.get_or_init(never).await };
        tokio::join!(first, other)
    });
    both.pending();
    gate.open();
    // It may look at the other first.
    let seen = (0..2).find_map(|_| match both.poll() {
        Poll::Ready(values) => Some(values),
        Poll::Pending => None,
    });
    assert_eq!(seen, Some((7, 7)));
}

#[test]
fn on_08_what_the_initialiser_holds_is_dropped_before_anybody_has_the_value() {
    let (cell, gate, census) = (OnceCell::new(), Gate::default(), Census::default());
    let (opened, captured, held) = (gate.clone(), census.value(1), census.value(2));
    let mut first = parked(cell.get_or_init(move || async move {
        let (_captured, held) = (captured, held);
        opened.then(held.id).await
    }));
    let watch = census.clone();
    let waker = hooked(move |event| assert!(event != Event::Wake || watch.alive() == 0));
    let mut other = task(cell.get_or_init(never));
    assert!(other.poll_with(&waker).is_pending());
    gate.open();
    assert_eq!(first.ready(), &2);
    assert_eq!(census.alive(), 0, "though the future is there");
    assert_eq!(other.ready(), &2);
}

#[test]
fn on_08_a_value_is_kept_though_its_initialiser_panics_as_it_is_dropped() {
    let (cell, gate) = (OnceCell::new(), Gate::default());
    let opened = gate.clone();
    let mut bad = pin!(cell.get_or_init(|| {
        let bomb = OnDrop(|| panic!("its drop"));
        poll_fn(move |_| {
            let _held = &bomb;
            if opened.0.load(Ordering::SeqCst) { Poll::Ready(7) } else { Poll::Pending }
        })
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(bad.as_mut().poll(&mut cx).is_pending());
    let mut other = parked(cell.get_or_init(never));
    gate.open();
    panics("its drop", || _ = bad.as_mut().poll(&mut cx));
    assert_eq!((other.wakes(), other.ready()), (1, &7));
}

#[test]
fn set_says_what_is_there() {
    let cell = OnceCell::new();
    let first = parked(cell.get_or_init(pending));
    let mut watcher = parked(cell.wait());
    let mut waiter = parked(cell.get_or_init(never));
    assert_eq!(cell.set(1), Err(SetError::Initializing(1)));
    drop(first);
    assert_eq!((waiter.wakes(), watcher.wakes()), (1, 0));
    assert_eq!(cell.set(2), Ok(()), "nobody has begun yet");
    assert_eq!(cell.set(3), Err(SetError::Initialized(3)));
    assert_eq!((watcher.wakes(), watcher.ready()), (1, &2));
    assert_eq!(waiter.ready(), &2);
}

#[test]
fn set_tells_everybody() {
    let cell = OnceCell::new();
    let mut waits: Vec<_> = (0..MANY).map(|_| parked(cell.wait())).collect();
    cell.set(7).unwrap();
    for wait in &mut waits {
        assert_eq!((wait.wakes(), wait.ready()), (1, &7));
    }
}

#[test]
fn a_cell_can_be_emptied_by_its_owner() {
    let mut cell = OnceCell::from(1);
    *cell.get_mut().unwrap() += 1;
    assert_eq!((cell.clone().into_inner(), cell.take(), cell.take()), (Some(2), Some(2), None));
    assert!(!cell.is_initialized() && cell.clone().get().is_none());
    assert_eq!(now(cell.get_or_init(|| ready(3))), &3);
    assert_eq!(cell.take(), Some(3));
    assert_eq!(cell.set(4), Ok(()));
}
