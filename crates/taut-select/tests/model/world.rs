//! Channels and their oracles, in step: whatever happens, happens to both, and then they must agree on
//! results, wake-ups, and on which values are alive.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use taut_chan::{Receiver, Sender, TryRecvError, TrySendError};

use crate::arm::{Arm, Log, Parts, Permits};
use crate::futures::{Fut, Kind, Seen, State as FutState, Wakers};
use crate::op::{ARMS, Form, Make, Op, Scope, Way};
use crate::real::{self, Ledger, Outcome, Token};
use crate::select::{Known, Real, Select, State};
use crate::spec::{Asked, Id, Received, Spec, Val};

/// A channel.
pub(crate) struct Pair {
    pub(crate) tx: Rc<Sender<Token<0>>>,
    pub(crate) rx: Rc<Receiver<Token<0>>>,
    capacity: Option<usize>,
}

impl Pair {
    pub(crate) fn new(capacity: Option<usize>) -> Self {
        let (tx, rx) = crate::support::channel(capacity);
        Self { tx: Rc::new(tx), rx: Rc::new(rx), capacity }
    }
}

pub(crate) struct World<'a> {
    channels: &'a [Pair],
    scope: Scope,
    specs: Vec<Spec>,
    ledger: Ledger,
    futures: BTreeMap<Id, (usize, Fut<0>)>,
    selects: BTreeMap<Id, Select<'a>>,
    /// Of the futures and selects that are gone.
    wakers: Vec<(Id, Wakers)>,
    permits: Permits,
    next_value: Val,
    next_id: Id,
}

fn pick<T>(from: &[T], number: usize) -> Option<usize> {
    number.checked_rem(from.len())
}

impl<'a> World<'a> {
    pub(crate) fn new(channels: &'a [Pair], scope: Scope) -> Self {
        Self {
            channels,
            scope,
            specs: channels.iter().map(|channel| Spec::new(channel.capacity)).collect(),
            ledger: Ledger::default(),
            futures: BTreeMap::new(),
            selects: BTreeMap::new(),
            wakers: Vec::new(),
            permits: Permits::default(),
            next_value: 0,
            next_id: 0,
        }
    }

    pub(crate) fn apply(&mut self, op: Op) {
        match op {
            Op::Make { channel, make } => self.make(channel % self.channels.len(), make),
            Op::Poll { future, waker } => self.with_future(future, |this, id| this.poll(id, waker)),
            Op::DropFuture { future } => self.with_future(future, Self::drop_future),
            Op::TrySend { channel } => self.try_send(channel % self.channels.len()),
            Op::TryRecv { channel } => self.try_recv(channel % self.channels.len()),
            Op::TryReserve { channel } => self.try_reserve(channel % self.channels.len()),
            Op::UsePermit { permit } => self.end_permit(permit, true),
            Op::DropPermit { permit } => self.end_permit(permit, false),
            Op::Close { channel } => {
                let at = channel % self.channels.len();
                assert_eq!(self.channels[at].tx.close(), self.specs[at].close(), "close");
            }
            Op::Select { form, is_biased, arms, polled } => {
                self.select(form, is_biased, &arms, polled);
            }
            Op::PollSelect { select, waker } => {
                self.with_select(select, |select, specs| select.poll(waker, specs));
            }
            Op::PollNow { select } => self.with_select(select, Select::poll_now),
            Op::Leave { select } => self.with_select(select, Select::leave),
            Op::Add { select, arm } => self.add_arm(select, arm),
            Op::Remove { select, arm } => self.remove_arm(select, arm),
            Op::DropSelect { select } => self.drop_select(select),
        }
        self.check();
    }

    /// Everything goes, in the order in which it came.
    pub(crate) fn finish(mut self) {
        while !self.selects.is_empty() {
            self.drop_select(0);
            self.check();
        }
        while let Some((id, _)) = self.futures.first_key_value() {
            self.drop_future(*id);
            self.check();
        }
        while !self.permits.borrow().is_empty() {
            self.end_permit(0, false);
            self.check();
        }
        for at in 0..self.channels.len() {
            for _ in 0..=self.specs[at].len() {
                self.try_recv(at);
            }
        }
        self.check();
        assert!(self.ledger.alive().is_empty());
    }

    fn token(&mut self) -> (Val, Token<0>) {
        self.next_value += 1;
        (self.next_value, self.ledger.token(self.next_value))
    }

    fn new_id(&mut self) -> Id {
        self.next_id += 1;
        self.next_id
    }

    fn make(&mut self, at: usize, make: Make) {
        let (tx, rx) = (Rc::clone(&self.channels[at].tx), Rc::clone(&self.channels[at].rx));
        let (value, token) = self.token();
        let fut = match make {
            Make::Send => Fut::new(Kind::Send(value), 0, |_| real::send(tx, token)),
            Make::SendFrom => Fut::new(Kind::SendFrom(Some(value)), 0, |fut| {
                real::send_from(tx, Some(token), Rc::clone(&fut.slot))
            }),
            Make::Recv => Fut::new(Kind::Recv, 0, |_| real::recv(rx)),
            Make::RecvMany => Fut::new(Kind::RecvMany { max: 2 }, 0, |_| real::recv_many(rx, 2)),
        };
        let id = self.new_id();
        self.futures.insert(id, (at, fut));
        self.poll(id, 0);
    }

    fn with_future(&mut self, number: usize, then: impl FnOnce(&mut Self, Id)) {
        let ids: Vec<Id> = self.futures.keys().copied().collect();
        if let Some(at) = pick(&ids, number) {
            then(self, ids[at]);
        }
    }

    fn poll(&mut self, id: Id, waker: usize) {
        let Some((at, mut fut)) = self.futures.remove(&id) else { return };
        let expected = fut.expect_poll(id, waker, &mut self.specs[at]);
        let kept = fut.expect_slot();
        let seen = fut.poll(waker);
        assert_eq!(seen, expected, "poll of future {id}, {:?}", fut.kind);
        match seen {
            Seen::Ready(outcome) => {
                self.retire(id, fut, kept.filter(|_| outcome != Outcome::Sent));
            }
            Seen::Pending | Seen::Granted => drop(self.futures.insert(id, (at, fut))),
        }
    }

    fn drop_future(&mut self, id: Id) {
        let Some((at, fut)) = self.futures.remove(&id) else { return };
        fut.expect_drop(id, &mut self.specs[at]);
        let kept = fut.expect_slot();
        self.retire(id, fut, kept);
    }

    fn retire(&mut self, id: Id, fut: Fut<0>, kept: Option<Val>) {
        let slot = Rc::clone(&fut.slot);
        self.wakers.push((id, fut.into_wakers()));
        let home = slot.borrow_mut().take().map(Token::spend);
        assert_eq!(home, kept, "in the slot of future {id}");
    }

    fn try_send(&mut self, at: usize) {
        let (value, token) = self.token();
        let sent = self.channels[at].tx.try_send(token).map_err(|error| match error {
            TrySendError::Full(back) => (Asked::NoRoom, back.spend()),
            TrySendError::Closed(back) => (Asked::Closed, back.spend()),
        });
        let expected = match self.specs[at].send(None, value) {
            Asked::Done => Ok(()),
            refused => Err((refused, value)),
        };
        assert_eq!(sent, expected, "try_send");
    }

    fn try_recv(&mut self, at: usize) {
        let received = match self.channels[at].rx.try_recv() {
            Ok(token) => Received::Value(token.spend()),
            Err(TryRecvError::Empty) => Received::Nothing,
            Err(TryRecvError::Closed) => Received::Closed,
        };
        assert_eq!(received, self.specs[at].try_recv(), "try_recv");
    }

    fn may_reserve(&self, at: usize) -> bool {
        self.scope == Scope::Full || self.channels[at].capacity != Some(0)
    }

    fn try_reserve(&mut self, at: usize) {
        if !self.may_reserve(at) {
            return;
        }
        let permit = Sender::clone(&self.channels[at].tx).try_reserve_owned().ok();
        assert_eq!(permit.is_some(), self.specs[at].reserve(None) == Asked::Done, "try_reserve");
        self.permits.borrow_mut().extend(permit.map(|permit| (at, permit)));
    }

    fn end_permit(&mut self, number: usize, is_used: bool) {
        let picked = pick(&self.permits.borrow(), number);
        let Some(picked) = picked else { return };
        let (at, permit) = self.permits.borrow_mut().remove(picked);
        if is_used {
            let (value, token) = self.token();
            let is_sent = permit.send(token).is_ok();
            assert_eq!(is_sent, self.specs[at].send_reserved(value), "permit");
        } else {
            drop(permit);
            self.specs[at].release();
        }
    }

    /// An arm, if it may be one beside these.
    fn arm(
        &mut self,
        select: Id,
        (channel, way): (usize, Way),
        beside: &[Known],
        log: &Log,
    ) -> (Known, Arm<'a>) {
        let (id, at) = (self.new_id(), channel % self.channels.len());
        let channels = self.channels;
        let mut way = way;
        if self.scope == Scope::Plain && channels[at].capacity == Some(0) {
            // On one side only, the first one's.
            let there = beside.iter().find(|arm| arm.channel == at && arm.way != Way::Watch);
            let is_recv = there.map(|arm| arm.way == Way::Recv);
            way = match (way, is_recv) {
                (Way::Watch | Way::Disabled, _) => way,
                (_, Some(true)) => Way::Recv,
                (Way::Recv, Some(false)) | (Way::Reserve, _) => Way::Send,
                _ => way,
            };
        }
        let has_value = matches!(way, Way::Send | Way::SendFrom);
        let (value, token) = has_value.then(|| self.token()).unzip();
        let known = Known { id, channel: at, way, value, slot: Rc::default() };
        self.specs[at].join(id, select);
        let (log, slot) = (Rc::clone(log), Rc::clone(&known.slot));
        let parts = Parts { id, log, permits: Rc::clone(&self.permits), token, slot };
        (known, Arm::new((at, &channels[at]), way, parts))
    }

    fn select(&mut self, form: Form, is_biased: bool, arms: &[(usize, Way)], polled: bool) {
        let (select, log) = (self.new_id(), Rc::new(RefCell::new(Vec::new())));
        let (mut known, mut made) = (Vec::new(), Vec::new());
        for arm in arms {
            let (arm, real) = self.arm(select, *arm, &known, &log);
            known.push(arm);
            made.push(real);
        }
        let ids: Vec<Id> = known.iter().map(|arm| arm.id).collect();
        let real = match form {
            Form::Fixed => Real::fixed(made, &ids, is_biased),
            Form::Slots => Real::slots(made, &ids, is_biased),
        };
        let (state, wakers) = (State::Start, Wakers::new());
        let new = Select {
            real,
            log,
            is_biased,
            arms: known,
            state,
            wakers,
            kept: None,
            homes: Vec::new(),
        };
        self.selects.insert(select, new);
        if polled {
            let last = self.selects.len() - 1;
            self.with_select(last, |select, specs| select.poll(0, specs));
        }
    }

    fn picked_select(&self, number: usize) -> Option<Id> {
        let ids: Vec<Id> = self.selects.keys().copied().collect();
        pick(&ids, number).map(|at| ids[at])
    }

    fn with_select(&mut self, number: usize, then: impl FnOnce(&mut Select<'a>, &mut [Spec])) {
        let Some(id) = self.picked_select(number) else { return };
        if let Some(select) = self.selects.get_mut(&id) {
            then(select, &mut self.specs);
        }
    }

    fn add_arm(&mut self, number: usize, arm: (usize, Way)) {
        let Some(id) = self.picked_select(number) else { return };
        let Some(mut select) = self.selects.remove(&id) else { return };
        if matches!(select.real, Real::Slots(_)) && select.arms.len() < ARMS {
            let (known, arm) = self.arm(id, arm, &select.arms, &select.log);
            select.undo(|_| false, &mut self.specs);
            if let Real::Slots(race) = &mut select.real {
                race.as_mut().arms_mut().get_mut().add(known.id, arm);
            }
            select.arms.push(known);
        }
        self.selects.insert(id, select);
    }

    fn remove_arm(&mut self, number: usize, arm: usize) {
        let Some(id) = self.picked_select(number) else { return };
        let Some(select) = self.selects.get_mut(&id) else { return };
        let Some(at) = pick(&select.arms, arm) else { return };
        let gone = select.arms[at].id;
        let home = select.home(&select.arms[at]);
        let Real::Slots(race) = &mut select.real else { return };
        assert_eq!(race.as_mut().arms_mut().get_mut().retain(|key| *key != gone), 1);
        select.undo(|id| id == gone, &mut self.specs);
        let known = select.arms.remove(at);
        let seen = known.slot.borrow_mut().take().map(Token::spend);
        assert_eq!(seen, home, "in the slot of arm {gone}");
    }

    fn drop_select(&mut self, number: usize) {
        let Some(id) = self.picked_select(number) else { return };
        let Some(mut select) = self.selects.remove(&id) else { return };
        let mut homes = std::mem::take(&mut select.homes);
        homes.extend(select.arms.iter().map(|arm| (select.home(arm), Rc::clone(&arm.slot))));
        select.undo(|_| true, &mut self.specs);
        self.wakers.push((id, select.into_wakers()));
        for (home, slot) in homes {
            let seen = slot.borrow_mut().take().map(Token::spend);
            assert_eq!(seen, home, "in a slot of select {id}");
        }
    }

    /// What is alive according to the oracle.
    fn expected_alive(&self) -> BTreeSet<Val> {
        let in_channels = self.specs.iter().flat_map(Spec::values);
        let in_futures = self.futures.values().filter_map(|(_, fut)| fut.value());
        let in_selects = self.selects.values().flat_map(Select::values);
        in_channels.chain(in_futures).chain(in_selects).collect()
    }

    /// Tells who was decided.
    fn settle(&mut self) {
        for at in 0..self.specs.len() {
            for (id, verdict) in self.specs[at].take_decided() {
                if let Some((_, fut)) = self.futures.get_mut(&id) {
                    let FutState::Waiting(waker) = fut.state else { panic!("{id}: {verdict:?}") };
                    fut.wakers.expect_wake(waker);
                    fut.state = FutState::Decided(verdict);
                    continue;
                }
                let has_arm = |select: &&mut Select<'_>| select.arms.iter().any(|a| a.id == id);
                let select = self.selects.values_mut().find(has_arm);
                let Some(select) = select else { panic!("{id} is gone: {verdict:?}") };
                let State::Waiting(waker) = select.state else { panic!("{id}: {verdict:?}") };
                select.wakers.expect_wake(waker);
                select.kept = None;
                select.withdraw(&mut self.specs);
                select.state = State::Decided(id, verdict);
            }
        }
    }

    /// Both agree.
    fn check(&mut self) {
        self.settle();
        for (id, (_, fut)) in &self.futures {
            fut.wakers.check(*id, fut.registered());
        }
        for (id, select) in &self.selects {
            select.wakers.check(*id, select.kept);
        }
        for (id, wakers) in &self.wakers {
            wakers.check(*id, None);
        }
        assert_eq!(self.ledger.alive(), self.expected_alive(), "values alive");
        for (channel, spec) in self.channels.iter().zip(&self.specs) {
            let is_full = channel.tx.is_full();
            assert_eq!((channel.rx.len(), is_full), (spec.len(), spec.is_full()));
        }
    }
}
