//! A select under test, beside what the oracle knows of it.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use taut_chan::TryReserveError;
use taut_core::Peek;
use taut_core::select::{Fixed, Out, Race, Slots};

use crate::arm::{Arm, Log, Step};
use crate::futures::Wakers;
use crate::op::{ARMS, Way};
use crate::real::{Outcome, Slot, Token};
use crate::spec::{Asked, Id, Received, Spec, Val, Verdict};

/// Four arms, some of which are not there.
type Four<'a> = (Option<Arm<'a>>, Option<Arm<'a>>, Option<Arm<'a>>, Option<Arm<'a>>);

pub(crate) enum Real<'a> {
    Fixed(Pin<Box<Race<Fixed<Four<'a>>>>>, [Id; ARMS]),
    Slots(Pin<Box<Race<Slots<Id, Arm<'a>>>>>),
}

impl<'a> Real<'a> {
    pub(crate) fn fixed(arms: Vec<Arm<'a>>, ids: &[Id], is_biased: bool) -> Self {
        let mut arms = arms.into_iter();
        let four = (arms.next(), arms.next(), arms.next(), arms.next());
        let ids = std::array::from_fn(|at| ids.get(at).copied().unwrap_or(Id::MAX));
        Self::Fixed(Box::pin(Race::new(Fixed::new(four), is_biased)), ids)
    }

    pub(crate) fn slots(arms: Vec<Arm<'a>>, ids: &[Id], is_biased: bool) -> Self {
        let mut slots = Slots::new();
        ids.iter().zip(arms).for_each(|(id, arm)| slots.add(*id, arm));
        Self::Slots(Box::pin(Race::new(slots, is_biased)))
    }

    fn named(ids: &[Id; ARMS], out: Out<Outcome, Outcome, Outcome, Outcome>) -> (Id, Outcome) {
        match out {
            Out::A(outcome) => (ids[0], outcome),
            Out::B(outcome) => (ids[1], outcome),
            Out::C(outcome) => (ids[2], outcome),
            Out::D(outcome) => (ids[3], outcome),
        }
    }

    pub(crate) fn poll(&mut self, waker: &Waker) -> Poll<(Id, Outcome)> {
        let mut cx = Context::from_waker(waker);
        match self {
            Self::Fixed(race, ids) => race.as_mut().poll_next(&mut cx).map(|o| Self::named(ids, o)),
            Self::Slots(race) => race.as_mut().poll_next(&mut cx),
        }
    }

    pub(crate) fn poll_now(&mut self) -> Option<(Id, Outcome)> {
        let mut cx = Context::from_waker(Waker::noop());
        let mut peeks = vec![Peek::Unknown; 64];
        let now = match self {
            Self::Fixed(race, ids) => {
                let now = race.as_mut().poll_now(&mut cx, &mut peeks[..ARMS]);
                now.map(|won| won.map(|out| Self::named(ids, out)))
            }
            Self::Slots(race) => {
                peeks.truncate(race.arms().slots());
                race.as_mut().poll_now(&mut cx, &mut peeks)
            }
        };
        match now {
            Poll::Ready(won) => won,
            Poll::Pending => panic!("there is no budget to be used up"),
        }
    }

    pub(crate) fn leave(&mut self) {
        match self {
            Self::Fixed(race, _) => race.as_mut().leave(),
            Self::Slots(race) => race.as_mut().leave(),
        }
    }
}

/// What the oracle knows of an arm.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) id: Id,
    pub(crate) channel: usize,
    pub(crate) way: Way,
    pub(crate) value: Option<Val>,
    pub(crate) slot: Slot<0>,
}

/// What a look at an arm finds; it has effect then.
fn find(known: &Known, spec: &mut Spec, waits: bool) -> Option<Outcome> {
    let waiting = waits.then_some(known.id);
    let asked = match (known.way, known.value) {
        (Way::Recv, _) => {
            let received = if waits { spec.recv(known.id) } else { spec.look_for_value() };
            return match received {
                Received::Value(value) => Some(Outcome::Got(value)),
                Received::Closed => Some(Outcome::Drained),
                Received::Nothing => None,
            };
        }
        (Way::Watch, _) if !waits => return spec.is_closed.then_some(Outcome::Watched),
        (Way::Watch, _) => return spec.watch(known.id).then_some(Outcome::Watched),
        (Way::Send | Way::SendFrom, Some(value)) => match waits {
            true => spec.send(waiting, value),
            false => spec.send(None, value),
        },
        (Way::Reserve, _) => spec.reserve(waiting),
        (Way::Disabled | Way::Send | Way::SendFrom, _) => panic!("it takes no part"),
    };
    match asked {
        Asked::Done => Some(Outcome::Sent),
        Asked::Closed => Some(known.refused()),
        Asked::NoRoom => None,
    }
}

impl Known {
    fn refused(&self) -> Outcome {
        match (self.way, self.value) {
            (Way::Recv, _) => Outcome::Drained,
            (Way::Send, Some(value)) => Outcome::Unsent(value),
            (Way::SendFrom, _) => Outcome::SlotKept,
            (Way::Reserve, _) => Outcome::NoRoom(TryReserveError::Closed),
            _ => Outcome::Watched,
        }
    }

    /// What comes of it, decided by others.
    fn conclude(&self, verdict: Verdict) -> Outcome {
        match (verdict, self.way) {
            (Verdict::Done, Way::Watch) => Outcome::Watched,
            (Verdict::Done, _) => Outcome::Sent,
            (Verdict::Closed, _) => self.refused(),
            (Verdict::Got { value, .. }, _) => Outcome::Got(value),
        }
    }
}

/// How far a select is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing is registered.
    Start,
    /// All arms are, with this waker.
    Waiting(usize),
    /// Others decided it; it may have been left since.
    Decided(Id, Verdict),
}

pub(crate) struct Select<'a> {
    pub(crate) real: Real<'a>,
    pub(crate) log: Log,
    pub(crate) is_biased: bool,
    pub(crate) arms: Vec<Known>,
    pub(crate) state: State,
    pub(crate) wakers: Wakers,
    /// The waker that its claim has kept.
    pub(crate) kept: Option<usize>,
    /// Slots of arms that are over and go with the select, and what must be in them.
    pub(crate) homes: Vec<(Option<Val>, Slot<0>)>,
}

impl Select<'_> {
    pub(crate) fn arm(&self, id: Id) -> &Known {
        self.arms.iter().find(|arm| arm.id == id).unwrap_or_else(|| panic!("no arm {id}"))
    }

    /// An arm is over: it gave its output.
    fn retire(&mut self, id: Id, outcome: &Outcome) {
        let arm = self.arm(id).clone();
        self.arms.retain(|arm| arm.id != id);
        if arm.way == Way::SendFrom {
            let home = arm.value.filter(|_| *outcome == Outcome::SlotKept);
            if let Real::Fixed(..) = self.real {
                self.homes.push((home, arm.slot));
            } else {
                let seen = arm.slot.borrow_mut().take().map(Token::spend);
                assert_eq!(seen, home, "in the slot of arm {id}");
            }
        }
    }

    /// It waits no more, and was not decided.
    pub(crate) fn withdraw(&mut self, specs: &mut [Spec]) {
        self.arms.iter().for_each(|arm| specs[arm.channel].withdraw(arm.id));
        self.state = State::Start;
    }

    pub(crate) fn poll(&mut self, waker: usize, specs: &mut [Spec]) {
        let polled = self.real.poll(&self.wakers.waker(waker));
        match self.state {
            State::Waiting(_) => {
                assert_eq!(polled, Poll::Pending, "nobody decided it");
                self.state = State::Waiting(waker);
                self.kept = Some(waker);
            }
            State::Decided(id, verdict) => self.take_decided(polled, id, verdict),
            State::Start => self.replay(polled, waker, specs),
        }
        assert!(self.log.borrow().is_empty(), "a step too many: {:?}", self.log);
    }

    fn take_decided(&mut self, polled: Poll<(Id, Outcome)>, id: Id, verdict: Verdict) {
        let expected = self.arm(id).conclude(verdict);
        assert_eq!(polled, Poll::Ready((id, expected.clone())), "decided by others");
        self.retire(id, &expected);
        self.state = State::Start;
    }

    /// Compares the steps that it took with what the oracle finds at each.
    fn replay(&mut self, polled: Poll<(Id, Outcome)>, waker: usize, specs: &mut [Spec]) {
        let steps = std::mem::take(&mut *self.log.borrow_mut());
        let mut found = None;
        let mut looked = [Vec::new(), Vec::new()];
        for step in steps {
            assert!(found.is_none(), "a step after the last: {step:?}");
            let (id, is_ready, waits) = match step {
                Step::Attempt(id, is_ready) => (id, is_ready, false),
                Step::Enroll(id, is_ready) => (id, is_ready, true),
            };
            if waits && looked[1].is_empty() {
                self.expect_unready(&looked[0], specs);
            }
            let arm = self.arm(id);
            found = find(arm, &mut specs[arm.channel], waits).map(|outcome| (id, outcome));
            assert_eq!(is_ready, found.is_some(), "{step:?} of {arm:?}: {found:?}");
            // A receive that takes its place may be what a reservation elsewhere waited for.
            let decided: Vec<usize> = specs.iter().flat_map(Spec::decided_selects).collect();
            for spec in &mut *specs {
                decided.iter().for_each(|select| spec.withdraw_select(*select));
            }
            looked[usize::from(waits)].push(id);
        }
        self.check_order(&looked);
        match found {
            Some((id, outcome)) => {
                assert_eq!(polled, Poll::Ready((id, outcome.clone())));
                if !looked[1].is_empty() {
                    self.kept = Some(waker);
                    self.withdraw(specs);
                }
                self.retire(id, &outcome);
            }
            None => {
                assert_eq!(polled, Poll::Pending);
                let all = self.enabled().count();
                // By chance one is tried, then those only that a glance did not rule out.
                let tried = usize::from(all > 0)..=all;
                assert!(tried.contains(&looked[0].len()), "{looked:?} of {all}");
                assert!(!self.is_biased || looked[0].len() == all, "in order, every arm is tried");
                assert_eq!(looked[1].len(), all, "every arm has a place");
                self.state = State::Waiting(waker);
                self.kept = Some(waker);
            }
        }
    }

    fn enabled(&self) -> impl Iterator<Item = &Known> {
        self.arms.iter().filter(|arm| arm.way != Way::Disabled)
    }

    fn check_order(&self, looked: &[Vec<Id>; 2]) {
        for pass in looked {
            let mut sorted = pass.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!(sorted.len(), pass.len(), "an arm twice in a pass");
            // Of slots that were filled again the order of places is not that of numbers.
            if self.is_biased && matches!(self.real, Real::Fixed(..)) {
                assert_eq!(sorted, *pass, "not in order");
            }
        }
    }

    pub(crate) fn poll_now(&mut self, specs: &mut [Spec]) {
        let won = self.real.poll_now();
        if let State::Decided(id, verdict) = self.state {
            let Some(won) = won else { panic!("it was decided") };
            return self.take_decided(Poll::Ready(won), id, verdict);
        }
        if let State::Waiting(_) = self.state {
            self.kept = None;
        }
        self.withdraw(specs);
        let steps = std::mem::take(&mut *self.log.borrow_mut());
        let mut found = None;
        for step in steps {
            assert!(found.is_none(), "a step after the last: {step:?}");
            let Step::Attempt(id, is_ready) = step else { panic!("it does not wait: {step:?}") };
            let arm = self.arm(id);
            found = find(arm, &mut specs[arm.channel], false).map(|outcome| (id, outcome));
            assert_eq!(is_ready, found.is_some(), "{step:?} of {arm:?}: {found:?}");
        }
        assert_eq!(won, found);
        match found {
            Some((id, outcome)) => self.retire(id, &outcome),
            None => self.expect_unready(&[], specs),
        }
    }

    /// No arm is ready but, maybe, those that were looked at; a glance was enough for the others.
    fn expect_unready(&self, looked: &[Id], specs: &[Spec]) {
        for arm in self.enabled().filter(|arm| !looked.contains(&arm.id)) {
            let ready = find(arm, &mut specs[arm.channel].clone(), false);
            assert_eq!(ready, None, "{arm:?} was not looked at");
        }
    }

    pub(crate) fn leave(&mut self, specs: &mut [Spec]) {
        self.real.leave();
        self.kept = None;
        if let State::Waiting(_) = self.state {
            self.withdraw(specs);
        }
    }

    /// What is undone when an arm goes, or all of them.
    pub(crate) fn undo(&mut self, going: impl Fn(Id) -> bool, specs: &mut [Spec]) {
        self.kept = None;
        match self.state {
            State::Waiting(_) => self.withdraw(specs),
            State::Decided(id, verdict) if going(id) => {
                let (way, channel) = (self.arm(id).way, self.arm(id).channel);
                match verdict {
                    Verdict::Got { value, ticket } => specs[channel].give_back(value, ticket),
                    Verdict::Done if way == Way::Reserve => specs[channel].release(),
                    _ => {}
                }
                self.state = State::Start;
            }
            State::Start | State::Decided(..) => {}
        }
    }

    /// What must be at home when an arm goes.
    pub(crate) fn home(&self, arm: &Known) -> Option<Val> {
        let is_sent = matches!(self.state, State::Decided(id, Verdict::Done) if id == arm.id);
        arm.value.filter(|_| arm.way == Way::SendFrom && !is_sent)
    }

    /// The values that are on their way in or out through it.
    pub(crate) fn values(&self) -> impl Iterator<Item = Val> {
        let of_arms = self.arms.iter().filter_map(|arm| match self.state {
            State::Decided(id, Verdict::Got { value, .. }) if id == arm.id => Some(value),
            State::Decided(id, Verdict::Done) if id == arm.id => None,
            _ => arm.value,
        });
        of_arms.chain(self.homes.iter().filter_map(|(home, _)| *home))
    }

    pub(crate) fn into_wakers(self) -> Wakers {
        drop(self.real);
        self.wakers
    }
}
