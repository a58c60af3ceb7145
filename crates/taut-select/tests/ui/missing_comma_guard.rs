//! A handler that is no block wants a comma after it, in an arm with a guard too.

use taut::{chan, select};

async fn run(rx: chan::Receiver<u32>) -> u32 {
    let value = select! {
        v = rx.recv(), if !rx.is_empty() => v.unwrap_or(0)
        (_, _) = async { (1, 2) } => 1,
    };
    value + 1
}

fn main() {
    drop(run);
}
