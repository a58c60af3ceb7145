//! The contexts under test against what the model says of them.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::op::KEYS;
use crate::spec::{Id, Reason};
use crate::support::Why;
use crate::world::{Callback, Hold, Value, World};

impl World {
    /// What contexts, cancels and waiters keep.
    pub(crate) fn kept_for_sure(&self) -> Vec<bool> {
        let handles = self.handles.iter().map(|(id, _)| *id);
        let cancels = self.cancels.iter().map(|(id, _)| *id);
        self.spec.kept(handles.chain(cancels).chain(self.waiters.iter().map(|w| w.node)))
    }

    /// Those that registrations may keep too.
    pub(crate) fn kept_perhaps(&self) -> Vec<bool> {
        let held = self.callbacks.iter().filter(|c| matches!(c.hold, Hold::Held(_)));
        let kept = self.spec.kept(held.map(|c| c.asked));
        kept.iter().zip(self.kept_for_sure()).map(|(perhaps, surely)| *perhaps || surely).collect()
    }

    /// Those that the step has ended must have run, if anything kept their context before it. Those whose
    /// context is gone never will, and only what is held may still be there.
    pub(crate) fn settle_callbacks(&mut self, kept: &[bool], over: &[bool]) {
        let kept_now = self.kept_perhaps();
        let is_over: Vec<bool> = self.callbacks.iter().map(|c| self.is_over(c.node)).collect();
        let mut is_over = is_over.into_iter();
        self.callbacks.retain(|callback| {
            let (runs, is_over) =
                (callback.runs.load(Ordering::SeqCst), is_over.next() == Some(true));
            assert!(runs <= usize::from(is_over), "it has run {runs} times");
            let had_ended = over.get(callback.node).is_none_or(|over| *over);
            if is_over && !had_ended && kept[callback.node] {
                assert_eq!(runs, 1, "its context has ended");
            }
            let is_detached = matches!(callback.hold, Hold::Detached);
            runs == 0 && (kept_now[callback.node] || !is_detached) || (runs == 1 && !is_detached)
        });
    }

    /// Everybody who waited when the context ended has been woken once, by the last waker.
    pub(crate) fn check_wakes(&mut self) {
        let now = self.now();
        for waiter in &mut self.waiters {
            if self.spec.end(waiter.node, now).is_some() {
                if let Some(waker) = waiter.registered.take() {
                    waiter.expected[waker] += 1;
                }
            }
            assert_eq!(waiter.wakers.each_ref().map(|wakes| wakes.count()), waiter.expected);
        }
    }

    /// What can be read is there, and what nobody keeps is gone. What is kept and hidden may be either, as
    /// may be what is above a `Cancel` or a registration, and a callback that never runs.
    pub(crate) fn check_memory(&self) {
        let handles = self.handles.iter().map(|(id, _)| *id);
        let contexts: Vec<Id> = handles.chain(self.waiters.iter().map(|w| w.node)).collect();
        let readable = |key| contexts.iter().filter_map(move |id| self.spec.value(*id, key));
        let least = (0..KEYS).flat_map(readable).collect::<HashSet<u64>>().len();
        let nodes = self.spec.nodes.iter().zip(self.kept_perhaps());
        let most = nodes.filter(|(node, is_kept)| node.value.is_some() && *is_kept).count();
        assert!((least..=most).contains(&self.values.alive()), "{least}..={most} values");

        let pending = self.callbacks.iter().filter(|c| c.runs.load(Ordering::SeqCst) == 0);
        let kept = self.kept_for_sure();
        let (sure, unsure): (Vec<&Callback>, Vec<_>) =
            pending.partition(|c| kept[c.node] && self.spec.can_end(c.node));
        let closures = sure.len()..=sure.len() + unsure.len();
        assert!(closures.contains(&self.closures.alive()), "{closures:?} callbacks");
    }

    /// Looks at everything there is a handle of.
    pub(crate) fn look(&mut self) {
        for (id, ctx) in &self.handles {
            let end = self.spec.end(*id, self.now());
            let error = ctx.err();
            let cause = ctx.cause();
            assert_eq!(error.is_some(), cause.is_some());
            let reason = error.map(|error| {
                let why = cause.as_ref().and_then(|cause| cause.downcast_ref::<Why>());
                Reason { error, cause: why.map(|why| why.0) }
            });
            let is_allowed = match (&reason, &end) {
                (None, None) => true,
                (Some(reason), Some(end)) => end.reasons.contains(reason),
                _ => false,
            };
            assert!(is_allowed, "node {id} is {reason:?}, and should be {end:?}");
            let settled = &mut self.settled[*id];
            assert!(settled.is_none() || *settled == reason, "it was {settled:?}, is {reason:?}");
            *settled = reason;
            let deadline = self.spec.deadline(*id).map(|at| self.start + Duration::from_millis(at));
            assert_eq!(ctx.deadline(), deadline);
            assert_eq!(ctx.is_done(), end.is_some());
            let values: [Option<u64>; KEYS] = [
                ctx.value::<Value<0>>().map(|value| value.0.id),
                ctx.value::<Value<1>>().map(|value| value.0.id),
                ctx.value::<Value<2>>().map(|value| value.0.id),
            ];
            assert_eq!(values, std::array::from_fn(|key| self.spec.value(*id, key)));
        }
        let kept = self.kept_for_sure();
        let over = vec![true; kept.len()];
        self.settle_callbacks(&kept, &over);
        self.check_wakes();
    }
}
