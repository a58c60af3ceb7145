//! What may happen to channels and selects, as proptest draws it.

use proptest::prelude::*;

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Without permits on a rendezvous channel, and without a select on both of its sides.
    Plain,
    Full,
}

/// A future to make.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Make {
    Send,
    SendFrom,
    Recv,
    RecvMany,
}

/// An arm to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Recv,
    Send,
    SendFrom,
    Reserve,
    Watch,
    /// Of no channel, never.
    Disabled,
}

/// How a select is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As `select!` and `first` do.
    Fixed,
    /// As `Select` does: arms can be added and removed.
    Slots,
}

/// One step. Numbers pick among what there is, modulo how many there are.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Make { channel: usize, make: Make },
    Poll { future: usize, waker: usize },
    DropFuture { future: usize },
    TrySend { channel: usize },
    TryRecv { channel: usize },
    TryReserve { channel: usize },
    UsePermit { permit: usize },
    DropPermit { permit: usize },
    Close { channel: usize },
    Select { form: Form, is_biased: bool, arms: Vec<(usize, Way)>, polled: bool },
    PollSelect { select: usize, waker: usize },
    PollNow { select: usize },
    Leave { select: usize },
    Add { select: usize, arm: (usize, Way) },
    Remove { select: usize, arm: usize },
    DropSelect { select: usize },
}

/// How many wakers a future and a select have.
pub(crate) const WAKERS: usize = 3;

/// How many arms a select has at most.
pub(crate) const ARMS: usize = 4;

fn make() -> impl Strategy<Value = Make> {
    prop_oneof![
        4 => Just(Make::Send),
        1 => Just(Make::SendFrom),
        4 => Just(Make::Recv),
        1 => Just(Make::RecvMany),
    ]
}

fn arm() -> impl Strategy<Value = (usize, Way)> {
    let way = prop_oneof![
        8 => Just(Way::Recv),
        5 => Just(Way::Send),
        4 => Just(Way::SendFrom),
        4 => Just(Way::Reserve),
        1 => Just(Way::Watch),
        1 => Just(Way::Disabled),
    ];
    (0..64usize, way)
}

fn op() -> impl Strategy<Value = Op> {
    let pick = || 0..64usize;
    let form = prop_oneof![Just(Form::Fixed), Just(Form::Slots)];
    let arms = prop::collection::vec(arm(), 1..=ARMS);
    prop_oneof![
        14 => (form, any::<bool>(), arms, prop::bool::weighted(0.9)).prop_map(
            |(form, is_biased, arms, polled)| Op::Select { form, is_biased, arms, polled }
        ),
        14 => (pick(), 0..WAKERS).prop_map(|(select, waker)| Op::PollSelect { select, waker }),
        4 => pick().prop_map(|select| Op::PollNow { select }),
        4 => pick().prop_map(|select| Op::Leave { select }),
        3 => (pick(), arm()).prop_map(|(select, arm)| Op::Add { select, arm }),
        2 => (pick(), pick()).prop_map(|(select, arm)| Op::Remove { select, arm }),
        7 => pick().prop_map(|select| Op::DropSelect { select }),
        8 => (pick(), make()).prop_map(|(channel, make)| Op::Make { channel, make }),
        6 => (pick(), 0..WAKERS).prop_map(|(future, waker)| Op::Poll { future, waker }),
        4 => pick().prop_map(|future| Op::DropFuture { future }),
        8 => pick().prop_map(|channel| Op::TrySend { channel }),
        8 => pick().prop_map(|channel| Op::TryRecv { channel }),
        3 => pick().prop_map(|channel| Op::TryReserve { channel }),
        3 => pick().prop_map(|permit| Op::UsePermit { permit }),
        2 => pick().prop_map(|permit| Op::DropPermit { permit }),
        1 => prop_oneof![3 => Just(None), 1 => pick().prop_map(Some)].prop_map(|channel| {
            channel.map_or(Op::TryRecv { channel: 0 }, |channel| Op::Close { channel })
        }),
    ]
}

/// A run.
pub(crate) fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 1..80)
}
