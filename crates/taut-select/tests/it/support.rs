//! What the tests of this crate share: futures polled by hand, wake-ups that are counted, values that
//! are counted, threads that are let go at once, and what is likely by chance.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

use std::fmt::Debug;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake, Waker};

use taut::chan::{self, Receiver, Sender};

/// The flavours, for tests that hold for all of them.
pub const CAPACITIES: [Option<usize>; 5] = [Some(0), Some(1), Some(3), Some(1 << 40), None];

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

    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A future that is polled by hand, with its own counted waker.
pub struct Task<F> {
    future: Pin<Box<F>>,
    wakes: Arc<Wakes>,
    /// How many wakes there had been when it was polled last.
    answered: usize,
}

/// Takes `future` into hand. Nothing is polled yet.
pub fn task<F: Future>(future: F) -> Task<F> {
    Task { future: Box::pin(future), wakes: Wakes::new(), answered: 0 }
}

/// Takes `future` into hand and polls it once, which must leave it pending.
#[track_caller]
pub fn parked<F: Future>(future: F) -> Task<F>
where
    F::Output: Debug,
{
    let mut task = task(future);
    if let Poll::Ready(output) = task.poll() {
        panic!("ready at its first poll: {output:?}");
    }
    task
}

/// The output of a future that must be ready at its first poll.
#[track_caller]
pub fn now<F: Future>(future: F) -> F::Output {
    task(future).ready()
}

impl<F: Future> Task<F> {
    pub fn poll(&mut self) -> Poll<F::Output> {
        let waker = Waker::from(Arc::clone(&self.wakes));
        self.answered = self.wakes();
        self.poll_with(&waker)
    }

    /// Polls with another waker.
    pub fn poll_with(&mut self, waker: &Waker) -> Poll<F::Output> {
        self.future.as_mut().poll(&mut Context::from_waker(waker))
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

    /// Polls as an executor would: only if it was woken since it was polled last.
    pub fn answer(&mut self) -> Option<F::Output> {
        while self.wakes() > self.answered {
            if let Poll::Ready(output) = self.poll() {
                return Some(output);
            }
        }
        None
    }
}

/// Counts the values of [`Counted`] that are alive.
#[derive(Clone, Default)]
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

/// A channel of this capacity; `None`: unbounded.
pub fn channel<T>(capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    capacity.map_or_else(chan::unbounded, chan::bounded)
}

/// A channel with room for one value, which is in it.
pub fn holding<T: Debug>(value: T) -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = chan::bounded(1);
    tx.try_send(value).unwrap();
    (tx, rx)
}

/// Takes what can be received now.
pub fn drain<T>(rx: &Receiver<T>) -> Vec<T> {
    std::iter::from_fn(|| rx.try_recv().ok()).collect()
}

/// Nobody waits on either side of this rendezvous: neither form that does not wait finds a peer.
#[track_caller]
pub fn assert_deserted<T: Default>(tx: &Sender<T>, rx: &Receiver<T>) {
    assert!(tx.try_send(T::default()).is_err_and(|e| e.is_full()), "somebody receives");
    assert!(rx.try_recv().is_err(), "somebody sends");
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
        let join = |thread: std::thread::ScopedJoinHandle<'_, R>| thread.join();
        threads.into_iter().map(|t| join(t).unwrap_or_else(|e| resume_unwind(e))).collect()
    })
}

/// Each of `counts` is within ten standard deviations of its share of all of them.
#[track_caller]
pub fn assert_shares(name: &str, counts: &[u64], weights: &[u64]) {
    let rounds: u64 = counts.iter().sum();
    let whole: u64 = weights.iter().sum();
    for (arm, (&count, &weight)) in counts.iter().zip(weights).enumerate() {
        let share = weight as f64 / whole as f64;
        let mean = rounds as f64 * share;
        let sigma = (mean * (1.0 - share)).sqrt();
        let is_near = (count as f64 - mean).abs() <= 10.0 * sigma;
        assert!(is_near, "{name}: arm {arm} won {count} of {rounds}, expected {mean:.0}");
    }
}

/// As [`assert_shares`], all of the same weight.
#[track_caller]
pub fn assert_uniform(name: &str, counts: &[u64]) {
    assert_shares(name, counts, &vec![1; counts.len()]);
}

/// A future that counts how often it is polled, and does something each time.
pub fn polled<T>(
    polls: &AtomicUsize,
    mut step: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> impl Future<Output = T> {
    std::future::poll_fn(move |cx| {
        polls.fetch_add(1, Ordering::SeqCst);
        step(cx)
    })
}

/// Lets two threads take their rounds side by side, neither more than one ahead.
#[derive(Default)]
pub struct Pace([AtomicUsize; 2]);

impl Pace {
    /// Waits until the other thread has come to `round` as well.
    pub fn reach(&self, me: usize, round: usize) {
        self.0[me].store(round, Ordering::SeqCst);
        let mut spins = 0;
        while self.0[1 - me].load(Ordering::SeqCst) < round {
            spins += 1;
            if spins > 200 {
                std::thread::yield_now();
            }
            std::hint::spin_loop();
        }
    }
}

/// Takes two threads through the same `rounds` side by side; what each says of each round.
pub fn duel<S: Sync, A: Send, B: Send>(
    rounds: &[S],
    one: impl Fn(&S) -> A + Send,
    other: impl Fn(&S) -> B + Send,
) -> (Vec<A>, Vec<B>) {
    fn go<S, R>(rounds: &[S], pace: &Pace, me: usize, program: impl Fn(&S) -> R) -> Vec<R> {
        let step = |(round, subject)| {
            pace.reach(me, round + 1);
            program(subject)
        };
        rounds.iter().enumerate().map(step).collect()
    }
    let pace = Pace::default();
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| go(rounds, &pace, 1, other));
        let ours = go(rounds, &pace, 0, one);
        (ours, thread.join().unwrap_or_else(|e| resume_unwind(e)))
    })
}
