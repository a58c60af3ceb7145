//! Which type is `Send`, `Sync`, `Unpin`, `Debug`; and how large they are.

#[path = "../../../taut-core/tests/support/traits.rs"]
mod not_impl;

use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

use taut::time::future::{After, Fired, Tick};
use taut::time::{Ticker, Timer, ZeroPeriod, after};

use crate::support::task;
use not_impl::assert_not_impl;

const fn is_shared<T: Send + Sync + Unpin + Debug + 'static>() {}
const fn is_future<T: Send + Sync + Debug + Future>() {}
const fn is_case<T: taut::select::Case>() {}
const fn is_plain_error<T: Error + Copy + Eq + std::hash::Hash + Send + Sync + 'static>() {}

#[test]
fn g_08_timers_are_shared_and_futures_sent() {
    is_shared::<Timer>();
    is_shared::<Ticker>();
    is_plain_error::<ZeroPeriod>();
    is_future::<After>();
    is_future::<Fired<'_>>();
    is_future::<Tick<'_>>();
    is_case::<After>();
    is_case::<Fired<'_>>();
    is_case::<Tick<'_>>();
    assert_not_impl!(After: Unpin);
    assert_not_impl!(Fired<'static>: Unpin);
    assert_not_impl!(Tick<'static>: Unpin);
    assert_not_impl!(Timer: Clone);
    assert_not_impl!(Ticker: Clone);
}

#[test]
fn tm_19_there_is_no_timer_that_was_not_set_up() {
    // Goal: Go's zero values panic; here they cannot be made.
    assert_not_impl!(Timer: Default);
    assert_not_impl!(Ticker: Default);
}

#[test]
fn they_print_what_they_are_set_to() {
    let (timer, ticker) = (Timer::stopped(), Ticker::new(Duration::MAX).unwrap());
    assert_eq!(format!("{timer:?}"), "Timer(Idle)");
    assert_eq!(
        format!("{ticker:?}"),
        "Ticker { period: 18446744073709551615.999999999s, next: None }"
    );
    assert_eq!(format!("{:?}", timer.fired()), "Fired(Next { due: None, .. })");
    assert_eq!(format!("{:?}", after(Duration::MAX)), "After(Delay { until: None, .. })");
    timer.reset(Duration::MAX);
    assert_eq!(format!("{timer:?}"), "Timer(Never)");
    timer.reset(Duration::ZERO);
    let mut fired = Box::pin(timer.fired());
    assert!(task(fired.as_mut()).poll().is_ready());
    assert_eq!(format!("{fired:?}"), "Fired(Over)");
}

#[test]
fn futures_hold_an_alarm_and_no_more() {
    // Goal: what the crate's page says about its cost: nothing is elsewhere.
    let alarm = size_of::<tokio::time::Sleep>();
    let sizes = (size_of::<After>(), size_of::<Fired<'_>>(), size_of::<Tick<'_>>());
    println!("Sleep {alarm}, futures {sizes:?}, timer {}", size_of::<Timer>());
    assert!(sizes.0 <= alarm + 40);
    assert!(sizes.1 <= alarm + 104 && sizes.1 == sizes.2);
    assert!(size_of::<Timer>() <= 56 && size_of::<Ticker>() <= 72);
}
