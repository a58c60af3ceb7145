//! The functions of the small programs under `context/`. The programs themselves are run by
//! `context_programs.rs`.

#[path = "../context/cause.rs"]
#[expect(dead_code, reason = "its `main`")]
mod cause;
#[path = "../context/close_socket.rs"]
#[expect(dead_code, reason = "its `main`")]
mod close_socket;
#[path = "../context/deadline.rs"]
#[expect(dead_code, reason = "its `main`")]
mod deadline;
#[path = "../context/shutdown.rs"]
#[expect(dead_code, reason = "its `main`")]
mod shutdown;

use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use taut::chan::{self, Receiver};
use taut::context::{Context, ContextError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use crate::cause::{OverBudget, TooSlow, chain, code, sum};
use crate::close_socket::{End, copy};
use crate::deadline::{Handler, RequestId, Service, Stopped, Store, TimeUp};
use crate::shutdown::{DrainOver, Drained, app, serve};

const SECOND: Duration = Duration::from_secs(1);

/// Three layers with these limits in seconds over a store that takes one for a key.
fn layers(handler: u32, service: u32, store: u32) -> Handler {
    let values = ["a", "b", "c", "d"].map(|key| (key.to_owned(), format!("value of {key}")));
    let store = Store { values: values.into(), latency: SECOND, limit: SECOND * store };
    Handler { service: Service { store, limit: SECOND * service }, limit: SECOND * handler }
}

async fn request(layers: &Handler, ctx: &Context) -> Result<String, Stopped> {
    let keys = ["a", "b", "missing", "c"].map(String::from);
    layers.handle(ctx, RequestId(7), &keys).await
}

#[tokio::test(start_paused = true)]
async fn deadline_long_enough_is_not_noticed() {
    let answer = request(&layers(7, 6, 2), &Context::background()).await;
    assert_eq!(answer.unwrap(), "value of a\nvalue of b\nvalue of c");
}

#[tokio::test(start_paused = true)]
async fn deadline_says_whose_time_was_up_and_where() {
    for (limits, layer, seconds, at) in [
        (layers(9, 9, 0), "store", 0, "key a"),
        (layers(9, 2, 9), "service", 2, "key b"),
        (layers(3, 9, 9), "handler", 3, "key missing"),
        // The earliest counts, and among equals that of the caller.
        (layers(3, 2, 9), "service", 2, "key b"),
        (layers(2, 2, 9), "handler", 2, "key b"),
    ] {
        let start = Instant::now();
        let stopped = request(&limits, &Context::background()).await.unwrap_err();
        assert_eq!(start.elapsed(), SECOND * seconds);
        assert_eq!(stopped.request, Some(RequestId(7)));
        assert_eq!(stopped.at, at);
        let cause = stopped.source().unwrap().downcast_ref();
        assert_eq!(cause, Some(&TimeUp { layer, limit: SECOND * seconds }), "{layer}");
    }
}

#[tokio::test(start_paused = true)]
async fn deadline_is_not_the_only_thing_that_stops_it() {
    let (ctx, cancel) = Context::background().with_cancel();
    let layers = layers(9, 9, 9);
    let gone = async {
        sleep(SECOND / 2).await;
        assert!(cancel.cancel_with("the client is gone"));
    };
    let (answer, ()) = tokio::join!(request(&layers, &ctx), gone);
    let stopped = answer.unwrap_err();
    assert_eq!(chain(&stopped), "request 7 stopped at key a: the client is gone");
}

/// Lines to sum. The channel stays open for as long as `_end` is there.
fn lines(text: &str) -> (Receiver<io::Result<String>>, chan::Sender<io::Result<String>>) {
    let (to, lines) = chan::unbounded();
    for line in text.lines() {
        to.try_send(Ok(line.to_owned())).expect("it is unbounded");
    }
    (lines, to)
}

#[tokio::test]
async fn cause_is_none_when_nothing_went_wrong() {
    let (ctx, stop) = Context::background().with_cancel();
    let (lines, end) = lines("1\n2\n3");
    drop(end);
    assert_eq!(sum(&ctx, &stop, &lines, 6).await, Ok(6));
    assert!(ctx.cause().is_none());
}

#[tokio::test]
async fn cause_is_what_the_first_to_stop_it_said() {
    let (ctx, stop) = Context::background().with_cancel();
    let (lines, _end) = lines("1\n2\n3\nnonsense");
    assert_eq!(sum(&ctx, &stop, &lines, 5).await, Err(ContextError::Cancelled));
    assert!(!stop.cancel_with("too late"));
    let cause = ctx.cause().unwrap();
    assert_eq!(cause.downcast_ref(), Some(&OverBudget { line: 3, most: 5 }));
    assert_eq!(code(&*cause), 1);
    assert_eq!(lines.len(), 1, "what came after that was not looked at");
}

#[tokio::test]
async fn cause_has_sources() {
    for (text, told) in [
        ("1\ntwo", "line 2 is no number: invalid digit found in string"),
        ("1\n2\n\n", "line 3 is no number: cannot parse integer from empty string"),
        ("1\n18446744073709551615", "line 2 makes it more than 18446744073709551615"),
    ] {
        let (ctx, stop) = Context::background().with_cancel();
        let (lines, _end) = lines(text);
        assert_eq!(sum(&ctx, &stop, &lines, u64::MAX).await, Err(ContextError::Cancelled));
        assert_eq!(chain(&*ctx.cause().unwrap()), told);
    }
}

#[tokio::test(start_paused = true)]
async fn cause_of_a_deadline_is_the_one_it_was_given() {
    let (ctx, _cancel) = Context::background().with_timeout_cause(SECOND, TooSlow(SECOND));
    let (ctx, stop) = ctx.with_cancel();
    let (lines, _end) = lines("1\n2\n3");
    assert_eq!(sum(&ctx, &stop, &lines, 6).await, Err(ContextError::DeadlineExceeded));
    let cause = ctx.cause().unwrap();
    assert_eq!((code(&*cause), chain(&*cause)), (124, "not done in 1s".to_owned()));
}

/// Both ends of a connection.
fn connection() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ours = TcpStream::connect(listener.local_addr()?)?;
    Ok((ours, listener.accept()?.0))
}

#[tokio::test]
async fn close_socket_ends_a_read_that_waits() -> io::Result<()> {
    let (ours, mut theirs) = connection()?;
    let (ctx, cancel) = Context::background().with_cancel();
    let copying = spawn_blocking(move || {
        let mut got = Vec::new();
        (copy(&ctx, &ours, &mut got), got)
    });
    theirs.write_all(b"something")?;
    cancel.cancel_with("enough");
    let (end, got) = copying.await?;
    assert!(matches!(end?, End::Stopped(cause) if cause.to_string() == "enough"));
    assert!(b"something".starts_with(&got), "{got:?}");
    // The other side is told.
    theirs.read_to_end(&mut Vec::new()).ok();
    Ok(())
}

#[tokio::test]
async fn close_socket_does_not_begin_when_it_is_over() -> io::Result<()> {
    let (ours, mut theirs) = connection()?;
    let (ctx, _cancel) = Context::background().with_timeout(Duration::ZERO);
    let end = spawn_blocking(move || copy(&ctx, &ours, &mut io::sink())).await?;
    assert!(matches!(end?, End::Stopped(cause) if cause.is::<ContextError>()));
    assert_eq!(theirs.read(&mut [0])?, 0);
    Ok(())
}

#[tokio::test]
async fn close_socket_leaves_it_alone_when_the_read_has_ended() -> io::Result<()> {
    let (mut ours, mut theirs) = connection()?;
    let (ctx, cancel) = Context::background().with_cancel();
    theirs.write_all(b"all of it")?;
    theirs.shutdown(Shutdown::Write)?;
    let mut got = Vec::new();
    assert!(matches!(copy(&ctx, &ours, &mut got)?, End::Closed));
    assert_eq!(got, b"all of it");

    cancel.cancel();
    ours.write_all(b"thanks")?;
    drop(ours);
    assert_eq!(io::read_to_string(theirs)?, "thanks");
    Ok(())
}

/// Asks for the next line, on a connection of its own.
async fn request_line(server: &net::TcpListener) -> io::Result<net::TcpStream> {
    let mut stream = net::TcpStream::connect(server.local_addr()?).await?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n").await?;
    Ok(stream)
}

/// The status of an answer, and its body.
async fn answer(mut stream: net::TcpStream) -> io::Result<(u16, String)> {
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = text.split_once("\r\n\r\n").map(|(_head, body)| body.to_owned());
    status.zip(body).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

#[tokio::test]
async fn shutdown_waits_for_the_answer_to_what_has_begun() -> io::Result<()> {
    let (to, lines) = chan::rendezvous();
    let (ctx, cancel) = Context::background().with_cancel();
    let listener = net::TcpListener::bind("127.0.0.1:0").await?;
    let request = request_line(&listener).await?;
    let server = serve(&ctx, listener, |requests| app(requests, lines), SECOND * 60);
    let client = async {
        // It is taken when the request waits; only then does the server stop.
        to.send("one".to_owned()).await.expect("the server is there");
        cancel.cancel();
        answer(request).await
    };
    let (drained, answer) = tokio::join!(server, client);
    assert_eq!((drained?, answer?), (Drained::All, (200, "one\n".to_owned())));
    Ok(())
}

#[tokio::test]
async fn shutdown_ends_requests_that_take_too_long() -> io::Result<()> {
    let (begun, begins) = chan::rendezvous();
    let app = |ctx: Context| {
        let endless = async move || {
            begun.send(()).await.expect("the client waits for that");
            ctx.done().await;
            ctx.cause().expect("it has ended").to_string()
        };
        Router::new().route("/", get(endless))
    };
    let (ctx, cancel) = Context::background().with_cancel();
    let listener = net::TcpListener::bind("127.0.0.1:0").await?;
    let request = request_line(&listener).await?;
    let client = async {
        assert_eq!(begins.recv().await, Ok(()));
        cancel.cancel();
        answer(request).await
    };
    let (drained, answer) = tokio::join!(serve(&ctx, listener, app, Duration::ZERO), client);
    assert_eq!((drained?, answer?), (Drained::Some, (200, DrainOver.to_string())));
    Ok(())
}

#[tokio::test]
async fn shutdown_without_requests_is_immediate() -> io::Result<()> {
    let (_to, lines) = chan::rendezvous();
    let (ctx, cancel) = Context::background().with_cancel();
    cancel.cancel();
    let listener = net::TcpListener::bind("127.0.0.1:0").await?;
    let drained = serve(&ctx, listener, |requests| app(requests, lines), SECOND * 60).await?;
    assert_eq!(drained, Drained::All);
    Ok(())
}
