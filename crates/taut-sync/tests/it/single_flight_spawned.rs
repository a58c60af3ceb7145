//! Flights as arms of a select in a task: that it compiles, whatever the key and the work borrow.

use std::cell::Cell;
use std::future::{Future, Ready, ready};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::rc::Rc;
use std::sync::Arc;

use taut::context::Context;
use taut::select;
use taut::sync::SingleFlight;

use crate::once_spawned::{assert_lacks, is_future};

type Flights = SingleFlight<String, String>;

async fn made(text: &str) -> String {
    tokio::task::yield_now().await;
    text.to_owned()
}

async fn parsed(text: String) -> Result<u32, Arc<str>> {
    made(&text).await.parse().map_err(|_| text.into())
}

/// Runs it as a task, which must be `Send`.
async fn spawned<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(task).await.unwrap()
}

#[tokio::test]
async fn run_is_an_arm_of_a_task() {
    async fn a_closure_of_a_block(flights: Arc<Flights>) -> String {
        let name = &String::from("x");
        let key = name.clone();
        let work = || {
            let name = name.clone();
            async move { made(&name).await }
        };
        select! { landed = flights.run(key, work) => landed.unwrap().value }
    }
    async fn an_async_closure(flights: Arc<Flights>) -> String {
        let name = String::from("x");
        select! {
            landed = flights.run(name.clone(), async move || made(&name).await) => {
                landed.unwrap().value
            }
        }
    }
    async fn a_closure_of_a_call(flights: Arc<SingleFlight<u32, Result<u32, Arc<str>>>>) -> u32 {
        let text = &String::from("7");
        select! {
            landed = flights.run(7, || parsed(text.clone())) => landed.unwrap().value.unwrap(),
        }
    }
    async fn a_function(flights: Arc<Flights>) -> String {
        let name = &String::from("x");
        let work: fn() -> Ready<String> = || ready("x".to_owned());
        select! { landed = flights.run(name.clone(), work) => landed.unwrap().value }
    }
    assert_eq!(spawned(a_closure_of_a_block(Arc::default())).await, "x");
    assert_eq!(spawned(an_async_closure(Arc::default())).await, "x");
    assert_eq!(spawned(a_closure_of_a_call(Arc::default())).await, 7);
    assert_eq!(spawned(a_function(Arc::default())).await, "x");
}

#[tokio::test]
async fn a_flight_of_a_key_that_borrows_is_an_arm_of_a_task() {
    async fn a_key() -> String {
        let name = String::from("x");
        let flights = SingleFlight::<&str, String>::new();
        let work = || {
            let name = name.clone();
            async move { made(&name).await }
        };
        select! { landed = flights.run(name.as_str(), work) => landed.unwrap().value }
    }
    assert_eq!(spawned(a_key()).await, "x");
}

#[tokio::test]
async fn with_a_context_run_is_an_arm_of_a_task() {
    async fn run(flights: Arc<Flights>, ctx: Context) -> Option<String> {
        let name = &String::from("x");
        let work = || {
            let name = name.clone();
            async move { made(&name).await }
        };
        select! {
            landed = ctx.run(flights.run(name.clone(), work)) => landed.ok()?.ok().map(|l| l.value),
        }
    }
    assert_eq!(spawned(run(Arc::default(), Context::background())).await.as_deref(), Some("x"));
}

#[tokio::test]
async fn a_flight_of_a_static_is_an_arm_of_a_task() {
    type Plain = BuildHasherDefault<DefaultHasher>;
    static FLIGHTS: SingleFlight<String, String, Plain> = SingleFlight::with_hasher(Plain::new());
    async fn run() -> String {
        let name = &String::from("x");
        let work = || {
            let name = name.clone();
            async move { made(&name).await }
        };
        select! { landed = FLIGHTS.run(name.clone(), work) => landed.unwrap().value }
    }
    assert_eq!((spawned(run()).await, FLIGHTS.in_flight()), ("x".to_owned(), 0));
}

#[tokio::test]
async fn the_method_of_a_cache_is_an_arm_of_a_task() {
    #[derive(Default)]
    struct Cache {
        flights: SingleFlight<String, Arc<str>>,
    }
    impl Cache {
        async fn load(&self, key: &str) -> Arc<str> {
            assert_eq!(self.flights.in_flight(), 1);
            made(key).await.into()
        }

        async fn get(self: &Arc<Self>, key: &str) -> Arc<str> {
            let (this, owned) = (Arc::clone(self), key.to_owned());
            let load = || async move { this.load(&owned).await };
            self.flights.run(key.to_owned(), load).await.unwrap().value
        }

        /// As an arm of its own.
        async fn get_or_end(self: &Arc<Self>, ctx: &Context, key: &str) -> Option<Arc<str>> {
            let (this, owned) = (Arc::clone(self), key.to_owned());
            select! {
                landed = self.flights.run(key.to_owned(), async move || this.load(&owned).await) => {
                    Some(landed.ok()?.value)
                }
                _ = ctx.done() => None,
            }
        }
    }
    async fn task(cache: Arc<Cache>) -> Arc<str> {
        let key = &String::from("x");
        select! { value = cache.get(key) => value }
    }
    async fn another(cache: Arc<Cache>) -> Option<Arc<str>> {
        let (key, ctx) = (&String::from("x"), Context::background());
        select! { value = cache.get_or_end(&ctx, key) => value }
    }
    let cache = Arc::<Cache>::default();
    assert_eq!(&*spawned(task(Arc::clone(&cache))).await, "x");
    assert_eq!(spawned(another(cache)).await.as_deref(), Some("x"));
}

#[test]
fn g_08_run_is_sent_where_what_it_holds_is() {
    let flights = SingleFlight::<u32, u32>::new();
    is_future(&flights.run(7, || ready(7)));
    assert_lacks!(flights.run(7, || ready(7)), Unpin);
    let held = Rc::new(7);
    assert_lacks!(flights.run(7, || ready(*held)), Send);
    let flights = SingleFlight::<u32, Cell<u32>>::new();
    assert_lacks!(flights.run(7, || ready(Cell::new(7))), Send);
}
