//! A guard comes before the handler.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>, stop: chan::Receiver<()>) -> u32 {
    let value = select! {
        v = rx.recv() => v.unwrap_or(0), if rx.is_empty(),
        _ = stop.recv() => 1,
    };
    value + 1
}

fn main() {
    drop(run);
}
