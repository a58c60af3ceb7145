//! How large the futures are: what waits is inside them.

use std::time::Duration;

use taut_chan::Receiver;

use crate::support::channel;

fn sizes<T: Default>(name: &str) {
    let (tx, rx) = channel::<T>(Some(1));
    let value = size_of::<T>();
    let recv = size_of_val(&rx.recv());
    let send = size_of_val(&tx.send(T::default()));
    let reserve = size_of_val(&tx.reserve());
    let closed = size_of_val(&tx.closed());
    let send_from = size_of_val(&tx.send_from(&mut None));
    println!(
        "{name}: recv {recv}, send {send}, send_from {send_from}, reserve {reserve}, closed {closed}"
    );
    assert!(recv <= 64.max(56 + value), "{name}: recv {recv}");
    assert!(send <= 64 + value, "{name}: send {send}");
    assert!(send_from <= 80 + value && reserve <= 64 && closed <= 72, "{name}");
}

#[test]
fn futures_are_small() {
    // Goal: what the crate's page says about its cost.
    sizes::<u64>("u64");
    sizes::<usize>("usize");
    sizes::<()>("()");
    sizes::<u8>("u8");
    sizes::<Box<u64>>("Box<u64>");
    sizes::<[u64; 8]>("[u64; 8]");
    assert!(size_of_val(&taut_chan::never::<u64>().recv()) <= 64);
    assert!(size_of_val(&taut_chan::never::<usize>().recv()) <= 64);
    assert!(size_of_val(&taut_chan::never::<()>().recv()) <= 64);
    assert!(size_of_val(&taut_chan::never::<u8>().recv()) <= 64);
}

#[test]
fn handles_are_one_pointer() {
    assert_eq!(size_of::<Receiver<[u8; 64]>>(), size_of::<usize>());
    assert_eq!(size_of::<Option<Receiver<u8>>>(), size_of::<usize>());
    assert_eq!(size_of::<taut_chan::Permit<'_, u64>>(), size_of::<usize>());
    assert_eq!(size_of::<taut_chan::OwnedPermit<u64>>(), size_of::<usize>());
}

#[test]
fn timed_futures_hold_a_timer_and_no_more() {
    let (tx, rx) = channel::<u64>(Some(1));
    let timer = size_of::<tokio::time::Sleep>();
    let recv = size_of_val(&rx.recv_timeout(Duration::ZERO));
    let send = size_of_val(&tx.send_timeout(0, Duration::ZERO));
    println!("timer {timer}, recv_timeout {recv}, send_timeout {send}");
    assert!(recv <= 64 + 32 + timer && send <= 72 + 32 + timer);
}
