//! `OnceValue`, what the cells print, and which traits they have.

use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;
use std::future::{Future, Ready, pending, ready};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use taut::select::Case;
use taut::sync::future::{Completed, Initialized};
use taut::sync::{Once, OnceCell, OnceValue, SetError};

use crate::not_impl::assert_not_impl;
use crate::once::Gate;
use crate::support::hooks::panics;
use crate::support::{Census, now, parked, task};

#[test]
fn on_06_the_function_runs_once_and_all_have_its_value() {
    let (times, gate) = (AtomicUsize::new(0), Gate::default());
    let value = OnceValue::new(|| {
        times.fetch_add(1, Ordering::SeqCst);
        gate.clone().then(7)
    });
    assert_eq!(value.try_get(), None);
    let (mut one, mut other) = (parked(value.get()), parked(value.get()));
    gate.open();
    assert_eq!((one.ready(), other.wakes(), other.ready()), (&7, 1, &7));
    assert_eq!((now(value.get()), value.try_get()), (&7, Some(&7)));
    assert_eq!(times.load(Ordering::SeqCst), 1);
}

#[test]
fn on_06_an_error_is_kept_like_any_value() {
    let times = AtomicUsize::new(0);
    let value = OnceValue::new(|| {
        times.fetch_add(1, Ordering::SeqCst);
        ready("many".parse::<u32>())
    });
    assert!(now(value.get()).is_err() && now(value.get()).is_err());
    assert_eq!(times.load(Ordering::SeqCst), 1);
}

#[test]
fn on_07_on_10_a_function_that_panics_is_called_again_for_the_next() {
    // Goal: Go's panics again for everybody.
    let times = AtomicUsize::new(0);
    let value = OnceValue::new(async || match times.fetch_add(1, Ordering::SeqCst) {
        0 => panic!("the first time"),
        time => time,
    });
    panics("the first time", || _ = now(value.get()));
    assert_eq!(now(value.get()), &1);

    let times = AtomicUsize::new(0);
    let value = OnceValue::new(|| match times.fetch_add(1, Ordering::SeqCst) {
        0 => panic!("before there is a future"),
        time => ready(time),
    });
    panics("before there is a future", || _ = now(value.get()));
    assert_eq!(now(value.get()), &1);
}

#[test]
fn on_11_the_function_begins_anew_when_its_caller_goes() {
    let times = AtomicUsize::new(0);
    let value = OnceValue::new(async || match times.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => pending().await,
        time => time,
    });
    let first = parked(value.get());
    let (mut second, mut third) = (parked(value.get()), parked(value.get()));
    drop(first);
    assert_eq!((second.wakes(), third.wakes()), (1, 0));
    second.pending();
    drop(second);
    assert_eq!((third.wakes(), third.ready()), (1, &2));
}

#[test]
fn on_08_the_function_and_what_it_holds_go_when_there_is_a_value() {
    let census = Census::default();
    let (captured, held) = (census.value(7), census.clone());
    let value = OnceValue::new(move || {
        let (captured, held) = (&captured, held.value(7));
        let id = captured.id;
        async move {
            let held = held;
            held.id.min(id)
        }
    });
    assert_eq!(census.alive(), 1);
    let mut first = task(value.get());
    assert_eq!(first.ready(), &7);
    assert_eq!(census.alive(), 0);
}

#[test]
fn on_08_the_function_stays_while_there_is_none() {
    let census = Census::default();
    let captured = census.value(7);
    let value = OnceValue::new(move || {
        let _used = &captured;
        pending::<u32>()
    });
    drop(parked(value.get()));
    assert_eq!(census.alive(), 1);
    drop(value);
    assert_eq!(census.alive(), 0);
}

#[test]
fn on_05_a_function_that_asks_for_its_own_value_panics() {
    static VALUE: OnceValue<u32, fn() -> Ready<u32>> = OnceValue::new(|| ready(*now(VALUE.get())));
    panics("would wait for itself", || _ = now(VALUE.get()));
}

#[test]
fn they_print_their_state() {
    let (cell, once) = (OnceCell::<u32>::new(), Once::new());
    let value = OnceValue::new(|| ready(7));
    assert_eq!(format!("{cell:?} {once:?}"), "OnceCell(<empty>) Once(<not begun>)");
    assert_eq!(format!("{value:?}"), "OnceValue(<empty>)");
    let first = Box::pin(cell.get_or_init(pending));
    assert_eq!(format!("{first:?}"), "GetOrInit(Start)");
    let first = parked(first);
    let second = parked(once.call(pending));
    assert_eq!(format!("{cell:?} {once:?}"), "OnceCell(<initializing>) Once(<running>)");
    drop((first, second));
    assert_eq!(format!("{cell:?} {once:?}"), "OnceCell(<empty>) Once(<not begun>)");
    cell.set(7).unwrap();
    now(once.call(|| ready(())));
    now(value.get());
    assert_eq!(
        format!("{cell:?} {once:?} {value:?}"),
        "OnceCell(7) Once(<completed>) OnceValue(7)"
    );
    assert_eq!(format!("{:?}", value.get()), "GetValue(Start)");
    assert_eq!(format!("{:?}", cell.set(8)), "Err(Initialized(..))");
    let texts = [SetError::Initialized(1), SetError::Initializing(1)].map(|e| e.to_string());
    assert_eq!(
        texts,
        ["setting a cell that has a value", "setting a cell that is being initialised"]
    );
}

#[test]
fn cells_are_equal_if_what_is_in_them_is() {
    let (empty, seven) = (OnceCell::new(), OnceCell::with_value(7));
    assert_eq!((&empty, &seven), (&OnceCell::new(), &OnceCell::with_value(7)));
    assert_ne!(empty, seven);
    assert_ne!(seven, empty);
    assert_ne!(seven, OnceCell::with_value(8));
    let first = parked(empty.get_or_init(pending));
    assert_eq!(empty, OnceCell::new(), "it is being made, and is not there");
    drop(first);
}

type Init<T> = fn() -> Ready<T>;

const fn is_shared<T: Send + Sync>() {}
const fn is_unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
const fn is_future<T: Send + Sync + Debug + Future + Case>() {}
const fn is_plain_error<T: Error + Copy + Eq + Send + Sync + 'static>() {}

#[test]
fn g_08_cells_are_shared_like_what_is_in_them() {
    is_shared::<OnceCell<u32>>();
    is_shared::<Once>();
    is_shared::<OnceValue<u32, Init<u32>>>();
    is_unwind_safe::<OnceCell<u32>>();
    is_unwind_safe::<Once>();
    is_plain_error::<SetError<u32>>();
    is_future::<Initialized<'_, u32>>();
    is_future::<Completed<'_>>();
    assert_not_impl!(OnceCell<Rc<u32>>: Send);
    assert_not_impl!(OnceCell<Cell<u32>>: Sync);
    assert_not_impl!(OnceCell<std::sync::MutexGuard<'static, u32>>: Sync);
    assert_not_impl!(OnceValue<u32, Rc<u32>>: Send);
    assert_not_impl!(OnceValue<u32, Rc<u32>>: Sync);
    assert_not_impl!(Initialized<'static, Cell<u32>>: Send);
    assert_not_impl!(OnceCell<Mutex<u32>>: Clone);
}

#[test]
fn a_cell_may_hold_what_does_not_live_long() {
    let text = String::from("a");
    let cell = OnceCell::new();
    assert_eq!(now(cell.get_or_init(|| ready(text.as_str()))), &"a");
}
