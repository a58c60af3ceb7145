//! A node of the tree of contexts, and the counted pointers to it.
//!
//! A context is a pointer to a node. A node keeps those it derives from alive, never those that derive
//! from it, so there is no cycle: when its last handle goes, so does the node. What can end is a
//! *scope*; a context that only adds a value shares the scope of its parent.
//!
//! ```text
//!        the parent, counted
//!   root ◀── with_value ◀── with_timeout ◀── …
//!     ▲                          │
//!     └──────────────────────────┘ the scope above: there it is linked, under the lock of that one
//! ```
//!
//! # Invariants
//!
//! - N1. `refs` counts the owned pointers. At zero the node is buried, once, by who brought it there.
//! - N2. What a node points to above itself (`scope`, `values`, the owner of its deadline) is the node
//!   itself or is kept alive by its parents.
//! - N3. `links` is touched under the lock of the scope above only. A node that is linked there is alive in
//!   memory: it leaves before it is freed.
//! - N4. `ending` is touched by the node's ender, from the end on, and by who buries it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

use taut_core::Monitor;
use taut_core::sync::{AtomicUsize, Ordering, UnsafeCell};

use crate::alarm::Alarm;
use crate::bury::{Dead, bury};
use crate::error::Cause;
use crate::kids::{Kids, Links};
use crate::kind::Kind;
use crate::state::{Flags, State};
use crate::token::Bridge;
use crate::weak::Tether;

/// Who has something on behalf of a node: nobody, the node itself, or one above it (N2).
#[derive(Clone, Copy)]
pub(crate) struct Holder(Option<NonNull<Node>>);

impl Holder {
    pub(crate) const NOBODY: Self = Self(None);

    pub(crate) const fn at(node: NodeRef<'_>) -> Self {
        Self(Some(node.as_ptr()))
    }

    #[inline(always)]
    pub(crate) fn is(self, node: NodeRef<'_>) -> bool {
        self.0 == Some(node.as_ptr())
    }

    pub(crate) const fn is_nobody(self) -> bool {
        self.0.is_none()
    }

    /// As what is said of `node`, or of a child of it.
    #[inline(always)]
    pub(crate) fn of(self, node: NodeRef<'_>) -> Option<NodeRef<'_>> {
        let _keeps = node;
        // SAFETY: N2, alive as long as the node.
        self.0.map(|ptr| unsafe { NodeRef::new(ptr) })
    }
}

/// What a node is made from: the count of its pointers, and where it will be.
pub(crate) struct Seed {
    refs: AtomicUsize,
    place: NonNull<Node>,
}

impl Seed {
    pub(crate) const fn itself(&self) -> Holder {
        Holder(Some(self.place))
    }
}

/// One context, or something that waits for the end of one.
#[repr(C, align(16))]
pub(crate) struct Node {
    // What an end touches comes first: it passes through very many.
    refs: AtomicUsize,
    pub(crate) state: State,
    pub(crate) links: UnsafeCell<Links>,
    pub(crate) ending: UnsafeCell<Ending>,
    /// Whose deadline is the earliest of all scopes up to the root.
    pub(crate) due: Holder,
    pub(crate) kind: Kind,
    pub(crate) inner: Monitor<Inner>,
    /// Who ends.
    pub(crate) scope: Holder,
    /// Who has the values.
    pub(crate) values: Holder,
    /// What it derives from. Taken out by who buries it, or by a callback that is detached.
    pub(crate) parent: UnsafeCell<Option<Ref>>,
}

// Trees are wide, and memory is what building one costs.
const _: () = assert!(cfg!(any(taut_loom, taut_shuttle)) || size_of::<Node>() <= 160);

/// What is under the lock of a node.
#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) kids: Kids,
    pub(crate) rare: Option<Box<Rare>>,
}

/// What few nodes have.
#[derive(Default)]
pub(crate) struct Rare {
    /// Why, if this node is the origin of an end and somebody said so.
    pub(crate) cause: Option<Cause>,
    pub(crate) alarm: Alarm,
    pub(crate) tether: Option<Tether>,
    pub(crate) bridge: Option<Bridge>,
}

/// A node's place in a list of nodes that somebody ends, or buries.
#[derive(Default)]
pub(crate) struct Ending {
    pub(crate) next: Option<NonNull<Node>>,
    /// Somebody is to be told.
    pub(crate) is_watched: bool,
}

// SAFETY: what is neither atomic nor immutable is under a lock, or has one owner at a time: N3, N4. The
// pointers lead to other nodes; what a user puts in is `Send`, and `Sync` where it is shared.
unsafe impl Send for Node {}
// SAFETY: as above.
unsafe impl Sync for Node {}

impl Node {
    /// A node on its own.
    pub(crate) fn new(seed: Seed, kind: Kind, flags: Flags) -> Self {
        Self {
            refs: seed.refs,
            state: State::live(flags),
            links: UnsafeCell::new(Links::Out),
            ending: UnsafeCell::new(Ending::default()),
            inner: Monitor::new(Inner::default()),
            due: Holder::NOBODY,
            kind,
            scope: Holder::NOBODY,
            values: Holder::NOBODY,
            parent: UnsafeCell::new(None),
        }
    }

    /// Gives a scope that is being made its deadline.
    pub(crate) fn set_due(&mut self, due: Holder) {
        if !due.is_nobody() {
            self.due = due;
            self.state = State::live(Flags::TIMED);
        }
    }

    /// Gives an owned pointer back. True: it was the last.
    #[inline(always)]
    fn release(&self) -> bool {
        // One that ended by itself, left, and cannot be found: if there is one pointer, it is ours.
        // ORDERING: Acquire, as below.
        if self.refs.load(Ordering::Acquire) == 1
            && self.state.load().has_left()
            && !self.kind.is_tethered()
        {
            return true;
        }
        // ORDERING: Release and Acquire make all that was done through other pointers happen before the
        // burial, as in `std::sync::Arc`.
        if self.refs.fetch_sub(1, Ordering::Release) != 1 {
            return false;
        }
        self.refs.load(Ordering::Acquire);
        true
    }
}

/// A pointer to a node that is valid for `'a`.
#[derive(Clone, Copy)]
pub(crate) struct NodeRef<'a> {
    ptr: NonNull<Node>,
    _valid: PhantomData<&'a Node>,
}

// SAFETY: as a reference; a node is shared among threads.
unsafe impl Send for NodeRef<'_> {}
// SAFETY: as above.
unsafe impl Sync for NodeRef<'_> {}

impl<'a> NodeRef<'a> {
    /// # Safety
    ///
    /// `ptr` came from a [`Ref`], and the node stays in memory for `'a`.
    #[inline(always)]
    pub(crate) const unsafe fn new(ptr: NonNull<Node>) -> Self {
        Self { ptr, _valid: PhantomData }
    }

    #[inline(always)]
    pub(crate) const fn as_ptr(self) -> NonNull<Node> {
        self.ptr
    }

    #[inline(always)]
    pub(crate) const fn get(self) -> &'a Node {
        // SAFETY: valid for `'a`, by `new`.
        unsafe { self.ptr.as_ref() }
    }

    /// An owned pointer.
    pub(crate) fn to_owned(self) -> Ref {
        // ORDERING: Relaxed, as for `Arc`: who counts up has a pointer already.
        let before = self.refs.fetch_add(1, Ordering::Relaxed);
        if before > isize::MAX.unsigned_abs() {
            // Handles were leaked until the count is about to turn over.
            std::process::abort();
        }
        Ref(self.ptr)
    }

    /// An owned pointer, unless the last one went already: then it is about to be buried.
    pub(crate) fn try_to_owned(self) -> Option<Ref> {
        let mut count = self.refs.load(Ordering::Relaxed);
        while count != 0 {
            // ORDERING: Relaxed, as in `to_owned`; the lock that kept it in memory is the edge.
            let counted =
                self.refs.compare_exchange(count, count + 1, Ordering::Relaxed, Ordering::Relaxed);
            match counted {
                Ok(_) => return Some(Ref(self.ptr)),
                Err(current) => count = current,
            }
        }
        None
    }

    /// Runs `f`, under the lock, with what few nodes have.
    pub(crate) fn with_rare<R>(self, f: impl FnOnce(&mut Rare) -> R) -> R {
        let mut inner = self.inner.lock();
        if let Some(rare) = &mut inner.rare {
            return f(rare);
        }
        drop(inner);
        // Made without the lock, and dropped without it if somebody was faster.
        let mut spare = Some(Box::default());
        let mut inner = self.inner.lock();
        let output = f(inner.rare.get_or_insert_with(|| spare.take().unwrap_or_default()));
        drop(inner);
        output
    }

    /// In whose list it is, or would be: the scope of its parent.
    ///
    /// # Safety
    ///
    /// By an owner. The parent of a callback is for its only owner, the others do not change theirs.
    #[inline(always)]
    pub(crate) unsafe fn above(self) -> Option<NodeRef<'a>> {
        // SAFETY: by the caller.
        let parent = self.get().parent.with(|parent| unsafe { (*parent).as_ref() });
        parent?.borrow().scope()
    }

    /// Who ends this one, if anybody can.
    #[inline(always)]
    pub(crate) fn scope(self) -> Option<NodeRef<'a>> {
        self.get().scope.of(self)
    }
}

impl Deref for NodeRef<'_> {
    type Target = Node;

    #[inline(always)]
    fn deref(&self) -> &Node {
        self.get()
    }
}

/// An owned, counted pointer to a node.
pub(crate) struct Ref(NonNull<Node>);

// SAFETY: a node is shared among threads, and the count is atomic.
unsafe impl Send for Ref {}
// SAFETY: as above.
unsafe impl Sync for Ref {}

impl Ref {
    /// A node with so many owned pointers, of which this is one; the others are made by
    /// [`twin`](Self::twin).
    #[inline(always)]
    pub(crate) fn with_count(count: usize, make: impl FnOnce(Seed) -> Node) -> Self {
        // Memory first: the node is made in place, and can point to itself.
        let memory = Box::leak(Box::<Node>::new_uninit());
        let place = NonNull::from(memory).cast::<Node>();
        let node = make(Seed { refs: AtomicUsize::new(count), place });
        // SAFETY: memory for a node, and nobody else has it.
        unsafe { place.write(node) };
        Self(place)
    }

    /// One more pointer, counted before.
    ///
    /// # Safety
    ///
    /// The count includes it, and nobody else makes it.
    pub(crate) unsafe fn twin(&self) -> Self {
        Self(self.0)
    }

    #[inline(always)]
    pub(crate) const fn borrow(&self) -> NodeRef<'_> {
        // SAFETY: the node stays while it is counted.
        unsafe { NodeRef::new(self.0) }
    }

    /// Gives the count away with the pointer.
    pub(crate) fn into_raw(self) -> NonNull<Node> {
        let ptr = self.0;
        let _counted = std::mem::ManuallyDrop::new(self);
        ptr
    }

    /// # Safety
    ///
    /// `ptr` came from [`into_raw`](Self::into_raw), once.
    pub(crate) const unsafe fn from_raw(ptr: NonNull<Node>) -> Self {
        Self(ptr)
    }

    /// Lets go without burying: if it was the last pointer, the node is added to `dead`.
    pub(crate) fn let_go(self, dead: &mut Dead) {
        let ptr = self.into_raw();
        // SAFETY: still counted.
        if unsafe { ptr.as_ref() }.release() {
            // SAFETY: the last pointer is gone, just now and by us.
            unsafe { dead.push(ptr) };
        }
    }
}

impl Deref for Ref {
    type Target = Node;

    #[inline(always)]
    fn deref(&self) -> &Node {
        self.borrow().get()
    }
}

impl Clone for Ref {
    #[inline]
    fn clone(&self) -> Self {
        self.borrow().to_owned()
    }
}

impl Drop for Ref {
    #[inline]
    fn drop(&mut self) {
        if self.release() {
            // SAFETY: the last pointer is gone, just now and by us.
            unsafe { bury(self.0) };
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("state", &self.state).finish_non_exhaustive()
    }
}
