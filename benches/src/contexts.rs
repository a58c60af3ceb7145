//! The workloads with a context, each written once for all Rust implementations.
//!
//! Contract: as in `workloads.rs`; what is sent is a number for every context that has to be seen
//! in its right state, and what arrives are the numbers of those that were. What is built or
//! looked at only for a row's sake is not timed. The loop over a channel and a context is a select,
//! in `selects.rs`. `go/contexts.go` does the same, shape by shape.

use std::future::poll_fn;
use std::hint::black_box;
use std::mem::replace;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::sync::Notify;
use tokio::task::coop::unconstrained;
use tokio::task::yield_now;

use crate::stopwatch::Stopwatch;
use crate::workloads::{Ledger, Tally};

/// A timeout or a deadline that does not come while anything is measured.
pub(crate) const FAR: Duration = Duration::from_secs(3600);
/// A timeout that is waited for, to see that it comes.
const NEAR: Duration = Duration::from_millis(1);
/// One in so many children that come and go is looked at, before and after its end. All would be
/// a tenth of the time.
const WATCHED: u64 = 64;
/// What is found under the value that is looked for.
pub(crate) const VALUE: u64 = 7;

/// What is done with contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One after the other, children of one root are derived and ended.
    Child,
    /// The same with a timeout that never comes, and with or without a look of somebody who waits.
    Timeout { awaited: bool },
    /// A tree is built and cancelled, and one of the two is timed.
    Tree(Part, Tree),
    /// So many tasks wait for the end of one context, which comes.
    Wake { tasks: u64 },
    /// A live context is asked whether it is done.
    Check { deadline: bool },
    /// The oldest of so many values is looked up.
    Value(Depth),
}

/// The part of a tree's life that is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Build,
    Cancel,
}

/// So many contexts below a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    /// All of them children of the root.
    Wide(u64),
    /// Each a child of the one before.
    Chain(u64),
}

/// How many values there are, each over the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    One,
    Ten,
    Hundred,
}

impl Depth {
    pub(crate) fn count(self) -> u64 {
        match self {
            Self::One => 1,
            Self::Ten => 10,
            Self::Hundred => 100,
        }
    }
}

impl Shape {
    /// What one operation is.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Child => "ns per child derived and ended",
            Self::Timeout { awaited: false } => "ns per child with a timeout derived and ended",
            Self::Timeout { awaited: true } => "ns per child derived, waited for once, and ended",
            Self::Tree(Part::Build, _) => "ns per child built",
            Self::Tree(Part::Cancel, _) => "ns per child cancelled with the root",
            Self::Wake { .. } => "ns per task, from the cancel until all are awake",
            Self::Check { .. } => "ns per check",
            Self::Value(_) => "ns per value found",
        }
    }

    /// A run does a multiple of this many operations.
    pub(crate) fn batch(self) -> u64 {
        match self {
            Self::Tree(_, Tree::Wide(size) | Tree::Chain(size)) => size,
            Self::Wake { tasks } => tasks,
            _ => 1,
        }
    }

    /// How many contexts are looked at in a run of `ops` operations.
    pub(crate) fn looks(self, ops: u64) -> u64 {
        match self {
            Self::Child | Self::Timeout { .. } => ops.div_ceil(WATCHED),
            _ => ops,
        }
    }
}

/// What those who only look at a context have of it.
pub(crate) trait Look: Clone + Send + Sync + 'static {
    fn is_done(&self) -> bool;
    fn done(&self) -> impl Future<Output = impl Send> + Send;
}

/// A context with all it takes to end it.
pub(crate) trait Node: Sized + Send + Sync + 'static {
    type Context: Look;

    /// One without a parent.
    fn root() -> Self;
    fn child(&self) -> Self;
    fn context(&self) -> &Self::Context;
    fn cancel(&self);
    /// What a scope does at its end: the context is cancelled and let go.
    fn finish(self);
}

/// One with timeouts.
pub(crate) trait Timeouts: Node {
    /// Derives a child with a timeout, polls its end once if it is `awaited`, and hands it over.
    fn timed(
        &self,
        awaited: bool,
        end: impl FnOnce(Self) + Send,
    ) -> impl Future<Output = ()> + Send;

    /// Derives a child with this timeout and waits until it comes.
    fn expire(&self, timeout: Duration) -> impl Future<Output = ()> + Send;
}

/// Runs `ops` operations of a workload that every kind of context can do.
pub(crate) async fn run<N: Timeouts>(
    shape: Shape,
    ops: u64,
    watch: &mut Stopwatch,
) -> Result<Ledger> {
    match shape {
        Shape::Child => Ok(children::<N>(ops, watch)),
        // Tokio's budget would let a task of one loop have no more than 128 timers.
        Shape::Timeout { awaited } => Ok(unconstrained(timeouts::<N>(awaited, ops, watch)).await),
        Shape::Tree(part, tree) => trees::<N>(part, tree, ops, watch),
        Shape::Wake { tasks } => wake::<N>(tasks, ops, watch).await,
        Shape::Check { deadline: false } => check(&N::root(), ops, watch),
        Shape::Check { deadline: true } | Shape::Value(_) => bail!("not every context can do this"),
    }
}

fn children<N: Node>(ops: u64, watch: &mut Stopwatch) -> Ledger {
    let root = N::root();
    let mut ledger = Ledger::default();
    watch.time(|| {
        for number in 0..ops {
            end(root.child(), number, &mut ledger);
        }
    });
    ledger
}

async fn timeouts<N: Timeouts>(awaited: bool, ops: u64, watch: &mut Stopwatch) -> Ledger {
    let root = N::root();
    root.expire(NEAR).await;
    let mut ledger = Ledger::default();
    let start = Stopwatch::start();
    for number in 0..ops {
        root.timed(awaited, |child| end(child, number, &mut ledger)).await;
    }
    watch.stop(start);
    ledger
}

/// Ends a child, watched or not.
fn end<N: Node>(child: N, number: u64, ledger: &mut Ledger) {
    if number % WATCHED != 0 {
        return child.finish();
    }
    ledger.sent.note(number);
    let context = child.context().clone();
    let live = !context.is_done();
    child.finish();
    if live && context.is_done() {
        ledger.received.note(number);
    }
}

/// Polls a future once, and tells whether it waits.
pub(crate) async fn waits(future: impl Future) -> bool {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

fn trees<N: Node>(part: Part, tree: Tree, ops: u64, watch: &mut Stopwatch) -> Result<Ledger> {
    let (Tree::Wide(size) | Tree::Chain(size)) = tree;
    let mut untimed = Stopwatch::default();
    let (building, cancelling) = match part {
        Part::Build => (watch, &mut untimed),
        Part::Cancel => (&mut untimed, watch),
    };
    let mut ledger = Ledger::default();
    for _ in 0..ops / size {
        let root = N::root();
        let mut nodes = Vec::with_capacity(size as usize);
        building.time(|| grow(&root, tree, &mut nodes));
        // Not all of them, which would bring them into the cache.
        let live = nodes.last().is_some_and(|node| !node.context().is_done());
        ensure!(live, "a child was done before its parent");
        cancelling.time(|| root.cancel());
        (0..size).for_each(|number| ledger.sent.note(number));
        (0..).zip(&nodes).filter(|(_, node)| node.context().is_done()).for_each(|(number, _)| {
            ledger.received.note(number);
        });
    }
    Ok(ledger)
}

fn grow<N: Node>(root: &N, tree: Tree, nodes: &mut Vec<N>) {
    match tree {
        Tree::Wide(size) => nodes.extend((0..size).map(|_| root.child())),
        Tree::Chain(size) => (0..size).for_each(|_| {
            let link = nodes.last().unwrap_or(root).child();
            nodes.push(link);
        }),
    }
}

/// How many tasks have begun to wait, and how many have not woken yet.
struct Crowd {
    waiting: AtomicU64,
    left: AtomicU64,
    awake: Notify,
}

async fn wake<N: Node>(tasks: u64, ops: u64, watch: &mut Stopwatch) -> Result<Ledger> {
    let mut ledger = Ledger::default();
    for _ in 0..ops / tasks {
        let root = N::root();
        let (waiting, left, awake) = (AtomicU64::new(0), AtomicU64::new(tasks), Notify::new());
        let crowd = Arc::new(Crowd { waiting, left, awake });
        let spawn = |number| tokio::spawn(sleeper(root.context().clone(), crowd.clone(), number));
        let sleepers: Vec<_> = (0..tasks).map(spawn).collect();
        while crowd.waiting.load(Ordering::Acquire) < tasks {
            yield_now().await;
        }
        ensure!(crowd.left.load(Ordering::Acquire) == tasks, "a task woke up before the cancel");
        let start = Stopwatch::start();
        root.cancel();
        crowd.awake.notified().await;
        watch.stop(start);
        for (number, sleeper) in (0..).zip(sleepers) {
            ledger.sent.note(number);
            ledger.received.note(sleeper.await?);
        }
    }
    Ok(ledger)
}

/// Waits until the context is done. It is counted when its first poll has come back, and it is on
/// the list of those who wait.
async fn sleeper(context: impl Look, crowd: Arc<Crowd>, number: u64) -> u64 {
    let mut done = pin!(context.done());
    let mut counted = false;
    poll_fn(|cx| {
        let polled = done.as_mut().poll(cx);
        if polled.is_pending() && !replace(&mut counted, true) {
            crowd.waiting.fetch_add(1, Ordering::Release);
        }
        polled
    })
    .await;
    if crowd.left.fetch_sub(1, Ordering::AcqRel) == 1 {
        crowd.awake.notify_one();
    }
    number
}

/// On its own for a context that is not the usual root.
pub(crate) fn check<N: Node>(node: &N, ops: u64, watch: &mut Stopwatch) -> Result<Ledger> {
    let ledger = looks(ops, 0, watch, || u64::from(black_box(node.context()).is_done()));
    node.cancel();
    ensure!(node.context().is_done(), "not done after the cancel");
    Ok(ledger)
}

/// On its own, as not every context has values.
pub(crate) fn values(
    ops: u64,
    watch: &mut Stopwatch,
    find: impl Fn() -> Option<u64>,
) -> Result<Ledger> {
    find().context("the value is not there")?;
    Ok(looks(ops, VALUE, watch, || find().unwrap_or_default()))
}

/// Looks as often as there are operations, and should see the same every time.
fn looks(ops: u64, expected: u64, watch: &mut Stopwatch, look: impl Fn() -> u64) -> Ledger {
    // A look may cost less than the books of it, so there is one number to add up, and no more.
    let seen = watch.time(|| (0..ops).fold(0, |sum: u64, _| sum.wrapping_add(look())));
    Ledger { sent: Tally::new(ops, ops.wrapping_mul(expected)), received: Tally::new(ops, seen) }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    /// Does nothing at all.
    #[derive(Clone)]
    struct Idle;

    impl Look for Idle {
        fn is_done(&self) -> bool {
            false
        }

        fn done(&self) -> impl Future<Output = impl Send> + Send {
            pending::<()>()
        }
    }

    impl Node for Idle {
        type Context = Self;

        fn root() -> Self {
            Self
        }

        fn child(&self) -> Self {
            Self
        }

        fn context(&self) -> &Self {
            self
        }

        fn cancel(&self) {}

        fn finish(self) {}
    }

    #[test]
    fn who_does_nothing_is_found_out() {
        let watch = &mut Stopwatch::default();
        let ops = 1000;
        let verdict = |shape: Shape, ledger: Ledger| ledger.verify(shape.looks(ops)).is_err();
        assert!(verdict(Shape::Child, children::<Idle>(ops, watch)));
        for tree in [Tree::Wide(500), Tree::Chain(100)] {
            let ledger = trees::<Idle>(Part::Cancel, tree, ops, watch).unwrap();
            assert!(verdict(Shape::Tree(Part::Cancel, tree), ledger));
        }
        assert!(check(&Idle, ops, watch).is_err());
        assert!(values(ops, watch, || None).is_err());
    }
}
