//! `else` has no condition.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>, stop: chan::Receiver<()>) -> u32 {
    let value = select! {
        Ok(v) = rx.recv() => v,
        else if rx.is_empty() => 1,
        Ok(()) = stop.recv() => 2,
    };
    value + 1
}

fn main() {
    drop(run);
}
