//! What the tests of this crate share beyond those of the channels: what is likely by chance, foreign
//! futures that are counted, and threads that go side by side.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

#[path = "../../../taut-chan/tests/support/mod.rs"]
mod shared;

use std::fmt::Debug;
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use taut::chan::{self, Receiver, Sender};

pub use shared::*;

/// A channel with room for one value, which is in it.
pub fn holding<T: Debug>(value: T) -> (Sender<T>, Receiver<T>) {
    let (tx, rx) = chan::bounded(1);
    tx.try_send(value).unwrap();
    (tx, rx)
}

/// Nobody waits on either side of this rendezvous: neither form that does not wait finds a peer.
#[track_caller]
pub fn assert_deserted<T: Default>(tx: &Sender<T>, rx: &Receiver<T>) {
    assert!(tx.try_send(T::default()).is_err_and(|e| e.is_full()), "somebody receives");
    assert!(rx.try_recv().is_err(), "somebody sends");
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
