//! The functions of the small programs under `sync/`, most of them on paused time and on one thread,
//! where what comes first is certain. The programs themselves are run by `sync_programs.rs`.

#[path = "../sync/bounded_queue.rs"]
#[expect(dead_code, reason = "its `main`")]
mod bounded_queue;
#[path = "../sync/client_once.rs"]
#[expect(dead_code, reason = "its `main`")]
mod client_once;
#[path = "../sync/counter.rs"]
#[expect(dead_code, reason = "its `main`")]
mod counter;
#[path = "../sync/fetches.rs"]
#[expect(dead_code, reason = "its `main`")]
mod fetches;
#[path = "../sync/stampede.rs"]
#[expect(dead_code, reason = "its `main`")]
mod stampede;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context as PollContext, Poll, Waker};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use hyper::{StatusCode, Uri};
use taut::chan::{self, Receiver, Sender};
use taut::context::{Context, ContextError};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet, yield_now};
use tokio::time::{Instant, sleep};

use crate::bounded_queue::Queue;
use crate::client_once::Client;
use crate::counter::{with_channel, with_mutex};
use crate::fetches::{Page, fetch_all};
use crate::stampede::Cache;

const SECOND: Duration = Duration::from_secs(1);

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut PollContext::from_waker(Waker::noop()))
}

fn at_most(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("not zero")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counter_loses_nothing() {
    assert_eq!(with_mutex(50, 200).await, 10_000);
    assert_eq!(with_channel(50, 200).await, 10_000);
    assert_eq!((with_mutex(0, 1).await, with_channel(0, 1).await), (0, 0));
}

/// What the handler of the server below shares with the test.
#[derive(Clone)]
struct Gate {
    begun: Sender<()>,
    go: Receiver<()>,
    in_flight: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

/// A server whose requests wait for a `go` each, and tell when they begin.
struct Server {
    address: SocketAddr,
    begins: Receiver<()>,
    go: Sender<()>,
    most: Arc<AtomicUsize>,
}

impl Server {
    async fn start() -> io::Result<Self> {
        let ((begun, begins), (to, go)) = (chan::unbounded(), chan::unbounded());
        let most = Arc::new(AtomicUsize::new(0));
        let gate = Gate { begun, go, in_flight: Arc::default(), most: most.clone() };
        let app = Router::new().route("/{page}", get(answer)).with_state(gate);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { address, begins, go: to, most })
    }

    fn uris(&self, count: usize) -> Vec<Uri> {
        let uris = (0..count).map(|n| format!("http://{}/{n}", self.address));
        uris.map(|uri| uri.parse().expect("a URI")).collect()
    }

    async fn has_begun(&self, requests: usize) {
        for _ in 0..requests {
            self.begins.recv().await.expect("the server is there");
        }
    }
}

async fn answer(State(gate): State<Gate>) -> &'static str {
    let in_flight = gate.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
    gate.most.fetch_max(in_flight, Ordering::SeqCst);
    gate.begun.try_send(()).expect("the test waits for it");
    gate.go.recv().await.expect("the test gives as many as are asked for");
    gate.in_flight.fetch_sub(1, Ordering::SeqCst);
    "a page"
}

#[tokio::test]
async fn fetches_are_never_more_than_allowed() -> io::Result<()> {
    let server = Server::start().await?;
    let ctx = Context::background();
    let control = async {
        server.has_begun(3).await; // three at once, before any has an answer
        for _ in 0..10 {
            server.go.send(()).await.expect("the server is there");
        }
    };
    let (pages, ()) = tokio::join!(fetch_all(&ctx, server.uris(10), at_most(3)), control);
    assert_eq!(pages.len(), 10);
    for (_uri, page) in pages {
        assert_eq!(page.unwrap(), Page { status: StatusCode::OK, bytes: "a page".len() });
    }
    assert_eq!(server.most.load(Ordering::SeqCst), 3);
    Ok(())
}

#[tokio::test]
async fn fetches_end_with_the_context() -> io::Result<()> {
    let server = Server::start().await?;
    let (ctx, cancel) = Context::background().with_cancel();
    let control = async {
        server.has_begun(3).await;
        cancel.cancel();
    };
    let (pages, ()) = tokio::join!(fetch_all(&ctx, server.uris(10), at_most(3)), control);
    assert_eq!(pages.len(), 3, "the others were not begun");
    for (_uri, page) in pages {
        assert_eq!(page.unwrap_err().downcast_ref(), Some(&ContextError::Cancelled));
    }
    assert!(server.begins.is_empty());
    Ok(())
}

#[tokio::test]
async fn fetches_do_not_begin_in_a_context_that_has_ended() {
    let (ctx, cancel) = Context::background().with_cancel();
    cancel.cancel();
    let nowhere = vec![Uri::from_static("http://127.0.0.1:1/")];
    assert!(fetch_all(&ctx, nowhere, at_most(1)).await.is_empty(), "although a permit is free");
}

/// Takes a second; fails for the key "missing".
async fn load(key: String) -> io::Result<String> {
    sleep(SECOND).await;
    if key == "missing" { Err(io::ErrorKind::NotFound.into()) } else { Ok(format!("<{key}>")) }
}

/// What so many callers get who ask for a key at once.
async fn ask_together<L, Fut>(
    cache: &Arc<Cache<L>>,
    callers: usize,
    key: &'static str,
) -> Vec<anyhow::Result<Arc<str>>>
where
    L: Fn(String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = io::Result<String>> + Send + 'static,
{
    let mut all = JoinSet::new();
    for _ in 0..callers {
        let cache = cache.clone();
        all.spawn(async move { cache.get(key).await });
    }
    all.join_all().await
}

#[tokio::test(start_paused = true)]
async fn stampede_is_one_load() {
    let (cache, start) = (Arc::new(Cache::new(load)), Instant::now());
    for value in ask_together(&cache, 100, "a").await {
        assert_eq!(&*value.unwrap(), "<a>");
    }
    assert_eq!((cache.loads(), start.elapsed()), (1, SECOND));
    ask_together(&cache, 100, "b").await;
    ask_together(&cache, 100, "a").await;
    assert_eq!((cache.loads(), start.elapsed()), (2, SECOND * 2));
}

#[tokio::test(start_paused = true)]
async fn stampede_is_as_many_loads_as_callers_without_protection() {
    let cache = Arc::new(Cache::new(load));
    let mut all = JoinSet::new();
    for _ in 0..100 {
        let cache = cache.clone();
        all.spawn(async move { cache.get_alone("a").await });
    }
    all.join_all().await;
    assert_eq!(cache.loads(), 100);
}

#[tokio::test(start_paused = true)]
async fn stampede_shares_a_failure_and_does_not_keep_it() {
    let cache = Arc::new(Cache::new(load));
    for round in 1..=2 {
        for value in ask_together(&cache, 10, "missing").await {
            let error = value.unwrap_err();
            let error: &Arc<io::Error> = error.downcast_ref().unwrap();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
        assert_eq!(cache.loads(), round);
    }
}

#[tokio::test(start_paused = true)]
async fn stampede_goes_on_when_its_first_caller_leaves() {
    let (cache, start) = (Cache::new(load), Instant::now());
    let second = async {
        let mut second = pin!(cache.get("a"));
        {
            let mut first = pin!(cache.get("a"));
            assert!(poll_once(first.as_mut()).is_pending());
            assert!(poll_once(second.as_mut()).is_pending());
            sleep(SECOND / 2).await;
        }
        second.await
    };
    assert_eq!(&*second.await.unwrap(), "<a>");
    assert_eq!((cache.loads(), start.elapsed()), (1, SECOND), "it was not begun anew");
}

/// A server that hangs up on the first so many connections, greets the others, and answers each line
/// with that line and the number of its connection. Ends, and drops what is open, with the listener's
/// task.
async fn echo_server(refuse: usize) -> io::Result<(String, JoinHandle<io::Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let serve = async move {
        let mut connections = JoinSet::new();
        for number in 1.. {
            let (stream, _peer) = listener.accept().await?;
            if number > refuse {
                connections.spawn(echo(BufStream::new(stream), number));
            }
        }
        Ok(())
    };
    Ok((address, tokio::spawn(serve)))
}

async fn echo(mut stream: BufStream<tokio::net::TcpStream>, number: usize) -> io::Result<()> {
    stream.write_all(b"hello\n").await?;
    stream.flush().await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        stream.write_all(format!("{number}: {line}").as_bytes()).await?;
        stream.flush().await?;
        line.clear();
    }
    Ok(())
}

#[tokio::test]
async fn client_once_connects_once_for_all_who_ask() -> io::Result<()> {
    let (address, _server) = echo_server(0).await?;
    let client = Arc::new(Client::new(address));
    assert!(!client.is_connected());
    let mut asking = JoinSet::new();
    for n in 0..10 {
        let client = client.clone();
        asking.spawn(async move { (n, client.ask(&n.to_string()).await) });
    }
    while let Some(answer) = asking.join_next().await {
        let (n, answer) = answer?;
        assert_eq!(answer?, format!("1: {n}"));
    }
    Ok(())
}

#[tokio::test]
async fn client_once_tries_again_after_a_failure() -> io::Result<()> {
    let (address, _server) = echo_server(2).await?;
    let client = Client::new(address);
    for _ in 0..2 {
        client.ask("anybody?").await.unwrap_err();
        assert!(!client.is_connected());
    }
    assert_eq!(client.ask("anybody?").await?, "3: anybody?");
    assert_eq!(client.ask("still?").await?, "3: still?");
    Ok(())
}

#[tokio::test]
async fn client_once_is_connected_by_the_next_when_the_first_gives_up() -> io::Result<()> {
    let (address, _server) = echo_server(0).await?;
    let client = Client::new(address);
    let mut second = pin!(client.ask("second"));
    {
        let mut first = pin!(client.ask("first"));
        assert!(poll_once(first.as_mut()).is_pending());
        assert!(poll_once(second.as_mut()).is_pending());
    }
    assert!(second.await?.ends_with(": second"));
    Ok(())
}

#[tokio::test]
async fn bounded_queue_makes_who_pushes_wait_for_room() {
    let queue = Queue::new(at_most(2));
    assert_eq!((queue.push(1).await, queue.push(2).await), (Ok(()), Ok(())));
    let (mut third, mut fourth) = (pin!(queue.push(3)), pin!(queue.push(4)));
    assert!(poll_once(third.as_mut()).is_pending());
    assert!(poll_once(fourth.as_mut()).is_pending());
    assert_eq!(queue.pop().await, Some(1));
    assert_eq!(third.await, Ok(()));
    assert!(poll_once(fourth.as_mut()).is_pending());
    assert_eq!((queue.pop().await, queue.pop().await), (Some(2), Some(3)));
    assert_eq!(fourth.await, Ok(()));
    assert_eq!(queue.pop().await, Some(4));
}

#[tokio::test]
async fn bounded_queue_tells_the_next_if_the_first_has_gone() {
    let queue = Queue::new(at_most(1));
    let mut second = pin!(async { queue.pop().await });
    {
        let mut first = pin!(queue.pop());
        assert!(poll_once(first.as_mut()).is_pending());
        assert!(poll_once(second.as_mut()).is_pending());
        assert_eq!(queue.push("for the first").await, Ok(()));
    }
    assert_eq!(second.await, Some("for the first"));
}

#[tokio::test]
async fn bounded_queue_gives_back_what_comes_after_the_end() {
    let queue = Queue::new(at_most(1));
    assert_eq!(queue.push(1).await, Ok(()));
    let mut second = pin!(queue.push(2));
    assert!(poll_once(second.as_mut()).is_pending());
    queue.close().await;
    assert_eq!(second.await, Err(2));
    assert_eq!(queue.push(3).await, Err(3));
    assert_eq!((queue.pop().await, queue.pop().await), (Some(1), None));
}

#[tokio::test]
async fn bounded_queue_lets_all_go_at_the_end() {
    let queue = Arc::new(Queue::<u32>::new(at_most(1)));
    let mut all = JoinSet::new();
    for _ in 0..10 {
        let queue = queue.clone();
        all.spawn(async move { queue.pop().await });
    }
    yield_now().await;
    queue.close().await;
    assert_eq!(all.join_all().await, [None; 10]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bounded_queue_is_for_threads_and_tasks() {
    let (queue, back) = (Arc::new(Queue::new(at_most(2))), Arc::new(Queue::new(at_most(2))));
    let (from, to) = (queue.clone(), back.clone());
    let doubler = thread::spawn(move || {
        while let Some(n) = from.blocking_pop() {
            to.blocking_push(2 * n).expect("it is open");
        }
        to.blocking_close();
    });
    let pushing = tokio::spawn(async move {
        for n in 0..1000_u32 {
            queue.push(n).await.expect("it is open");
        }
        queue.close().await;
    });
    for n in 0..1000 {
        assert_eq!(back.pop().await, Some(2 * n));
    }
    assert_eq!(back.pop().await, None);
    pushing.await.unwrap();
    doubler.join().unwrap();
}
