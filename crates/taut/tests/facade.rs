//! The facade reaches every primitive, under the names that users type.

#[cfg(not(feature = "full"))]
compile_error!("the tests of the facade need `--features full`, or they would test nothing");

use taut::chan::{self, Receiver, Sender};

#[test]
fn channels_are_at_taut_chan() {
    // Goal: the types are the same by every way to them.
    let (tx, rx): (Sender<u8>, Receiver<u8>) = chan::bounded(1);
    assert_eq!(tx.try_send(1), Ok(()));
    assert_eq!(rx.try_recv(), Ok(1));
    let named: chan::future::Recv<'_, u8> = rx.recv();
    drop(named);
}
