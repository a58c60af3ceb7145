//! Many tasks on several threads: everything ends, and every value arrives once.

use taut::chan::{self, Receiver, Sender};
use taut::select::{self, Select};

use crate::support::Census;

/// Of each kind of operation on each channel.
const COUNT: u64 = if cfg!(debug_assertions) { 2500 } else { 25_000 };

type Channel = (Sender<u64>, Receiver<u64>);

fn four(capacity: usize) -> [Channel; 4] {
    [(); 4].map(|()| chan::bounded(capacity))
}

/// Sends `COUNT` values over each channel by one select, which loses an arm when that is done.
async fn send_by_select(channels: [Channel; 4]) {
    let [a, b, c, d] = channels.map(|(tx, _)| tx);
    let mut next = [0; 4];
    loop {
        let arm = select::select! {
            sent = a.send(next[0]), if next[0] < COUNT => { sent.unwrap(); 0 }
            sent = b.send(next[1]), if next[1] < COUNT => { sent.unwrap(); 1 }
            sent = c.send(next[2]), if next[2] < COUNT => { sent.unwrap(); 2 }
            sent = d.send(next[3]), if next[3] < COUNT => { sent.unwrap(); 3 }
            else => break,
        };
        next[arm] += 1;
    }
}

/// Receives `COUNT` values from each channel by one select; what they were.
async fn receive_by_select(channels: [Channel; 4]) -> Vec<(usize, u64)> {
    let [a, b, c, d] = channels.map(|(_, rx)| rx);
    let (mut got, mut left) = (Vec::new(), [COUNT; 4]);
    loop {
        let (arm, value) = select::select! {
            value = a.recv(), if left[0] > 0 => (0, value),
            value = b.recv(), if left[1] > 0 => (1, value),
            value = c.recv(), if left[2] > 0 => (2, value),
            value = d.recv(), if left[3] > 0 => (3, value),
            else => break got,
        };
        left[arm] -= 1;
        got.push((arm, value.unwrap()));
    }
}

/// The same by a `Select`, over half of them sends and half of them receives, until all is done.
async fn mix_by_select(channels: [Channel; 4]) -> Vec<(usize, u64)> {
    let case = |n: usize, value: u64| -> select::BoxCase<'_, Option<u64>> {
        let (tx, rx) = &channels[n];
        if n < 2 {
            select::boxed(select::map(tx.send(value), |sent| {
                sent.unwrap();
                None
            }))
        } else {
            select::boxed(select::map(rx.recv(), |value| Some(value.unwrap())))
        }
    };
    let (mut got, mut done) = (Vec::new(), [0; 4]);
    let mut select: Select<_, _> = (0..4).map(|n| (n, case(n, 2 * COUNT))).collect();
    while let Some((n, value)) = select.next().await {
        got.extend(value.map(|value| (n, value)));
        done[n] += 1;
        if done[n] < COUNT {
            select.add(n, case(n, 2 * COUNT + done[n]));
        }
    }
    got
}

/// All kinds of tasks at once. Each channel carries as much as is received.
async fn chaos(capacity: usize) {
    let channels = four(capacity);
    let mut tasks = Vec::new();
    for (n, (tx, rx)) in channels.iter().enumerate() {
        let (tx, rx) = (tx.clone(), rx.clone());
        // The mixed task sends on two of them, and receives from the other two.
        let (more_sends, more_receives) = if n < 2 { (0, COUNT) } else { (COUNT, 0) };
        tasks.push(tokio::spawn(async move {
            for value in COUNT..2 * COUNT + more_sends {
                tx.send(value).await.unwrap();
            }
            Vec::new()
        }));
        tasks.push(tokio::spawn(async move {
            let mut got = Vec::new();
            for _ in 0..COUNT + more_receives {
                got.push((n, rx.recv().await.unwrap()));
            }
            got
        }));
    }
    let by_select = tokio::spawn(send_by_select(channels.clone()));
    tasks.push(tokio::spawn(receive_by_select(channels.clone())));
    tasks.push(tokio::spawn(mix_by_select(channels.clone())));
    by_select.await.unwrap();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    all.sort_unstable();
    let expected: Vec<_> =
        (0..4).flat_map(|n| (0..3 * COUNT).map(move |value| (n, value))).collect();
    assert!(all == expected, "capacity {capacity}: {} values", all.len());
    assert!(channels.iter().all(|(_, rx)| rx.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn se_38_sends_receives_and_selects_that_lose_arm_after_arm_end_and_lose_nothing() {
    // Goal: NL-05, CH-20, SE-27. On four channels at once: plain sends, plain receives, a select of
    // sends, one of receives, one of both; every value is received once.
    for capacity in [0, 1, 4] {
        chaos(capacity).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h_05_every_value_arrives_once_whichever_way_it_takes() {
    // Goal: SE-01 under many peers. One select sends each value over one of four channels, four tasks
    // pass them on, one checks; values that count themselves, from a slot.
    let census = Census::default();
    let ways = [0, 1, 2, 3].map(|n| chan::bounded(usize::from(n == 3)));
    let (out, checked) = chan::rendezvous();
    for (_, way) in &ways {
        let (way, out) = (way.clone(), out.clone());
        tokio::spawn(async move {
            while let Ok(value) = way.recv().await {
                out.send(value).await.unwrap();
            }
        });
    }
    drop(out);
    let sent = census.clone();
    let sender = tokio::spawn(async move {
        let [a, b, c, d] = ways.map(|(tx, _)| tx);
        for id in 0..4 * COUNT {
            let mut slot = [(); 4].map(|()| Some(sent.value(id)));
            let [w, x, y, z] = &mut slot;
            select::select! {
                sent = a.send_from(w) => sent.unwrap(),
                sent = b.send_from(x) => sent.unwrap(),
                sent = c.send_from(y) => sent.unwrap(),
                sent = d.send_from(z) => sent.unwrap(),
            }
            assert_eq!(slot.iter().flatten().count(), 3, "the three that were not sent");
        }
    });
    let mut seen = vec![false; 4 * COUNT as usize];
    while let Ok(value) = checked.recv().await {
        assert!(!std::mem::replace(&mut seen[value.id as usize], true), "{} twice", value.id);
    }
    sender.await.unwrap();
    assert!(seen.into_iter().all(|seen| seen));
    assert_eq!(census.alive(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn h_02_a_ring_that_turns_never_stops() {
    // Goal: a ring of selects on threads, again and again: each sends so often and receives so often.
    for count in [2, 3, 5, 16] {
        let ring: Vec<Channel> = (0..count).map(|_| chan::rendezvous()).collect();
        let tasks: Vec<_> = (0..count)
            .map(|place| {
                let (own, next) = (ring[place].0.clone(), ring[(place + 1) % count].1.clone());
                tokio::spawn(async move {
                    let (mut to_send, mut to_receive) = (COUNT, COUNT);
                    loop {
                        select::select! {
                            sent = own.send(to_send), if to_send > 0 => { sent.unwrap(); to_send -= 1 }
                            got = next.recv(), if to_receive > 0 => {
                                assert_eq!(got, Ok(to_receive));
                                to_receive -= 1;
                            }
                            else => break,
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
}
