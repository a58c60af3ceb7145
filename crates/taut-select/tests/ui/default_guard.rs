//! `default` has no guard.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        v = rx.recv() => v.unwrap_or(0),
        default, if rx.is_empty() => 1,
    };
    value + 1
}

fn main() {
    drop(run);
}
