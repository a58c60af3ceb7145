//! `mutex_counter`: counters by name, in one map that many tasks share. In Go a struct of a
//! `sync.Mutex` and a map.
//!
//! The map is inside the mutex and not beside it, so nobody can reach it without the lock, and the lock
//! is returned by a guard. Nothing is awaited while it is held: `std::sync::Mutex` would do as well.

use std::collections::BTreeMap;
use std::sync::Arc;

use taut::group::WaitGroupExt as _;
use taut::sync::{Mutex, WaitGroup};

#[derive(Debug, Default)]
struct Counters {
    counts: Mutex<BTreeMap<&'static str, u32>>,
}

impl Counters {
    async fn add(&self, name: &'static str) {
        *self.counts.lock().await.entry(name).or_default() += 1;
    }
}

/// For each name a task that counts it up so often.
pub(crate) async fn count(names: &[&'static str], times: u32) -> BTreeMap<&'static str, u32> {
    let (counters, all) = (Arc::new(Counters::default()), WaitGroup::new());
    for &name in names {
        let counters = counters.clone();
        all.spawn(async move {
            for _ in 0..times {
                counters.add(name).await;
            }
        });
    }
    all.wait().await;
    let counts = counters.counts.lock().await;
    counts.clone()
}

#[tokio::main]
async fn main() {
    println!("{:?}", count(&["a", "b", "a"], 10_000).await);
}
