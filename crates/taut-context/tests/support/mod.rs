//! What the tests of this crate share: futures polled by hand with counted wakers, values that are
//! counted, causes that are numbered, threads that start together.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

#[path = "../../../taut-chan/tests/support/hooks.rs"]
pub mod hooks;
pub mod plain;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::task::{Context as Turn, Poll, Wake, Waker};

use taut::context::{Context, ContextError};

/// A waker that counts.
#[derive(Default)]
pub struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// How often it was woken since it was made.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A future that is polled by hand, with its own counted waker.
pub struct Task<F> {
    future: Pin<Box<F>>,
    wakes: Arc<Wakes>,
}

/// Takes `future` into hand. Nothing is polled yet.
pub fn task<F: Future>(future: F) -> Task<F> {
    Task { future: Box::pin(future), wakes: Wakes::new() }
}

/// Takes `future` into hand and polls it once, which must leave it pending.
#[track_caller]
pub fn parked<F: Future>(future: F) -> Task<F>
where
    F::Output: fmt::Debug,
{
    let mut task = task(future);
    match task.poll() {
        Poll::Pending => task,
        Poll::Ready(output) => panic!("ready at its first poll: {output:?}"),
    }
}

impl<F: Future> Task<F> {
    pub fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(&self.wakes));
        self.poll_with(&waker)
    }

    /// Polls with another waker.
    pub fn poll_with(&mut self, waker: &Waker) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Turn::from_waker(waker))
    }

    /// Polls, which must complete it.
    #[track_caller]
    pub fn ready(&mut self) -> F::Output {
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("still pending"),
        }
    }

    /// Polls, which must leave it pending.
    #[track_caller]
    pub fn pending(&mut self) {
        assert!(self.poll().is_pending(), "completed");
    }

    /// How often its own waker was woken.
    pub fn wakes(&self) -> usize {
        self.wakes.count()
    }
}

/// The output of a future that must be ready at its first poll.
#[track_caller]
pub fn now<F: Future>(future: F) -> F::Output {
    task(future).ready()
}

/// Waits on this thread, which has no runtime.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut task = task(future);
    loop {
        match task.poll_with(&waker) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Counts the values of [`Counted`] that are alive.
#[derive(Clone, Debug, Default)]
pub struct Census(Arc<AtomicUsize>);

/// A value that counts itself.
#[derive(Debug)]
pub struct Counted {
    pub id: u64,
    alive: Arc<AtomicUsize>,
}

impl Census {
    pub fn value(&self, id: u64) -> Counted {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted { id, alive: Arc::clone(&self.0) }
    }

    pub fn alive(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert!(self.alive.fetch_sub(1, Ordering::SeqCst) > 0, "dropped twice");
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "number {}", self.id)
    }
}

impl Error for Counted {}

/// A cause with a number.
#[derive(Debug, PartialEq, Eq)]
pub struct Why(pub u32);

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "why {}", self.0)
    }
}

impl Error for Why {}

/// What can be seen of a context, with the number of its cause if it was a [`Why`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Live,
    Cancelled(Option<u32>),
    Late(Option<u32>),
}

/// No cause was given.
pub const CANCELLED: Seen = Seen::Cancelled(None);
/// No cause was given.
pub const LATE: Seen = Seen::Late(None);

/// Looks at a context in every way there is, all of which must agree. CX-03, CX-04, CX-16.
#[track_caller]
pub fn seen(ctx: &Context) -> Seen {
    let err = ctx.err();
    assert_eq!(ctx.is_done(), err.is_some(), "is_done");
    assert_eq!(ctx.check().err(), err, "check");
    let cause = ctx.cause();
    assert_eq!(cause.is_some(), err.is_some(), "cause");
    let number = cause.as_ref().and_then(|cause| cause.downcast_ref::<Why>()).map(|why| why.0);
    let plain = cause.as_ref().and_then(|cause| cause.downcast_ref::<ContextError>()).copied();
    match err {
        None => Seen::Live,
        Some(err) => {
            assert_eq!(now(ctx.done()), err, "done");
            assert!(plain.is_none_or(|plain| plain == err), "without a cause it is the error");
            assert_eq!(ctx.err(), Some(err), "it changed");
            match err {
                ContextError::Cancelled => Seen::Cancelled(number),
                ContextError::DeadlineExceeded => Seen::Late(number),
            }
        }
    }
}

/// A program of [`race`].
pub type Program<'a, R> = Box<dyn FnOnce() -> R + Send + 'a>;

/// Runs the programs at the same time, each on its thread, all let go at once.
pub fn race<R: Send>(programs: Vec<Program<'_, R>>) -> Vec<R> {
    let start = Barrier::new(programs.len());
    std::thread::scope(|scope| {
        let start = &start;
        let threads: Vec<_> = programs
            .into_iter()
            .map(|program| {
                scope.spawn(move || {
                    start.wait();
                    program()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|e| resume_unwind(e)))
            .collect()
    })
}

/// Runs `program` on a thread that has little stack: what recurses as deep as the tree overflows it.
pub fn on_a_small_stack(program: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(program).unwrap();
    thread.join().unwrap_or_else(|e| resume_unwind(e));
}

/// How often a race is run: Miri needs fewer and is slower.
pub const ROUNDS: u64 = if cfg!(miri) { 3 } else { 400 };

/// How many of something there are: fewer under Miri.
pub const fn some_of(number: usize) -> usize {
    if cfg!(miri) { number / 4 + 1 } else { number }
}

/// Enough to see that nothing piles up.
pub const SOME: u64 = if cfg!(miri) { 10 } else { 1000 };

/// More than what is woken in one batch.
pub const MANY: usize = if cfg!(miri) { 34 } else { 70 };
