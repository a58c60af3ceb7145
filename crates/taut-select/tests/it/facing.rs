//! Selects that face each other: one pair, over one channel, and whoever is left over waits intact.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Barrier, Mutex};
use std::task::{Context, Poll, Waker};

use taut::chan::{self, Receiver, Sender};
use taut::select;

use crate::support::hooks::{Event, hooked};
use crate::support::{
    Program, Task, Wakes, assert_deserted, assert_uniform, duel, parked, race, task,
};

type Channel = (Sender<u64>, Receiver<u64>);

/// What a select did: sent this, or received this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Did {
    Sent(u64),
    Got(u64),
}

/// Sends `value` on `out`, or receives from `input`.
async fn send_or_recv(out: &Channel, value: u64, input: &Channel) -> Did {
    select::select! {
        sent = out.0.send(value) => { sent.unwrap(); Did::Sent(value) }
        got = input.1.recv() => Did::Got(got.unwrap()),
    }
}

/// The same, with an arm that is never ready, and in the other order.
async fn recv_or_send(out: &Channel, value: u64, input: &Channel) -> Did {
    let idle = chan::never::<()>();
    select::select! {
        got = input.1.recv() => Did::Got(got.unwrap()),
        _ = idle.recv() => unreachable!("it never is"),
        sent = out.0.send(value) => { sent.unwrap(); Did::Sent(value) }
    }
}

/// One sent what the other received. Over which channel: 1 or 2.
#[track_caller]
fn carried(one: Did, other: Did) -> u64 {
    match (one, other) {
        (Did::Sent(1), Did::Got(1)) => 1,
        (Did::Got(2), Did::Sent(2)) => 2,
        disagree => panic!("{disagree:?}"),
    }
}

#[test]
fn h_01_i_the_one_that_arrives_chooses_uniformly() {
    // Goal: SE-18, SE-36. One transfer, both agree, no arm is left, and each channel half of the time.
    let (a, b) = (chan::rendezvous(), chan::rendezvous());
    let mut counts = [0; 2];
    for round in 0..4000 {
        let mut waits = parked(send_or_recv(&a, 1, &b));
        let comes = if round % 2 == 0 {
            task(send_or_recv(&b, 2, &a)).ready()
        } else {
            task(recv_or_send(&b, 2, &a)).ready()
        };
        assert_eq!(waits.wakes(), 1);
        counts[carried(waits.ready(), comes) as usize - 1] += 1;
        assert_deserted(&a.0, &a.1);
        assert_deserted(&b.0, &b.1);
    }
    assert_uniform("facing", &counts);
}

#[test]
fn h_01_iii_an_arm_that_is_never_ready_changes_nothing() {
    let (a, b) = (chan::rendezvous(), chan::rendezvous());
    let mut counts = [0; 2];
    for _ in 0..4000 {
        let mut waits = parked(recv_or_send(&a, 1, &b));
        let comes = task(recv_or_send(&b, 2, &a)).ready();
        counts[carried(waits.answer().unwrap(), comes) as usize - 1] += 1;
    }
    assert_uniform("facing", &counts);
}

/// Polls both until nothing more is to come, as executors would.
fn settle<A: Future, B: Future>(
    one: &mut Task<A>,
    other: &mut Task<B>,
    mut done: (Option<A::Output>, Option<B::Output>),
) -> (Option<A::Output>, Option<B::Output>) {
    for _ in 0..4 {
        if done.0.is_none() {
            done.0 = one.answer();
        }
        if done.1.is_none() {
            done.1 = other.answer();
        }
    }
    done
}

#[test]
fn h_01_ii_two_that_come_at_the_same_time_pair_once() {
    // Goal: never both waiting. Method: both are polled for the first time side by side, then only when
    // they were woken.
    for _ in 0..20 {
        let channels: Vec<(Channel, Channel)> =
            (0..1000).map(|_| (chan::rendezvous(), chan::rendezvous())).collect();
        let rounds: Vec<_> = channels
            .iter()
            .map(|(a, b)| {
                let facing = (task(send_or_recv(a, 1, b)), task(recv_or_send(b, 2, a)));
                (Mutex::new(facing.0), Mutex::new(facing.1))
            })
            .collect();
        let (ones, others) = duel(
            &rounds,
            |(one, _)| one.lock().unwrap().poll(),
            |(_, other)| other.lock().unwrap().poll(),
        );
        for (((one, other), polled), (a, b)) in
            rounds.into_iter().zip(ones.into_iter().zip(others)).zip(&channels)
        {
            let (mut one, mut other) = (one.into_inner().unwrap(), other.into_inner().unwrap());
            let ready =
                |poll: Poll<Did>| if let Poll::Ready(did) = poll { Some(did) } else { None };
            let (Some(one), Some(other)) =
                settle(&mut one, &mut other, (ready(polled.0), ready(polled.1)))
            else {
                panic!("both wait");
            };
            carried(one, other);
            assert_deserted(&a.0, &a.1);
            assert_deserted(&b.0, &b.1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h_01_iv_eight_of_each_all_pair() {
    // Goal: all sixteen complete; what is sent over a channel is what is received over it.
    for _ in 0..500 {
        let (a, b): (Channel, Channel) = (chan::rendezvous(), chan::rendezvous());
        let tasks: Vec<_> = (0..16)
            .map(|n| {
                let (a, b) = (a.clone(), b.clone());
                tokio::spawn(async move {
                    if n % 2 == 0 {
                        send_or_recv(&a, n, &b).await
                    } else {
                        recv_or_send(&b, n, &a).await
                    }
                })
            })
            .collect();
        let (mut sent, mut got) = (Vec::new(), Vec::new());
        for task in tasks {
            match task.await.unwrap() {
                Did::Sent(value) => sent.push(value),
                Did::Got(value) => got.push(value),
            }
        }
        sent.sort_unstable();
        got.sort_unstable();
        assert_eq!((sent.len(), sent), (8, got));
    }
}

/// Each of a ring sends on its channel, or receives from the next one's, or is told to stop.
async fn in_ring(ring: &[Channel], stops: &[Channel], place: usize) -> Option<Did> {
    let (own, next) = (&ring[place], &ring[(place + 1) % ring.len()]);
    select::select! {
        sent = own.0.send(place as u64) => { sent.unwrap(); Some(Did::Sent(place as u64)) }
        got = next.1.recv() => Some(Did::Got(got.unwrap())),
        _ = stops[place].1.recv() => None,
    }
}

/// Of a ring, what each did: neighbours pair, and no two that wait are neighbours.
#[track_caller]
fn check_ring(did: &[Option<Did>]) {
    let count = did.len();
    for (place, mine) in did.iter().enumerate() {
        let (before, after) = ((place + count - 1) % count, (place + 1) % count);
        match *mine {
            Some(Did::Sent(value)) => assert_eq!(did[before], Some(Did::Got(value)), "{did:?}"),
            Some(Did::Got(value)) => {
                assert_eq!(value, after as u64, "{did:?}");
                assert_eq!(did[after], Some(Did::Sent(value)), "{did:?}");
            }
            None => assert!(did[after].is_some(), "two neighbours wait: {did:?}"),
        }
    }
}

#[test]
fn h_02_in_a_ring_neighbours_pair_and_who_is_left_keeps_its_places() {
    // Goal: SE-36, rings of two to sixteen, one after the other and on threads. Who is left over is
    // completed over either of its channels, or stopped.
    for count in 2..=16_usize {
        for round in 0..60 {
            let ring: Vec<Channel> = (0..count).map(|_| chan::rendezvous()).collect();
            let stops: Vec<Channel> = (0..count).map(|_| chan::rendezvous()).collect();
            let mut tasks: Vec<_> =
                (0..count).map(|place| task(in_ring(&ring, &stops, place))).collect();
            let polled: Vec<_> = if round % 2 == 0 {
                tasks.iter_mut().map(Task::poll).collect()
            } else {
                let poll = |task| -> Program<'_, _> { Box::new(move || Task::poll(task)) };
                race(tasks.iter_mut().map(poll).collect())
            };
            let mut did: Vec<Option<Did>> = Vec::new();
            for poll in polled {
                did.push(if let Poll::Ready(did) = poll { did } else { None });
            }
            for _ in 0..3 {
                for (did, task) in did.iter_mut().zip(&mut tasks).filter(|(did, _)| did.is_none()) {
                    *did = task.answer().flatten();
                }
            }
            check_ring(&did);
            for place in (0..count).filter(|place| did[*place].is_none()) {
                let left = &mut tasks[place];
                left.pending();
                match round % 3 {
                    0 => assert_eq!(ring[place].1.try_recv(), Ok(place as u64)),
                    1 => ring[(place + 1) % count].0.try_send(9).unwrap(),
                    _ => stops[place].0.try_send(0).unwrap(),
                }
                let expected = [Some(Did::Sent(place as u64)), Some(Did::Got(9)), None];
                assert_eq!(left.answer(), Some(expected[round % 3]));
            }
        }
    }
}

/// Polls what is in this place. Whether it is ready.
fn is_ready<F: Future>(place: &mut Pin<Box<Option<F>>>, waker: &Waker) -> bool {
    let future = place.as_mut().as_pin_mut().unwrap();
    future.poll(&mut Context::from_waker(waker)).is_ready()
}

#[test]
fn h_01_ii_a_select_that_gives_way_to_another_that_looks_is_not_stranded() {
    // Goal: never both waiting. Of two selects that look at the same time the one at the higher address
    // yields; it looks some thirty times, then lets its task go and comes again. By then the other
    // waits, and it must find that out.
    //
    // Method: the lower one is held up while it looks, registered at `c` already, by the waker of a
    // reservation that its second arm meets. The higher one had looked at `c` before that, and is held
    // up by a foreign future until the lower one is in its place.
    let (c, r) = (chan::rendezvous::<u64>(), chan::rendezvous::<u64>());
    let (has_looked, is_held, go_on) =
        (Barrier::new(2), Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let hold = {
        let (is_held, go_on) = (Arc::clone(&is_held), Arc::clone(&go_on));
        hooked(move |event| {
            if event == Event::Wake {
                is_held.wait();
                go_on.wait();
            }
        })
    };
    let mut reservation = task(r.0.reserve());
    assert!(reservation.poll_with(&hold).is_pending());
    let mut is_first = true;
    let wait_once = std::future::poll_fn(|_| {
        if std::mem::take(&mut is_first) {
            has_looked.wait();
            is_held.wait();
        }
        Poll::<()>::Pending
    });
    let arms = |is_lower: bool, foreign| {
        let sends = is_lower.then(|| c.0.send(1));
        let receives = (!is_lower).then(|| c.1.recv());
        let meets = is_lower.then(|| r.1.recv());
        select::first((sends, receives, meets, foreign)).biased()
    };
    let foreign = Some(select::future(wait_once));
    // Both of one type, so that they can be placed by their addresses.
    let mut places = [Box::pin(None), Box::pin(None)];
    places.sort_by_key(|place| &raw const **place as usize);
    let [mut lower, mut higher] = places;
    lower.set(Some(arms(true, None)));
    higher.set(Some(arms(false, foreign)));
    let wakes = Wakes::new();
    let waker = Waker::from(Arc::clone(&wakes));
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            has_looked.wait();
            assert!(!is_ready(&mut lower, Waker::noop()));
        });
        assert!(!is_ready(&mut higher, &waker));
        assert_eq!(wakes.count(), 1, "it comes again");
        go_on.wait();
        thread.join().unwrap();
    });
    assert!(is_ready(&mut higher, &waker), "both wait, facing each other");
    assert!(is_ready(&mut lower, &waker));
}
