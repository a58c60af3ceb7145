//! An `Option` of a future that is not of taut.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>, limit: Option<tokio::time::Sleep>) -> u32 {
    let value = select! {
        v = rx.recv() => v.unwrap_or(0),
        () = limit => 1,
    };
    value + 1
}

fn main() {
    drop(run);
}
