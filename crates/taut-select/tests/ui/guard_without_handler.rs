//! An arm with a guard has a handler.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>, stop: chan::Receiver<()>) -> u32 {
    let value = select! {
        v = rx.recv(), if rx.is_empty(),
        _ = stop.recv() => 1,
    };
    value + 1
}

fn main() {
    drop(run);
}
