//! One stream of each kind of signal, kept for the life of the process, since the handler stays too.
//!
//! No task and no thread waits for it: whoever wakes its waker, a runtime's driver, empties it there
//! and then, and acts on what it got.

use std::io;
// TIDY-ALLOW: `Wake` is about std's `Arc`; and a static of the process is in no model.
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{self, Wake, Waker};

use super::os::{self, Arrivals};
use super::{Signal, registry};

/// The stream of one kind, once it was asked for. The lock is held while it is polled, which wakes
/// nobody.
static INTERRUPT: Source = Mutex::new(None);
static TERMINATE: Source = Mutex::new(None);
static HANGUP: Source = Mutex::new(None);
static QUIT: Source = Mutex::new(None);

type Source = Mutex<Option<Arrivals>>;

fn source(signal: Signal) -> &'static Source {
    match signal {
        Signal::Interrupt => &INTERRUPT,
        Signal::Terminate => &TERMINATE,
        Signal::Hangup => &HANGUP,
        Signal::Quit => &QUIT,
    }
}

/// From here on what arrives of this kind is passed to the registry.
///
/// Panics in a runtime without I/O.
pub(super) fn open(signal: Signal) -> io::Result<()> {
    // In each call, though one stream is kept: it fails where no signal would ever be seen.
    let arrivals = os::open(signal)?;
    source(signal).lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(arrivals);
    empty(signal);
    Ok(())
}

/// Acts on what has arrived, and leaves a waker that does the same.
fn empty(signal: Signal) {
    // First all of it, then what it does: that runs code of the user's, which may come back here.
    for _nth in 0..take_all(signal) {
        registry::dispatch(signal);
    }
}

fn take_all(signal: Signal) -> usize {
    let waker = Waker::from(Arc::new(Emptier(signal)));
    let mut cx = task::Context::from_waker(&waker);
    let mut stream = source(signal).lock().unwrap_or_else(PoisonError::into_inner);
    let Some(arrivals) = stream.as_mut() else { return 0 };
    let mut count = 0;
    while arrivals.poll(&mut cx).is_ready() {
        count += 1;
    }
    count
}

/// The waker of a stream.
struct Emptier(Signal);

impl Wake for Emptier {
    fn wake(self: Arc<Self>) {
        empty(self.0);
    }
}
