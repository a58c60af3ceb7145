//! What may happen to a tree of contexts, as proptest draws it.

use proptest::prelude::*;

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// No merges of several contexts of which one has a deadline.
    Plain,
    Full,
}

/// One step. Numbers pick among what there is, modulo how many there are.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Cancellable {
        from: usize,
    },
    /// Milliseconds from now, the past included; with a cause or without.
    Deadline {
        from: usize,
        after: i64,
        caused: bool,
    },
    Value {
        from: usize,
        key: usize,
    },
    Without {
        from: usize,
    },
    Merge {
        from: Vec<usize>,
    },
    Clone {
        handle: usize,
    },
    DropHandle {
        handle: usize,
    },
    End {
        cancel: usize,
        caused: bool,
    },
    DropCancel {
        cancel: usize,
    },
    Detach {
        cancel: usize,
    },
    Advance {
        by: u64,
    },
    Wait {
        handle: usize,
        waker: usize,
    },
    Poll {
        waiter: usize,
        waker: usize,
    },
    DropWaiter {
        waiter: usize,
    },
    Register {
        handle: usize,
    },
    Stop {
        callback: usize,
    },
    DropCallback {
        callback: usize,
    },
    DetachCallback {
        callback: usize,
    },
}

/// How many wakers a waiter has.
pub(crate) const WAKERS: usize = 2;

/// How many types of values there are.
pub(crate) const KEYS: usize = 3;

fn op() -> impl Strategy<Value = Op> {
    let pick = || 0..64usize;
    prop_oneof![
        10 => pick().prop_map(|from| Op::Cancellable { from }),
        10 => (pick(), -3..12i64, any::<bool>())
            .prop_map(|(from, after, caused)| Op::Deadline { from, after, caused }),
        5 => (pick(), 0..KEYS).prop_map(|(from, key)| Op::Value { from, key }),
        2 => pick().prop_map(|from| Op::Without { from }),
        6 => prop::collection::vec(pick(), 0..4).prop_map(|from| Op::Merge { from }),
        2 => pick().prop_map(|handle| Op::Clone { handle }),
        12 => pick().prop_map(|handle| Op::DropHandle { handle }),
        6 => (pick(), any::<bool>()).prop_map(|(cancel, caused)| Op::End { cancel, caused }),
        3 => pick().prop_map(|cancel| Op::DropCancel { cancel }),
        5 => pick().prop_map(|cancel| Op::Detach { cancel }),
        6 => (0..8u64).prop_map(|by| Op::Advance { by }),
        9 => (pick(), 0..WAKERS).prop_map(|(handle, waker)| Op::Wait { handle, waker }),
        5 => (pick(), 0..WAKERS).prop_map(|(waiter, waker)| Op::Poll { waiter, waker }),
        4 => pick().prop_map(|waiter| Op::DropWaiter { waiter }),
        7 => pick().prop_map(|handle| Op::Register { handle }),
        2 => pick().prop_map(|callback| Op::Stop { callback }),
        2 => pick().prop_map(|callback| Op::DropCallback { callback }),
        3 => pick().prop_map(|callback| Op::DetachCallback { callback }),
    ]
}

/// A run: the steps, and after which of them everybody looks at all contexts. To look is to act: it is
/// how a deadline that has passed is noticed.
pub(crate) fn ops() -> impl Strategy<Value = Vec<(Op, bool)>> {
    prop::collection::vec((op(), prop::bool::weighted(0.4)), 1..70)
}
