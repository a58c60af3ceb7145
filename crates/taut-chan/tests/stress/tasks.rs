//! What the tasks of a round do, at random: operations that complete, that are polled once or twice and
//! dropped, that do not wait; permits used and not used; handles that come and go.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use taut_chan::{Permit, Receiver, Sender, TryRecvError, TrySendError};
use tokio::task::yield_now;

use crate::book::{Book, Value, fate};
use crate::rng::Rng;

/// Polls so many times, other tasks running in between. None: it is still pending.
async fn poll_times<F: Future>(mut future: Pin<&mut F>, times: usize) -> Option<F::Output> {
    for _ in 0..times {
        if let Poll::Ready(output) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
            return Some(output);
        }
        yield_now().await;
    }
    None
}

/// The channel is closed: no more to do.
struct Closed;

pub(crate) struct Producer {
    pub(crate) tx: Sender<Value>,
    pub(crate) id: usize,
    pub(crate) book: Arc<Book>,
    pub(crate) rng: Rng,
    /// How many operations are left, for all producers together.
    pub(crate) budget: Arc<AtomicUsize>,
    /// The next value's number.
    pub(crate) next: usize,
    /// What a `send_from` did not send: it goes first.
    pub(crate) carry: Option<Value>,
}

impl Producer {
    /// Until the budget is used up or the channel is closed.
    pub(crate) async fn run(mut self) {
        let more = |n: usize| n.checked_sub(1);
        while self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok() {
            if self.step().await.is_err() {
                break;
            }
        }
        if let Some(value) = self.carry.take() {
            value.ends(fate::KEPT);
        }
    }

    fn value(&mut self) -> Value {
        self.carry.take().unwrap_or_else(|| {
            self.next += 1;
            self.book.make(self.id, self.next - 1)
        })
    }

    /// Now and then through another handle.
    fn renew(&mut self) {
        match self.rng.below(16) {
            0 => self.tx = self.tx.clone(),
            1 => self.tx = self.tx.downgrade().upgrade().expect("this handle is there"),
            _ => {}
        }
    }

    async fn step(&mut self) -> Result<(), Closed> {
        self.renew();
        match self.rng.below(11) {
            0..=2 => self.send().await,
            3 => self.send_or_cancel().await,
            4 | 5 => self.send_from_or_cancel().await,
            6 | 7 => self.try_send().await,
            8 => self.reserve_or_cancel().await,
            9 => self.watch_or_cancel().await,
            _ => self.try_reserve().await,
        }
    }

    async fn send(&mut self) -> Result<(), Closed> {
        let value = self.value();
        let key = value.key();
        let sent = self.tx.send(value).await;
        self.note(key, sent.map_err(|error| error.into_inner()))
    }

    fn note(&self, key: (usize, usize), sent: Result<(), Value>) -> Result<(), Closed> {
        match sent {
            Ok(()) => {
                self.book.note_of(key, fate::SENT);
                Ok(())
            }
            Err(value) => {
                assert_eq!(value.key(), key, "another's value came back");
                value.ends(fate::KEPT);
                Err(Closed)
            }
        }
    }

    async fn watch_or_cancel(&mut self) -> Result<(), Closed> {
        let times = self.rng.below(3);
        let mut closed = pin!(self.tx.closed());
        match poll_times(closed.as_mut(), times).await {
            Some(()) => Err(Closed),
            None => Ok(()),
        }
    }

    async fn send_or_cancel(&mut self) -> Result<(), Closed> {
        let value = self.value();
        let key = value.key();
        let times = self.rng.below(3);
        let sent = {
            let mut send = pin!(self.tx.send(value));
            poll_times(send.as_mut(), times).await
        };
        match sent {
            Some(sent) => self.note(key, sent.map_err(|error| error.into_inner())),
            None => {
                self.book.note_of(key, fate::CANCELLED);
                Ok(())
            }
        }
    }

    async fn send_from_or_cancel(&mut self) -> Result<(), Closed> {
        let mut slot = Some(self.value());
        let key = slot.as_ref().expect("just filled").key();
        let times = 1 + self.rng.below(3);
        let sent = {
            let mut send = pin!(self.tx.send_from(&mut slot));
            poll_times(send.as_mut(), times).await
        };
        assert!(sent != Some(Ok(())) || slot.is_none(), "sent, and still there");
        let is_closed = sent.is_some_and(|sent| sent.is_err());
        match slot {
            None => self.book.note_of(key, fate::SENT),
            Some(value) => self.carry = Some(value),
        }
        if is_closed { Err(Closed) } else { Ok(()) }
    }

    async fn try_send(&mut self) -> Result<(), Closed> {
        let value = self.value();
        let key = value.key();
        let sent = self.tx.try_send(value);
        let is_closed = sent.as_ref().is_err_and(TrySendError::is_closed);
        // What does not fit is let go; the order stays.
        drop(self.note(key, sent.map_err(|error| error.into_inner())));
        yield_now().await;
        if is_closed { Err(Closed) } else { Ok(()) }
    }

    /// With a permit: sends, or lets it go.
    fn with_permit(&self, permit: Option<(Permit<'_, Value>, Value)>) -> Result<(), Closed> {
        let Some((permit, value)) = permit else { return Ok(()) };
        let key = value.key();
        self.note(key, permit.send(value).map_err(|error| error.into_inner()))
    }

    async fn reserve_or_cancel(&mut self) -> Result<(), Closed> {
        let value = self.value();
        let (times, uses) = (1 + self.rng.below(3), self.rng.below(4));
        let permit = {
            let mut reserve = pin!(self.tx.reserve());
            poll_times(reserve.as_mut(), times).await
        };
        let permit = match permit {
            Some(Ok(permit)) if uses > 0 => permit,
            unused => {
                value.ends(fate::KEPT);
                return if unused.is_some_and(|permit| permit.is_err()) {
                    Err(Closed)
                } else {
                    Ok(())
                };
            }
        };
        if uses == 1 {
            // Held for a while.
            yield_now().await;
        }
        self.with_permit(Some((permit, value)))
    }

    async fn try_reserve(&mut self) -> Result<(), Closed> {
        let value = self.value();
        let permit = match self.tx.try_reserve() {
            Ok(permit) => permit,
            Err(error) => {
                value.ends(fate::KEPT);
                yield_now().await;
                return if error.is_closed() { Err(Closed) } else { Ok(()) };
            }
        };
        if self.rng.one_in(3) {
            value.ends(fate::KEPT);
            drop(permit);
            return Ok(());
        }
        self.with_permit(Some((permit, value)))
    }
}

pub(crate) struct Consumer {
    pub(crate) rx: Receiver<Value>,
    pub(crate) rng: Rng,
    pub(crate) ops: Arc<AtomicUsize>,
    /// It leaves after so many operations; None: when the channel is closed and drained.
    pub(crate) leaves_after: Option<usize>,
    /// It closes the channel after so many operations.
    pub(crate) closes_after: Option<usize>,
    /// The last number seen of each producer, where the order must hold.
    pub(crate) last: Option<Vec<Option<usize>>>,
}

impl Consumer {
    pub(crate) async fn run(mut self) {
        let mut ops = 0;
        while self.leaves_after.is_none_or(|limit| ops < limit) {
            if self.closes_after == Some(ops) {
                self.rx.close();
            }
            ops += 1;
            if self.step().await.is_err() {
                break;
            }
        }
        self.ops.fetch_add(ops, Ordering::Relaxed);
    }

    fn take(&mut self, value: Value) {
        if let Some(last) = &mut self.last {
            let last = &mut last[value.producer];
            assert!(last.is_none_or(|n| n < value.number), "{:?} after {last:?}", value.key());
            *last = Some(value.number);
        }
        value.ends(fate::RECEIVED);
    }

    async fn step(&mut self) -> Result<(), Closed> {
        if self.rng.one_in(16) {
            self.rx = self.rx.clone();
        }
        let times = self.rng.below(3);
        match self.rng.below(8) {
            0..=2 => match self.rx.recv().await {
                Ok(value) => self.take(value),
                Err(_) => return Err(Closed),
            },
            3 | 4 => {
                let received = {
                    let mut recv = pin!(self.rx.recv());
                    poll_times(recv.as_mut(), times).await
                };
                match received {
                    Some(Ok(value)) => self.take(value),
                    Some(Err(_)) => return Err(Closed),
                    None => {}
                }
            }
            5 => match self.rx.try_recv() {
                Ok(value) => self.take(value),
                Err(TryRecvError::Closed) => return Err(Closed),
                Err(TryRecvError::Empty) => yield_now().await,
            },
            _ => return self.recv_many(times).await,
        }
        Ok(())
    }

    async fn recv_many(&mut self, times: usize) -> Result<(), Closed> {
        let max = 1 + self.rng.below(3);
        let mut into = Vec::new();
        let count = {
            let mut recv = pin!(self.rx.recv_many(&mut into, max));
            poll_times(recv.as_mut(), times).await
        };
        assert_eq!(into.len(), count.unwrap_or(0), "values of a receive that did not complete");
        assert!(into.len() <= max);
        into.into_iter().for_each(|value| self.take(value));
        if count == Some(0) { Err(Closed) } else { Ok(()) }
    }
}
