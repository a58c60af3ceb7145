//! A select has one `default`.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        default => 1,
        v = rx.recv() => v.unwrap_or(0),
        default => 2,
    };
    value + 1
}

fn main() {
    drop(run);
}
