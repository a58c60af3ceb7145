//! Cells that many would initialise, of whom some fail, panic, or give up at any point: one at a time, one
//! value, and everybody who stays has it.

use std::future::{Future, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use taut::select;
use taut::sync::{OnceCell, OnceValue, WaitGroup};
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

use crate::mutex_stress::{Dice, impatient};

const CELLS: usize = if cfg!(debug_assertions) { 2000 } else { 10_000 };
const TASKS: usize = 4;

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).build().unwrap()
}

/// Runs the tasks to their end.
fn join<T: Send + 'static>(tasks: impl Iterator<Item = impl Future<Output = T> + Send + 'static>) {
    let runtime = runtime();
    let tasks: Vec<_> = tasks.map(|task| runtime.spawn(task)).collect();
    runtime.block_on(async {
        for task in tasks {
            task.await.unwrap();
        }
    });
}

/// None: it panicked.
async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// How many run an initialiser: never two.
#[derive(Debug, Default)]
struct Running(AtomicUsize);

struct Turn<'a>(&'a Running);

impl Running {
    fn enter(&self) -> Turn<'_> {
        assert_eq!(self.0.fetch_add(1, Ordering::Relaxed), 0, "two at a time");
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

type Made = Result<Box<usize>, u64>;

/// A cell, and its books.
#[derive(Default)]
struct Place {
    cell: OnceCell<Box<usize>>,
    running: Running,
    made: AtomicUsize,
}

impl Place {
    /// Yields so often, then makes a value.
    fn make(self: &Arc<Self>, yields: u64) -> impl Future<Output = Box<usize>> + Send + use<> {
        let place = self.clone();
        async move {
            let _turn = place.running.enter();
            for _ in 0..yields {
                yield_now().await;
            }
            Box::new(place.made.fetch_add(1, Ordering::Relaxed))
        }
    }

    /// Yields so often, then fails: by itself, or by a panic.
    fn fail(
        self: &Arc<Self>,
        yields: u64,
        panics: bool,
    ) -> impl Future<Output = Made> + Send + use<> {
        let place = self.clone();
        async move {
            let _turn = place.running.enter();
            for _ in 0..yields {
                yield_now().await;
            }
            if panics {
                resume_unwind(Box::new("no idea"));
            }
            Err(yields)
        }
    }

    /// Tries once, in one of the ways there are.
    async fn attempt(self: &Arc<Self>, dice: &mut Dice, idle: &WaitGroup) -> Option<&Box<usize>> {
        let yields = dice.below(3);
        match dice.below(6) {
            0 => Some(self.cell.get_or_init(|| self.make(yields)).await),
            1 => {
                let outcome = self.cell.get_or_try_init(|| self.fail(yields, false)).await;
                outcome.map_err(|own| assert_eq!(own, yields, "it is somebody else's")).ok()
            }
            2 => caught(self.cell.get_or_try_init(|| self.fail(yields, true))).await?.ok(),
            3 => impatient(self.cell.get_or_init(|| self.make(yields)), dice.below(3)).await,
            4 => impatient(self.cell.wait(), dice.below(3)).await,
            _ => select! {
                value = self.cell.get_or_init(|| self.make(yields)) => Some(value),
                () = idle.wait() => None,
                default => None,
            },
        }
    }
}

#[test]
fn on_01_on_03_on_11_one_at_a_time_and_one_value() {
    let places: Arc<Vec<Arc<Place>>> = Arc::new((0..CELLS).map(|_| Arc::default()).collect());
    let callers = (0..TASKS).map(|seed| {
        let (places, mut dice) = (places.clone(), Dice::new(seed));
        async move {
            let idle = WaitGroup::new();
            let _stuck = idle.token();
            for place in places.iter() {
                let value = loop {
                    if let Some(value) = place.attempt(&mut dice, &idle).await {
                        break value;
                    }
                };
                assert_eq!(**value, 0, "the first that was made is kept");
                assert!(place.cell.get().is_some_and(|kept| std::ptr::eq(kept, value)));
            }
        }
    });
    join(callers);
    for place in places.iter() {
        assert_eq!(place.made.load(Ordering::Relaxed), 1);
        assert_eq!(place.running.0.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn on_11_who_stays_has_its_turn_in_the_end() {
    // Goal: most who have the turn give it up, or go as they are told of it: somebody else is told then,
    // for nobody else comes by.
    let cells: Arc<Vec<OnceCell<usize>>> = Arc::new((0..CELLS).map(|_| OnceCell::new()).collect());
    let callers = (0..2 * TASKS).map(|seed| {
        let (cells, mut dice) = (cells.clone(), Dice::new(seed));
        async move {
            for (n, cell) in cells.iter().enumerate() {
                let value = if seed == 0 {
                    // Behind some of the others.
                    yield_now().await;
                    cell.get_or_init(|| ready(n)).await
                } else {
                    let _never = impatient(cell.get_or_init(pending), 1 + dice.below(4)).await;
                    cell.wait().await
                };
                assert_eq!(*value, n);
            }
        }
    });
    join(callers);
}

#[test]
fn on_06_on_11_the_function_of_a_value_runs_until_it_has_made_one() {
    let made: Arc<Vec<AtomicUsize>> = Arc::new((0..CELLS).map(|_| AtomicUsize::new(0)).collect());
    let value = |n: usize| {
        let (made, running) = (made.clone(), Arc::new(Running::default()));
        OnceValue::new(move || {
            let (made, running) = (made.clone(), running.clone());
            async move {
                let _turn = running.enter();
                yield_now().await;
                made[n].fetch_add(1, Ordering::Relaxed);
                n
            }
        })
    };
    let values: Arc<Vec<_>> = Arc::new((0..CELLS).map(value).collect());
    let callers = (0..TASKS).map(|seed| {
        let (values, mut dice) = (values.clone(), Dice::new(seed));
        async move {
            for (n, value) in values.iter().enumerate() {
                let polls = dice.below(4);
                if let Some(early) = impatient(value.get(), polls).await {
                    assert_eq!(*early, n);
                }
                assert_eq!((*value.get().await, value.try_get()), (n, Some(&n)));
            }
        }
    });
    join(callers);
    assert!(made.iter().all(|made| made.load(Ordering::Relaxed) == 1));
}
