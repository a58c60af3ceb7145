//! What the models of loom share: the explorer, trees whose freeing is counted, callbacks whose fate is
//! noted, wakers that count.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as Turn, Poll, Wake, Waker};

use taut_context::{Cancel, Context, ContextError};

/// How a context that somebody cancelled answers `err`.
pub const CANCELLED: Option<ContextError> = Some(ContextError::Cancelled);

#[path = "../../../taut-core/tests/support/explore.rs"]
mod explore;

pub use explore::*;

/// Runs `program` on a thread of its own.
pub fn spawn<T: 'static>(program: impl FnOnce() -> T + 'static) -> loom::thread::JoinHandle<T> {
    loom::thread::spawn(program)
}

/// What became of something: no part of the model, so it orders nothing.
#[derive(Debug, Default)]
pub struct Book {
    runs: AtomicUsize,
    drops: AtomicUsize,
}

impl Book {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Something whose drop is noted.
    pub fn token(self: &Arc<Self>) -> Token {
        Token(Arc::clone(self))
    }

    /// A callback whose run and drop are noted.
    pub fn callback(self: &Arc<Self>) -> impl FnOnce() + Send + 'static {
        self.callback_that(|| ())
    }

    /// The same, and it does something.
    pub fn callback_that(
        self: &Arc<Self>,
        act: impl FnOnce() + Send + 'static,
    ) -> impl FnOnce() + Send + 'static {
        let token = self.token();
        move || {
            token.0.runs.fetch_add(1, Ordering::Relaxed);
            act();
        }
    }

    pub fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }

    pub fn drops(&self) -> usize {
        self.drops.load(Ordering::Relaxed)
    }
}

/// Part of a [`Book`].
pub struct Token(Arc<Book>);

impl Drop for Token {
    fn drop(&mut self) {
        self.0.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// The root of a tree. Whatever derives from it keeps its value, so what is leaked or freed twice below
/// shows in [`is_freed`](Self::is_freed).
pub struct Root {
    pub ctx: Context,
    pub cancel: Cancel,
    pub freed: Freed,
}

/// Whether a tree is gone.
pub struct Freed(Arc<Book>);

impl Root {
    pub fn new() -> Self {
        let book = Book::new();
        let (ctx, cancel) = Context::background().with_value(book.token()).with_cancel();
        Self { ctx, cancel, freed: Freed(book) }
    }
}

impl Freed {
    /// When all handles are gone.
    #[track_caller]
    pub fn check(self) {
        assert_eq!(self.0.drops(), 1, "all of the tree is freed, once");
    }
}

/// A waker that counts.
#[derive(Default)]
pub struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Wakes {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Polls `future` once, to be told here.
    pub fn poll<F: Future>(self: &Arc<Self>, future: Pin<&mut F>) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(self));
        future.poll(&mut Turn::from_waker(&waker))
    }
}

/// Memory that is freed is overwritten: who uses it afterwards finds no context there, nor an object of
/// loom's.
struct Poisoned;

/// An address that is none, an index out of every table.
const POISON: u8 = 0xA5;

// SAFETY: the system's allocator, which is given back what is not used any more.
unsafe impl std::alloc::GlobalAlloc for Poisoned {
    unsafe fn alloc(&self, layout: std::alloc::Layout) -> *mut u8 {
        // SAFETY: by the caller.
        unsafe { std::alloc::System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: std::alloc::Layout) {
        // SAFETY: of this size, and the caller's own.
        unsafe { at.write_bytes(POISON, layout.size()) };
        // SAFETY: by the caller.
        unsafe { std::alloc::System.dealloc(at, layout) };
    }
}

#[global_allocator]
static POISONED: Poisoned = Poisoned;
