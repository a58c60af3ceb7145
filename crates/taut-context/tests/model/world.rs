//! The contexts under test, beside what the model says of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};
use std::time::Duration;

use taut_context::{AfterFunc, Cancel, Context, ContextError};
use tokio::time::{Instant, advance};

use crate::op::{Op, Scope, WAKERS};
use crate::spec::{Id, Moment, Node, Reason, Spec};
use crate::support::{Census, Counted, Task, Wakes, Why, task};

/// A value of a type of its own for each key.
pub(crate) struct Value<const KEY: usize>(pub(crate) Counted);

type Boxed = std::pin::Pin<Box<dyn Future<Output = ContextError>>>;

/// Somebody who waits.
pub(crate) struct Waiter {
    pub(crate) node: Id,
    pub(crate) task: Task<Boxed>,
    pub(crate) wakers: [Arc<Wakes>; WAKERS],
    /// How often each waker must have been woken.
    pub(crate) expected: [usize; WAKERS],
    /// The waker that the last pending poll left.
    pub(crate) registered: Option<usize>,
}

/// What is to become of a callback.
pub(crate) enum Hold {
    Held(AfterFunc),
    Detached,
}

/// A callback that has neither run nor been prevented, as far as anybody has seen.
pub(crate) struct Callback {
    /// The context it was asked of.
    pub(crate) asked: Id,
    /// The one that must end.
    pub(crate) node: Id,
    pub(crate) runs: Arc<AtomicUsize>,
    pub(crate) hold: Hold,
}

/// Everything there is.
pub(crate) struct World {
    pub(crate) scope: Scope,
    pub(crate) spec: Spec,
    pub(crate) start: Instant,
    pub(crate) step: u32,
    pub(crate) handles: Vec<(Id, Context)>,
    pub(crate) cancels: Vec<(Id, Cancel)>,
    pub(crate) waiters: Vec<Waiter>,
    pub(crate) callbacks: Vec<Callback>,
    /// What was seen of each node's end; it never changes.
    pub(crate) settled: Vec<Option<Reason>>,
    pub(crate) values: Census,
    pub(crate) closures: Census,
}

impl World {
    pub(crate) fn new(scope: Scope) -> Self {
        let mut this = Self {
            scope,
            spec: Spec::default(),
            start: Instant::now(),
            step: 0,
            handles: Vec::new(),
            cancels: Vec::new(),
            waiters: Vec::new(),
            callbacks: Vec::new(),
            settled: Vec::new(),
            values: Census::default(),
            closures: Census::default(),
        };
        this.add(Context::background(), Vec::new(), Vec::new());
        this
    }

    pub(crate) fn now(&self) -> Moment {
        let time = u64::try_from(self.start.elapsed().as_millis()).expect("short");
        Moment { time, step: self.step }
    }

    pub(crate) fn is_over(&self, node: Id) -> bool {
        self.spec.end(node, self.now()).is_some()
    }

    /// A node under `parents`, and its first handle.
    fn add(&mut self, ctx: Context, parents: Vec<Id>, sources: Vec<Id>) -> &mut Node {
        let made = self.now();
        let has_cancel = false;
        let (deadline, cancelled, value) = (None, None, None);
        let node = Node { made, parents, sources, has_cancel, deadline, cancelled, value };
        self.handles.push((self.spec.nodes.len(), ctx));
        self.spec.nodes.push(node);
        self.settled.push(None);
        self.spec.nodes.last_mut().expect("just pushed")
    }

    /// A node under one parent.
    fn derive(&mut self, parent: Id, ctx: Context) -> &mut Node {
        self.add(ctx, vec![parent], vec![parent])
    }

    /// Of the node that was added last.
    fn new_cancel(&mut self, cancel: Cancel) {
        let node = self.spec.nodes.len() - 1;
        self.spec.nodes[node].has_cancel = true;
        self.cancels.push((node, cancel));
    }

    /// The one that `number` picks.
    fn handle(&self, number: usize) -> Option<(Id, &Context)> {
        let at = number.checked_rem(self.handles.len())?;
        Some((self.handles[at].0, &self.handles[at].1))
    }

    pub(crate) async fn apply(&mut self, op: Op) {
        self.step += 1;
        let kept = self.kept_for_sure();
        let over: Vec<bool> = (0..kept.len()).map(|id| self.is_over(id)).collect();
        if let Op::Advance { by } = op {
            advance(Duration::from_millis(by)).await;
        } else if self.act(op).is_none() {
            return;
        }
        self.settle_callbacks(&kept, &over);
        self.check_wakes();
        self.check_memory();
    }

    /// None: there was nothing to do it to.
    fn act(&mut self, op: Op) -> Option<()> {
        match op {
            Op::Cancellable { from } => {
                let (parent, ctx) = self.handle(from)?;
                let (child, cancel) = ctx.with_cancel();
                self.derive(parent, child);
                self.new_cancel(cancel);
            }
            Op::Deadline { from, after, caused } => self.derive_deadline(from, after, caused)?,
            Op::Value { from, key } => self.derive_value(from, key)?,
            Op::Without { from } => {
                let (parent, ctx) = self.handle(from)?;
                let child = ctx.without_cancel();
                self.add(child, Vec::new(), vec![parent]);
            }
            Op::Merge { from } => {
                let from: Option<Vec<_>> = from.into_iter().map(|n| self.handle(n)).collect();
                let (parents, contexts): (Vec<Id>, Vec<Context>) =
                    from?.into_iter().map(|(id, ctx)| (id, ctx.clone())).unzip();
                let mut are_timed = parents.iter().map(|id| self.spec.deadline(*id).is_some());
                if self.scope == Scope::Plain
                    && parents.len() > 1
                    && are_timed.any(|is_timed| is_timed)
                {
                    return None;
                }
                self.add(Context::merge(&contexts), parents.clone(), parents);
            }
            Op::Clone { handle } => {
                let (id, ctx) = self.handle(handle)?;
                let clone = ctx.clone();
                self.handles.push((id, clone));
            }
            Op::DropHandle { handle } => drop(pick_out(&mut self.handles, handle)?),
            Op::End { .. } | Op::DropCancel { .. } | Op::Detach { .. } => self.act_on_cancel(op)?,
            Op::Wait { .. } | Op::Poll { .. } | Op::DropWaiter { .. } => self.act_on_waiter(op)?,
            _ => self.act_on_callback(op)?,
        }
        Some(())
    }

    fn derive_deadline(&mut self, from: usize, after: i64, caused: bool) -> Option<()> {
        let (parent, ctx) = self.handle(from)?;
        let now = self.now().time;
        let at = now.saturating_add_signed(after);
        let instant = self.start + Duration::from_millis(at);
        let cause = caused.then_some(self.step);
        let (child, cancel) = match cause {
            Some(number) if at > now => {
                ctx.with_timeout_cause(Duration::from_millis(at - now), Why(number))
            }
            None if at > now => ctx.with_timeout(Duration::from_millis(at - now)),
            Some(number) => ctx.with_deadline_cause(instant, Why(number)),
            None => ctx.with_deadline(instant),
        };
        self.derive(parent, child).deadline = Some((at, cause));
        self.new_cancel(cancel);
        Some(())
    }

    fn derive_value(&mut self, from: usize, key: usize) -> Option<()> {
        let number = u64::from(self.step);
        let value = self.values.value(number);
        let (parent, ctx) = self.handle(from)?;
        let child = match key {
            0 => ctx.with_value(Value::<0>(value)),
            1 => ctx.with_value(Value::<1>(value)),
            _ => ctx.with_value(Value::<2>(value)),
        };
        self.derive(parent, child).value = Some((key, number));
        Some(())
    }

    fn act_on_cancel(&mut self, op: Op) -> Option<()> {
        match op {
            Op::End { cancel, caused } => {
                let at = cancel.checked_rem(self.cancels.len())?;
                let node = self.cancels[at].0;
                let was_over = self.is_over(node);
                let cause = caused.then_some(self.step);
                let cancel = &self.cancels[at].1;
                let ended = cause.map_or_else(|| cancel.cancel(), |n| cancel.cancel_with(Why(n)));
                assert_eq!(ended, !was_over, "whether it was the one");
                self.note_cancel(node, cause);
            }
            Op::DropCancel { cancel } => {
                let (node, cancel) = pick_out(&mut self.cancels, cancel)?;
                drop(cancel);
                self.note_cancel(node, None);
            }
            Op::Detach { cancel } => pick_out(&mut self.cancels, cancel)?.1.detach(),
            _ => unreachable!("an operation of a cancel"),
        }
        Some(())
    }

    fn note_cancel(&mut self, node: Id, cause: Option<u32>) {
        let now = self.now();
        self.spec.nodes[node].cancelled.get_or_insert((now, cause));
    }

    fn act_on_waiter(&mut self, op: Op) -> Option<()> {
        match op {
            Op::Wait { handle, waker } => {
                let (node, ctx) = self.handle(handle)?;
                let ctx = ctx.clone();
                let future: Boxed = Box::pin(async move { ctx.done().await });
                self.waiters.push(Waiter {
                    node,
                    task: task(future),
                    wakers: std::array::from_fn(|_| Wakes::new()),
                    expected: [0; WAKERS],
                    registered: None,
                });
                self.poll(self.waiters.len() - 1, waker);
            }
            Op::Poll { waiter, waker } => {
                self.poll(waiter.checked_rem(self.waiters.len())?, waker);
            }
            Op::DropWaiter { waiter } => drop(pick_out(&mut self.waiters, waiter)?),
            _ => unreachable!("an operation of a waiter"),
        }
        Some(())
    }

    fn poll(&mut self, at: usize, waker: usize) {
        let end = self.spec.end(self.waiters[at].node, self.now());
        let waiter = &mut self.waiters[at];
        match waiter.task.poll_with(&Waker::from(Arc::clone(&waiter.wakers[waker]))) {
            Poll::Pending => {
                assert!(end.is_none(), "it has ended: {end:?}");
                waiter.registered = Some(waker);
            }
            Poll::Ready(error) => {
                let end = end.expect("it has not ended");
                assert!(end.reasons.iter().any(|reason| reason.error == error));
                // The clock had moved, and the look woke whoever was registered.
                self.check_wakes();
                drop(self.waiters.swap_remove(at));
            }
        }
    }

    fn act_on_callback(&mut self, op: Op) -> Option<()> {
        match op {
            Op::Register { handle } => {
                let (node, ctx) = self.handle(handle)?;
                let (runs, held) = (Arc::new(AtomicUsize::new(0)), self.closures.value(0));
                let counted = Arc::clone(&runs);
                let registered = ctx.after_func(move || {
                    drop(held);
                    counted.fetch_add(1, Ordering::SeqCst);
                });
                assert_eq!(runs.load(Ordering::SeqCst) == 1, self.is_over(node), "at once");
                let (asked, node) = (node, self.spec.scope(node));
                self.callbacks.push(Callback { asked, node, runs, hold: Hold::Held(registered) });
            }
            Op::Stop { callback } => {
                let at = self.held(callback)?;
                let callback = self.callbacks.swap_remove(at);
                let Hold::Held(registered) = callback.hold else { unreachable!("it is held") };
                let had_run = callback.runs.load(Ordering::SeqCst) == 1;
                assert_eq!(registered.stop(), !had_run);
                assert_eq!(callback.runs.load(Ordering::SeqCst) == 1, had_run);
            }
            Op::DropCallback { callback } => {
                let at = self.held(callback)?;
                drop(self.callbacks.swap_remove(at));
            }
            Op::DetachCallback { callback } => {
                let at = self.held(callback)?;
                let hold = std::mem::replace(&mut self.callbacks[at].hold, Hold::Detached);
                let Hold::Held(registered) = hold else { unreachable!("it is held") };
                registered.detach();
            }
            _ => unreachable!("an operation of a callback"),
        }
        Some(())
    }

    fn held(&self, number: usize) -> Option<usize> {
        let is_held = |at: &usize| matches!(self.callbacks[*at].hold, Hold::Held(_));
        let held: Vec<usize> = (0..self.callbacks.len()).filter(is_held).collect();
        Some(held[number.checked_rem(held.len())?])
    }

    /// Drops everything, in the order in which it was made.
    pub(crate) fn finish(self) {
        let Self { handles, cancels, waiters, callbacks, values, closures, .. } = self;
        drop((handles, waiters, cancels, callbacks));
        assert_eq!((values.alive(), closures.alive()), (0, 0));
    }
}

fn pick_out<T>(all: &mut Vec<T>, number: usize) -> Option<T> {
    Some(all.swap_remove(number.checked_rem(all.len())?))
}
