//! Selects of every kind, as programs have them, under lints that allow nothing: what the macro adds is
//! nobody's fault.
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    let_underscore_drop,
    unused,
    unused_qualifications
)]

use std::time::Duration;

use taut::{chan, select};
use tokio::sync::{Mutex, Notify, oneshot};
use tokio::time::{interval, sleep};

struct Pump {
    input: chan::Receiver<String>,
    output: chan::Sender<String>,
    held: Option<String>,
}

impl Pump {
    async fn run(mut self, stop: chan::Receiver<()>) -> usize {
        let mut moved = 0;
        loop {
            select! {
                biased;
                _ = stop.recv() => break,
                text = self.input.recv(), if self.held.is_none() => match text {
                    Ok(text) => self.held = Some(text),
                    Err(_) => break,
                },
                sent = self.output.send_from(&mut self.held), if self.held.is_some() => {
                    if sent.is_err() {
                        break;
                    }
                    moved += 1;
                }
            }
        }
        moved
    }
}

#[tokio::test(start_paused = true)]
async fn a_pump() {
    let (tx, input) = chan::rendezvous();
    let (output, rx) = chan::bounded(3);
    let (_stop, stopped) = chan::rendezvous();
    let pump = tokio::spawn(Pump { input, output, held: None }.run(stopped));
    for text in ["a", "b"] {
        tx.send(text.to_owned()).await.unwrap();
    }
    drop(tx);
    assert_eq!(pump.await.unwrap(), 2);
    assert_eq!(rx.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn clocks_and_signals() {
    let notify = Notify::new();
    let lock = Mutex::new(1);
    let mut ticks = interval(Duration::from_secs(1));
    let mut count = 0;
    let nap = sleep(Duration::from_millis(2500));
    tokio::pin!(nap);
    loop {
        select! {
            () = &mut nap => break,
            _ = ticks.tick() => count += 1,
            () = notify.notified() => {}
        }
    }
    assert_eq!(count, 3);
    select! {
        mut guard = lock.lock() => *guard += 1,
        () = sleep(Duration::from_secs(1)) => panic!("the lock is free"),
    }
    select! {
        _guard = lock.lock() => (),
        default => (),
    }
    let (tx, rx) = oneshot::channel::<u32>();
    drop(tx);
    let got = select! {
        Ok(v) = rx => v,
        Some(v) = async { None::<u32> } => v,
        else => 0,
    };
    assert_eq!(got, 0);
}

#[tokio::test]
async fn all_forms() {
    let (tx, rx) = chan::bounded::<u32>(1);
    select! {
        sent = tx.send(1) => sent.unwrap(),
        default => {}
    }
    let first = select! {
        Ok(v) = rx.recv() => Some(v),
        default => None,
        else => None,
    };
    let second = select! {
        Ok(mut v) = rx.recv(), if first.is_none() => {
            v += 1;
            Some(v)
        }
        default => None,
        else => None,
    };
    assert_eq!((first, second), (Some(1), None));
    let ignored = select! {
        _ = tx.send(2) => 1,
        (_, _) = async { (1, 2) } => 1,
    };
    assert_eq!(ignored, 1);
    let boxed = select! {
        result = tx.reserve() => result.map(|permit| permit.send(3)).is_ok(),
        Err(_) | Ok(0..) = rx.recv() => true,
        else => false,
    };
    assert!(boxed);
}
