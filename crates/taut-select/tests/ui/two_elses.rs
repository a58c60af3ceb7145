//! A select has one `else`.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        Ok(v) = rx.recv() => v,
        else => 1,
        else => 2,
    };
    value + 1
}

fn main() {
    drop(run);
}
