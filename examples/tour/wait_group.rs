//! `wait_group`: three tasks, and one who waits for all of them. In Go `wg.Go(f)` and `wg.Wait()`.
//!
//! `Add` and `Done` are not needed, so neither can be forgotten: a task counts from its spawning to its
//! end, however it ends. If one panics, `wait` panics with its message; in Go the process is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use taut::group::WaitGroupExt as _;
use taut::sync::WaitGroup;
use tokio::time::sleep;

/// Three workers that take so long each. How many were done when the waiting was over.
pub(crate) async fn three_workers(times: [Duration; 3]) -> u32 {
    let (workers, done) = (WaitGroup::new(), Arc::new(AtomicU32::new(0)));
    for (id, time) in (1..).zip(times) {
        let done = done.clone();
        workers.spawn(async move {
            println!("worker {id} begins");
            sleep(time).await;
            println!("worker {id} is done");
            done.fetch_add(1, Ordering::Relaxed);
        });
    }
    workers.wait().await;
    done.load(Ordering::Relaxed)
}

#[tokio::main]
async fn main() {
    let done = three_workers([30, 10, 20].map(Duration::from_millis)).await;
    println!("all {done} are done");
}
