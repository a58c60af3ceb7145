//! `channel_semaphore`: a channel with a buffer of n lets n in at a time. In Go `sem <- struct{}{}`
//! before the work and `defer func() { <-sem }()` after it.
//!
//! It works here too. What `defer` is for becomes a guard, since a task may panic or be dropped in the
//! middle. But `taut::sync::Semaphore` is made for it: its permits are such guards, may weigh more than
//! one, and their number can be changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taut::chan::{self, Receiver};
use taut::group::WaitGroupExt as _;
use taut::sync::WaitGroup;
use tokio::time::sleep;

/// A value in the buffer. Dropping this takes one out.
struct Place(Receiver<()>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.try_recv().ok();
    }
}

/// Works in so many tasks, of which only a few may at a time: the most that ever did.
pub(crate) async fn crowd(tasks: usize, at_a_time: usize, time: Duration) -> usize {
    let ((enter, leave), all) = (chan::bounded(at_a_time), WaitGroup::new());
    let inside_and_most = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    for _ in 0..tasks {
        let (enter, leave, gauge) = (enter.clone(), leave.clone(), inside_and_most.clone());
        all.spawn(async move {
            if enter.send(()).await.is_err() {
                return; // not while there is a receiver
            }
            let _place = Place(leave);
            let [inside, most] = &*gauge;
            most.fetch_max(1 + inside.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
            sleep(time).await;
            inside.fetch_sub(1, Ordering::Relaxed);
        });
    }
    all.wait().await;
    inside_and_most[1].load(Ordering::Relaxed)
}

#[tokio::main]
async fn main() {
    println!("at most {} at a time", crowd(10, 3, Duration::from_millis(10)).await);
}
