//! A channel and its oracle, in step: whatever happens, happens to both, and then they must agree on
//! results, wake-ups, counts, and on which values are alive.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use taut_chan::{Receiver, Sender, TryRecvError, TrySendError, WeakReceiver, WeakSender};

use crate::futures::{Fut, Kind, Seen, State, Wakers};
use crate::op::{Make, Op, Side};
use crate::real::{self, Ledger, Outcome, Token};
use crate::spec::{Asked, Id, Received, Spec, Val};

/// A handle and its number.
type Held<H> = (usize, Rc<H>);

pub(crate) struct World<const P: usize> {
    spec: Spec,
    ledger: Ledger,
    futures: BTreeMap<Id, Fut<P>>,
    /// Of the futures that are gone.
    wakers: Vec<(Id, Wakers)>,
    txs: Vec<Held<Sender<Token<P>>>>,
    rxs: Vec<Held<Receiver<Token<P>>>>,
    weak_tx: WeakSender<Token<P>>,
    weak_rx: WeakReceiver<Token<P>>,
    /// Who keeps each handle: the side it is of, and by how many it is kept.
    keepers: BTreeMap<usize, (Side, usize)>,
    next_value: Val,
    next_id: Id,
    next_handle: usize,
}

fn pick<T>(from: &[T], number: usize) -> Option<usize> {
    number.checked_rem(from.len())
}

impl<const P: usize> World<P> {
    pub(crate) fn new(capacity: Option<usize>) -> Self {
        let (tx, rx) = crate::support::channel(capacity);
        let mut this = Self {
            spec: Spec::new(capacity),
            ledger: Ledger::default(),
            futures: BTreeMap::new(),
            wakers: Vec::new(),
            weak_tx: tx.downgrade(),
            weak_rx: rx.downgrade(),
            txs: Vec::new(),
            rxs: Vec::new(),
            keepers: BTreeMap::new(),
            next_value: 0,
            next_id: 0,
            next_handle: 0,
        };
        let handle = this.new_handle(Side::Tx);
        this.txs.push((handle, Rc::new(tx)));
        let handle = this.new_handle(Side::Rx);
        this.rxs.push((handle, Rc::new(rx)));
        this
    }

    pub(crate) fn apply(&mut self, op: Op) {
        match op {
            Op::Make { make, handle, polled } => {
                let id = self.make(make, handle);
                id.filter(|_| polled).into_iter().for_each(|id| self.poll(id, 0));
            }
            Op::Crowd { make, handle, times } => {
                for _ in 0..times {
                    let id = self.make(make, handle);
                    id.into_iter().for_each(|id| self.poll(id, 0));
                    // Whom it met was decided, which the next poll would see.
                    self.check();
                }
            }
            Op::Poll { future, waker } => self.with_future(future, |this, id| this.poll(id, waker)),
            Op::DropFuture { future } => self.with_future(future, Self::drop_future),
            Op::UsePermit { future } => self.use_permit(future),
            Op::TrySend { times } => (0..times).for_each(|_| self.try_send()),
            Op::TryRecv { times } => (0..times).for_each(|_| self.try_recv()),
            Op::Close(side) => self.close(side),
            Op::Clone(side, handle) => self.clone_handle(side, handle),
            Op::DropHandle(side, handle) => self.drop_handle(side, handle),
            Op::Downgrade(side, handle) => self.downgrade(side, handle),
            Op::Upgrade(side) => self.upgrade(side),
        }
        self.check();
    }

    /// Everything goes, in the order in which it came.
    pub(crate) fn finish(mut self) {
        while let Some((id, _)) = self.futures.first_key_value() {
            self.drop_future(*id);
            self.check();
        }
        while !self.txs.is_empty() {
            self.drop_handle(Side::Tx, 0);
            self.check();
        }
        while !self.rxs.is_empty() {
            self.drop_handle(Side::Rx, 0);
            self.check();
        }
        assert!(self.ledger.alive().is_empty());
        assert!(self.weak_tx.upgrade().is_none() && self.weak_rx.upgrade().is_none());
    }

    fn token(&mut self) -> (Val, Token<P>) {
        self.next_value += 1;
        (self.next_value, self.ledger.token(self.next_value))
    }

    fn new_handle(&mut self, side: Side) -> usize {
        self.next_handle += 1;
        self.keepers.insert(self.next_handle, (side, 1));
        self.next_handle
    }

    /// One keeper less; the last one takes the handle along.
    fn release_handle(&mut self, handle: usize) {
        let Some((side, keepers)) = self.keepers.get_mut(&handle) else { panic!("no such handle") };
        *keepers -= 1;
        match (*keepers, *side) {
            (0, Side::Tx) => self.spec.remove_sender(),
            (0, Side::Rx) => self.spec.remove_receiver(),
            _ => {}
        }
    }

    fn make(&mut self, make: Make, number: usize) -> Option<Id> {
        let fut = match make {
            Make::Recv | Make::RecvMany { .. } | Make::Closed(Side::Rx) => {
                let (handle, rx) = self.rxs[pick(&self.rxs, number)?].clone();
                match make {
                    Make::Recv => Fut::new(Kind::Recv, handle, |_| real::recv(rx)),
                    Make::RecvMany { max } => {
                        let kind = Kind::RecvMany { max };
                        Fut::new(kind, handle, |_| real::recv_many(rx, max))
                    }
                    _ => Fut::new(Kind::Watch, handle, |_| real::watch_rx(rx)),
                }
            }
            Make::Hold { owned: true, waits } => {
                let tx = Sender::clone(&self.txs[pick(&self.txs, number)?].1);
                self.spec.sender_count += 1;
                let handle = self.new_handle(Side::Tx);
                let kind = Kind::Hold { waits };
                let fut =
                    Fut::new(kind, handle, |fut| real::hold_owned(tx, Rc::clone(&fut.desk), waits));
                return Some(self.add(fut));
            }
            _ => self.make_sending(make, number)?,
        };
        if let Some((_, keepers)) = self.keepers.get_mut(&fut.handle) {
            *keepers += 1;
        }
        Some(self.add(fut))
    }

    fn make_sending(&mut self, make: Make, number: usize) -> Option<Fut<P>> {
        let (handle, tx) = self.txs[pick(&self.txs, number)?].clone();
        Some(match make {
            Make::Send => {
                let (value, token) = self.token();
                Fut::new(Kind::Send(value), handle, |_| real::send(tx, token))
            }
            Make::SendFrom { full } => {
                let (value, token) = full.then(|| self.token()).unzip();
                Fut::new(Kind::SendFrom(value), handle, |fut| {
                    real::send_from(tx, token, Rc::clone(&fut.slot))
                })
            }
            Make::Hold { waits, .. } => Fut::new(Kind::Hold { waits }, handle, |fut| {
                real::hold(tx, Rc::clone(&fut.desk), waits)
            }),
            _ => Fut::new(Kind::Watch, handle, |_| real::watch_tx(tx)),
        })
    }

    fn add(&mut self, fut: Fut<P>) -> Id {
        self.next_id += 1;
        self.futures.insert(self.next_id, fut);
        self.next_id
    }

    fn with_future(&mut self, number: usize, then: impl FnOnce(&mut Self, Id)) {
        let ids: Vec<Id> = self.futures.keys().copied().collect();
        if let Some(at) = pick(&ids, number) {
            then(self, ids[at]);
        }
    }

    fn poll(&mut self, id: Id, waker: usize) {
        let Some(mut fut) = self.futures.remove(&id) else { return };
        let expected = fut.expect_poll(id, waker, &mut self.spec);
        let kept = fut.expect_slot();
        let seen = fut.poll(waker);
        assert_eq!(seen, expected, "poll of future {id}, {:?}", fut.kind);
        match seen {
            Seen::Ready(outcome) => {
                let kept = if outcome == Outcome::Sent { None } else { kept };
                self.retire(id, fut, kept);
            }
            Seen::Pending | Seen::Granted => drop(self.futures.insert(id, fut)),
        }
    }

    fn drop_future(&mut self, id: Id) {
        let Some(fut) = self.futures.remove(&id) else { return };
        fut.expect_drop(id, &mut self.spec);
        let kept = fut.expect_slot();
        self.retire(id, fut, kept);
    }

    /// The future goes; `kept` is what must be in the slot it sends from.
    fn retire(&mut self, id: Id, fut: Fut<P>, kept: Option<Val>) {
        self.release_handle(fut.handle);
        let slot = Rc::clone(&fut.slot);
        self.wakers.push((id, fut.into_wakers()));
        let home = slot.borrow_mut().take().map(Token::spend);
        assert_eq!(home, kept, "in the slot of future {id}");
    }

    fn use_permit(&mut self, number: usize) {
        let holding = self.futures.iter().filter(|(_, fut)| fut.state == State::Holding);
        let ids: Vec<Id> = holding.map(|(id, _)| *id).collect();
        let Some(at) = pick(&ids, number) else { return };
        let Some(mut fut) = self.futures.remove(&ids[at]) else { return };
        let (value, token) = self.token();
        fut.desk.order(token);
        let is_sent = self.spec.send_reserved(value);
        let expected = if is_sent { Outcome::Sent } else { Outcome::Unsent(value) };
        assert_eq!(fut.poll(0), Seen::Ready(expected), "permit of future {}", ids[at]);
        self.retire(ids[at], fut, None);
    }

    fn try_send(&mut self) {
        if self.txs.is_empty() {
            return;
        }
        let (value, token) = self.token();
        let sent = self.txs[0].1.try_send(token).map_err(|error| match error {
            TrySendError::Full(back) => (Asked::NoRoom, back.spend()),
            TrySendError::Closed(back) => (Asked::Closed, back.spend()),
        });
        let expected = match self.spec.send(None, value) {
            Asked::Done => Ok(()),
            refused => Err((refused, value)),
        };
        assert_eq!(sent, expected, "try_send");
    }

    fn try_recv(&mut self) {
        let Some((_, rx)) = self.rxs.first() else { return };
        let received = match rx.try_recv() {
            Ok(token) => Received::Value(token.spend()),
            Err(TryRecvError::Empty) => Received::Nothing,
            Err(TryRecvError::Closed) => Received::Closed,
        };
        assert_eq!(received, self.spec.try_recv(), "try_recv");
    }

    fn close(&mut self, side: Side) {
        let closed = match side {
            Side::Tx => self.txs.first().map(|(_, tx)| tx.close()),
            Side::Rx => self.rxs.first().map(|(_, rx)| rx.close()),
        };
        if let Some(closed) = closed {
            assert_eq!(closed, self.spec.close(), "close");
        }
    }

    /// What is alive according to the oracle.
    fn expected_alive(&self) -> BTreeSet<Val> {
        self.spec.values().chain(self.futures.values().filter_map(Fut::value)).collect()
    }

    /// Both agree.
    fn check(&mut self) {
        for (id, verdict) in self.spec.take_decided() {
            let Some(fut) = self.futures.get_mut(&id) else { panic!("{id} is gone: {verdict:?}") };
            let State::Waiting(waker) = fut.state else { panic!("{:?}, {verdict:?}", fut.state) };
            fut.wakers.expect_wake(waker);
            fut.state = State::Decided(verdict);
        }
        for (id, fut) in &self.futures {
            fut.wakers.check(*id, fut.registered());
        }
        for (id, wakers) in &self.wakers {
            wakers.check(*id, None);
        }
        assert_eq!(self.ledger.alive(), self.expected_alive(), "values alive");
        self.check_handles();
    }
}

/// The handles of either side, word for word.
macro_rules! for_side {
    ($this:ident, $side:expr, $held:ident, $weak:ident, $count:ident => $do:expr) => {
        match $side {
            Side::Tx => {
                let ($held, $weak) = (&mut $this.txs, &mut $this.weak_tx);
                let $count = &mut $this.spec.sender_count;
                $do
            }
            Side::Rx => {
                let ($held, $weak) = (&mut $this.rxs, &mut $this.weak_rx);
                let $count = &mut $this.spec.receiver_count;
                $do
            }
        }
    };
}

impl<const P: usize> World<P> {
    fn clone_handle(&mut self, side: Side, number: usize) {
        let new = self.next_handle + 1;
        let is_done = for_side!(self, side, held, _weak, count => {
            let source = pick(held, number);
            if let Some(at) = source {
                let handle = Rc::new((*held[at].1).clone());
                held.push((new, handle));
                *count += 1;
            }
            source.is_some()
        });
        if is_done {
            self.new_handle(side);
        }
    }

    fn drop_handle(&mut self, side: Side, number: usize) {
        let gone = for_side!(self, side, held, _weak, _count => {
            pick(held, number).map(|at| held.remove(at).0)
        });
        if let Some(handle) = gone {
            self.release_handle(handle);
        }
    }

    fn downgrade(&mut self, side: Side, number: usize) {
        for_side!(self, side, held, weak, _count => {
            if let Some(at) = pick(held, number) {
                *weak = held[at].1.downgrade();
            }
        });
    }

    fn upgrade(&mut self, side: Side) {
        let new = self.next_handle + 1;
        let is_done = for_side!(self, side, held, weak, count => {
            let handle = weak.upgrade();
            assert_eq!(handle.is_some(), *count > 0, "upgrade");
            let is_done = handle.is_some();
            *count += usize::from(is_done);
            held.extend(handle.map(|handle| (new, Rc::new(handle))));
            is_done
        });
        if is_done {
            self.new_handle(side);
        }
    }

    fn check_handles(&self) {
        let spec = &self.spec;
        let expected = (
            (spec.len(), spec.len() == 0, spec.is_full(), spec.is_closed, spec.capacity),
            (spec.sender_count, spec.receiver_count),
        );
        if let Some((_, tx)) = self.txs.last() {
            let state = (tx.len(), tx.is_empty(), tx.is_full(), tx.is_closed(), tx.capacity());
            assert_eq!((state, (tx.sender_count(), tx.receiver_count())), expected, "by a sender");
        }
        if let Some((_, rx)) = self.rxs.last() {
            let state = (rx.len(), rx.is_empty(), rx.is_full(), rx.is_closed(), rx.capacity());
            assert_eq!(
                (state, (rx.sender_count(), rx.receiver_count())),
                expected,
                "by a receiver"
            );
        }
    }
}
