//! Whether a history can be told in one sequence: Wing and Gong's search over the oracle.
//!
//! An event is one call: a poll, the drop of a future, an operation that does not wait. Each must seem
//! to happen at one instant between its begin and its end, and together they must be what the oracle
//! does. That is more than it takes for the operations alone: it holds for their waiting, too.

use crate::spec::{Asked, Id, Received, Spec, Val, Verdict};

/// What a future is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Send(Val),
    Recv,
    Reserve,
}

/// What was called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Call {
    TrySend(Val),
    TryRecv,
    Close,
    Poll(Id, Kind),
    Drop(Id, Kind),
    /// By the permit that this future gave.
    PermitSend(Id, Val),
}

/// What it gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gave {
    Nothing,
    Pending,
    Done,
    Closed,
    Value(Val),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) call: Call,
    pub(crate) gave: Gave,
    pub(crate) begin: u64,
    pub(crate) end: u64,
}

/// How far a future is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Fresh,
    Waiting,
    Decided(Verdict),
    Holding,
    Over,
}

/// A moment of the sequence.
#[derive(Clone)]
struct Moment {
    spec: Spec,
    futures: Vec<State>,
}

impl Moment {
    fn apply(&mut self, call: Call) -> Gave {
        let gave = match call {
            Call::TrySend(value) => asked(self.spec.send(None, value)),
            Call::TryRecv => received(self.spec.try_recv()),
            Call::Close if self.spec.close() => Gave::Done,
            Call::Close => Gave::Closed,
            Call::Poll(id, kind) => self.poll(id, kind),
            Call::Drop(id, kind) => self.drop(id, kind),
            Call::PermitSend(id, value) => {
                self.futures[id] = State::Over;
                if self.spec.send_reserved(value) { Gave::Done } else { Gave::Closed }
            }
        };
        for (id, verdict) in self.spec.take_decided() {
            assert_eq!(self.futures[id], State::Waiting, "{verdict:?}");
            self.futures[id] = State::Decided(verdict);
        }
        gave
    }

    fn poll(&mut self, id: Id, kind: Kind) -> Gave {
        let gave = match (self.futures[id], kind) {
            (State::Fresh, Kind::Send(value)) => asked(self.spec.send(Some(id), value)),
            (State::Fresh, Kind::Reserve) => asked(self.spec.reserve(Some(id))),
            (State::Fresh, Kind::Recv) => received(self.spec.recv(id)),
            (State::Waiting, _) => Gave::Nothing,
            (State::Decided(Verdict::Done), _) => Gave::Done,
            (State::Decided(Verdict::Closed), _) => Gave::Closed,
            (State::Decided(Verdict::Got { value, .. }), _) => Gave::Value(value),
            (state, _) => panic!("{state:?} is not polled"),
        };
        self.futures[id] = match (gave, kind) {
            (Gave::Nothing, _) => State::Waiting,
            (Gave::Done, Kind::Reserve) => State::Holding,
            _ => State::Over,
        };
        if gave == Gave::Nothing { Gave::Pending } else { gave }
    }

    fn drop(&mut self, id: Id, kind: Kind) -> Gave {
        match (self.futures[id], kind) {
            (State::Waiting, _) => self.spec.withdraw(id),
            (State::Decided(Verdict::Got { value, ticket }), _) => {
                self.spec.give_back(value, ticket);
            }
            (State::Decided(Verdict::Done), Kind::Reserve) | (State::Holding, _) => {
                self.spec.release();
            }
            _ => {}
        }
        self.futures[id] = State::Over;
        Gave::Nothing
    }
}

fn asked(asked: Asked) -> Gave {
    match asked {
        Asked::Done => Gave::Done,
        Asked::Closed => Gave::Closed,
        Asked::NoRoom => Gave::Nothing,
    }
}

fn received(received: Received) -> Gave {
    match received {
        Received::Value(value) => Gave::Value(value),
        Received::Closed => Gave::Closed,
        Received::Nothing => Gave::Nothing,
    }
}

/// Whether the threads' events fit one sequence that the oracle allows.
pub(crate) fn is_linearizable(
    capacity: Option<usize>,
    futures: Id,
    threads: &[Vec<Event>],
) -> bool {
    let start = Moment { spec: Spec::new(capacity), futures: vec![State::Fresh; futures] };
    search(&start, threads, &mut vec![0; threads.len()])
}

fn search(moment: &Moment, threads: &[Vec<Event>], next: &mut [usize]) -> bool {
    let heads: Vec<_> = threads.iter().zip(&*next).map(|(events, at)| events.get(*at)).collect();
    // Nothing may come after an event that had ended before it began.
    let Some(first_end) = heads.iter().flatten().map(|event| event.end).min() else { return true };
    for (thread, head) in heads.into_iter().enumerate() {
        let Some(event) = head.filter(|event| event.begin <= first_end) else { continue };
        let mut moment = moment.clone();
        if moment.apply(event.call) == event.gave {
            next[thread] += 1;
            if search(&moment, threads, next) {
                return true;
            }
            next[thread] -= 1;
        }
    }
    false
}
