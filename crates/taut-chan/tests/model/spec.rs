//! The oracle: what a channel is, said in queues and counters, without a thought for speed.
//!
//! One rule serves all: *whenever there is room, the first who waits for it gets it*. Room is a free
//! place of the buffer, or, where there is no buffer, a waiting receive; permits use it up like values.

use std::collections::{BTreeMap, VecDeque};

/// A future, or an arm of a select.
pub(crate) type Id = usize;

/// A value.
pub(crate) type Val = u64;

/// How somebody who waited was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was sent, or room was granted, or the close was seen.
    Done,
    /// It was handed a value, as the how-manieth.
    Got {
        value: Val,
        ticket: u64,
    },
    Closed,
}

/// What comes of asking to send or to reserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Done,
    Closed,
    /// There is no room. Who gave an id is in the queue now.
    NoRoom,
}

/// What comes of asking to receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    Value(Val),
    Closed,
    /// There is nothing. Who gave an id is in the queue now.
    Nothing,
}

/// A channel.
#[derive(Clone, Debug)]
pub(crate) struct Spec {
    /// `None`: no limit.
    pub(crate) capacity: Option<usize>,
    buffer: VecDeque<Val>,
    /// What was handed over and came back, by ticket; in front of the buffer.
    stash: BTreeMap<u64, Val>,
    /// Those who wait to send (with their value) or to reserve (without).
    senders: VecDeque<(Id, Option<Val>)>,
    receivers: VecDeque<Id>,
    watchers: VecDeque<Id>,
    reserved: usize,
    tickets: u64,
    pub(crate) is_closed: bool,
    pub(crate) sender_count: usize,
    pub(crate) receiver_count: usize,
    /// Who was decided since this was last taken.
    decided: Vec<(Id, Verdict)>,
    /// Of those who are arms of a select, which select that is: one of its arms is decided at most, and
    /// none of them meets another.
    selects: BTreeMap<Id, usize>,
}

impl Spec {
    pub(crate) fn new(capacity: Option<usize>) -> Self {
        Self {
            capacity,
            buffer: VecDeque::new(),
            stash: BTreeMap::new(),
            senders: VecDeque::new(),
            receivers: VecDeque::new(),
            watchers: VecDeque::new(),
            reserved: 0,
            tickets: 0,
            is_closed: false,
            sender_count: 1,
            receiver_count: 1,
            decided: Vec::new(),
            selects: BTreeMap::new(),
        }
    }

    /// Makes somebody who does not wait yet an arm of a select.
    pub(crate) fn join(&mut self, who: Id, select: usize) {
        self.selects.insert(who, select);
    }

    fn are_of_one_select(&self, a: Option<Id>, b: Id) -> bool {
        let select = |who| self.selects.get(&who);
        a.is_some_and(|a| select(a).is_some() && select(a) == select(b))
    }

    /// Somebody who has left the queue is decided, and so the other arms of its select leave.
    fn decide(&mut self, who: Id, verdict: Verdict) {
        self.decided.push((who, verdict));
        if let Some(select) = self.selects.get(&who).copied() {
            self.withdraw_select(select);
        }
    }

    /// The selects that were decided here, and not elsewhere yet.
    pub(crate) fn decided_selects(&self) -> impl Iterator<Item = usize> {
        self.decided.iter().filter_map(|(who, _)| self.selects.get(who).copied())
    }

    /// All arms of a select leave.
    pub(crate) fn withdraw_select(&mut self, select: usize) {
        let arms = self.selects.iter().filter(|(_, other)| **other == select);
        let arms: Vec<Id> = arms.map(|(arm, _)| *arm).collect();
        arms.into_iter().for_each(|arm| self.withdraw(arm));
    }

    /// The first receive that somebody can meet.
    fn next_receiver(&mut self, sender: Option<Id>) -> Option<Id> {
        let at = self.receivers.iter().position(|r| !self.are_of_one_select(sender, *r))?;
        self.receivers.remove(at)
    }

    pub(crate) fn take_decided(&mut self) -> Vec<(Id, Verdict)> {
        std::mem::take(&mut self.decided)
    }

    /// What is in the channel, front to back.
    pub(crate) fn values(&self) -> impl Iterator<Item = Val> {
        self.stash.values().chain(&self.buffer).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.values().count()
    }

    pub(crate) fn is_full(&self) -> bool {
        match self.capacity {
            Some(capacity) => self.buffer.len() + self.reserved >= capacity,
            None => false,
        }
    }

    fn has_room_for(&self, who: Option<Id>) -> bool {
        let meets = |receiver: &&Id| !self.are_of_one_select(who, **receiver);
        match self.capacity {
            Some(0) => self.receivers.iter().filter(meets).count() > self.reserved,
            _ => !self.is_full(),
        }
    }

    fn next_ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    /// To the first who waits, or into the channel.
    fn deliver(&mut self, value: Val, sender: Option<Id>) {
        let is_buffered = self.capacity != Some(0);
        if let Some(who) = self.next_receiver(sender) {
            let ticket = self.next_ticket();
            self.decide(who, Verdict::Got { value, ticket });
        } else if is_buffered {
            self.buffer.push_back(value);
        } else {
            let ticket = self.next_ticket();
            self.stash.insert(ticket, value);
        }
    }

    /// Gives room to the first who waits for it and can use it. False: nobody does.
    fn serve_one(&mut self, can: impl Fn(&Self, Id) -> bool) -> bool {
        let Some(first) = self.senders.iter().position(|(who, _)| can(self, *who)) else {
            return false;
        };
        let Some((who, offer)) = self.senders.remove(first) else { return false };
        self.decide(who, Verdict::Done);
        match offer {
            Some(value) => self.deliver(value, Some(who)),
            None => self.reserved += 1,
        }
        true
    }

    /// The one rule.
    fn settle(&mut self) {
        while !self.is_closed && self.serve_one(|this, who| this.has_room_for(Some(who))) {}
    }

    fn ask(&mut self, who: Option<Id>, offer: Option<Val>) -> Asked {
        if self.is_closed {
            return Asked::Closed;
        }
        if !self.has_room_for(who) {
            self.senders.extend(who.map(|who| (who, offer)));
            return Asked::NoRoom;
        }
        let served = self.senders.iter().all(|(other, _)| !self.has_room_for(Some(*other)));
        assert!(served, "there is room, and yet somebody waits for it");
        match offer {
            Some(value) => self.deliver(value, who),
            None => self.reserved += 1,
        }
        Asked::Done
    }

    /// A send; with an id it waits for room.
    pub(crate) fn send(&mut self, who: Option<Id>, value: Val) -> Asked {
        self.ask(who, Some(value))
    }

    /// A reservation; with an id it waits for room.
    pub(crate) fn reserve(&mut self, who: Option<Id>) -> Asked {
        self.ask(who, None)
    }

    /// What can be received without meeting a send.
    fn take(&mut self) -> Received {
        if let Some((_, value)) = self.stash.pop_first() {
            return Received::Value(value);
        }
        if let Some(value) = self.buffer.pop_front() {
            self.settle();
            return Received::Value(value);
        }
        if self.is_closed { Received::Closed } else { Received::Nothing }
    }

    /// A receive that waits. On a rendezvous channel it makes room for one by waiting, whatever permits
    /// are out: the first sender meets the first receiver, which may be this one.
    pub(crate) fn recv(&mut self, who: Id) -> Received {
        let taken = self.take();
        if taken != Received::Nothing {
            return taken;
        }
        self.receivers.push_back(who);
        if self.capacity == Some(0) {
            self.serve_one(|this, other| !this.are_of_one_select(Some(other), who));
        }
        // A receive of our own select in front of us is no other.
        let is_ours = |other: Id| other == who || self.are_of_one_select(Some(other), who);
        let mine = self.decided.iter().position(|(other, _)| is_ours(*other));
        match mine.map(|mine| self.decided.remove(mine)) {
            Some((_, Verdict::Got { value, .. })) => Received::Value(value),
            Some((_, other)) => panic!("{other:?} to a receive of an open channel"),
            None => Received::Nothing,
        }
    }

    /// What an arm of a select finds before it waits: it passes no reservation.
    pub(crate) fn look_for_value(&mut self) -> Received {
        match self.senders.front() {
            Some((_, None)) => self.take(),
            _ => self.try_recv(),
        }
    }

    /// A receive that does not wait, so it is no room for a reservation: on a rendezvous channel it
    /// takes from the first who sends, unless a receive was there before it that could.
    pub(crate) fn try_recv(&mut self) -> Received {
        let taken = self.take();
        if taken != Received::Nothing || self.capacity != Some(0) {
            return taken;
        }
        let Some(first) = self.senders.iter().position(|(_, offer)| offer.is_some()) else {
            return Received::Nothing;
        };
        let sends = Some(self.senders[first].0);
        if self.receivers.iter().any(|other| !self.are_of_one_select(sends, *other)) {
            return Received::Nothing;
        }
        match self.senders.remove(first) {
            Some((who, Some(value))) => {
                self.decide(who, Verdict::Done);
                Received::Value(value)
            }
            other => panic!("{other:?} was a send"),
        }
    }

    /// True: it is closed already. Else it waits for that.
    pub(crate) fn watch(&mut self, who: Id) -> bool {
        if !self.is_closed {
            self.watchers.push_back(who);
        }
        self.is_closed
    }

    /// Somebody who waits gives up.
    pub(crate) fn withdraw(&mut self, who: Id) {
        self.senders.retain(|(other, _)| *other != who);
        self.receivers.retain(|other| *other != who);
        self.watchers.retain(|other| *other != who);
    }

    /// A receive that was handed a value goes without having seen it.
    pub(crate) fn give_back(&mut self, value: Val, ticket: u64) {
        match self.receivers.pop_front() {
            Some(who) => self.decide(who, Verdict::Got { value, ticket }),
            None => assert_eq!(self.stash.insert(ticket, value), None, "two of one ticket"),
        }
    }

    /// By a permit, which is used up. False: closed.
    pub(crate) fn send_reserved(&mut self, value: Val) -> bool {
        self.reserved -= 1;
        if !self.is_closed {
            self.deliver(value, None);
            self.settle();
        }
        !self.is_closed
    }

    /// A permit is dropped.
    pub(crate) fn release(&mut self) {
        self.reserved -= 1;
        self.settle();
    }

    /// True: it was open.
    pub(crate) fn close(&mut self) -> bool {
        if self.is_closed {
            return false;
        }
        self.is_closed = true;
        while let Some(who) = self.receivers.pop_front() {
            self.decide(who, Verdict::Closed);
        }
        while let Some((who, _)) = self.senders.pop_front() {
            self.decide(who, Verdict::Closed);
        }
        while let Some(who) = self.watchers.pop_front() {
            self.decide(who, Verdict::Done);
        }
        true
    }

    /// A sending handle is dropped.
    pub(crate) fn remove_sender(&mut self) {
        self.sender_count -= 1;
        if self.sender_count == 0 {
            self.close();
        }
    }

    /// A receiving handle is dropped.
    pub(crate) fn remove_receiver(&mut self) {
        self.receiver_count -= 1;
        if self.receiver_count == 0 {
            self.close();
            self.stash.clear();
            self.buffer.clear();
        }
    }
}
