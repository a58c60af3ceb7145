//! Cells as arms of a select in a task, with an initialiser that borrows what the task holds: whether that
//! compiles is what most of these are about.

use std::cell::Cell;
use std::fmt::Debug;
use std::future::{Future, pending, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use taut::context::Context;
use taut::select;
use taut::select::Case;
use taut::sync::{Once, OnceCell, OnceValue};

async fn made(text: &str) -> String {
    tokio::task::yield_now().await;
    text.to_owned()
}

async fn parsed(text: &str) -> Result<u32, std::num::ParseIntError> {
    made(text).await.parse()
}

async fn seen(text: &str) {
    assert_eq!(made(text).await, text);
}

/// Runs it as a task, which must be `Send`.
async fn spawned<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(task).await.unwrap()
}

#[tokio::test]
async fn get_or_init_is_an_arm_of_a_task() {
    async fn a_closure_of_a_block(cell: Arc<OnceCell<String>>) -> usize {
        let name = &String::from("x");
        select! { value = cell.get_or_init(|| async { made(name).await }) => value.len() }
    }
    async fn an_async_closure(cell: Arc<OnceCell<String>>) -> usize {
        let name = &String::from("x");
        select! { value = cell.get_or_init(async || made(name).await) => value.len() }
    }
    async fn a_closure_of_a_call(cell: Arc<OnceCell<String>>) -> usize {
        let name = &String::from("x");
        select! { value = cell.get_or_init(|| made(name)) => value.len() }
    }
    async fn what_it_owns(cell: Arc<OnceCell<String>>) -> usize {
        let name = String::from("x");
        select! { value = cell.get_or_init(async move || made(&name).await) => value.len() }
    }
    async fn among_others(cell: Arc<OnceCell<String>>) -> usize {
        let name = &String::from("x");
        loop {
            select! {
                value = cell.get_or_init(|| async { made(name).await }) => break value.len(),
                () = tokio::task::yield_now() => {}
                _ = cell.wait() => {}
            }
        }
    }
    assert_eq!(spawned(a_closure_of_a_block(Arc::default())).await, 1);
    assert_eq!(spawned(an_async_closure(Arc::default())).await, 1);
    assert_eq!(spawned(a_closure_of_a_call(Arc::default())).await, 1);
    assert_eq!(spawned(what_it_owns(Arc::default())).await, 1);
    let cell = Arc::default();
    spawned(a_closure_of_a_call(Arc::clone(&cell))).await;
    assert_eq!(spawned(among_others(cell)).await, 1);
}

#[tokio::test]
async fn get_or_try_init_is_an_arm_of_a_task() {
    async fn a_closure_of_a_block(cell: Arc<OnceCell<u32>>) -> Option<u32> {
        let text = &String::from("7");
        select! {
            value = cell.get_or_try_init(|| async { parsed(text).await }) => value.ok().copied(),
        }
    }
    async fn an_async_closure(cell: Arc<OnceCell<u32>>) -> Option<u32> {
        let text = &String::from("7");
        select! {
            value = cell.get_or_try_init(async || parsed(text).await) => value.ok().copied(),
        }
    }
    async fn a_closure_of_a_call(cell: Arc<OnceCell<u32>>) -> Option<u32> {
        let text = &String::from("7");
        select! { value = cell.get_or_try_init(|| parsed(text)) => value.ok().copied() }
    }
    /// The error has a lifetime of its own.
    async fn an_error_that_borrows(cell: Arc<OnceCell<u32>>) -> Option<u32> {
        let text = &String::from("7");
        let init = || async { text.parse().map_err(|_| text.as_str()) };
        select! { value = cell.get_or_try_init(init) => value.ok().copied() }
    }
    assert_eq!(spawned(a_closure_of_a_block(Arc::default())).await, Some(7));
    assert_eq!(spawned(an_async_closure(Arc::default())).await, Some(7));
    assert_eq!(spawned(a_closure_of_a_call(Arc::default())).await, Some(7));
    assert_eq!(spawned(an_error_that_borrows(Arc::default())).await, Some(7));
}

#[tokio::test]
async fn call_is_an_arm_of_a_task() {
    async fn a_closure_of_a_block(once: Arc<Once>) {
        let name = &String::from("x");
        select! { () = once.call(|| async { seen(name).await }) => {} }
    }
    async fn an_async_closure(once: Arc<Once>) {
        let name = &String::from("x");
        select! { () = once.call(async || seen(name).await) => {} }
    }
    async fn a_closure_of_a_call(once: Arc<Once>) {
        let name = &String::from("x");
        select! { () = once.call(|| seen(name)) => {} }
    }
    let once = Arc::default();
    spawned(a_closure_of_a_block(Arc::clone(&once))).await;
    spawned(an_async_closure(Arc::default())).await;
    spawned(a_closure_of_a_call(Arc::default())).await;
    assert!(once.is_completed());
}

#[tokio::test]
async fn a_value_is_an_arm_of_a_task() {
    async fn a_closure_of_a_block() -> usize {
        let name = &String::from("x");
        let value = OnceValue::new(|| async { made(name).await });
        select! { value = value.get() => value.len() }
    }
    async fn an_async_closure() -> usize {
        let name = &String::from("x");
        let value = OnceValue::new(async || made(name).await);
        select! { value = value.get() => value.len() }
    }
    async fn a_closure_of_a_call() -> usize {
        let name = &String::from("x");
        let value = OnceValue::new(|| made(name));
        select! { value = value.get() => value.len() }
    }
    assert_eq!(spawned(a_closure_of_a_block()).await, 1);
    assert_eq!(spawned(an_async_closure()).await, 1);
    assert_eq!(spawned(a_closure_of_a_call()).await, 1);
}

#[tokio::test]
async fn a_cell_of_what_does_not_live_long_is_an_arm_of_a_task() {
    async fn a_cell() -> usize {
        let name = String::from("x");
        let cell = OnceCell::new();
        select! { value = cell.get_or_init(|| ready(name.as_str())) => value.len() }
    }
    async fn tries() -> usize {
        let name = String::from("x");
        let cell = OnceCell::new();
        let init = || async { name.get(0..1).ok_or(name.as_str()) };
        select! { value = cell.get_or_try_init(init) => value.map_or(0, |text| text.len()) }
    }
    async fn a_value() -> usize {
        let name = String::from("x");
        let value = OnceValue::new(|| async { name.as_str() });
        select! { value = value.get() => value.len() }
    }
    assert_eq!((spawned(a_cell()).await, spawned(tries()).await), (1, 1));
    assert_eq!(spawned(a_value()).await, 1);
}

#[tokio::test]
async fn with_a_context_they_are_arms_of_a_task() {
    async fn get_or_init(cell: Arc<OnceCell<String>>, ctx: Context) -> Option<usize> {
        let name = &String::from("x");
        select! {
            value = ctx.run(cell.get_or_init(|| async { made(name).await })) => {
                value.ok().map(String::len)
            }
            _ = pending::<()>() => None,
        }
    }
    async fn get_or_try_init(cell: Arc<OnceCell<u32>>, ctx: Context) -> Option<u32> {
        let text = &String::from("7");
        select! {
            value = ctx.run(cell.get_or_try_init(|| parsed(text))) => value.ok()?.ok().copied(),
        }
    }
    async fn call(once: Arc<Once>, ctx: Context) -> bool {
        let name = &String::from("x");
        select! { done = ctx.run(once.call(async || seen(name).await)) => done.is_ok() }
    }
    async fn get(ctx: Context) -> Option<usize> {
        let name = &String::from("x");
        let value = OnceValue::new(|| made(name));
        select! { value = ctx.run(value.get()) => value.ok().map(String::len) }
    }
    let ctx = Context::background;
    assert_eq!(spawned(get_or_init(Arc::default(), ctx())).await, Some(1));
    assert_eq!(spawned(get_or_try_init(Arc::default(), ctx())).await, Some(7));
    assert!(spawned(call(Arc::default(), ctx())).await);
    assert_eq!(spawned(get(ctx())).await, Some(1));
}

#[tokio::test]
async fn by_reference_they_are_arms_of_a_task() {
    async fn kept(cell: Arc<OnceCell<String>>) -> usize {
        let name = &String::from("x");
        let mut getting = std::pin::pin!(cell.get_or_init(|| async { made(name).await }));
        loop {
            select! {
                value = &mut getting => break value.len(),
                () = tokio::task::yield_now() => {}
            }
        }
    }
    async fn boxed(cell: Arc<OnceCell<String>>) -> usize {
        let name = &String::from("x");
        let getting: Pin<Box<dyn Future<Output = &String> + Send + '_>> =
            Box::pin(cell.get_or_init(|| async { made(name).await }));
        select! { value = getting => value.len() }
    }
    assert_eq!(spawned(kept(Arc::default())).await, 1);
    assert_eq!(spawned(boxed(Arc::default())).await, 1);
}

pub(crate) const fn is_future<T: Send + Debug + Future + Case>(_: &T) {}

/// Fails to compile if the value has the trait.
macro_rules! assert_lacks {
    ($value:expr, $trait:path) => {{
        trait Ambiguous<A> {
            fn check(&self) {}
        }
        impl<T> Ambiguous<()> for T {}
        struct Implements;
        impl<T: $trait> Ambiguous<Implements> for T {}
        Ambiguous::<_>::check(&$value);
    }};
}

pub(crate) use assert_lacks;

#[test]
fn g_08_they_are_sent_where_what_they_hold_is() {
    let (cell, once) = (OnceCell::<u32>::new(), Once::new());
    let value = OnceValue::new(|| ready(7));
    is_future(&cell.get_or_init(|| ready(7)));
    is_future(&cell.get_or_try_init(|| ready(Err(7))));
    is_future(&once.call(|| ready(())));
    is_future(&value.get());
    assert_lacks!(cell.get_or_init(|| ready(7)), Unpin);
    assert_lacks!(value.get(), Unpin);
    let held = Rc::new(7);
    assert_lacks!(cell.get_or_init(|| ready(*held)), Send);
    assert_lacks!(cell.get_or_try_init(async || Err(*held)), Send);
    assert_lacks!(once.call(async || assert_eq!(*held, 7)), Send);
    assert_lacks!(OnceValue::new(|| ready(*held)).get(), Send);
    let cell = OnceCell::new();
    assert_lacks!(cell.get_or_init(|| ready(Cell::new(7))), Send);
}
