//! `Select`: arms that come and go, under keys.

use std::collections::HashSet;

use taut::chan::{self, RecvError, SendError, never};
use taut::select::{self, BoxCase, Select};

use crate::support::{Census, assert_deserted, drain, holding, now, parked};

#[test]
fn rs_02_the_key_of_the_arm_that_won_comes_back() {
    // Goal: whatever order the engine looks in: each key names its channel. Keys of any type, moved in
    // and out.
    let channels: Vec<_> = (0..20_u64).map(holding).collect();
    let mut select: Select<String, _> =
        channels.iter().enumerate().map(|(n, (_, rx))| (format!("key {n}"), rx.recv())).collect();
    let mut seen = HashSet::new();
    while let Some((key, got)) = now(select.next()) {
        assert_eq!(key, format!("key {}", got.unwrap()));
        assert!(seen.insert(key));
    }
    assert_eq!(seen.len(), 20);
}

#[test]
fn rs_03_every_output_is_the_operation_s_own() {
    // Goal: RS-03, RS-10, RS-12: received, sent, closed in both directions; through `map` and `boxed`.
    #[derive(Debug, PartialEq, Eq)]
    enum Did {
        Got(Result<u64, RecvError>),
        Sent(Result<(), SendError<&'static str>>),
    }
    let ((_full, from), (to, into)) = (holding(1), chan::bounded(1));
    let ((closed, closed_rx), (shut, _shut_rx)) = (chan::rendezvous(), chan::rendezvous());
    assert!(closed.close() && shut.close());
    let mut select: Select<u8, BoxCase<'_, Did>> = Select::new();
    select.add(0, select::boxed(select::map(from.recv(), Did::Got)));
    select.add(1, select::boxed(select::map(to.send("text"), Did::Sent)));
    select.add(2, select::boxed(select::map(closed_rx.recv(), Did::Got)));
    select.add(3, select::boxed(select::map(shut.send("back"), Did::Sent)));
    let mut all: Vec<_> = std::iter::from_fn(|| select.try_next()).collect();
    all.sort_by_key(|(key, _)| *key);
    let expected = [
        Did::Got(Ok(1)),
        Did::Sent(Ok(())),
        Did::Got(Err(RecvError)),
        Did::Sent(Err(SendError("back"))),
    ];
    assert_eq!(all, (0..).zip(expected).collect::<Vec<_>>());
    assert_eq!(drain(&into), ["text"]);
}

#[test]
fn rs_07_a_hundred_thousand_arms() {
    // Goal: SE-24. Served at the last, the first and one in the middle, parked and not.
    const ARMS: usize = 100_000;
    let channels: Vec<_> = (0..ARMS).map(|_| chan::bounded(1)).collect();
    let mut select = Select::new();
    select.reserve(ARMS);
    select.extend(channels.iter().enumerate().map(|(n, (_, rx))| (n, rx.recv())));
    assert_eq!((select.len(), select.try_next()), (ARMS, None));
    for n in [ARMS - 1, 0, ARMS / 2] {
        channels[n].0.try_send(n).unwrap();
        assert_eq!(now(select.next()), Some((n, Ok(n))));
        select.add(n, channels[n].1.recv());
        let mut waits = parked(select.next());
        channels[n].0.try_send(n + 1).unwrap();
        assert_eq!((waits.wakes(), waits.ready()), (1, Some((n, Ok(n + 1)))));
        drop(waits);
        select.add(n, channels[n].1.recv());
    }
    assert_eq!(select.len(), ARMS);
}

#[test]
fn rs_09_without_arms_there_is_none() {
    // Goal: Go would wait for ever; a loop over a `Select` ends. Arms that are disabled are arms: it
    // waits for ever.
    let mut select: Select<u8, chan::future::Recv<'_, u8>> = Select::new();
    assert_eq!((now(select.next()), select.try_next(), select.len()), (None, None, 0));
    assert!(select.is_empty());
    let rx = never::<u8>();
    let mut disabled = Select::default();
    disabled.add((), None);
    disabled.add((), Some(rx.recv()).filter(|_| false));
    parked(disabled.next()).pending();
    assert_eq!((disabled.try_next(), disabled.len()), (None, 2));
}

#[test]
fn rs_01_the_arm_that_won_is_gone_and_the_others_stay() {
    let ((_a, a_rx), (b, b_rx)) = (holding(1), chan::bounded(1));
    let mut select: Select<_, _> = [('a', a_rx.recv()), ('b', b_rx.recv())].into_iter().collect();
    assert_eq!((now(select.next()), select.len()), (Some(('a', Ok(1))), 1));
    assert!(select.remove(&'b') && !select.remove(&'a'));
    b.try_send(2).unwrap();
    select.add('b', b_rx.recv());
    select.add('b', a_rx.recv());
    assert_eq!(select.try_next(), Some(('b', Ok(2))));
    assert_eq!((select.len(), select.try_next()), (1, None));
}

#[test]
fn rs_11_arms_are_removed_without_effect() {
    // Goal: `remove` all of that key, `retain`, `clear`, and a drop: the values are where they were,
    // each send's value is dropped once, and nothing is registered.
    let census = Census::default();
    let (tx, rx) = chan::rendezvous();
    let value = |id| tx.send(census.value(id));
    let mut select: Select<u64, _> = (0..10).map(|n| (n % 5, value(n))).collect();
    drop(parked(select.next()));
    assert!(select.remove(&3));
    assert_eq!((select.len(), census.alive()), (8, 8));
    select.retain(|key| key % 2 == 0);
    assert_eq!((select.len(), census.alive()), (6, 6));
    select.add(7, value(7));
    assert_eq!(census.alive(), 7);
    select.clear();
    assert_eq!((select.is_empty(), census.alive()), (true, 0));
    select.extend((0..3).map(|n| (n, value(n))));
    drop(parked(select.next()));
    drop(select);
    assert_eq!((census.alive(), rx.try_recv().is_err()), (0, true));
}

#[test]
fn rs_11_arms_are_added_in_the_loop() {
    // Goal: three sources until each is closed; each value once and in its order, keys right.
    let channels: Vec<_> = (0..3).map(|_| chan::unbounded()).collect();
    for (n, (tx, _)) in channels.iter().enumerate() {
        (0..50).for_each(|value| tx.try_send(100 * n + value).unwrap());
        assert!(tx.close());
    }
    let mut select: Select<_, _> =
        channels.iter().enumerate().map(|(n, (_, rx))| (n, rx.recv())).collect();
    let mut next = [0; 3];
    let mut ended = 0;
    while let Some((n, got)) = now(select.next()) {
        match got {
            Ok(value) => {
                assert_eq!(value, 100 * n + next[n]);
                next[n] += 1;
                select.add(n, channels[n].1.recv());
            }
            Err(RecvError) => ended += 1,
        }
    }
    assert_eq!((next, ended), ([50; 3], 3));
}

#[test]
fn rs_11_adding_and_removing_between_waits_changes_who_is_served() {
    // Goal: what was removed is not served any more; what was added is, in the same memory.
    let ((a, a_rx), (b, b_rx)) = (chan::rendezvous::<u64>(), chan::rendezvous::<u64>());
    let mut select = Select::new();
    for round in 0..100 {
        select.add('a', a_rx.recv());
        drop(parked(select.next()));
        assert_deserted(&a, &a_rx);
        assert!(select.remove(&'a'));
        select.add('b', b_rx.recv());
        let mut waits = parked(select.next());
        assert!(a.try_send(9).is_err(), "removed");
        assert_eq!((b.try_send(round), waits.ready()), (Ok(()), Some(('b', Ok(round)))));
    }
}

#[test]
fn biased_takes_the_first_place() {
    // Goal: in order of place, and an arm that is added takes the place that was left last.
    let channels: Vec<_> = (0..4_u64).map(holding).collect();
    let mut select = Select::biased();
    (0..4).for_each(|n| select.add(n, channels[n].1.recv()));
    assert!(select.remove(&1));
    select.add(9, channels[1].1.recv());
    let keys: Vec<_> = std::iter::from_fn(|| select.try_next()).map(|(key, _)| key).collect();
    assert_eq!(keys, [0, 9, 2, 3]);
}

#[test]
fn a_key_may_be_anything() {
    // Goal: unlike one another or all the same, owned, dropped once with its arm.
    let census = Census::default();
    let (_full, rx) = holding(5);
    let mut select = Select::new();
    (0..5).for_each(|n| select.add(census.value(n), rx.recv()));
    let (key, got) = select.try_next().unwrap();
    assert_eq!((got, select.len(), census.alive()), (Ok(5), 4, 5));
    drop(key);
    select.retain(|key| key.id % 2 == 0);
    let left = select.len();
    assert_eq!(census.alive(), left);
    drop(select);
    assert_eq!(census.alive(), 0);
}
