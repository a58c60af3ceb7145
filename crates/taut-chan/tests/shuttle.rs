//! Models of the channels with more tasks and steps than loom can try: every operation there is, in
//! random mixes, some given up half-way, under random schedules.
//!
//! Run by `cargo x shuttle`. That nobody waits for ever is for shuttle to say; that nothing got lost is
//! in the [`Book`].

#![cfg(taut_shuttle)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "stress/book.rs"]
mod book;
#[path = "support/explore.rs"]
mod explore;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use book::{Book, Value, fate};
use explore::{below, coin, impatient, once};
use futures_util::{StreamExt as _, future};
use shuttle::future::block_on;
use shuttle::thread;
use taut_chan::{Receiver, Sender};

const SENDERS: usize = 3;
const RECEIVERS: usize = 3;
/// Values of one sender, and operations of one receiver.
const ROUNDS: usize = 5;
/// No time passes in a model, so any will do.
const A_WHILE: Duration = Duration::from_secs(1);

type Channel = (Sender<Value>, Receiver<Value>);

/// A model for each flavour, under each scheduler.
macro_rules! for_flavours {
    ($($model:ident;)*) => {$(
        mod $model {
            for_flavours! { $model:
                rendezvous: taut_chan::rendezvous();
                bounded_1: taut_chan::bounded(1);
                bounded_3: taut_chan::bounded(3);
                unbounded: taut_chan::unbounded();
            }
        }
    )*};
    ($model:ident: $($flavour:ident: $channel:expr;)*) => {$(
        mod $flavour {
            #[test]
            fn random() {
                crate::explore::random(|| crate::$model($channel));
            }

            #[test]
            fn pct() {
                crate::explore::pct(|| crate::$model($channel));
            }
        }
    )*};
}

for_flavours! {
    nothing_is_lost;
    everyone_gets_a_share;
}

/// How a channel ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The senders are done, then the receivers drain it.
    Drained,
    /// Somebody closes it, the receivers drain it.
    Closed,
    /// The receivers go, one by one.
    Deserted,
}

/// Every value is received once, comes back, or is dropped with its future or its channel.
fn nothing_is_lost((tx, rx): Channel) {
    let end = [End::Drained, End::Closed, End::Deserted][below(3)];
    let (senders, receivers) = (1 + below(SENDERS), 1 + below(RECEIVERS));
    let book = Book::new(senders, ROUNDS);
    let mut tasks = Vec::new();
    for producer in 0..senders {
        let (tx, book) = (tx.clone(), Arc::clone(&book));
        tasks.push(thread::spawn(move || block_on(send_some(&tx, &book, producer))));
    }
    for _ in 0..receivers {
        let rx = rx.clone();
        let order = Order::new((receivers == 1).then_some(senders));
        let stays = end != End::Deserted;
        tasks.push(thread::spawn(move || block_on(receive_some(&rx, order, stays))));
    }
    match end {
        End::Drained => tasks.push(thread::spawn(move || block_on(rx.closed()))),
        End::Closed => {
            tasks.push(thread::spawn(move || assert!(rx.close(), "nobody else closes it")));
            let tx = tx.clone();
            tasks.push(thread::spawn(move || block_on(tx.closed())));
        }
        End::Deserted => drop(rx),
    }
    drop(tx);
    tasks.into_iter().for_each(|task| task.join().unwrap());
    book.audit(end != End::Deserted);
}

/// Sends, in all the ways there are.
async fn send_some(tx: &Sender<Value>, book: &Arc<Book>, producer: usize) {
    for number in 0..ROUNDS {
        let value = book.make(producer, number);
        let key = value.key();
        let back = match below(8) {
            0 => tx.send(value).await.err().map(|error| error.0),
            1 => tx.blocking_send(value).err().map(|error| error.0),
            2 => tx.blocking_send_timeout(value, A_WHILE).err().map(|error| error.into_inner()),
            3 => tx.try_send(value).err().map(|error| error.into_inner()),
            4 => match impatient(tx.send(value)).await {
                Some(sent) => sent.err().map(|error| error.0),
                None => {
                    book.note_of(key, fate::CANCELLED);
                    continue;
                }
            },
            5 => {
                let mut home = Some(value);
                impatient(tx.send_from(&mut home)).await;
                home
            }
            6 => match tx.reserve().await {
                Ok(permit) if coin() => permit.send(value).err().map(|error| error.0),
                _ => Some(value),
            },
            _ => match impatient(tx.reserve()).await {
                Some(Ok(permit)) => permit.send(value).err().map(|error| error.0),
                _ => Some(value),
            },
        };
        match back {
            None => book.note_of(key, fate::SENT),
            Some(value) => value.ends(fate::KEPT),
        }
    }
}

/// Receives, in all the ways there are; then what is left, if it `stays`.
async fn receive_some(rx: &Receiver<Value>, mut order: Order, stays: bool) {
    for _ in 0..ROUNDS {
        match below(if order.is_watched() { 9 } else { 10 }) {
            0 => order.take(rx.recv().await.ok()),
            1 => order.take(rx.blocking_recv().ok()),
            2 => order.take(rx.blocking_recv_timeout(A_WHILE).ok()),
            3 => order.take(rx.try_recv().ok()),
            4 => order.take(impatient(rx.recv()).await.and_then(Result::ok)),
            5 => order.take(moved_away(rx).await),
            6 => order.take(queued_twice(rx).await.into_iter().flatten()),
            7 => {
                let mut some = Vec::new();
                impatient(rx.recv_many(&mut some, 2)).await;
                order.take(some);
            }
            8 => {
                let mut stream = rx.stream();
                order.take(impatient(stream.next()).await.flatten());
                order.take(stream.next().await);
            }
            _ => order.take(either_of_two(rx).await),
        }
    }
    if stays {
        while let Ok(value) = rx.recv().await {
            order.take(Some(value));
        }
    }
}

/// A receive that is polled here first and then by another task.
async fn moved_away(rx: &Receiver<Value>) -> Option<Value> {
    let rx = rx.clone();
    let mut recv = Box::pin(async move { rx.recv().await });
    match once(&mut recv).await {
        Some(got) => got.ok(),
        None => thread::spawn(|| block_on(recv)).join().unwrap().ok(),
    }
}

/// Two receives in the queue, given up together, in any order.
async fn queued_twice(rx: &Receiver<Value>) -> [Option<Value>; 2] {
    let mut recvs = [Box::pin(rx.recv()), Box::pin(rx.recv())];
    let mut got = [once(&mut recvs[0]).await, None];
    if got[0].is_none() {
        got[1] = once(&mut recvs[1]).await;
        if got[1].is_some() {
            // Nobody passes the first, so it has its answer too.
            got[0] = once(&mut recvs[0]).await;
            assert!(got[0].is_some(), "the second was served, and the first was not");
        }
    }
    let [first, second] = recvs;
    if coin() {
        drop((first, second))
    } else {
        drop((second, first))
    }
    got.map(|got| got.and_then(Result::ok))
}

/// The receive that is not asked again gives back what it was handed, which may be the first value.
async fn either_of_two(rx: &Receiver<Value>) -> Option<Value> {
    let (first, second) = (pin!(rx.recv()), pin!(rx.recv()));
    future::select(first, second).await.factor_first().0.ok()
}

/// Notes what is received. A single receiver gets what each sender sent in the order it was sent.
struct Order(Vec<Option<usize>>);

impl Order {
    /// `senders`: of how many the order is watched.
    fn new(senders: Option<usize>) -> Self {
        Self(vec![None; senders.unwrap_or(0)])
    }

    fn is_watched(&self) -> bool {
        !self.0.is_empty()
    }

    fn take(&mut self, values: impl IntoIterator<Item = Value>) {
        for value in values {
            if let Some(last) = self.0.get_mut(value.producer) {
                assert!(*last < Some(value.number), "{} after {last:?}", value.number);
                *last = Some(value.number);
            }
            value.ends(fate::RECEIVED);
        }
    }
}

/// As many values are sent as receivers ask for, and nobody closes: a wake-up or a value too few, and
/// somebody waits for ever.
fn everyone_gets_a_share((tx, rx): Channel) {
    let (senders, receivers) = (1 + below(SENDERS), 1 + below(RECEIVERS));
    let book = Book::new(senders, ROUNDS);
    let mut shares = vec![0; receivers];
    (0..senders * ROUNDS).for_each(|_| shares[below(receivers)] += 1);
    let mut tasks = Vec::new();
    for producer in 0..senders {
        let (tx, book) = (tx.clone(), Arc::clone(&book));
        tasks.push(thread::spawn(move || block_on(send_all(&tx, &book, producer))));
    }
    for share in shares {
        let rx = rx.clone();
        tasks.push(thread::spawn(move || block_on(receive_share(&rx, share))));
    }
    tasks.into_iter().for_each(|task| task.join().unwrap());
    assert!(rx.is_empty() && !rx.is_closed());
    drop((tx, rx));
    book.audit(true);
}

async fn send_all(tx: &Sender<Value>, book: &Arc<Book>, producer: usize) {
    for number in 0..ROUNDS {
        let value = book.make(producer, number);
        let key = value.key();
        let mut home = Some(value);
        while let Some(value) = home.take() {
            home = match below(5) {
                0 => tx.send(value).await.err().map(|error| error.0),
                1 => tx.try_send(value).err().map(|error| error.into_inner()),
                2 => {
                    let mut home = Some(value);
                    impatient(tx.send_from(&mut home)).await;
                    home
                }
                3 => match tx.reserve().await {
                    Ok(permit) if coin() => permit.send(value).err().map(|error| error.0),
                    _ => Some(value),
                },
                _ => {
                    impatient(tx.reserve()).await;
                    Some(value)
                }
            };
        }
        book.note_of(key, fate::SENT);
    }
}

async fn receive_share(rx: &Receiver<Value>, share: usize) {
    let mut received = 0;
    while received < share {
        let got = match below(5) {
            0 => rx.recv().await.ok(),
            1 => rx.try_recv().ok(),
            2 => impatient(rx.recv()).await.and_then(Result::ok),
            3 => moved_away(rx).await,
            _ => either_of_two(rx).await,
        };
        if let Some(value) = got {
            value.ends(fate::RECEIVED);
            received += 1;
        }
    }
}
