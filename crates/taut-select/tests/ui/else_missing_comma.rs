//! An `else` in the middle wants a comma after its handler.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        else => 1
        Ok(v) = rx.recv() => v,
    };
    value + 1
}

fn main() {
    drop(run);
}
