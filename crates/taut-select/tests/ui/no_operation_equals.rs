//! An equals sign is followed by an operation.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        v = rx.recv() => v.unwrap_or(0),
        _ = => 1,
    };
    value + 1
}

fn main() {
    drop(run);
}
