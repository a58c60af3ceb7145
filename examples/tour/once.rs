//! `once`: ten tasks that all need the same set-up. In Go `once.Do(f)`.
//!
//! The set-up may await; who comes meanwhile waits for it, as in Go. If it panics or is dropped, the
//! next one sets up, where Go takes it for done. For a value there is `OnceCell`, which hands it out.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use taut::group::WaitGroupExt as _;
use taut::sync::{Once, WaitGroup};
use tokio::time::sleep;

/// What all tasks share.
#[derive(Debug, Default)]
struct Shared {
    ready: Once,
    set_ups: AtomicU32,
    served: AtomicU32,
}

impl Shared {
    async fn set_up(&self, time: Duration) {
        sleep(time).await;
        println!("set up");
        self.set_ups.fetch_add(1, Ordering::Relaxed);
    }

    async fn serve(&self, time: Duration) {
        self.ready.call(|| self.set_up(time)).await;
        self.served.fetch_add(1, Ordering::Relaxed);
    }
}

/// How often it was set up, and for how many tasks.
pub(crate) async fn set_up_once(tasks: u32, time: Duration) -> (u32, u32) {
    let (shared, all) = (Arc::new(Shared::default()), WaitGroup::new());
    for _ in 0..tasks {
        let shared = shared.clone();
        all.spawn(async move { shared.serve(time).await });
    }
    all.wait().await;
    (shared.set_ups.load(Ordering::Relaxed), shared.served.load(Ordering::Relaxed))
}

#[tokio::main]
async fn main() {
    let (set_ups, served) = set_up_once(10, Duration::from_millis(10)).await;
    println!("{set_ups} set-up for {served} tasks");
}
