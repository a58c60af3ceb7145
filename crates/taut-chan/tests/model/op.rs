//! What may happen to a channel, as proptest draws it.

use proptest::prelude::*;

/// Which of two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Tx,
    Rx,
}

/// A future to make.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Make {
    Send,
    /// With a value in the slot or without.
    SendFrom {
        full: bool,
    },
    Recv,
    RecvMany {
        max: usize,
    },
    /// A permit; `waits`: by `reserve`, not by `try_reserve`.
    Hold {
        owned: bool,
        waits: bool,
    },
    Closed(Side),
}

/// One step. Numbers pick among what there is, modulo how many there are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// Through the handle picked; `polled`: once, right away.
    Make {
        make: Make,
        handle: usize,
        polled: bool,
    },
    /// Many of one kind, each polled once: more than are woken in one go.
    Crowd {
        make: Make,
        handle: usize,
        times: usize,
    },
    /// With one of the wakers that each future has.
    Poll {
        future: usize,
        waker: usize,
    },
    DropFuture {
        future: usize,
    },
    /// Has a permit, if there is one, send.
    UsePermit {
        future: usize,
    },
    TrySend {
        times: usize,
    },
    TryRecv {
        times: usize,
    },
    Close(Side),
    Clone(Side, usize),
    DropHandle(Side, usize),
    /// Makes the weak handle of this side, anew.
    Downgrade(Side, usize),
    Upgrade(Side),
}

/// How many wakers a future has.
pub(crate) const WAKERS: usize = 3;

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Tx), Just(Side::Rx)]
}

fn make() -> impl Strategy<Value = Make> {
    prop_oneof![
        6 => Just(Make::Send),
        3 => prop::bool::weighted(0.9).prop_map(|full| Make::SendFrom { full }),
        8 => Just(Make::Recv),
        2 => (0..4usize).prop_map(|max| Make::RecvMany { max }),
        5 => (any::<bool>(), prop::bool::weighted(0.8))
            .prop_map(|(owned, waits)| Make::Hold { owned, waits }),
        1 => side().prop_map(Make::Closed),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let pick = || 0..64usize;
    prop_oneof![
        24 => (make(), pick(), prop::bool::weighted(0.85))
            .prop_map(|(make, handle, polled)| Op::Make { make, handle, polled }),
        1 => (make(), pick(), 1..50usize)
            .prop_map(|(make, handle, times)| Op::Crowd { make, handle, times }),
        16 => (pick(), 0..WAKERS).prop_map(|(future, waker)| Op::Poll { future, waker }),
        10 => pick().prop_map(|future| Op::DropFuture { future }),
        6 => pick().prop_map(|future| Op::UsePermit { future }),
        5 => Just(Op::TrySend { times: 1 }),
        5 => Just(Op::TryRecv { times: 1 }),
        1 => (1..80usize).prop_map(|times| Op::TrySend { times }),
        1 => (1..80usize).prop_map(|times| Op::TryRecv { times }),
        1 => prop_oneof![9 => Just(None), 2 => side().prop_map(Some)]
            .prop_map(|side| side.map_or(Op::TryRecv { times: 1 }, Op::Close)),
        2 => (side(), pick()).prop_map(|(side, handle)| Op::Clone(side, handle)),
        2 => (side(), pick()).prop_map(|(side, handle)| Op::DropHandle(side, handle)),
        1 => (side(), pick()).prop_map(|(side, handle)| Op::Downgrade(side, handle)),
        1 => side().prop_map(Op::Upgrade),
    ]
}

/// A run.
pub(crate) fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 1..100)
}
