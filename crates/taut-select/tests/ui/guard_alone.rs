//! A guard belongs to an arm.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        v = rx.recv() => v.unwrap_or(0),
        if rx.is_empty() => 1,
    };
    value + 1
}

fn main() {
    drop(run);
}
