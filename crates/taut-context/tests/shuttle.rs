//! Models of the tree with more threads and steps than loom can try: everything that contexts do, in
//! random mixes, under random schedules.
//!
//! Run by `cargo x shuttle`. That nobody waits for ever is for shuttle to say. What is told here: who
//! derives from what has ended has ended (CX-05, CX-12), at every step; every callback runs or is
//! prevented, once (CX-37, H-21); when all handles are gone, all is freed (CX-49).

#![cfg(taut_shuttle)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../taut-chan/tests/support/explore.rs"]
mod explore;
#[path = "support/model_soup.rs"]
mod soup;

use std::sync::Arc;

use explore::{below, coin, impatient};
use shuttle::future::block_on;
use shuttle::thread;
use soup::{Fate, Leaf, Registration, World};
use taut_context::Context;
use tokio::time::Instant;

/// How many mix at once, besides the one that ends the roots and those that wait.
const COOKS: usize = 3;
const STEPS: usize = 6;
/// Of a cook: more only make the models slow.
const LEAVES: usize = 8;

/// A model under each scheduler.
macro_rules! models {
    ($($model:ident;)*) => {$(
        mod $model {
            #[test]
            fn random() {
                crate::explore::random(crate::$model);
            }

            #[test]
            fn pct() {
                crate::explore::pct(crate::$model);
            }
        }
    )*};
}

models! {
    of_everything;
    of_ends;
    of_merges;
    of_callbacks;
}

/// What a cook does.
#[derive(Clone, Copy, Debug)]
enum Step {
    Derive,
    DeriveLate,
    DeriveValue,
    Share,
    Part,
    End,
    EndWithCause,
    Merge,
    Register,
    Stop,
    Detach,
    Unregister,
    Look,
    Await,
}

use Step::{
    Await, Derive, DeriveLate, DeriveValue, Detach, End, EndWithCause, Look, Merge, Part, Register,
    Share, Stop, Unregister,
};

fn of_everything() {
    mix(&[
        Derive,
        DeriveLate,
        DeriveValue,
        Share,
        Part,
        End,
        EndWithCause,
        Merge,
        Register,
        Stop,
        Detach,
        Unregister,
        Look,
        Await,
    ]);
}

fn of_ends() {
    mix(&[Derive, Derive, DeriveLate, Share, Part, End, End, EndWithCause]);
}

fn of_merges() {
    mix(&[Derive, Merge, Merge, Part, End, Register, Detach, Look]);
}

fn of_callbacks() {
    mix(&[Derive, Part, End, Register, Register, Stop, Detach, Unregister, Await]);
}

fn mix(steps: &'static [Step]) {
    let world = World::new();
    let (roots, freed): (Vec<_>, Vec<_>) = [(); 2].map(|()| world.root()).into_iter().unzip();
    // Contended from the start.
    let mut leaves = roots.clone();
    leaves.push(world.derive(&roots[0]));
    let last = leaves.len() - 1;
    leaves.push(world.derive(&leaves[last]));
    leaves.push(world.merge([&roots[1], &leaves[last]]));
    let cooks: Vec<_> = (0..COOKS)
        .map(|_| {
            let mut cook = Cook::new(&world, leaves.clone());
            thread::spawn(move || {
                for _ in 0..STEPS {
                    cook.take(steps[below(steps.len())]);
                    cook.check();
                }
                cook.finish()
            })
        })
        .collect();
    leaves.into_iter().for_each(|leaf| world.part(leaf));
    roots.iter().for_each(|root| _ = world.end(root));
    let mut over = Vec::new();
    for cook in cooks {
        let (leaves, registrations) = cook.join().unwrap();
        world.check(&leaves);
        assert!(leaves.iter().all(Leaf::is_done), "the roots have ended");
        leaves.into_iter().for_each(|leaf| world.part(leaf));
        over.extend(registrations);
    }
    let is_root = |id| roots.iter().any(|root| root.id() == id);
    over.iter().for_each(|registration| registration.check(is_root));
    roots.into_iter().for_each(|root| world.part(root));
    over.iter().for_each(Registration::check_dropped);
    freed.into_iter().for_each(soup::Freed::check);
}

/// One who mixes, and what he has in his hands.
struct Cook {
    world: Arc<World>,
    leaves: Vec<Leaf>,
    open: Vec<Registration>,
    over: Vec<Registration>,
    waits: Vec<thread::JoinHandle<()>>,
}

impl Cook {
    fn new(world: &Arc<World>, leaves: Vec<Leaf>) -> Self {
        let world = Arc::clone(world);
        Self { world, leaves, open: Vec::new(), over: Vec::new(), waits: Vec::new() }
    }

    fn any(&self) -> Leaf {
        self.leaves[below(self.leaves.len())].clone()
    }

    fn add(&mut self, leaf: Leaf) {
        if self.leaves.len() < LEAVES {
            self.leaves.push(leaf);
        } else {
            self.world.part(leaf);
        }
    }

    fn take(&mut self, step: Step) {
        let leaf = self.any();
        let world = Arc::clone(&self.world);
        match step {
            Derive => self.add(world.derive(&leaf)),
            DeriveLate => self.add(world.derive_by(&leaf, |ctx| ctx.with_deadline(Instant::now()))),
            DeriveValue => self.add(leaf.with(|ctx| ctx.with_value(0_u8))),
            Share => self.add(leaf.clone()),
            Part if self.leaves.len() > 1 => {
                let at = below(self.leaves.len());
                world.part(self.leaves.swap_remove(at));
            }
            End => _ = world.end(&leaf),
            EndWithCause => _ = world.end_with(&leaf, "why"),
            Merge => {
                let other = self.any();
                self.add(world.merge([&leaf, &other]));
                world.part(other);
            }
            Register => self.register(&leaf),
            Stop | Detach | Unregister => self.end_registration(step),
            Look if !leaf.is_done() => _ = block_on(impatient(leaf.context().done())),
            // A deadline that has passed and was not seen would ask for a timer.
            Await if !leaf.is_done() => {
                let ctx = leaf.context().clone();
                self.waits.push(thread::spawn(move || wait(&ctx)));
            }
            Part | Look | Await => {}
        }
        world.part(leaf);
    }

    /// By the time a callback runs all below is marked. It may end something else of the tree: CX-40.
    fn register(&mut self, leaf: &Leaf) {
        let (world, of, other) = (Arc::clone(&self.world), leaf.id(), self.any());
        let ends = coin();
        self.open.push(Registration::new(leaf, move || {
            assert!(!other.derives_from(of) || other.is_done(), "{of} has ended");
            if ends {
                world.end(&other);
            }
            world.part(other);
        }));
    }

    fn end_registration(&mut self, step: Step) {
        if self.open.is_empty() {
            return;
        }
        let at = below(self.open.len());
        let mut registration = self.open.swap_remove(at);
        registration.end(match step {
            Stop => Fate::Stopped,
            Detach => Fate::Detached,
            _ => Fate::Dropped,
        });
        self.over.push(registration);
    }

    fn check(&self) {
        self.world.check(&self.leaves);
    }

    /// Those that wait are told, since the roots end.
    fn finish(mut self) -> (Vec<Leaf>, Vec<Registration>) {
        while !self.open.is_empty() {
            self.end_registration([Stop, Detach, Unregister][below(3)]);
        }
        self.waits.drain(..).for_each(|wait| wait.join().unwrap());
        (self.leaves, self.over)
    }
}

fn wait(ctx: &Context) {
    let error = block_on(ctx.done());
    assert_eq!(ctx.err(), Some(error));
    assert!(ctx.cause().is_some());
}
