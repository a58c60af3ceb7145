//! The service in this process, its backends behind gates, and its clients.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use taut::chan::{self, Receiver, Sender};
use taut::context::{Cancel, Context};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{JoinHandle, yield_now};

use crate::service::app::App;
use crate::service::backend::{Backend, Fetch};
use crate::service::drain::{Drained, serve};
use crate::service::request::TIMEOUT;

/// Longer than any test takes.
pub(crate) const LONG: Duration = Duration::from_secs(600);

/// Shut as long as the first half is there.
pub(crate) type Gate = (Sender<Infallible>, Receiver<Infallible>);

pub(crate) fn gate() -> Gate {
    chan::rendezvous()
}

/// Answers `NAME of ID` when the gate is open.
pub(crate) fn gated(name: &'static str, gate: &Receiver<Infallible>) -> Fetch {
    let gate = gate.clone();
    Box::new(move |_ctx, id| {
        let gate = gate.clone();
        Box::pin(async move {
            gate.recv().await.ok();
            Ok(format!("{name} of {id}"))
        })
    })
}

/// Hands the context of each call out, and answers as the other does.
pub(crate) fn seen(by: &Sender<Context>, then: Fetch) -> Fetch {
    let by = by.clone();
    Box::new(move |ctx, id| {
        by.try_send(ctx.clone()).expect("it is unbounded");
        then(ctx, id)
    })
}

/// A service that runs.
pub(crate) struct Running {
    pub(crate) app: Arc<App>,
    pub(crate) address: SocketAddr,
    stop: Cancel,
    server: JoinHandle<io::Result<Drained>>,
}

/// A service whose backends have so many places each, and do that.
pub(crate) async fn start<F>(places: usize, grace: Duration, fetch: F) -> io::Result<Running>
where
    F: Fn(&'static str) -> Fetch,
{
    let places = NonZeroUsize::new(places).expect("not zero");
    let (ctx, stop) = Context::background().with_cancel();
    let app = Arc::new(App::new(&ctx, LONG, |name| Backend::new(name, places, fetch(name))));
    // Clients come in one burst, and the second try of a connection is a second later.
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let listener = socket.listen(1024)?;
    let address = listener.local_addr()?;
    let served = app.clone();
    let server = tokio::spawn(async move { serve(&ctx, listener, &served, grace).await });
    Ok(Running { app, address, stop, server })
}

impl Running {
    /// Tells the server to stop.
    pub(crate) fn stop(&self) {
        assert!(self.stop.cancel_with("enough"));
    }

    pub(crate) async fn stopped(&mut self) -> Drained {
        (&mut self.server).await.expect("no panic").expect("it listens")
    }

    /// Waits until so many requests are in flight. On a runtime of one thread they all wait then for what
    /// they wait for: a request is counted at the poll that brings it there.
    pub(crate) async fn in_flight(&self, requests: u64) {
        until(&self.app.requests.counts, |counts| counts.in_flight() == requests).await;
    }

    /// Waits until a call of each of these runs.
    pub(crate) async fn running(&self, backends: &[&Arc<Backend>]) {
        for backend in backends {
            until(&backend.calls, |calls| !calls.running.is_empty()).await;
        }
    }

    /// Waits until no call runs. Then each must have come to an end, and nobody waits, and all places are
    /// free.
    pub(crate) async fn idle(&self) {
        for backend in self.app.backends() {
            let Backend { name, places, calls, .. } = &**backend;
            until(calls, |calls| calls.running.is_empty()).await;
            let calls = calls.borrow().clone();
            assert_eq!(calls.begun, calls.done + calls.failed + calls.cancelled, "{name}");
            assert!(calls.most <= places.capacity(), "{name}");
            assert_eq!((places.available(), places.waiters()), (places.capacity(), 0), "{name}");
        }
        assert_eq!(self.app.requests.counts().in_flight(), 0);
        assert_eq!(self.app.flights.in_flight(), 0);
    }

    /// A client that does not wait for the answer.
    pub(crate) async fn ask(&self, path: &str) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address).await?;
        let head = format!("GET {path} HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        Ok(stream)
    }

    /// A request of a client that waits.
    pub(crate) fn get(&self, path: &str) -> Get {
        Get { request: Request::get(format!("http://{}{path}", self.address)) }
    }
}

pub(crate) struct Get {
    request: axum::http::request::Builder,
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn told(&self) -> (u16, &str) {
        (self.status.as_u16(), &self.body)
    }
}

pub(crate) type HttpClient = Client<HttpConnector, Empty<Bytes>>;

pub(crate) fn client() -> HttpClient {
    Client::builder(TokioExecutor::new()).build_http()
}

impl Get {
    pub(crate) fn timeout(self, value: impl AsRef<[u8]>) -> Self {
        Self { request: self.request.header(TIMEOUT, value.as_ref()) }
    }

    pub(crate) async fn by(self, client: &HttpClient) -> anyhow::Result<Answer> {
        let answer = client.request(self.request.body(Empty::new())?).await?;
        let (head, body) = answer.into_parts();
        let body = String::from_utf8(body.collect().await?.to_bytes().into())?;
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    /// On a task, and a connection, of its own.
    pub(crate) fn spawn(self) -> JoinHandle<anyhow::Result<Answer>> {
        tokio::spawn(async move { self.by(&client()).await })
    }
}

pub(crate) async fn until<T>(state: &watch::Sender<T>, reached: impl FnMut(&T) -> bool) {
    state.subscribe().wait_for(reached).await.expect("the sender is borrowed");
}

/// Returns when the runtime has no task but this, which is none for the runtime.
pub(crate) async fn until_no_task_is_alive() {
    while Handle::current().metrics().num_alive_tasks() > 0 {
        yield_now().await;
    }
}
