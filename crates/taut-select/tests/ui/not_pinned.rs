//! A future by `&mut` that is not pinned, with a guard and without.

use taut::{chan, select};

async fn tick() -> u32 {
    1
}

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let mut tick = tick();
    let value = select! {
        v = rx.recv() => v.unwrap_or(0),
        n = &mut tick => n,
    };
    let other = select! {
        v = rx.recv() => v.unwrap_or(0),
        n = &mut tick, if !rx.is_empty() => n,
    };
    value + other
}

fn main() {
    drop(run);
}
