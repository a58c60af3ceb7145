//! The select awaits, not its operations, in one with an `else` neither.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>, stop: chan::Receiver<()>) -> u32 {
    let value = select! {
        Ok(v) = rx.recv().await => v,
        Ok(()) = stop.recv() => 1,
        else => 0,
    };
    value + 1
}

fn main() {
    drop(run);
}
