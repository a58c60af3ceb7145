//! `heartbeat`: work that tells now and then that it is alive, and a steward who begins it anew when it
//! does not.
//!
//! The worker beats between two jobs and while it has none, so it is silent only in the middle of a job
//! that takes too long. A beat is offered and never waited for, with room for one: nobody counts them.
//! The worker that is given up is dropped, at whatever it awaits; in Go it can only be left behind.
//!
//! The steward polls the worker itself. Work that blocks its thread would block the steward too, and
//! belongs on a thread of its own.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use taut::chan::{self, Receiver, Sender};
use taut::select;
use taut::time::{Ticker, Timer, ZeroPeriod};
use tokio::time::sleep;

/// How a worker tells that it is alive.
#[derive(Debug)]
pub(crate) struct Pulse(Sender<()>);

impl Pulse {
    pub(crate) fn beat(&self) {
        self.0.try_send(()).ok(); // full: there is a beat to be seen already
    }
}

/// All that were tried have fallen silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AllSilent;

/// Does the work, and begins it anew when there was no beat for as long as `patience`. Its result, and
/// which attempt it was.
pub(crate) async fn tend<F, Fut>(
    patience: Duration,
    attempts: u32,
    mut work: F,
) -> Result<(u32, Fut::Output), AllSilent>
where
    F: FnMut(Pulse) -> Fut,
    Fut: Future,
{
    for attempt in 1..=attempts {
        let (beat, beats) = chan::bounded(1);
        let mut work = pin!(work(Pulse(beat.clone())));
        let silence = Timer::new(patience);
        loop {
            select! {
                // Work first: what could not be polled in time is not silent.
                biased;
                result = work.as_mut() => return Ok((attempt, result)),
                _ = beats.recv() => {
                    silence.reset(patience);
                }
                _ = silence.fired() => break,
            }
        }
    }
    Err(AllSilent)
}

/// Does jobs that take so long each, until there are no more, and tells `done` of each.
pub(crate) async fn worker(
    pulse: Pulse,
    every: Duration,
    jobs: Receiver<Duration>,
    done: Sender<Duration>,
) -> Result<(), ZeroPeriod> {
    let ticker = Ticker::new(every)?;
    loop {
        select! {
            _ = ticker.tick() => pulse.beat(),
            job = jobs.recv() => {
                let Ok(job) = job else { return Ok(()) };
                sleep(job).await;
                pulse.beat();
                if done.send(job).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), ZeroPeriod> {
    let ((to, jobs), (done, finished)) = (chan::unbounded(), chan::unbounded());
    for millis in [1, u64::MAX, 2] {
        to.try_send(Duration::from_millis(millis)).ok();
    }
    drop(to);
    let work = |pulse| worker(pulse, Duration::from_millis(10), jobs.clone(), done.clone());
    match tend(Duration::from_millis(200), 3, work).await {
        Ok((attempt, result)) => {
            result?;
            println!("worker {attempt} came to the end");
        }
        Err(AllSilent) => println!("all workers have fallen silent"),
    }
    while let Ok(job) = finished.try_recv() {
        println!("done: a job of {job:?}");
    }
    Ok(())
}
