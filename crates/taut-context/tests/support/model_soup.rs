//! What the mixes of contexts go by: who derives from whom, whose end is over, and what has become of
//! each callback. Nothing of it is part of the model: it orders nothing.

#![allow(unreachable_pub, reason = "a module of a test binary")]

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use taut_context::{AfterFunc, Cancel, Context};

/// A context, and what it derives from.
#[derive(Clone)]
pub struct Leaf {
    ctx: Context,
    cancel: Option<Arc<Cancel>>,
    /// Of the scopes that end it; its own is the last.
    line: Vec<usize>,
}

impl Leaf {
    pub fn id(&self) -> usize {
        self.line.last().copied().unwrap()
    }

    pub fn context(&self) -> &Context {
        &self.ctx
    }

    pub fn is_done(&self) -> bool {
        self.ctx.is_done()
    }

    /// Another context of the same scope.
    pub fn with(&self, derive: impl FnOnce(&Context) -> Context) -> Self {
        Self { ctx: derive(&self.ctx), cancel: self.cancel.clone(), line: self.line.clone() }
    }

    pub fn derives_from(&self, id: usize) -> bool {
        self.line.contains(&id)
    }
}

/// All there is.
#[derive(Default)]
pub struct World {
    next: AtomicUsize,
    /// Scopes of which an end has returned.
    ended: Mutex<HashSet<usize>>,
}

impl World {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    fn new_id(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A root, and whether all below it is gone.
    pub fn root(&self) -> (Leaf, Freed) {
        let freed = Freed::default();
        let (ctx, cancel) = Context::background().with_value(freed.token()).with_cancel();
        (Leaf { ctx, cancel: Some(Arc::new(cancel)), line: vec![self.new_id()] }, freed)
    }

    pub fn derive(&self, parent: &Leaf) -> Leaf {
        self.derive_by(parent, Context::with_cancel)
    }

    pub fn derive_by(
        &self,
        parent: &Leaf,
        derive: impl FnOnce(&Context) -> (Context, Cancel),
    ) -> Leaf {
        let (ctx, cancel) = derive(&parent.ctx);
        let line = parent.line.iter().copied().chain([self.new_id()]).collect();
        Leaf { ctx, cancel: Some(Arc::new(cancel)), line }
    }

    pub fn merge(&self, parents: [&Leaf; 2]) -> Leaf {
        let ctx = Context::merge(&parents.map(|parent| parent.ctx.clone()));
        let lines = parents.into_iter().flat_map(|parent| parent.line.iter().copied());
        Leaf { ctx, cancel: None, line: lines.chain([self.new_id()]).collect() }
    }

    pub fn end(&self, leaf: &Leaf) -> bool {
        self.ends(leaf, Cancel::cancel)
    }

    pub fn end_with(&self, leaf: &Leaf, why: &'static str) -> bool {
        self.ends(leaf, |cancel| cancel.cancel_with(why))
    }

    fn ends(&self, leaf: &Leaf, end: impl FnOnce(&Cancel) -> bool) -> bool {
        let Some(cancel) = &leaf.cancel else { return false };
        let won = end(cancel);
        self.note_end(leaf);
        won
    }

    fn note_end(&self, leaf: &Leaf) {
        self.ended.lock().unwrap().insert(leaf.id());
    }

    /// Lets go of it, which ends it if nobody else has the right to.
    pub fn part(&self, mut leaf: Leaf) {
        if let Some(cancel) = leaf.cancel.take().and_then(Arc::into_inner) {
            drop(cancel);
            self.note_end(&leaf);
        }
    }

    /// Who derives from what has ended says so.
    #[track_caller]
    pub fn check(&self, leaves: &[Leaf]) {
        let ended = self.ended.lock().unwrap().clone();
        for leaf in leaves {
            if let Some(above) = leaf.line.iter().find(|id| ended.contains(id)) {
                assert!(leaf.is_done(), "{:?}: the end of {above} is over", leaf.line);
            }
        }
    }
}

/// Counts what is dropped.
#[derive(Default)]
pub struct Freed(Arc<AtomicUsize>);

/// Something whose drop is counted.
pub struct Token(Arc<AtomicUsize>);

impl Freed {
    pub fn token(&self) -> Token {
        Token(Arc::clone(&self.0))
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    #[track_caller]
    pub fn check(self) {
        assert_eq!(self.count(), 1, "all of the tree is freed, once");
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// How a registration is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Stopped,
    Dropped,
    Detached,
}

/// A callback, and what became of it.
pub struct Registration {
    handle: Option<AfterFunc>,
    fate: Option<Fate>,
    is_prevented: bool,
    runs: Arc<AtomicUsize>,
    dropped: Freed,
    of: usize,
}

impl Registration {
    /// `act` runs when `leaf` has ended.
    pub fn new(leaf: &Leaf, act: impl FnOnce() + Send + 'static) -> Self {
        let (runs, dropped) = (Arc::new(AtomicUsize::new(0)), Freed::default());
        let (count, token) = (Arc::clone(&runs), dropped.token());
        let handle = leaf.ctx.after_func(move || {
            let _token = token;
            count.fetch_add(1, Ordering::Relaxed);
            act();
        });
        let of = leaf.id();
        Self { handle: Some(handle), fate: None, is_prevented: false, runs, dropped, of }
    }

    pub fn end(&mut self, fate: Fate) {
        self.fate = Some(fate);
        match (self.handle.take(), fate) {
            (Some(handle), Fate::Stopped) => self.is_prevented = handle.stop(),
            (Some(handle), Fate::Detached) => handle.detach(),
            (handle, _) => drop(handle),
        }
    }

    /// When all contexts have ended, and those of which `is_kept` were there all the time.
    #[track_caller]
    pub fn check(&self, is_kept: impl Fn(usize) -> bool) {
        let runs = self.runs.load(Ordering::Relaxed);
        match self.fate {
            Some(Fate::Stopped) => assert_eq!(runs, usize::from(!self.is_prevented)),
            Some(Fate::Detached) if is_kept(self.of) => assert_eq!(runs, 1),
            _ => assert!(runs <= 1),
        }
    }

    /// When all handles are gone.
    #[track_caller]
    pub fn check_dropped(&self) {
        assert_eq!(self.dropped.count(), 1, "{:?}", self.fate);
    }
}
