//! Which type is `Send`, `Sync`, `Unpin`, `Error`; and of what it asks.

#[path = "../../../taut-core/tests/support/traits.rs"]
mod not_impl;

use std::cell::Cell;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::rc::Rc;

use taut_chan::{
    Closed, IntoSink, IntoStream, OwnedPermit, Permit, Receiver, RecvError, RecvTimeoutError,
    SendError, SendFromError, SendTimeoutError, Sender, Sink, Stream, TryRecvError,
    TryReserveError, TrySendError, WeakReceiver, WeakSender, future,
};

use not_impl::assert_not_impl;

/// `Send`, and not `Sync`.
type OnlySend = Cell<u64>;
/// Neither.
type Neither = Rc<u64>;

const fn is_send<T: Send>() {}
const fn is_sync<T: Sync>() {}
const fn is_unpin<T: Unpin>() {}
const fn is_clone<T: Clone>() {}
const fn is_debug<T: Debug>() {}
const fn is_error<T: Error + Debug + Display>() {}
const fn is_plain_error<T: Error + Copy + Eq + Send + Sync + Unpin + 'static>() {}

/// Nothing can be done with it but to have it.
struct Mute;

#[test]
fn g_08_handles_are_send_and_sync_exactly_if_the_value_is_send() {
    // Goal: never asks `T: Sync`, and refuses what is not `Send`.
    macro_rules! handles {
        ($($name:ident),*) => {$(
            is_send::<$name<OnlySend>>();
            is_sync::<$name<OnlySend>>();
            assert_not_impl!($name<Neither>: Send);
            assert_not_impl!($name<Neither>: Sync);
            is_debug::<$name<Mute>>();
        )*};
    }
    handles!(Sender, Receiver, WeakSender, WeakReceiver, OwnedPermit);
    is_clone::<(Sender<Mute>, Receiver<Mute>, WeakSender<Mute>, WeakReceiver<Mute>)>();
    is_send::<Permit<'_, OnlySend>>();
    is_sync::<Permit<'_, OnlySend>>();
    is_debug::<Permit<'_, Mute>>();
    assert_not_impl!(Permit<'static, Neither>: Send);
    assert_not_impl!(Permit<'static, u8>: Clone);
    assert_not_impl!(OwnedPermit<u8>: Clone);
}

#[test]
fn g_08_futures_are_send_exactly_if_the_value_is() {
    // Goal: so that tasks which wait can be spawned; and none is `Unpin`, since it is in a list.
    macro_rules! futures {
        ($($name:ident $(<$lifetime:lifetime>)?),*) => {$(
            is_send::<future::$name<$($lifetime,)? OnlySend>>();
            is_debug::<future::$name<$($lifetime,)? Mute>>();
            assert_not_impl!(future::$name<$($lifetime,)? Neither>: Send);
            assert_not_impl!(future::$name<$($lifetime,)? u8>: Unpin);
        )*};
    }
    futures!(
        Send<'static>,
        SendFrom<'static>,
        Reserve<'static>,
        ReserveOwned,
        Recv<'static>,
        RecvMany<'static>,
        Closed<'static>
    );
    #[cfg(feature = "time")]
    futures!(SendTimeout<'static>, RecvTimeout<'static>);
}

#[test]
fn streams_and_sinks_are_send_and_unpin() {
    is_send::<(Stream<'_, OnlySend>, IntoStream<OnlySend>)>();
    is_send::<(Sink<'_, OnlySend>, IntoSink<OnlySend>)>();
    is_unpin::<(Stream<'_, Mute>, IntoStream<Mute>, Sink<'_, Mute>, IntoSink<Mute>)>();
    is_debug::<(Stream<'_, Mute>, IntoStream<Mute>, Sink<'_, Mute>, IntoSink<Mute>)>();
    assert_not_impl!(IntoStream<Neither>: Send);
    assert_not_impl!(IntoSink<Neither>: Send);
    is_unpin::<(Sender<Mute>, Receiver<Mute>, OwnedPermit<Mute>, Permit<'_, Mute>)>();
}

#[test]
fn cl_09_errors_are_errors_whatever_the_value() {
    // Goal: no `T: Debug`, and the question mark works with `Box<dyn Error>`.
    is_error::<SendError<Mute>>();
    is_error::<TrySendError<Mute>>();
    is_error::<SendTimeoutError<Mute>>();
    is_plain_error::<SendFromError>();
    is_plain_error::<Closed>();
    is_plain_error::<TryReserveError>();
    is_plain_error::<RecvError>();
    is_plain_error::<TryRecvError>();
    is_plain_error::<RecvTimeoutError>();
    fn boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
        let (tx, rx) = taut_chan::bounded(1);
        drop(rx);
        Ok(tx.try_send("value")?)
    }
    assert_eq!(boxed().unwrap_err().to_string(), "sending into a closed channel");
}

#[test]
fn dr_02_a_direction_has_no_methods_of_the_other() {
    // Goal: DR-01, DR-05, RG-03: by type. Method: a trait of the same names, which is found only if the
    // handle has no method of its own.
    trait Absent {
        fn recv(&self) -> bool {
            true
        }
        fn try_recv(&self) -> bool {
            true
        }
        fn stream(&self) -> bool {
            true
        }
        fn send(&self, _: u8) -> bool {
            true
        }
        fn try_send(&self, _: u8) -> bool {
            true
        }
        fn reserve(&self) -> bool {
            true
        }
    }
    impl Absent for Sender<u8> {}
    impl Absent for Receiver<u8> {}
    let (tx, rx) = taut_chan::bounded::<u8>(1);
    assert!(tx.recv() && tx.try_recv() && tx.stream());
    assert!(rx.send(1) && rx.try_send(1) && rx.reserve());
}
