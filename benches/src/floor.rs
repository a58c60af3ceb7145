//! What this machine charges for the steps that no channel can do without, measured beside the channels.
//!
//! A send and a receive that do not wait cost two locks taken and released, at least, in every channel
//! that has one for each side; a message between two tasks costs the wake-up and the poll of a task. A
//! row that is close to these cannot be much better on this machine, whatever is done inside the
//! channel.

use std::future::poll_fn;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Instant;

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};

/// The best of so many tries counts: a floor is what is possible.
const TRIES: usize = 7;

const CYCLES: u32 = 2_000_000;
const YIELDS: u32 = 100_000;

/// The floors, as facts for the head of a report.
///
/// # Errors
/// No runtime can be built.
pub(crate) fn facts() -> Result<Vec<(&'static str, String)>> {
    let one = Builder::new_current_thread().build().context("no runtime")?;
    let two = Builder::new_multi_thread().worker_threads(2).build().context("no runtime")?;
    Ok(vec![
        ("A lock taken and released, nobody else there", nanoseconds(lock_cycle())),
        ("A task that wakes itself, polled again, one worker", nanoseconds(self_wake(&one)?)),
        ("The same, two workers", nanoseconds(self_wake(&two)?)),
    ])
}

fn nanoseconds(time: f64) -> String {
    format!("{time:.1} ns")
}

/// The least that a lock can be: one swap to take it, one store to release it.
fn lock_cycle() -> f64 {
    let held = AtomicBool::new(false);
    best(CYCLES, || {
        for _ in 0..CYCLES {
            black_box(black_box(&held).swap(true, Ordering::Acquire));
            black_box(&held).store(false, Ordering::Release);
        }
    })
}

fn self_wake(runtime: &Runtime) -> Result<f64> {
    let mut least = f64::INFINITY;
    for _ in 0..TRIES {
        let task = runtime.spawn(async {
            let start = Instant::now();
            let mut left = YIELDS;
            poll_fn(|cx| {
                if left == 0 {
                    return Poll::Ready(());
                }
                left -= 1;
                cx.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
            start.elapsed().as_secs_f64()
        });
        let seconds = runtime.block_on(task).context("the task failed")?;
        least = least.min(seconds * 1e9 / f64::from(YIELDS));
    }
    Ok(least)
}

fn best(times: u32, mut run: impl FnMut()) -> f64 {
    (0..TRIES)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e9 / f64::from(times)
        })
        .fold(f64::INFINITY, f64::min)
}
