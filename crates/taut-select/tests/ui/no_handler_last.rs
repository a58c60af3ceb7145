//! The last arm has a handler.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>, stop: chan::Receiver<()>) -> u32 {
    let value = select! {
        v = rx.recv() => v.unwrap_or(0),
        _ = stop.recv()
    };
    value + 1
}

fn main() {
    drop(run);
}
