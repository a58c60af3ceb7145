//! A value is no operation, with a guard and beside `default` neither.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        v = rx.recv() => v.unwrap_or(0),
        v = rx.len(), if !rx.is_empty() => v as u32,
        default => 0,
    };
    value + 1
}

fn main() {
    drop(run);
}
