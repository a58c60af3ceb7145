//! The handler of `default` wants a comma after it.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        default => 1
        v = rx.recv() => v.unwrap_or(0),
    };
    value + 1
}

fn main() {
    drop(run);
}
