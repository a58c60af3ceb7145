//! The service under load, with clients that wait and clients that hang up. Its backends answer when a
//! test lets them; what is waited for are its own counts. The program itself is run by
//! `service_program.rs`.

#[path = "../service/main.rs"]
#[expect(dead_code, reason = "its `main`")]
mod service;
mod service_kit;

use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::anyhow;
use axum::http::header;
use taut::chan;
use taut::context::{Context, ContextError};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::service::backend::{Backend, Fetch};
use crate::service::failure::Failure;
use crate::service::request::{Counts, End};
use crate::service::source::simulated;
use crate::service_kit::{LONG, client, gate, gated, seen, start, until, until_no_task_is_alive};

/// As many requests as one load is made of.
const LOAD: u64 = 200;

/// What runs nothing but what answers at once.
fn at_once(name: &'static str) -> Fetch {
    simulated(name, Duration::ZERO, false)
}

#[tokio::test]
async fn a_timeout_that_makes_no_sense_is_refused() -> anyhow::Result<()> {
    let running = start(1, LONG, at_once).await?;
    for (value, why) in [
        (&b"soon"[..], "invalid digit found in string"),
        (b"", "cannot parse integer from empty string"),
        (b"-1", "invalid digit found in string"),
        (b"1.5", "invalid digit found in string"),
        (b"1s", "invalid digit found in string"),
        (b"99999999999999999999", "number too large to fit in target type"),
        (b"\xff", "failed to convert header to a str"),
    ] {
        let answer = running.get("/item/7").timeout(value).by(&client()).await?;
        let told = format!("x-timeout-ms is no number of milliseconds: {why}\n");
        assert_eq!(answer.told(), (400, &*told));
    }
    let answer = running.get("/page/7").timeout("1").timeout("2").by(&client()).await?;
    assert_eq!(answer.status, 400);
    assert!(answer.body.ends_with("it is there more than once\n"), "{answer:?}");
    assert_eq!(running.app.requests.counts(), Counts::default(), "none has begun");
    Ok(())
}

#[tokio::test]
async fn the_deadline_is_the_clients_but_no_later_than_the_servers() -> anyhow::Result<()> {
    let (by, contexts) = chan::unbounded();
    let running = start(1, LONG, |name| match name {
        "price" => seen(&by, at_once(name)),
        _ => at_once(name),
    })
    .await?;
    let minute = Duration::from_secs(60);
    for (wanted, least, most) in [
        (None, minute, LONG),
        (Some("60000"), Duration::ZERO, minute),
        (Some("18446744073709551615"), minute, LONG),
    ] {
        let get = running.get("/page/7");
        let get = wanted.into_iter().fold(get, |get, wanted| get.timeout(wanted));
        assert_eq!(get.by(&client()).await?.status, 200);
        let ctx = contexts.recv().await?;
        let left = ctx.remaining().expect("it has a deadline");
        assert!(least < left && left <= most, "{wanted:?}: {left:?}");
        assert!(ctx.is_done(), "nothing goes on when it is answered");
    }
    Ok(())
}

#[tokio::test]
async fn a_deadline_ends_the_call() -> anyhow::Result<()> {
    let (_shut, open) = gate();
    let running = start(1, LONG, |name| gated(name, &open)).await?;
    for (path, timeout, told) in [
        ("/item/7", "20", "not done in 20ms\n"),
        ("/page/7", "20", "not done in 20ms\n"),
        ("/item/7", "0", "not done in 0ns\n"),
    ] {
        let answer = running.get(path).timeout(timeout).by(&client()).await?;
        assert_eq!(answer.told(), (504, told), "{path}");
        running.idle().await;
    }
    assert_eq!(running.app.catalog.calls.borrow().done, 0);
    assert_eq!(running.app.requests.counts().answered, 3);
    Ok(())
}

#[tokio::test]
async fn a_stampede_makes_one_call() -> anyhow::Result<()> {
    let (shut, open) = gate();
    let running = start(8, LONG, |name| gated(name, &open)).await?;
    let clients: Vec<_> = (0..LOAD).map(|_| running.get("/item/7").spawn()).collect();
    running.in_flight(LOAD).await;
    drop(shut);
    for answer in clients {
        assert_eq!(answer.await??.told(), (200, "catalog of 7\n"));
    }
    let calls = running.app.catalog.calls.borrow().clone();
    assert_eq!((calls.begun, calls.done), (1, 1));
    running.idle().await;
    Ok(())
}

#[tokio::test]
async fn a_flight_goes_on_without_who_began_it() -> anyhow::Result<()> {
    let (shut, open) = gate();
    let running = start(8, LONG, |name| gated(name, &open)).await?;
    let first = running.ask("/item/7").await?;
    running.in_flight(1).await;
    let others: Vec<_> = (1..LOAD).map(|_| running.get("/item/7").spawn()).collect();
    running.in_flight(LOAD).await;

    drop(first);
    until(&running.app.requests.counts, |counts| counts.left == 1).await;
    assert_eq!(running.app.catalog.calls.borrow().running, [7]);
    drop(shut);
    for answer in others {
        assert_eq!(answer.await??.told(), (200, "catalog of 7\n"));
    }
    let calls = running.app.catalog.calls.borrow().clone();
    assert_eq!((calls.begun, calls.done, calls.cancelled), (1, 1, 0));
    running.idle().await;
    Ok(())
}

#[tokio::test]
async fn a_flight_ends_with_the_last_who_wants_it() -> anyhow::Result<()> {
    let (_shut, open) = gate();
    let running = start(8, LONG, |name| gated(name, &open)).await?;
    let mut streams = Vec::new();
    for _ in 0..LOAD {
        streams.push(running.ask("/item/7").await?);
    }
    running.in_flight(LOAD).await;
    drop(streams);
    until(&running.app.catalog.calls, |calls| calls.cancelled == 1).await;
    until(&running.app.requests.counts, |counts| counts.left == LOAD).await;
    running.idle().await;
    assert_eq!(running.app.catalog.calls.borrow().begun, 1);
    Ok(())
}

#[tokio::test]
async fn a_bulkhead_lets_so_many_in_and_the_others_wait() -> anyhow::Result<()> {
    let (shut, open) = gate();
    let running = start(8, LONG, |name| gated(name, &open)).await?;
    let clients: Vec<_> = (0..LOAD).map(|id| running.get(&format!("/item/{id}")).spawn()).collect();
    running.in_flight(LOAD).await;
    let catalog = &running.app.catalog;
    assert_eq!((catalog.calls.borrow().running.len(), catalog.places.waiters()), (8, 192));

    // Who cannot wait is told so, and gives up its place in the queue.
    let answer = running.get("/item/1000").timeout("20").by(&client()).await?;
    assert_eq!(answer.told(), (503, "catalog is busy\n"));
    assert_eq!(answer.headers.get(header::RETRY_AFTER).expect("when"), "1");
    assert_eq!(catalog.places.waiters(), 192);
    // Another backend has places of its own.
    assert_eq!(running.app.needed[0].places.available(), 8);

    drop(shut);
    for (id, answer) in clients.into_iter().enumerate() {
        assert_eq!(answer.await??.told(), (200, &*format!("catalog of {id}\n")));
    }
    let calls = catalog.calls.borrow().clone();
    assert_eq!((calls.begun, calls.done, calls.most), (LOAD, LOAD, 8));
    running.idle().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_place_is_told_when_to_come_again() {
    let second = Duration::from_secs(1);
    let place = NonZeroUsize::new(1).expect("not zero");
    let backend = Backend::new("it", place, simulated("it", second * 3, false));
    let endless = Context::background();
    // A first call, to know how long it takes.
    assert_eq!(&*backend.call(&endless, 1).await.unwrap(), "it of 1");

    let in_vain = async {
        let (ctx, _cancel) = Context::background().with_timeout(second);
        backend.call(&ctx, 4).await.unwrap_err()
    };
    let (_runs, _waits, refused) =
        tokio::join!(backend.call(&endless, 2), backend.call(&endless, 3), in_vain);
    // One that waits has one that runs before it.
    assert!(matches!(refused, Failure::Busy { backend: "it", retry_after: 6 }), "{refused:?}");
}

#[tokio::test]
async fn a_page_needs_three_and_takes_a_fourth_if_it_is_there() -> anyhow::Result<()> {
    let (shut, open) = gate();
    let (_shut_related, open_related) = gate();
    let running = start(8, LONG, |name| match name {
        "related" => gated(name, &open_related),
        _ => gated(name, &open),
    })
    .await?;
    let [price, stock, reviews] = &running.app.needed;
    let page = running.get("/page/3").spawn();
    running.running(&[price, stock, reviews, &running.app.related]).await;
    drop(shut);
    assert_eq!(page.await??.told(), (200, "price of 3\nstock of 3\nreviews of 3\n"));
    until(&running.app.related.calls, |calls| calls.cancelled == 1).await;
    running.idle().await;

    let (shut, open) = gate();
    let running = start(8, LONG, |name| match name {
        "related" => at_once(name),
        _ => gated(name, &open),
    })
    .await?;
    let page = running.get("/page/3").spawn();
    until(&running.app.related.calls, |calls| calls.done == 1).await;
    drop(shut);
    assert_eq!(page.await??.told(), (200, "price of 3\nstock of 3\nreviews of 3\nrelated of 3\n"));
    Ok(())
}

#[tokio::test]
async fn the_first_error_ends_the_other_calls() -> anyhow::Result<()> {
    let (shut, open) = gate();
    let (_shut_others, open_others) = gate();
    let (by, contexts) = chan::unbounded();
    let running = start(8, LONG, |name| match name {
        "stock" => {
            let open = open.clone();
            Box::new(move |_ctx, _id| {
                let open = open.clone();
                Box::pin(async move { Err(anyhow!("{}", open.recv().await.unwrap_err())) })
            })
        }
        "price" => seen(&by, gated(name, &open_others)),
        _ => gated(name, &open_others),
    })
    .await?;
    let [price, stock, reviews] = &running.app.needed;
    let page = running.get("/page/3").spawn();
    running.running(&[price, stock, reviews]).await;
    drop(shut);
    let told = format!("stock failed: {}\n", chan::RecvError);
    assert_eq!(page.await??.told(), (502, &*told));

    assert_eq!(stock.calls.borrow().failed, 1);
    for backend in [price, reviews] {
        assert_eq!(backend.calls.borrow().cancelled, 1, "{}", backend.name);
    }
    let cause = contexts.recv().await?.cause().expect("it has ended");
    assert!(matches!(cause.downcast_ref(), Some(Failure::Backend { backend: "stock", .. })));
    until(&running.app.related.calls, |calls| calls.cancelled == 1).await;
    running.idle().await;
    Ok(())
}

#[tokio::test]
async fn what_was_spawned_for_a_request_ends_when_its_client_leaves() -> anyhow::Result<()> {
    let (_shut, open) = gate();
    let (by, contexts) = chan::unbounded();
    let mut running = start(8, LONG, |name| match name {
        "related" => seen(&by, gated(name, &open)),
        _ => gated(name, &open),
    })
    .await?;
    let client = running.ask("/page/3").await?;
    let [price, stock, reviews] = &running.app.needed;
    let all = [price, stock, reviews, &running.app.related];
    running.running(&all).await;
    let ctx = contexts.recv().await?;
    assert!(!ctx.is_done());

    drop(client);
    assert_eq!(ctx.done().await, ContextError::Cancelled);
    let cause = ctx.cause().expect("it has ended");
    assert!(matches!(cause.downcast_ref(), Some(End::ClientLeft)), "{cause}");
    for backend in all {
        until(&backend.calls, |calls| calls.cancelled == 1).await;
    }
    running.idle().await;
    running.stop();
    running.stopped().await;
    until_no_task_is_alive().await;
    Ok(())
}

#[tokio::test]
async fn what_has_begun_is_finished_when_the_server_stops() -> anyhow::Result<()> {
    let (shut, open) = gate();
    let mut running = start(8, LONG, |name| gated(name, &open)).await?;
    let clients: Vec<_> = (0..LOAD)
        .map(|id| running.get(&format!("/{}/{id}", ["item", "page"][id as usize % 2])).spawn())
        .collect();
    running.in_flight(LOAD).await;
    let leaves = running.ask("/item/7").await?;
    running.in_flight(LOAD + 1).await;

    running.stop();
    while TcpStream::connect(running.address).await.is_ok() {}
    drop(leaves);
    running.in_flight(LOAD).await;
    drop(shut);
    for answer in clients {
        assert_eq!(answer.await??.status, 200);
    }
    let drained = running.stopped().await;
    assert_eq!(drained.to_string(), "stopped: 200 finished, 1 left, 0 cancelled");
    assert!(drained.in_time());
    until_no_task_is_alive().await;
    running.idle().await;
    Ok(())
}

#[tokio::test]
async fn what_takes_too_long_is_cancelled_and_told_why() -> anyhow::Result<()> {
    let (_shut, open) = gate();
    let mut running = start(1, Duration::ZERO, |name| gated(name, &open)).await?;
    let paths = ["/item/1", "/item/1", "/item/2", "/page/1", "/page/2"];
    let clients = paths.map(|path| running.get(path).spawn());
    running.in_flight(5).await;
    running.stop();
    for answer in clients {
        assert_eq!(answer.await??.told(), (503, "the server stops: enough\n"));
    }
    let drained = running.stopped().await;
    assert_eq!((drained.finished(), drained.left(), drained.cancelled()), (0, 0, 5));
    assert!(!drained.in_time());
    until_no_task_is_alive().await;
    running.idle().await;
    Ok(())
}

/// Clients of all sorts at once, on several threads. What becomes of each is chance; that nothing is left
/// of any is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_left_of_a_load() -> anyhow::Result<()> {
    let millisecond = Duration::from_millis(1);
    let mut running =
        start(4, LONG, |name| simulated(name, millisecond, name == "reviews")).await?;
    let mut waits = Vec::new();
    for n in 0..LOAD {
        let (id, ms) = (n % 10, (n % 7).to_string());
        match n % 5 {
            0 => waits.push(running.get(&format!("/item/{id}")).spawn()),
            1 => waits.push(running.get(&format!("/item/{n}")).timeout(ms).spawn()),
            2 => waits.push(running.get(&format!("/page/{n}")).timeout(ms).spawn()),
            // Closed at once, or when it sees the answer begin.
            3 => drop(running.ask(&format!("/page/{n}")).await?),
            _ => {
                let mut stream = running.ask(&format!("/item/{id}")).await?;
                assert_eq!(stream.read(&mut [0]).await?, 1);
            }
        }
    }
    for answer in waits {
        let answer = answer.await??;
        assert!(matches!(answer.status.as_u16(), 200 | 502 | 503 | 504), "{answer:?}");
        let told = answer.headers.contains_key(header::RETRY_AFTER);
        assert_eq!(told, answer.status == 503, "{answer:?}");
    }
    running.stop();
    let drained = running.stopped().await;
    assert!(drained.in_time(), "{drained}");
    until_no_task_is_alive().await;
    running.idle().await;
    Ok(())
}
