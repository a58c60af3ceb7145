//! Whether a receiver may go to another thread although what it carries may not. Only the compiler is
//! asked: nothing is sent, and nothing undefined happens here.

use std::marker::PhantomData;
use std::rc::Rc;

use crate::support::GONE;

/// `Probe::<T>::SEND`: the inherent constant where `T: Send`, otherwise that of the trait.
struct Probe<T>(PhantomData<T>);

impl<T: Send> Probe<T> {
    const SEND: bool = true;
}

trait Otherwise {
    const SEND: bool = false;
}

impl<T> Otherwise for Probe<T> {}

/// May not leave its thread: its count is not atomic.
type Tied = Rc<()>;

#[test]
fn crossfire_receivers_are_send_whatever_they_carry() {
    const { assert!(!Probe::<Tied>::SEND) };
    let one = Probe::<crossfire::AsyncRx<crossfire::mpsc::Array<Tied>>>::SEND;
    let many = Probe::<crossfire::MAsyncRx<crossfire::mpmc::Array<Tied>>>::SEND;
    let oneshot = Probe::<crossfire::oneshot::RxOneshot<Tied>>::SEND;
    assert!(one && many && oneshot, "{GONE}");
}

#[test]
fn crossfire_lets_safe_code_share_an_rc() {
    // What safe code can do with that: a value is put in on this thread, its twin stays here, and
    // the other end is allowed to leave. It does not leave.
    fn may_leave<T: Send>(end: T) -> T {
        end
    }
    let (tx, rx) = crossfire::mpmc::bounded_async::<Tied>(1);
    let twin = Rc::new(());
    assert!(tx.try_send(Rc::clone(&twin)).is_ok());
    let rx = may_leave(rx);
    assert!(rx.try_recv().is_ok_and(|received| Rc::ptr_eq(&received, &twin)));
}

#[test]
fn taut_receivers_are_send_only_with_what_they_carry() {
    const { assert!(Probe::<taut::chan::Receiver<u64>>::SEND) };
    const { assert!(!Probe::<taut::chan::Receiver<Tied>>::SEND) };
}

#[test]
fn the_receivers_of_others_are_send_only_with_what_they_carry() {
    const { assert!(!Probe::<tokio::sync::mpsc::Receiver<Tied>>::SEND) };
    const { assert!(!Probe::<async_channel::Receiver<Tied>>::SEND) };
    const { assert!(!Probe::<flume::Receiver<Tied>>::SEND) };
    const { assert!(!Probe::<kanal::AsyncReceiver<Tied>>::SEND) };
    const { assert!(!Probe::<asyncband::mpmc::BoundedReceiver<Tied>>::SEND) };
    const { assert!(!Probe::<crossbeam_channel::Receiver<Tied>>::SEND) };
}
