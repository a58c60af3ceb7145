//! A value is no operation, in a select with an `else` neither.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        Ok(v) = rx.recv() => v,
        Some(v) = Some(3) => v,
        else => 0,
    };
    value + 1
}

fn main() {
    drop(run);
}
