//! `pool`: five workers and a channel of jobs. In Go the worker pool of every tutorial.
//!
//! The results end when the last worker does: each holds a sender, and the one that is left here is
//! dropped. In Go that takes a count of the results, or a `WaitGroup` and a goroutine to close. What a
//! pool needs beyond that is in `patterns/worker_pool.rs`.

use std::env;
use std::num::ParseIntError;
use std::time::Duration;

use taut::chan::{self, Receiver, Sender};
use tokio::time::sleep;

/// Doubles every job, and takes its time.
async fn work(worker: u32, time: Duration, jobs: Receiver<u32>, results: Sender<u32>) {
    while let Ok(job) = jobs.recv().await {
        sleep(time).await;
        println!("worker {worker}: job {job} gives {}", job * 2);
        if results.send(job * 2).await.is_err() {
            return;
        }
    }
}

/// Has so many workers do the jobs from 1 to `jobs`. The results, in the order in which they came.
pub(crate) async fn pool(workers: u32, jobs: u32, time: Duration) -> Vec<u32> {
    let ((to_workers, queue), (to_us, results)) = (chan::unbounded(), chan::rendezvous());
    for worker in 1..=workers {
        taut::spawn(work(worker, time, queue.clone(), to_us.clone()));
    }
    for job in 1..=jobs {
        to_workers.try_send(job).ok(); // there is room, and somebody who receives: `queue`
    }
    drop((to_workers, queue, to_us)); // no more jobs; and the results are those of the workers
    let mut all = Vec::new();
    while let Ok(result) = results.recv().await {
        all.push(result);
    }
    all
}

/// Takes the number of jobs; 20 if there is none.
#[tokio::main]
async fn main() -> Result<(), ParseIntError> {
    let jobs = env::args().nth(1).map_or(Ok(20), |jobs| jobs.parse())?;
    let results = pool(5, jobs, Duration::from_millis(10)).await;
    println!("{} results, sum {}", results.len(), results.iter().sum::<u32>());
    Ok(())
}
