//! What installs no handler, and so needs no other process.

use std::io;

use taut_context::{Context, ContextError, Signal};
use tokio::runtime::{Builder, TryCurrentError};

#[test]
fn sg_02_no_signals_are_none() {
    let (ctx, cancel) = Context::background().with_signals([]).unwrap();
    assert!(!ctx.is_done());
    assert!(cancel.cancel());
    assert_eq!(ctx.err(), Some(ContextError::Cancelled));
    assert!(ctx.cause().unwrap().is::<ContextError>());
}

#[test]
fn sg_11_outside_of_a_runtime_is_an_error() {
    let error = Context::background().with_signals([Signal::Hangup]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Other);
    assert!(error.get_ref().unwrap().is::<TryCurrentError>());
}

#[test]
#[should_panic(expected = "IO is disabled")]
fn sg_11_a_runtime_without_io_is_a_panic() {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    let _ended = Context::background().with_signals([Signal::Hangup]);
}

#[test]
fn names_and_numbers_are_those_of_unix() {
    for (signal, name, number) in [
        (Signal::Hangup, "hangup", rustix::process::Signal::HUP),
        (Signal::Interrupt, "interrupt", rustix::process::Signal::INT),
        (Signal::Quit, "quit", rustix::process::Signal::QUIT),
        (Signal::Terminate, "terminate", rustix::process::Signal::TERM),
    ] {
        assert_eq!(signal.number(), number.as_raw());
        assert_eq!((signal.name(), signal.to_string().as_str()), (name, name));
        assert_eq!(format!("{signal:>10}").len(), 10);
    }
}
