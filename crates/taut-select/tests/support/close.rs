//! Tasks that send to, and tasks that receive from, whichever channel is ready, while one after the
//! other is closed, by hand or because its senders are gone.

use std::sync::Arc;

use shuttle::future::block_on;
use shuttle::thread;
use taut::chan::{Receiver, SendFromError, Sender};
use taut::select;
use taut::select::Select;

use crate::book::{Book, Value, fate};
use crate::channel;
use crate::explore::{below, coin, impatient};

const PRODUCERS: usize = 3;
const CONSUMERS: usize = 3;
const CHANNELS: usize = 3;
/// Selects of one producer.
const ROUNDS: usize = 6;

type Senders = [Sender<Value>; CHANNELS];
type Receivers = [Receiver<Value>; CHANNELS];

/// What was sent is received, what was not comes back, and everybody learns that it is over.
pub(crate) fn until_all_are_closed() {
    let producers = 1 + below(PRODUCERS);
    // A round sends one value at most, and the last ones stay at home.
    let book = Book::new(producers, ROUNDS + CHANNELS);
    let (mut senders, mut receivers) = (Vec::new(), Vec::new());
    for (tx, rx) in std::iter::repeat_with(channel).take(CHANNELS) {
        senders.push(tx);
        receivers.push(rx);
    }
    let senders: Senders = senders.try_into().unwrap();
    let receivers: Receivers = receivers.try_into().unwrap();
    let mut tasks = Vec::new();
    for id in 0..producers {
        let (senders, book) = (senders.clone(), Arc::clone(&book));
        tasks.push(thread::spawn(move || block_on(produce(id, &senders, &book))));
    }
    for _ in 0..1 + below(CONSUMERS) {
        let receivers = receivers.clone();
        tasks.push(thread::spawn(move || match coin() {
            true => block_on(consume(&receivers)),
            false => block_on(consume_in_a_select(&receivers)),
        }));
    }
    for rx in receivers.iter().filter(|_| coin()) {
        let rx = rx.clone();
        tasks.push(thread::spawn(move || {
            rx.close();
        }));
    }
    drop((senders, receivers));
    tasks.into_iter().for_each(|task| task.join().unwrap());
    book.audit(true);
}

async fn produce(id: usize, senders: &Senders, book: &Arc<Book>) {
    let mut homes: [Option<Value>; CHANNELS] = Default::default();
    let mut put = [None; CHANNELS];
    let mut numbers = 0..;
    for _ in 0..ROUNDS {
        for (home, put) in homes.iter_mut().zip(&mut put).filter(|(home, _)| home.is_none()) {
            let value = book.make(id, numbers.next().unwrap());
            *put = Some(value.key());
            *home = Some(value);
        }
        let [x, y, z] = senders;
        let [a, b, c] = &mut homes;
        let watches = coin();
        let select = async {
            select! {
                sent = x.send_from(a) => Some(sent),
                sent = y.send_from(b) => Some(sent),
                sent = z.send_from(c) => Some(sent),
                () = x.closed(), if watches => None,
            }
        };
        let said = if coin() { impatient(select).await.flatten() } else { select.await };
        let mut sent = 0;
        for (_, put) in homes.iter().zip(&mut put).filter(|(home, _)| home.is_none()) {
            book.note_of(put.take().unwrap(), fate::SENT);
            sent += 1;
        }
        match said {
            Some(Ok(())) => assert_eq!(sent, 1, "one was sent, the others were not"),
            Some(Err(error)) => assert_eq!((error, sent), (SendFromError::Closed, 0)),
            None => assert!(sent <= 1, "one may have been sent before it gave up"),
        }
    }
    homes.into_iter().flatten().for_each(|value| value.ends(fate::KEPT));
}

/// With a new select for each value.
async fn consume([x, y, z]: &Receivers) {
    loop {
        let next = async {
            select! {
                Ok(value) = x.recv() => Some(value),
                Ok(value) = y.recv() => Some(value),
                Ok(value) = z.recv() => Some(value),
                else => None,
            }
        };
        match if coin() { impatient(next).await } else { Some(next.await) } {
            Some(Some(value)) => value.ends(fate::RECEIVED),
            // All are closed, and nothing is left.
            Some(None) => return,
            None => {}
        }
    }
}

/// With one select for all values.
async fn consume_in_a_select(receivers: &Receivers) {
    let mut select: Select<_, _> = receivers.iter().map(|rx| (rx, rx.recv())).collect();
    loop {
        let next = match below(3) {
            0 => impatient(select.next()).await,
            1 => select.try_next().map(Some),
            _ => Some(select.next().await),
        };
        match next {
            None => {}
            Some(None) => return,
            Some(Some((_, Err(_)))) => {}
            Some(Some((rx, Ok(value)))) => {
                value.ends(fate::RECEIVED);
                select.add(rx, rx.recv());
            }
        }
    }
}
