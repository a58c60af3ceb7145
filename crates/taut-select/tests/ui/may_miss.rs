//! A pattern that may not match wants an `else`.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>, stop: chan::Receiver<()>) -> u32 {
    select! {
        Ok(v) = rx.recv() => v,
        () = stop.closed() => 0,
    }
}

fn main() {
    drop(run);
}
