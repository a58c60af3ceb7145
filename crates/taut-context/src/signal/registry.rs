//! Who listens for signals, and what a signal does: it ends those, or else the process.
//!
//! Contexts are held weakly, and those that are gone or have ended are removed when the list has
//! doubled, so that listening costs the same however often it is done.
//!
//! To look at a context, to end it and to drop it can all run code of the user's. None of it is done
//! under the lock.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
// TIDY-ALLOW: a static of the process is in no model; and the list may take long to walk.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Signal, SignalReceived};
use crate::weak::WeakContext;
use crate::{Cause, Context};

static REGISTRY: Registry = Registry::new();

/// Ends `context` when one of `signals` is dispatched.
pub(super) fn listen(context: &Context, signals: Box<[Signal]>) {
    REGISTRY.listen(context, signals);
}

/// The rule: a signal ends every context that listens for it or, if it ends none, the process.
pub(super) fn dispatch(signal: Signal) {
    if !REGISTRY.dispatch(signal) {
        process::exit(signal.exit_code());
    }
}

struct Registry(Mutex<Listeners>);

struct Listeners {
    /// In the order of their numbers.
    list: Vec<Listener>,
    next: u64,
    /// How many there are when it is time to look for those that have ended.
    full: usize,
}

struct Listener {
    number: u64,
    context: WeakContext,
    signals: Box<[Signal]>,
}

impl Registry {
    /// So few are not worth the look.
    const FEW: usize = 16;

    const fn new() -> Self {
        Self(Mutex::new(Listeners { list: Vec::new(), next: 0, full: Self::FEW }))
    }

    fn lock(&self) -> MutexGuard<'_, Listeners> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, context: &Context, signals: Box<[Signal]>) {
        let context = context.downgrade();
        let mut listeners = self.lock();
        let number = listeners.next;
        listeners.next += 1;
        listeners.list.push(Listener { number, context, signals });
        let is_full = listeners.list.len() >= listeners.full;
        drop(listeners);
        if is_full {
            self.remove_ended();
        }
    }

    fn remove_ended(&self) {
        let all: Vec<(u64, WeakContext)> =
            self.lock().list.iter().map(|one| (one.number, one.context.clone())).collect();
        let ended: Vec<u64> = all
            .iter()
            .filter(|(_, context)| context.upgrade().is_none_or(|context| context.is_done()))
            .map(|(number, _)| *number)
            .collect();
        let mut listeners = self.lock();
        listeners.list.retain(|one| ended.binary_search(&one.number).is_err());
        listeners.full = Self::FEW.max(2 * listeners.list.len());
    }

    /// Ends those who listen for it; false if there was none to end.
    fn dispatch(&self, signal: Signal) -> bool {
        let cause: Cause = Arc::new(SignalReceived(signal));
        // All of them, not up to the first.
        self.take(signal).into_iter().fold(false, |any, context| any | end(context, &cause))
    }

    /// Whoever listens for it listens no more: this ends them.
    fn take(&self, signal: Signal) -> Vec<Context> {
        let mut listeners = self.lock();
        let (listening, others): (Vec<_>, _) = mem::take(&mut listeners.list)
            .into_iter()
            .partition(|one| one.signals.contains(&signal));
        listeners.list = others;
        drop(listeners);
        listening.iter().filter_map(|one| one.context.upgrade()).collect()
    }
}

/// Whether this ended it.
///
/// A panic of a callback comes out after the context has ended. It must not reach the driver that we
/// are called from, which would be gone, with all signals to come.
fn end(context: Context, cause: &Cause) -> bool {
    let end = move || context.end_with(cause.clone());
    catch_unwind(AssertUnwindSafe(end)).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(registry: &Registry) -> usize {
        registry.lock().list.len()
    }

    fn listen(registry: &Registry, signal: Signal) -> (Context, crate::Cancel) {
        let (context, cancel) = Context::background().derive_for_signals([signal].into());
        registry.listen(&context, [signal].into());
        (context, cancel)
    }

    #[test]
    fn sg_08_those_that_are_gone_or_have_ended_are_removed() {
        let registry = Registry::new();
        let (kept, _cancel) = listen(&registry, Signal::Quit);
        for _ in 0..1000 {
            let (context, cancel) = listen(&registry, Signal::Interrupt);
            drop(context);
            cancel.detach();
            let (_context, cancel) = listen(&registry, Signal::Interrupt);
            assert!(cancel.cancel());
            assert!(count(&registry) <= Registry::FEW);
        }
        assert!(registry.dispatch(Signal::Quit));
        assert!(kept.is_done());
    }

    #[test]
    fn sg_02_those_that_listen_are_not_removed() {
        let registry = Registry::new();
        let all: Vec<_> = (0..100).map(|_| listen(&registry, Signal::Interrupt)).collect();
        assert_eq!(count(&registry), all.len());
        assert!(!registry.dispatch(Signal::Terminate));
        assert!(all.iter().all(|(context, _)| !context.is_done()));
        assert!(registry.dispatch(Signal::Interrupt));
        assert!(all.iter().all(|(context, _)| context.is_done()));
        assert_eq!(count(&registry), 0);
        assert!(!registry.dispatch(Signal::Interrupt), "nothing was left to end");
    }

    #[test]
    fn sg_03_one_that_has_ended_does_not_count() {
        let registry = Registry::new();
        let (_context, cancel) = listen(&registry, Signal::Interrupt);
        drop(cancel);
        assert!(!registry.dispatch(Signal::Interrupt));
    }

    #[test]
    fn sg_05_a_panic_stops_nothing() {
        let registry = Registry::new();
        let all: Vec<_> = (0..3).map(|_| listen(&registry, Signal::Interrupt)).collect();
        for (context, _cancel) in &all {
            context.after_func(|| panic!("of a callback, as it should")).detach();
        }
        assert!(registry.dispatch(Signal::Interrupt));
        assert!(all.iter().all(|(context, _)| context.is_done()));
    }
}
