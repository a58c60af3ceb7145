//! Three threads, a few calls each, again and again: every history must fit one sequence.
//!
//! `TAUT_SEED` has the same programs run again; what the threads make of them is up to the machine.
//! `TAUT_SCRIPTS` sets how many there are.

mod check;
#[path = "../stress/rng.rs"]
#[allow(dead_code, reason = "shared with the stress tests")]
mod rng;
#[path = "../model/spec.rs"]
#[allow(dead_code, reason = "shared with the model tests")]
mod spec;
#[path = "../support/mod.rs"]
mod support;

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use taut_chan::{Permit, Receiver, Sender, TryRecvError, TrySendError, future};

use self::check::{Call, Event, Gave, Kind, is_linearizable};
use self::rng::Rng;
use self::spec::{Id, Val};

/// For each kind of channel.
const SCRIPTS: u64 = 2000;
const THREADS: usize = 3;
const CALLS: usize = 5;

/// Futures of a thread.
const SLOTS: usize = 2;

/// A step of a program; the slots are the thread's own.
#[derive(Clone, Copy, Debug)]
enum Act {
    TrySend,
    TryRecv,
    Close,
    Poll(usize),
    Drop(usize),
}

#[derive(Clone, Debug)]
struct Program {
    kinds: [Kind; SLOTS],
    acts: Vec<Act>,
}

impl Program {
    fn new(rng: &mut Rng, thread: usize) -> Self {
        let kinds = std::array::from_fn(|slot| match rng.below(5) {
            0 | 1 => Kind::Send((100 * thread + slot) as Val),
            2 | 3 => Kind::Recv,
            _ => Kind::Reserve,
        });
        let act = |_| match rng.below(30) {
            0..=4 => Act::TrySend,
            5..=9 => Act::TryRecv,
            10 => Act::Close,
            n @ 11..=24 => Act::Poll(n % SLOTS),
            n => Act::Drop(n % SLOTS),
        };
        Self { kinds, acts: (0..CALLS).map(act).collect() }
    }
}

/// A future and what becomes of it.
enum Slot<'a> {
    Send(Pin<Box<future::Send<'a, Val>>>),
    Recv(Pin<Box<future::Recv<'a, Val>>>),
    Reserve(Pin<Box<future::Reserve<'a, Val>>>),
    Permit(Permit<'a, Val>),
    Over,
}

fn poll<F: Future>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

impl Slot<'_> {
    /// Polls what is a future. What it is afterwards, if anything else.
    fn poll(&mut self) -> (Gave, Option<Self>) {
        match self {
            Self::Send(send) => match poll(send) {
                Poll::Pending => (Gave::Pending, None),
                Poll::Ready(Ok(())) => (Gave::Done, Some(Self::Over)),
                Poll::Ready(Err(_)) => (Gave::Closed, Some(Self::Over)),
            },
            Self::Recv(recv) => match poll(recv) {
                Poll::Pending => (Gave::Pending, None),
                Poll::Ready(Ok(value)) => (Gave::Value(value), Some(Self::Over)),
                Poll::Ready(Err(_)) => (Gave::Closed, Some(Self::Over)),
            },
            Self::Reserve(reserve) => match poll(reserve) {
                Poll::Pending => (Gave::Pending, None),
                Poll::Ready(Ok(permit)) => (Gave::Done, Some(Self::Permit(permit))),
                Poll::Ready(Err(_)) => (Gave::Closed, Some(Self::Over)),
            },
            Self::Permit(_) | Self::Over => panic!("no future"),
        }
    }
}

struct Thread<'a> {
    number: usize,
    tx: &'a Sender<Val>,
    rx: &'a Receiver<Val>,
    clock: &'a AtomicU64,
    kinds: [Kind; SLOTS],
    slots: [Slot<'a>; SLOTS],
    events: Vec<Event>,
}

impl Thread<'_> {
    fn run(mut self, acts: &[Act]) -> Vec<Event> {
        for (step, act) in acts.iter().enumerate() {
            self.act(*act, (100 * self.number + 10 + step) as Val);
        }
        for slot in 0..SLOTS {
            self.act(Act::Drop(slot), 0);
        }
        self.events
    }

    /// Takes what is there.
    fn drain(mut self) -> Vec<Event> {
        loop {
            self.act(Act::TryRecv, 0);
            if !self.events.iter().all(|event| matches!(event.gave, Gave::Value(_))) {
                return self.events;
            }
        }
    }

    fn timed(&mut self, call: Call, run: impl FnOnce(&mut Self) -> Gave) {
        let begin = self.clock.fetch_add(1, Ordering::SeqCst);
        let gave = run(self);
        let end = self.clock.fetch_add(1, Ordering::SeqCst);
        self.events.push(Event { call, gave, begin, end });
    }

    fn act(&mut self, act: Act, value: Val) {
        match act {
            Act::TrySend => {
                self.timed(Call::TrySend(value), |this| match this.tx.try_send(value) {
                    Ok(()) => Gave::Done,
                    Err(TrySendError::Full(_)) => Gave::Nothing,
                    Err(TrySendError::Closed(_)) => Gave::Closed,
                })
            }
            Act::TryRecv => self.timed(Call::TryRecv, |this| match this.rx.try_recv() {
                Ok(value) => Gave::Value(value),
                Err(TryRecvError::Empty) => Gave::Nothing,
                Err(TryRecvError::Closed) => Gave::Closed,
            }),
            Act::Close => self.timed(Call::Close, |this| match this.rx.close() {
                true => Gave::Done,
                false => Gave::Closed,
            }),
            Act::Poll(slot) => self.poll(slot, value),
            Act::Drop(slot) => self.drop(slot),
        }
    }

    /// Or uses the permit, if it is one.
    fn poll(&mut self, slot: usize, value: Val) {
        let (id, kind) = (self.number * SLOTS + slot, self.kinds[slot]);
        match std::mem::replace(&mut self.slots[slot], Slot::Over) {
            Slot::Over => {}
            Slot::Permit(permit) => self.timed(Call::PermitSend(id, value), |_| {
                if permit.send(value).is_ok() { Gave::Done } else { Gave::Closed }
            }),
            mut future => self.timed(Call::Poll(id, kind), |this| {
                let (gave, after) = future.poll();
                this.slots[slot] = after.unwrap_or(future);
                gave
            }),
        }
    }

    fn drop(&mut self, slot: usize) {
        let (id, kind) = (self.number * SLOTS + slot, self.kinds[slot]);
        match std::mem::replace(&mut self.slots[slot], Slot::Over) {
            Slot::Over => {}
            live => self.timed(Call::Drop(id, kind), |_| {
                drop(live);
                Gave::Nothing
            }),
        }
    }
}

/// Runs the programs at the same time, and then takes what is left.
fn record(capacity: Option<usize>, programs: &[Program]) -> Vec<Vec<Event>> {
    let (tx, rx) = support::channel(capacity);
    let (clock, ready) = (AtomicU64::new(0), AtomicUsize::new(0));
    let thread = |number: usize, kinds: [Kind; SLOTS]| Thread {
        number,
        tx: &tx,
        rx: &rx,
        clock: &clock,
        kinds,
        slots: kinds.map(|kind| match kind {
            Kind::Send(value) => Slot::Send(Box::pin(tx.send(value))),
            Kind::Recv => Slot::Recv(Box::pin(rx.recv())),
            Kind::Reserve => Slot::Reserve(Box::pin(tx.reserve())),
        }),
        events: Vec::new(),
    };
    let mut histories: Vec<_> = std::thread::scope(|scope| {
        let start = |(number, program): (usize, &Program)| {
            let (acts, kinds) = (program.acts.clone(), program.kinds);
            let (ready, thread) = (&ready, &thread);
            scope.spawn(move || {
                let thread = thread(number, kinds);
                // A barrier would let them go one after the other.
                ready.fetch_add(1, Ordering::SeqCst);
                while ready.load(Ordering::SeqCst) < THREADS {
                    std::thread::yield_now();
                }
                thread.run(&acts)
            })
        };
        let threads: Vec<_> = programs.iter().enumerate().map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread")).collect()
    });
    histories.push(thread(THREADS, [Kind::Recv; SLOTS]).drain());
    histories
}

fn histories(name: &str, capacity: Option<usize>) {
    let seed = rng::seed(name);
    let scripts = std::env::var("TAUT_SCRIPTS").ok().map(|n| n.parse().expect("TAUT_SCRIPTS"));
    for script in 0..scripts.unwrap_or(SCRIPTS) {
        let mut rng = Rng::new(seed, script);
        let programs: Vec<_> = (0..THREADS).map(|thread| Program::new(&mut rng, thread)).collect();
        let history = record(capacity, &programs);
        let futures: Id = (THREADS + 1) * SLOTS;
        if !is_linearizable(capacity, futures, &history) {
            for (thread, events) in history.iter().enumerate() {
                events.iter().for_each(|event| println!("{thread}: {event:?}"));
            }
            panic!("script {script} of TAUT_SEED={seed}: {programs:?}");
        }
    }
}

#[test]
fn rendezvous() {
    histories("rendezvous", Some(0));
}

#[test]
fn bounded_1() {
    histories("bounded_1", Some(1));
}

#[test]
fn bounded_2() {
    histories("bounded_2", Some(2));
}

#[test]
fn unbounded() {
    histories("unbounded", None);
}
