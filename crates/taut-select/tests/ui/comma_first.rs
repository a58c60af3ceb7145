//! No comma before the first arm.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        , v = rx.recv() => v.unwrap_or(0),
    };
    value + 1
}

fn main() {
    drop(run);
}
