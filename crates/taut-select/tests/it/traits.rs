//! Which type is `Send`, `Sync`, `Unpin`, `Debug`; and how large a select is.

#[path = "../../../taut-core/tests/support/traits.rs"]
mod not_impl;

use std::cell::Cell;
use std::fmt::Debug;
use std::future::{Ready, ready};
use std::rc::Rc;

use taut::chan::future::{Recv, Send as SendOp};
use taut::chan::{self, never};
use taut::select::{self, BoxCase, First, Mapped, Next, Now, OneOf2, Polled, Select};

use crate::support::parked;

use not_impl::assert_not_impl;

/// `Send`, and not `Sync`.
type OnlySend = Cell<u64>;
/// Neither.
type Neither = Rc<u64>;

const fn is_send<T: Send>() {}
const fn is_unpin<T: Unpin>() {}
const fn is_debug<T: Debug>() {}
const fn is_send_value<T: Send>(_: &T) {}

/// Nothing can be done with it but to have it.
struct Mute;

type Arms<T> = (Recv<'static, T>, SendOp<'static, T>);

#[test]
fn g_08_selects_are_send_exactly_if_their_arms_are() {
    is_send::<(First<Arms<OnlySend>>, Now<Arms<OnlySend>>)>();
    assert_not_impl!(First<Arms<Neither>>: Send);
    assert_not_impl!(Now<Arms<Neither>>: Send);
    is_send::<Select<OnlySend, Recv<'_, OnlySend>>>();
    is_send::<Next<'_, OnlySend, Recv<'_, OnlySend>>>();
    assert_not_impl!(Select<Neither, Recv<'static, u8>>: Send);
    assert_not_impl!(Select<u8, Recv<'static, Neither>>: Send);
    is_send::<(BoxCase<'_, Neither>, Polled<Ready<OnlySend>>)>();
    is_send::<OneOf2<OnlySend, OnlySend>>();
}

#[test]
fn g_08_what_is_registered_by_its_address_is_pinned() {
    // Goal: `Select` keeps its arms on the heap, and may be moved.
    assert_not_impl!(First<Arms<u8>>: Unpin);
    assert_not_impl!(Now<Arms<u8>>: Unpin);
    is_unpin::<(Select<u8, Recv<'_, u8>>, Next<'_, u8, Recv<'_, u8>>)>();
}

#[test]
fn everything_can_be_printed() {
    // Goal: without asking anything of the values.
    is_debug::<(First<Arms<Mute>>, Now<Arms<Mute>>)>();
    is_debug::<(Select<u8, Recv<'_, Mute>>, Next<'_, u8, Recv<'_, Mute>>)>();
    is_debug::<(Polled<Ready<Mute>>, Mapped<Recv<'_, Mute>, fn(Mute)>)>();
    let (_tx, rx) = chan::rendezvous::<Mute>();
    let mut select = Select::new();
    select.add("a key", rx.recv());
    assert!(format!("{select:?}").contains("a key"));
    assert_eq!(format!("{:?}", OneOf2::<u8, u8>::B(2)), "B(2)");
    assert!(format!("{:?}", select::first((rx.recv(), rx.recv()))).starts_with("First"));
}

#[test]
fn g_08_the_future_of_a_select_is_send_if_its_arms_are() {
    // Goal: it can be spawned, with handlers that wait and values that are not `Sync`.
    let (tx, rx) = chan::rendezvous::<OnlySend>();
    let (to, from) = chan::rendezvous::<OnlySend>();
    let with_all = async move {
        select::select! {
            got = rx.recv() => { ready(()).await; drop(got); }
            sent = to.send(Cell::new(1)), if true => drop(sent),
            cell = async { Cell::new(2_u64) } => { ready(()).await; assert_eq!(cell.get(), 2); }
        }
        select::select! { Ok(_) = rx.recv() => {} default => { ready(()).await } else => {} }
        let mut select = Select::new();
        select.add(1, rx.recv());
        select.next().await
    };
    is_send_value(&with_all);
    drop((with_all, tx, from));
}

/// The future of a `select!` of two receives of words.
async fn two_receives(a: &chan::Receiver<u64>, b: &chan::Receiver<u64>) -> u64 {
    select::select! { got = a.recv() => got.unwrap_or(1), got = b.recv() => got.unwrap_or(2) }
}

#[test]
fn a_select_is_as_large_as_its_arms_and_little_more() {
    // Goal: what waits is inside. A word for the claim, one for the arms that take part, a waker, and
    // what the compiler keeps of the operations while it makes them.
    let (a, b) = (never::<u64>(), never::<u64>());
    let arms = 2 * size_of_val(&a.recv());
    let first = size_of_val(&select::first((a.recv(), b.recv())));
    let by_macro = size_of_val(&two_receives(&a, &b));
    println!(
        "two receives {arms}, first {first}, select! {by_macro}, Select {}",
        size_of::<Select<u8, Recv<'_, u8>>>()
    );
    assert!(first <= arms + 64, "{first}, its arms {arms}");
    assert!(by_macro <= 512, "{by_macro}, its arms {arms}");
    assert!(size_of::<Select<u8, Recv<'_, u8>>>() <= 64);
    parked(two_receives(&a, &b)).pending();
}
