//! One channel in several arms, and many selects on one channel: nobody meets himself, who loses leaves
//! at once, and nobody is passed over for it.

use std::time::{Duration, Instant};

use taut::chan::{self, Receiver, Sender};
use taut::select::{self, OneOf2, OneOf3, Select};

use crate::support::{assert_deserted, assert_uniform, drain, holding, now, parked, task};

#[test]
fn h_03_a_a_select_never_meets_itself() {
    // Goal: SE-15. Alone it waits for ever, may be dropped, and leaves the channel as it was; in every
    // order and form.
    let (tx, rx) = chan::rendezvous();
    for is_send_first in [true, false] {
        let mut both = if is_send_first {
            parked(select::first((Some(tx.send(1)), Some(rx.recv()), None)))
        } else {
            parked(select::first((None, Some(rx.recv()), Some(tx.send(1)))))
        };
        for _ in 0..40 {
            both.pending();
        }
        assert_eq!(both.wakes(), 0);
        drop(both);
        assert_deserted(&tx, &rx);
    }
    let mut select = Select::new();
    select.add(0, select::boxed(select::map(tx.send(1), |_| ())));
    select.add(1, select::boxed(select::map(rx.recv(), |_| ())));
    parked(select.next()).pending();
    assert_eq!(select.try_next(), None);
    assert_deserted(&tx, &rx);
}

/// A select of a send and a receive on one channel. What it received, if it did.
async fn both(tx: &Sender<u64>, rx: &Receiver<u64>, own: u64, order: u64) -> Option<u64> {
    if order % 2 == 0 {
        select::select! {
            sent = tx.send(own) => sent.map(|()| None).unwrap(),
            got = rx.recv() => got.ok(),
        }
    } else {
        select::select! {
            biased;
            got = rx.recv() => got.ok(),
            sent = tx.send(own) => sent.map(|()| None).unwrap(),
        }
    }
}

#[test]
fn h_03_b_two_that_do_the_same_always_pair() {
    // Goal: nobody receives what he sends, and one of the two receives. In all orders of their arms.
    let (tx, rx) = chan::rendezvous();
    for round in 0..10_000 {
        let mut first = parked(both(&tx, &rx, 1, round));
        let second = task(both(&tx, &rx, 2, round / 2)).ready();
        let first = first.answer().expect("woken");
        assert!(
            matches!((first, second), (Some(2), None) | (None, Some(1))),
            "{first:?} {second:?}"
        );
    }
    assert_deserted(&tx, &rx);
}

#[test]
fn h_03_c_over_a_buffer_own_values_may_come_back_and_none_is_lost() {
    // Goal: SE-16: in order, each once.
    let (tx, rx) = chan::bounded(10);
    let (mut sent, mut received) = (0, Vec::new());
    for round in 0..10_000 {
        match now(both(&tx, &rx, sent, round)) {
            Some(value) => received.push(value),
            None => sent += 1,
        }
    }
    received.extend(drain(&rx));
    assert!(sent > 10);
    assert_eq!(received, (0..sent).collect::<Vec<_>>());
}

#[test]
fn h_03_d_the_odd_one_of_three_leaves_no_ghost() {
    // Goal: after it is dropped a send waits, instead of being delivered to nobody.
    let (tx, rx) = chan::rendezvous();
    let mut first = parked(both(&tx, &rx, 1, 0));
    assert!(task(both(&tx, &rx, 2, 1)).poll().is_ready());
    assert!(first.answer().is_some());
    let odd = parked(both(&tx, &rx, 3, 0));
    drop(odd);
    let mut plain = parked(tx.send(4));
    plain.pending();
    assert_eq!((rx.try_recv(), plain.ready()), (Ok(4), Ok(())));
    assert_deserted(&tx, &rx);
}

#[test]
fn se_17_a_channel_may_stand_in_any_number_of_arms() {
    // Goal: in both directions; one event serves one arm, and all the others go.
    let (tx, rx) = chan::rendezvous();
    for serve_a_receive in [true, false] {
        let mut many = parked(async {
            select::select! {
                got = rx.recv() => got.is_ok(), sent = tx.send(1) => sent.is_err(),
                got = rx.recv() => got.is_ok(), sent = tx.send(1) => sent.is_err(),
                got = rx.recv() => got.is_ok(), sent = tx.send(1) => sent.is_err(),
            }
        });
        if serve_a_receive {
            assert_eq!(now(tx.send(2)), Ok(()));
        } else {
            assert_eq!(now(rx.recv()), Ok(1));
        }
        assert_deserted(&tx, &rx);
        assert_eq!((many.wakes(), many.ready()), (1, serve_a_receive));
        assert_deserted(&tx, &rx);
    }
}

#[test]
fn se_15_a_select_in_both_directions_can_be_met_without_waiting() {
    // Goal: NL-06, SE-23. Somebody waits to send, so a receive that does not wait has a partner, in
    // every form; and so has a send.
    let (tx, rx) = chan::rendezvous();
    for form in 0..5 {
        let mut waits = parked(select::first((tx.send(1), rx.recv())));
        match form {
            0 => assert_eq!(tx.try_send(2), Ok(())),
            1 => assert_eq!(rx.try_recv(), Ok(1)),
            2 => assert!(now(select::first((rx.recv(), rx.recv())).now()).is_some()),
            3 => assert_eq!(
                now(async {
                    select::select! { got = rx.recv() => got, default => Ok(0) }
                }),
                Ok(1)
            ),
            _ => assert_eq!(Select::from_iter([((), rx.recv())]).try_next(), Some(((), Ok(1)))),
        }
        assert!(waits.answer().is_some());
    }
}

#[test]
fn h_03_b_of_two_that_do_the_same_the_one_that_arrives_chooses_uniformly() {
    // Goal: SE-02, SE-18: both its arms can proceed.
    let (tx, rx) = chan::rendezvous();
    let mut counts = [0; 2];
    for _ in 0..4000 {
        let mut waits = parked(select::first((tx.send(1), rx.recv())));
        match now(select::first((tx.send(2), rx.recv()))) {
            OneOf2::A(sent) => counts[sent.map(|()| 0).unwrap()] += 1,
            OneOf2::B(got) => counts[got.unwrap() as usize] += 1,
        }
        assert!(waits.answer().is_some());
    }
    assert_uniform("both directions", &counts);
}

#[test]
fn h_04_a_select_with_a_channel_in_two_arms_holds_nobody_up() {
    // Goal: 7 to the select, 8 to the plain receive behind it.
    let ((c_tx, c_rx), (d_tx, d_rx)) = (chan::rendezvous(), chan::rendezvous());
    let mut first = parked(select::first((c_rx.recv(), c_rx.recv(), d_rx.recv())));
    let mut second = parked(c_rx.recv());
    assert_eq!((d_tx.try_send(7), c_tx.try_send(8)), (Ok(()), Ok(())));
    assert_eq!((first.wakes(), second.wakes()), (1, 1));
    assert_eq!((first.ready(), second.ready()), (OneOf3::C(Ok(7)), Ok(8)));

    // Served over the channel that is in it twice: once.
    let mut first = parked(select::first((c_rx.recv(), c_rx.recv(), d_rx.recv())));
    let mut second = parked(c_rx.recv());
    assert_eq!((c_tx.try_send(1), c_tx.try_send(2)), (Ok(()), Ok(())));
    assert!(matches!(first.ready(), OneOf3::A(Ok(1)) | OneOf3::B(Ok(1))));
    assert_eq!(second.ready(), Ok(2));
}

#[test]
fn h_04_a_select_that_leaves_the_end_of_a_line_leaves_it_whole() {
    // Goal: who comes after it stands behind who was before it, and both are served.
    let ((c1_tx, c1_rx), (c2_tx, c2_rx)) = (chan::rendezvous(), chan::rendezvous());
    let mut first = parked(c1_rx.recv());
    let mut last = parked(select::first((c1_rx.recv(), c2_rx.recv())));
    assert_eq!(c2_tx.try_send(1), Ok(()));
    assert_eq!(last.ready(), OneOf2::B(Ok(1)));
    let mut again = parked(c1_rx.recv());
    assert_eq!((c1_tx.try_send(2), c1_tx.try_send(3)), (Ok(()), Ok(())));
    assert_eq!((first.ready(), again.ready()), (Ok(2), Ok(3)));
}

/// So many selects wait on a common channel, each with one of its own, and are served over that.
fn share_one_channel(count: u64) -> Duration {
    let (_tx, common) = chan::rendezvous::<u64>();
    let own: Vec<_> = (0..count).map(|_| chan::bounded(1)).collect();
    let start = Instant::now();
    let mut waits: Vec<_> =
        own.iter().map(|(_, own)| parked(select::first((common.recv(), own.recv())))).collect();
    for ((tx, _), n) in own.iter().zip(0..) {
        tx.try_send(n).unwrap();
    }
    for (wait, n) in waits.iter_mut().zip(0..) {
        assert_eq!(wait.ready(), OneOf2::B(Ok(n)));
    }
    start.elapsed()
}

/// So many selects wait on a common channel, are served elsewhere and not polled; then the common
/// channel looks for somebody, again and again.
fn look_past_the_decided(count: u64) -> Duration {
    let (tx, common) = chan::rendezvous::<u64>();
    let own: Vec<_> = (0..count).map(|_| chan::bounded(1)).collect();
    let _waits: Vec<_> =
        own.iter().map(|(_, own)| parked(select::first((common.recv(), own.recv())))).collect();
    own.iter().for_each(|(tx, _)| tx.try_send(0).unwrap());
    let start = Instant::now();
    for n in 0..count {
        assert!(tx.try_send(n).is_err());
    }
    start.elapsed()
}

/// So many take far less than what they would if each had to pass all others: that is five thousand
/// million steps. (How the time grows says less: it depends on the caches, and on who else uses them.)
#[track_caller]
fn is_linear(name: &str, program: fn(u64) -> Duration) {
    const GENEROUS: Duration = Duration::from_secs(5);
    let best = (0..3).map(|_| program(100_000)).find(|time| *time < GENEROUS);
    assert!(best.is_some(), "{name}: more than {GENEROUS:?} each time");
}

#[test]
fn h_04_many_selects_on_one_channel_take_linear_time() {
    // Goal: SE-35: leaving takes the same time, however many share the list. 10⁵ of them.
    is_linear("served elsewhere", share_one_channel);
    is_linear("passed over", look_past_the_decided);
}

#[test]
fn se_35_a_round_takes_time_linear_in_the_number_of_arms() {
    // Goal: of a `Select` that waits, is served at one arm, and waits again.
    is_linear("arms", |count| {
        let channels: Vec<_> = (0..count).map(|_| chan::bounded(1)).collect();
        let mut select: Select<_, _> =
            channels.iter().enumerate().map(|(n, (_, rx))| (n, rx.recv())).collect();
        let start = Instant::now();
        for n in [0, count as usize / 2, count as usize - 1] {
            let mut waits = parked(select.next());
            channels[n].0.try_send(7).unwrap();
            assert_eq!(waits.ready(), Some((n, Ok(7))));
            drop(waits);
            select.add(n, channels[n].1.recv());
        }
        start.elapsed()
    });
}

#[test]
fn se_15_a_select_may_serve_another_arm_of_its_own_channel() {
    // Goal: with a partner in the line behind its own node, it meets the partner, and not itself.
    let (tx, rx) = chan::rendezvous();
    let mut first = parked(select::first((tx.send(1), rx.recv())));
    let mut peer = task(rx.recv());
    assert_eq!((peer.ready(), first.ready()), (Ok(1), OneOf2::A(Ok(()))));
    let (_full, from) = holding(5);
    let got = now(async {
        select::select! { got = from.recv() => got, got = from.recv() => got }
    });
    assert_eq!((got, from.len()), (Ok(5), 0));
}
#[test]
fn se_15_a_reservation_never_meets_its_own_select() {
    // Goal: H-03 with a permit: alone it waits for ever, in whatever order its arms are registered.
    let (tx, rx) = chan::rendezvous::<u64>();
    for _ in 0..50 {
        task(select::first((tx.reserve(), rx.recv()))).pending();
    }
}

#[test]
fn se_20_a_select_that_was_decided_elsewhere_is_no_partner_of_a_reservation() {
    // Goal: nobody waits to receive any more; a send that does not wait knows that already.
    let (c, d) = (chan::rendezvous::<u64>(), chan::rendezvous::<u64>());
    let _decided = parked(select::first((c.1.recv(), d.1.recv())));
    d.0.try_send(1).unwrap();
    let is_granted = now(async {
        select::select! { permit = c.0.reserve() => permit.is_ok(), default => false }
    });
    assert!(!is_granted && c.0.try_reserve().is_err());
}

#[test]
fn se_20_a_sender_that_was_decided_elsewhere_is_no_partner() {
    // Goal: for receives that do not wait and for one that does.
    let (c, d) = (chan::rendezvous(), chan::rendezvous());
    let _decided = parked(select::first((c.0.send(1), d.1.recv())));
    d.0.try_send(1).unwrap();
    assert!(c.1.try_recv().is_err());
    assert!(now(async {
        select::select! { _ = c.1.recv() => false, default => true }
    }));
    let mut waits = parked(c.1.recv());
    assert_eq!((c.0.try_send(8), waits.ready()), (Ok(()), Ok(8)));
}
