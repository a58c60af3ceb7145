//! An `else` that cannot run beside `default` is a mistake.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>, stop: chan::Receiver<()>) -> u32 {
    let value = select! {
        v = rx.recv() => v.unwrap_or(0),
        _ = stop.recv() => 1,
        default => 2,
        else => 3,
    };
    value + 1
}

fn main() {
    drop(run);
}
