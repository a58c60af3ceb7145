//! What an operation may be: a case, a future in whatever wrapping, or a type that is known to be one
//! of them only by its bounds.

use std::future::{IntoFuture, Ready, pending, ready};
use std::pin::{Pin, pin};

use taut::select::{BoxCase, Case, Select, boxed, first, map};
use taut::{chan, select};

fn filled(v: u32) -> (chan::Sender<u32>, chan::Receiver<u32>) {
    let (tx, rx) = chan::bounded(2);
    tx.try_send(v).unwrap();
    (tx, rx)
}

struct Later(u32);

impl IntoFuture for Later {
    type Output = u32;
    type IntoFuture = Ready<u32>;

    fn into_future(self) -> Ready<u32> {
        ready(self.0)
    }
}

#[tokio::test]
async fn every_operation_of_a_channel() {
    let (tx, rx) = filled(1);
    assert_eq!(select! { v = rx.recv() => v }, Ok(1));
    assert_eq!(select! { v = tx.send(2) => v }, Ok(()));
    let mut next = Some(3);
    assert_eq!(select! { v = tx.send_from(&mut next), if next.is_some() => v }, Ok(()));
    let mut got = Vec::new();
    assert_eq!(select! { v = rx.recv_many(&mut got, 2) => v }, 2);
    assert_eq!(select! { v = tx.reserve() => v.unwrap().send(4) }, Ok(()));
    let owned = select! { v = tx.clone().reserve_owned() => v.unwrap() };
    drop(owned.send(5).unwrap());
    assert_eq!(select! { _ = tx.closed() => 1, v = rx.recv() => v.unwrap(), }, 4);
    let nap = std::time::Duration::from_secs(3600);
    assert_eq!(select! { v = rx.recv_timeout(nap) => v }, Ok(5));
    assert_eq!(select! { v = tx.send_timeout(6, nap) => v }, Ok(()));
}

#[tokio::test]
async fn cases_made_of_others() {
    let (_tx, rx) = filled(1);
    assert_eq!(select! { v = map(rx.recv(), |v| v.unwrap() + 1) => v }, 2);
    let (_tx, rx) = filled(1);
    let case: BoxCase<'_, _> = boxed(rx.recv());
    assert_eq!(select! { v = case => v }, Ok(1));
    let (_tx, rx) = filled(1);
    assert_eq!(select! { v = Box::pin(rx.recv()) => v }, Ok(1));
    let (_tx, rx) = filled(1);
    assert_eq!(select! { v = Some(rx.recv()) => v, _ = None::<BoxCase<'_, ()>> => Ok(0) }, Ok(1));
    let (_tx, rx) = filled(1);
    assert_eq!(select! { v = select::future(rx.recv()) => v }, Ok(1));
    let (_tx, rx) = filled(1);
    let v =
        select! { v = first((rx.recv(), pending_case())) => matches!(v, select::OneOf2::A(Ok(1))) };
    assert!(v);
    let (_tx, rx) = filled(1);
    let mut several: Select<(), _> = [((), rx.recv())].into_iter().collect();
    assert_eq!(select! { v = several.next() => v }, Some(((), Ok(1))));
}

fn pending_case() -> BoxCase<'static, ()> {
    boxed(select::future(pending()))
}

#[tokio::test]
async fn futures_in_every_wrapping() {
    assert_eq!(select! { v = Later(1) => v }, 1);
    let mut by_reference = ready(1);
    assert_eq!(select! { v = &mut by_reference => v }, 1);
    let mut pinned = pin!(async { 1 });
    assert_eq!(select! { v = &mut pinned => v }, 1);
    let mut pinned = pin!(async { 1 });
    assert_eq!(select! { v = pinned.as_mut() => v }, 1);
    let pinned: Pin<&mut dyn Future<Output = u32>> = pin!(async { 1 });
    assert_eq!(select! { v = pinned => v }, 1);
    let boxed: Pin<Box<dyn Future<Output = u32>>> = Box::pin(async { 1 });
    assert_eq!(select! { v = boxed => v }, 1);
    let boxed: Box<dyn Future<Output = u32> + Unpin> = Box::new(ready(1));
    assert_eq!(select! { v = boxed => v }, 1);
    let mut boxed: Box<dyn Future<Output = u32> + Unpin> = Box::new(ready(1));
    assert_eq!(select! { v = &mut boxed => v }, 1);
    assert_eq!(select! { v = tokio::spawn(async { 1 }) => v.unwrap() }, 1);
    let mut handle = tokio::spawn(async { 1 });
    assert_eq!(select! { v = &mut handle => v.unwrap() }, 1);
    let local = String::from("a");
    assert_eq!(select! { v = async { local.len() } => v, v = async { &local } => v.len() }, 1);
    assert_eq!(select! { v = async move { local } => v }, "a");
    assert_eq!(select! { v = std::future::poll_fn(|_| std::task::Poll::Ready(1)) => v }, 1);
}

#[tokio::test]
async fn a_case_by_reference_keeps_its_place_between_selects() {
    let (tx, rx) = chan::rendezvous::<u32>();
    let mut recv = pin!(rx.recv());
    assert_eq!(select! { v = &mut recv => v, _ = ready(()) => Ok(0) }, Ok(0));
    assert_eq!(select! { v = recv.as_mut() => v, default => Ok(0) }, Ok(0));
    let (sent, got) = tokio::join!(tx.send(1), async {
        select! { v = recv => v }
    });
    assert_eq!((sent, got), (Ok(()), Ok(1)));
}

async fn either<T>(a: impl Future<Output = T>, b: impl IntoFuture<Output = T>) -> T {
    select! { biased; v = a => v, v = b => v }
}

async fn generic_future<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    select! { v = &mut future => Some(v), default => None }
}

async fn generic_case<C: Case>(case: C) -> Option<C::Output> {
    select! { v = case => Some(v), default => None }
}

async fn generic_pair<C: Case, F: Future>(case: C, future: F) -> Result<C::Output, F::Output> {
    select! { biased; v = case => Ok(v), v = future => Err(v) }
}

async fn generic_else<C, F, T>(case: C, future: F, is_on: bool) -> Option<T>
where
    C: Case<Output = Option<T>>,
    F: IntoFuture<Output = Option<T>>,
{
    select! {
        biased;
        Some(v) = case, if is_on => Some(v),
        Some(v) = future => Some(v),
        else => None,
    }
}

async fn generic_both<B: Case<Output = T> + Future<Output = T>, T>(both: B) -> T {
    select! { v = both => v }
}

async fn generic_send<T: Send>(tx: &chan::Sender<T>, v: T) -> Option<T> {
    let mut slot = Some(v);
    select! {
        sent = tx.send_from(&mut slot) => sent.unwrap(),
        default => (),
    }
    slot
}

#[tokio::test]
async fn generic_operations() {
    let (tx, rx) = filled(1);
    assert_eq!(either(pending(), Later(1)).await, 1);
    assert_eq!(generic_future(ready(1)).await, Some(1));
    assert_eq!(generic_case(rx.recv()).await, Some(Ok(1)), "seen as a case: peeked, not polled");
    assert_eq!(generic_case(rx.recv()).await, None);
    assert_eq!(generic_pair(rx.recv(), ready(2)).await, Err(2));
    assert_eq!(generic_else(map(rx.recv(), Result::ok), ready(None), false).await, None);
    tx.try_send(3).unwrap();
    assert_eq!(generic_else(map(rx.recv(), Result::ok), ready(None), true).await, Some(3));
    tx.try_send(4).unwrap();
    assert_eq!(generic_both(rx.recv()).await, Ok(4));
    assert_eq!(generic_send(&tx, 5).await, None);
    assert_eq!(generic_send(&tx, 5).await, None);
    assert_eq!(generic_send(&tx, 6).await, Some(6), "full: the value is still there");
}

struct Worker {
    jobs: chan::Receiver<u32>,
    done: chan::Sender<u32>,
    next: Option<u32>,
}

impl Worker {
    /// Operations and guards that borrow different fields of one `&mut self`.
    async fn run(&mut self) -> u32 {
        let mut count = 0;
        loop {
            select! {
                sent = self.done.send_from(&mut self.next), if self.next.is_some() => {
                    sent.unwrap();
                    count += 1;
                }
                job = self.jobs.recv(), if self.next.is_none() => match job {
                    Ok(job) => self.next = Some(job * 2),
                    Err(_) => return count,
                },
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_select_is_send_if_its_operations_are() {
    let (tx, jobs) = chan::rendezvous();
    let (done, rx) = chan::rendezvous();
    let worker = tokio::spawn(async move { Worker { jobs, done, next: None }.run().await });
    let feeder = tokio::spawn(async move {
        for v in 1..=3 {
            select! { sent = tx.send(v) => sent.unwrap(), _ = pending::<()>() => () }
        }
    });
    let mut got = Vec::new();
    loop {
        select! { v = rx.recv() => match v { Ok(v) => got.push(v), Err(_) => break } }
    }
    feeder.await.unwrap();
    assert_eq!((worker.await.unwrap(), got), (3, vec![2, 4, 6]));
}

#[tokio::test]
async fn a_select_works_in_async_closures_and_blocks() {
    let (tx, rx) = chan::unbounded();
    let mut sum = 0;
    let mut add = async |v: u32| {
        select! { sent = tx.send(v) => sent.unwrap(), default => unreachable!() }
        sum += select! { v = rx.recv() => v.unwrap(), else => 0 };
    };
    add(1).await;
    add(2).await;
    let v = async {
        select! { default => sum }
    }
    .await;
    assert_eq!(v, 3);
    let local = std::rc::Rc::new(4);
    let v = select! { v = async { local.clone() } => *v, v = ready(local.clone()) => *v };
    assert_eq!(v, 4, "what is not Send may be in it too");
}
