//! What errors say, and how they give the value back.

use std::fmt::{Debug, Display};

use taut_chan::{
    Closed, RecvError, RecvTimeoutError, SendError, SendFromError, SendTimeoutError, TryRecvError,
    TryReserveError, TrySendError,
};

/// Neither `Debug` nor `Clone`.
#[derive(PartialEq)]
struct Mute(u8);

fn prints(error: &(impl Debug + Display), debug: &str, display: &str) {
    assert_eq!((format!("{error:?}"), error.to_string()), (debug.into(), display.into()));
}

#[test]
fn errors_with_a_value_print_without_it() {
    let closed = "sending into a closed channel";
    prints(&SendError(Mute(1)), "SendError(..)", closed);
    prints(&TrySendError::Full(Mute(1)), "Full(..)", "sending into a full channel");
    prints(&TrySendError::Closed(Mute(1)), "Closed(..)", closed);
    let timeout = "timed out sending into a full channel";
    prints(&SendTimeoutError::Timeout(Mute(1)), "Timeout(..)", timeout);
    prints(&SendTimeoutError::Closed(Mute(1)), "Closed(..)", closed);
}

#[test]
fn errors_without_a_value_say_what_went_wrong() {
    prints(&SendFromError::Closed, "Closed", "sending into a closed channel");
    prints(&SendFromError::Empty, "Empty", "sending from an empty slot");
    prints(&Closed, "Closed", "the channel is closed");
    prints(&TryReserveError::Full, "Full", "reserving room in a full channel");
    prints(&TryReserveError::Closed, "Closed", "reserving room in a closed channel");
    prints(&RecvError, "RecvError", "receiving from an empty and closed channel");
    prints(&TryRecvError::Empty, "Empty", "receiving from an empty channel");
    prints(&TryRecvError::Closed, "Closed", "receiving from an empty and closed channel");
    prints(&RecvTimeoutError::Timeout, "Timeout", "timed out receiving from an empty channel");
    prints(&RecvTimeoutError::Closed, "Closed", "receiving from an empty and closed channel");
}

#[test]
fn the_value_comes_out_of_every_error_that_has_one() {
    assert!(SendError(Mute(1)).into_inner() == Mute(1));
    assert!(TrySendError::Full(Mute(2)).into_inner() == Mute(2));
    assert!(TrySendError::Closed(Mute(3)).into_inner() == Mute(3));
    assert!(SendTimeoutError::Timeout(Mute(4)).into_inner() == Mute(4));
    assert!(SendTimeoutError::Closed(Mute(5)).into_inner() == Mute(5));
}

#[test]
fn errors_answer_questions() {
    let (full, closed) = (TrySendError::Full(1), TrySendError::Closed(1));
    assert!(full.is_full() && !full.is_closed() && closed.is_closed() && !closed.is_full());
    let (late, closed) = (SendTimeoutError::Timeout(1), SendTimeoutError::Closed(1));
    assert!(late.is_timeout() && !late.is_closed() && closed.is_closed() && !closed.is_timeout());
    assert!(SendFromError::Empty.is_empty() && !SendFromError::Empty.is_closed());
    assert!(SendFromError::Closed.is_closed() && !SendFromError::Closed.is_empty());
    assert!(TryReserveError::Full.is_full() && !TryReserveError::Full.is_closed());
    assert!(TryReserveError::Closed.is_closed() && !TryReserveError::Closed.is_full());
    assert!(TryRecvError::Empty.is_empty() && !TryRecvError::Empty.is_closed());
    assert!(TryRecvError::Closed.is_closed() && !TryRecvError::Closed.is_empty());
    assert!(RecvTimeoutError::Timeout.is_timeout() && !RecvTimeoutError::Timeout.is_closed());
    assert!(RecvTimeoutError::Closed.is_closed() && !RecvTimeoutError::Closed.is_timeout());
}

#[test]
fn the_narrow_errors_become_the_wide_ones() {
    assert_eq!(TrySendError::from(SendError(1)), TrySendError::Closed(1));
    assert_eq!(SendTimeoutError::from(SendError(1)), SendTimeoutError::Closed(1));
    assert_eq!(SendFromError::from(Closed), SendFromError::Closed);
    assert_eq!(TryReserveError::from(Closed), TryReserveError::Closed);
    assert_eq!(TryRecvError::from(RecvError), TryRecvError::Closed);
    assert_eq!(RecvTimeoutError::from(RecvError), RecvTimeoutError::Closed);
}
