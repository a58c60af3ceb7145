//! `WaitGroup::track`: futures that are counted, and what becomes of their panics. And which type is
//! `Send`, `Sync`, `Unpin`.

use std::any::Any;
use std::cell::RefCell;
use std::fmt::Debug;
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind, panic_any};
use std::task::Poll;

use taut::select;
use taut::sync::{Token, WaitGroup};

use crate::not_impl::assert_not_impl;
use crate::support::{Census, now, parked, task};

/// What `f` panics with.
fn panic_of<R>(f: impl FnOnce() -> R) -> Box<dyn Any + Send> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("it did not panic"),
        Err(payload) => payload,
    }
}

/// The same, as text.
fn message_of<R>(f: impl FnOnce() -> R) -> String {
    let payload = panic_of(f);
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap()
}

const AGAIN: &str = "a future that is tracked by a `WaitGroup` panicked: ";

#[test]
fn wg_09_a_tracked_future_is_counted_from_the_call_to_its_end() {
    let wg = WaitGroup::new();
    let mut done = task(wg.track(ready(7)));
    assert_eq!(wg.count(), 1);
    assert_eq!((done.ready(), wg.count()), (7, 0));
    assert!(message_of(|| done.poll()).contains("polled after completion"));
    now(wg.wait());
}

#[test]
fn wg_09_the_token_comes_back_when_the_future_is_gone() {
    // Goal: who waits finds that the future has been dropped, and so what it owned.
    let (wg, census) = (WaitGroup::new(), Census::default());
    let owned = census.value(1);
    let (group, alive) = (wg.clone(), census.clone());
    struct Check<F: Fn()>(F);
    impl<F: Fn()> Drop for Check<F> {
        fn drop(&mut self) {
            self.0();
        }
    }
    let check = Check(move || assert_eq!((group.count(), alive.alive()), (1, 1)));
    let mut done = task(wg.track(async move {
        let _last_of_all = (check, owned);
    }));
    done.ready();
    assert_eq!((wg.count(), census.alive()), (0, 0));
}

#[test]
fn wg_10_wait_raises_a_panic_first_itself_then_its_message() {
    let wg = WaitGroup::new();
    let mut fails = task(wg.track(async { panic!("no {}", "disk") }));
    let mut waiters: Vec<_> = (0..3).map(|_| parked(wg.wait())).collect();
    // It goes on where it happened, with the same message.
    assert_eq!(message_of(|| fails.poll()), "no disk");
    assert_eq!(wg.count(), 0);
    assert_eq!(message_of(|| waiters[0].answer()), "no disk");
    for waits in &mut waiters[1..] {
        assert_eq!(message_of(|| waits.answer()), format!("{AGAIN}no disk"));
    }
    // For ever after, also of a later round.
    assert_eq!(message_of(|| now(wg.wait())), format!("{AGAIN}no disk"));
    drop(wg.token());
    assert_eq!(message_of(|| now(wg.wait_owned())), format!("{AGAIN}no disk"));
    assert_eq!(message_of(|| wg.blocking_wait()), format!("{AGAIN}no disk"));
    assert!(format!("{wg:?}").contains("is_panicked: true"));
}

#[test]
fn wg_10_a_panic_is_seen_by_the_wait_that_completes_later() {
    // Goal: also if tokens are out when it happens, and whether one waited by then or not.
    let wg = WaitGroup::new();
    let (token, mut early) = (wg.token(), task(wg.wait()));
    early.pending();
    let mut fails = task(wg.track(async { panic!("soon") }));
    message_of(|| fails.poll());
    let mut late = parked(wg.wait());
    early.pending();
    drop(token);
    assert_eq!(message_of(|| late.answer()), "soon");
    assert_eq!(message_of(|| early.answer()), format!("{AGAIN}soon"));
}

#[test]
fn wg_10_the_first_panic_is_kept_and_a_later_one_keeps_its_payload() {
    #[derive(Debug, PartialEq)]
    struct Code(u32);
    let wg = WaitGroup::new();
    let mut first = task(wg.track(async { panic_any(Code(1)) }));
    let mut second = task(wg.track(async { panic_any(Code(2)) }));
    let text = message_of(|| first.poll());
    assert_eq!(text, "a panic without a message");
    assert_eq!(*panic_of(|| second.poll()).downcast::<Code>().unwrap(), Code(2));
    assert_eq!(*panic_of(|| now(wg.wait())).downcast::<Code>().unwrap(), Code(1));
    assert_eq!(message_of(|| now(wg.wait())), format!("{AGAIN}{text}"));
}

/// Panics when it is dropped.
struct Bomb(&'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            panic!("{}", self.0);
        }
    }
}

#[test]
fn wg_10_a_destructor_that_panics_is_a_panic_of_the_future() {
    // Goal: when it completes, when it is dropped before, and after a panic, which is the one that counts.
    let wg = WaitGroup::new();
    let bomb = Bomb("at the end");
    let mut completes = task(wg.track(poll_fn(move |_| {
        let _mine = &bomb;
        Poll::Ready(())
    })));
    assert_eq!(message_of(|| completes.poll()), "at the end");
    assert_eq!(message_of(|| now(wg.wait())), "at the end");

    let wg = WaitGroup::new();
    let bomb = Bomb("halfway");
    let dropped = parked(wg.track(async move {
        let _mine = bomb;
        pending::<()>().await;
    }));
    assert_eq!(message_of(|| drop(dropped)), "halfway");
    assert_eq!((wg.count(), message_of(|| now(wg.wait()))), (0, "halfway".into()));

    let wg = WaitGroup::new();
    let bomb = Bomb("second");
    let mut fails = task(wg.track(poll_fn(move |_| -> Poll<()> {
        let _mine = &bomb;
        panic!("first")
    })));
    assert_eq!(message_of(|| fails.poll()), "first");
    assert_eq!((wg.count(), message_of(|| now(wg.wait()))), (0, "first".into()));
}

#[test]
fn wg_11_a_future_that_is_dropped_is_done_and_has_not_panicked() {
    let wg = WaitGroup::new();
    let unpolled = wg.track(async {});
    let halfway = parked(wg.track(pending::<()>()));
    let mut waits = parked(wg.wait());
    drop(unpolled);
    waits.pending();
    drop(halfway);
    assert_eq!(waits.answer(), Some(()));
    now(wg.wait());
}

#[test]
fn wg_11_one_that_a_panic_drops_has_not_panicked_itself() {
    // Goal: neither a plain token, nor a tracked future, in the hands of somebody who panics.
    let wg = WaitGroup::new();
    let (token, tracked) = (wg.token(), wg.track(pending::<()>()));
    message_of(move || {
        let _held = (token, tracked);
        panic!("of somebody else")
    });
    now(wg.wait());
}

#[test]
fn wg_12_a_tracked_future_may_track_others() {
    let wg = WaitGroup::new();
    let (group, inner) = (wg.clone(), RefCell::new(None));
    let mut outer = task(wg.track(async { *inner.borrow_mut() = Some(group.track(ready(()))) }));
    let mut waits = parked(wg.wait());
    outer.ready();
    waits.pending();
    now(inner.take().unwrap());
    assert_eq!(waits.answer(), Some(()));
}

#[test]
fn a_select_raises_the_panic_and_leaves_its_other_arms_in_order() {
    for is_parked in [false, true] {
        let (wg, idle) = (WaitGroup::new(), WaitGroup::new());
        let stuck = idle.token();
        let mut fails = task(wg.track(async { panic!("in an arm") }));
        let mut selects = task(async {
            select! {
                () = wg.wait() => {}
                () = idle.wait() => {}
            }
        });
        if is_parked {
            selects.pending();
        }
        message_of(|| fails.poll());
        assert_eq!(message_of(|| selects.poll()), "in an arm");
        assert_eq!(idle.waiters(), 0);
        drop(stuck);
    }
}

#[test]
fn a_panic_that_nobody_raised_goes_with_the_group() {
    let (wg, census) = (WaitGroup::new(), Census::default());
    let payload = census.value(1);
    let mut fails = task(wg.track(async { panic_any(payload) }));
    message_of(|| fails.poll());
    assert_eq!(census.alive(), 1);
    drop((wg, fails));
    assert_eq!(census.alive(), 0);
}

const fn is_handle<T: Send + Sync + Unpin + Clone + Debug + UnwindSafe + RefUnwindSafe>() {}
const fn is_future<T: Future + Send + Sync + Debug>(_: &T) {}
const fn is_case<T: select::Case>(_: &T) {}
const fn is_static<T: 'static>(_: &T) {}

#[test]
fn wg_15_handles_and_tokens_are_shared_and_futures_sent() {
    use taut::sync::future::{Track, Wait, WaitOwned};
    is_handle::<WaitGroup>();
    is_handle::<Token>();
    let wg = WaitGroup::new();
    is_future(&wg.wait());
    is_future(&wg.track(ready(())));
    is_case(&wg.wait());
    is_case(&wg.wait_owned());
    is_static(&wg.wait_owned());
    is_future(&wg.wait_owned());
    assert_not_impl!(Wait<'static>: Unpin);
    assert_not_impl!(WaitOwned: Unpin);
    assert_not_impl!(Track<std::marker::PhantomPinned>: Unpin);
    assert_eq!(size_of::<Token>(), size_of::<usize>());
    assert_eq!(size_of::<Option<WaitGroup>>(), size_of::<usize>());
}

#[test]
fn wg_10_a_panic_as_an_error_for_who_asks_for_that() {
    let wg = WaitGroup::new();
    let token = wg.token();
    let mut waits = [parked(wg.wait_catch_unwind()), parked(wg.wait_catch_unwind())];
    assert!(!wg.is_panicked());
    assert_eq!(message_of(|| now(wg.track(async { panic!("no disk") }))), "no disk");
    assert!(wg.is_panicked());
    drop(token);
    for wait in &mut waits {
        assert_eq!((wait.wakes(), wait.ready().unwrap_err().message()), (1, "no disk"));
    }
    // Later rounds hear of it too, and it is still raised where that is asked for.
    assert_eq!(now(wg.wait_catch_unwind()).unwrap_err().to_string(), "the work panicked: no disk");
    assert_eq!(message_of(|| now(wg.wait())), "no disk");
    assert_eq!(now(WaitGroup::new().wait_catch_unwind()), Ok(()));
}
