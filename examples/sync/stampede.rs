//! `stampede`: many callers miss a cache at once, and one of them loads.
//!
//! Without [`SingleFlight`] everybody who misses loads, just when loading is slow. With it, who comes
//! while a load is under way waits for that one. The caller who began it may be gone before it is done:
//! the others go on with the same load, and it is dropped when nobody wants it any more.
//!
//! A load looks into the cache once more. Between a miss and its flight another may have landed, and
//! then there is nothing to load.

use std::collections::HashMap;
use std::fs;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clap::Parser;
use taut::sync::SingleFlight;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::sleep;

/// A value, or why there is none. Everybody who waited for a load gets a clone.
type Loaded = Result<Arc<str>, Arc<io::Error>>;

/// Values that are loaded once. What could not be loaded is not kept.
pub(crate) struct Cache<L> {
    store: Arc<Store<L>>,
    flights: SingleFlight<String, Loaded>,
}

/// What a load needs: it may outlive the caller who began it.
struct Store<L> {
    load: L,
    loads: AtomicUsize,
    /// Never held across an await, so the mutex of std is the right one.
    values: Mutex<HashMap<String, Arc<str>>>,
}

impl<L, Fut> Cache<L>
where
    L: Fn(String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = io::Result<String>> + Send + 'static,
{
    pub(crate) fn new(load: L) -> Self {
        let store = Store { load, loads: AtomicUsize::new(0), values: Mutex::default() };
        Self { store: Arc::new(store), flights: SingleFlight::new() }
    }

    /// The value of a key, loaded by each of the callers who miss it.
    pub(crate) async fn get_alone(&self, key: &str) -> anyhow::Result<Arc<str>> {
        Ok(self.store.get_or_load(key).await?)
    }

    /// The value of a key, loaded by one of the callers who miss it.
    pub(crate) async fn get(&self, key: &str) -> anyhow::Result<Arc<str>> {
        if let Some(value) = self.store.values().get(key) {
            return Ok(value.clone()); // what is there needs no flight
        }
        let (store, owned) = (self.store.clone(), key.to_owned());
        let load = || async move { store.get_or_load(&owned).await };
        let landed = self.flights.run(key.to_owned(), load).await?; // an error: the load panicked
        Ok(landed.value?)
    }

    /// How often something was loaded.
    pub(crate) fn loads(&self) -> usize {
        self.store.loads.load(Ordering::Relaxed)
    }
}

impl<L, Fut> Store<L>
where
    L: Fn(String) -> Fut,
    Fut: Future<Output = io::Result<String>>,
{
    async fn get_or_load(&self, key: &str) -> Loaded {
        if let Some(value) = self.values().get(key) {
            return Ok(value.clone());
        }
        self.loads.fetch_add(1, Ordering::Relaxed);
        let value: Arc<str> = (self.load)(key.to_owned()).await?.into();
        self.values().insert(key.to_owned(), value.clone());
        Ok(value)
    }
}

impl<L> Store<L> {
    fn values(&self) -> MutexGuard<'_, HashMap<String, Arc<str>>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets many callers want the same file at once, and prints how often it is read: by callers on their
/// own, and through `SingleFlight`.
#[derive(Debug, Parser)]
struct Args {
    file: String,
    #[arg(short, long, value_name = "N", default_value_t = 100)]
    callers: usize,
    /// Seconds that reading takes longer than it does.
    #[arg(short, long, value_name = "SECONDS", default_value = "0.1", value_parser = seconds)]
    latency: Duration,
}

fn seconds(text: &str) -> anyhow::Result<Duration> {
    Ok(Duration::try_from_secs_f64(text.parse()?)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Args { file, callers, latency } = Args::parse();
    let read = move |path: String| async move {
        sleep(latency).await;
        spawn_blocking(|| fs::read_to_string(path)).await?
    };
    for alone in [true, false] {
        let cache = Arc::new(Cache::new(read));
        let mut all = JoinSet::new();
        for _ in 0..callers {
            let (cache, file) = (cache.clone(), file.clone());
            all.spawn(async move {
                if alone { cache.get_alone(&file).await } else { cache.get(&file).await }
            });
        }
        all.join_all().await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        println!("reads {}: {}", if alone { "alone" } else { "together" }, cache.loads());
    }
    Ok(())
}
