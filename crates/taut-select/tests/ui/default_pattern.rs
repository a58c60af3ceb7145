//! `default` is no pattern.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>, stop: chan::Receiver<()>) -> u32 {
    let value = select! {
        default = rx.recv() => default.unwrap_or(0),
        _ = stop.recv() => 1,
    };
    value + 1
}

fn main() {
    drop(run);
}
