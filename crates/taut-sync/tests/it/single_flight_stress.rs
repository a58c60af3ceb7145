//! `SingleFlight`: many callers of few keys, of whom some leave at any point, and work that panics now and
//! then: one execution of a key at a time, and everybody who stays has what came of one.

use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use taut::select;
use taut::sync::{FlightError, Landed, OnceCell, SingleFlight, WaitGroup};
use tokio::runtime::Builder;
use tokio::task::yield_now;

use crate::mutex_stress::{Dice, impatient};

const STEPS: u64 = if cfg!(debug_assertions) { 4000 } else { 20_000 };
const KEYS: usize = 3;
const TASKS: usize = 6;

type Outcome = Result<Landed<u64>, FlightError>;

/// The executions of a key.
#[derive(Debug, Default)]
struct Book {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// One execution.
struct Execution {
    book: Arc<Book>,
    number: u64,
}

impl Execution {
    fn begin(book: &Arc<Book>) -> Self {
        let number = book.begun.fetch_add(1, Ordering::Relaxed) + 1;
        Self { book: book.clone(), number }
    }

    /// Yields so often, then gives its number or panics. If `is_single` no other has begun meanwhile.
    async fn go_on(self, yields: u64, panics: bool, is_single: bool) -> u64 {
        for _ in 0..yields {
            self.check(is_single);
            yield_now().await;
        }
        self.check(is_single);
        self.book.ended.fetch_add(1, Ordering::Relaxed);
        if panics {
            resume_unwind(Box::new("no idea"));
        }
        self.number
    }

    fn check(&self, is_single: bool) {
        let newest = self.book.begun.load(Ordering::Relaxed);
        assert!(!is_single || newest == self.number, "two at a time");
    }
}

#[derive(Default)]
struct World {
    flights: SingleFlight<usize, u64>,
    books: [Arc<Book>; KEYS],
    are_forgotten: bool,
}

impl World {
    /// Asks for a key.
    fn ask(&self, key: usize, dice: &mut Dice) -> impl Future<Output = Outcome> + Send + '_ {
        let (yields, panics) = (dice.below(4), dice.below(16) == 0);
        let (book, is_single) = (self.books[key].clone(), !self.are_forgotten);
        self.flights.run(key, move || Execution::begin(&book).go_on(yields, panics, is_single))
    }

    /// One call, which may be given up.
    async fn call(&self, dice: &mut Dice, idle: &WaitGroup) -> Option<(usize, Outcome)> {
        let key = dice.below(KEYS as u64) as usize;
        let asks = self.ask(key, dice);
        let outcome = match dice.below(6) {
            0..=2 => Some(asks.await),
            3 | 4 => impatient(asks, dice.below(4)).await,
            _ => select! {
                outcome = asks => Some(outcome),
                () = idle.wait() => None,
                default => None,
            },
        };
        outcome.map(|outcome| (key, outcome))
    }

    /// Calls again and again; how often there was a value, a panic, and one that was shared.
    async fn calls(self: Arc<Self>, seed: usize) -> [u64; 3] {
        let (mut dice, mut counts, idle) = (Dice::new(seed), [0; 3], WaitGroup::new());
        let _stuck = idle.token();
        for _ in 0..STEPS {
            match self.call(&mut dice, &idle).await {
                None => {}
                Some((key, Ok(landed))) => {
                    let begun = self.books[key].begun.load(Ordering::Relaxed);
                    assert!((1..=begun).contains(&landed.value));
                    counts[0] += 1;
                    counts[2] += u64::from(landed.shared);
                }
                Some((_, Err(FlightError::Panicked(panicked)))) => {
                    assert_eq!(panicked.message(), "no idea");
                    counts[1] += 1;
                }
                Some((_, error)) => panic!("{error:?}"),
            }
        }
        counts
    }
}

/// Runs the tasks to their end, one for each seed; the sums of what they count.
fn run<F, const N: usize>(task: impl Fn(usize) -> F) -> [u64; N]
where
    F: Future<Output = [u64; N]> + Send + 'static,
{
    let runtime = Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let tasks: Vec<_> = (0..TASKS).map(|seed| runtime.spawn(task(seed))).collect();
    let mut sums = [0; N];
    runtime.block_on(async {
        for task in tasks {
            let counts = task.await.unwrap();
            sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    });
    sums
}

#[test]
fn sf_01_sf_11_one_execution_at_a_time_though_callers_leave() {
    // Goal: E12. An execution that was begun goes on while somebody wants it, and no other is begun.
    let world = Arc::new(World::default());
    let [values, panics, shared] = run(|seed| world.clone().calls(seed));
    assert!(values > 0 && panics > 0 && shared > 0);
    assert_eq!(world.flights.in_flight(), 0);
    for book in &world.books {
        assert!(book.ended.load(Ordering::Relaxed) <= book.begun.load(Ordering::Relaxed));
    }
}

#[test]
fn sf_01_whoever_stays_has_the_value_of_an_execution_of_its_time() {
    // Goal: nobody has a value of an execution that had landed before its call.
    let world = Arc::new(World::default());
    let [own] = run(|seed| {
        let (world, mut dice) = (world.clone(), Dice::new(seed));
        async move {
            for _ in 0..STEPS {
                let key = dice.below(KEYS as u64) as usize;
                let ended = world.books[key].ended.load(Ordering::Relaxed);
                match world.ask(key, &mut dice).await {
                    // All are single here, and none is given up: the numbers are in order.
                    Ok(landed) => assert!(landed.value >= ended, "{} after {ended}", landed.value),
                    Err(error) => assert!(matches!(error, FlightError::Panicked(_))),
                }
            }
            [STEPS]
        }
    });
    let ended = world.books.iter().map(|book| book.ended.load(Ordering::Relaxed)).sum::<u64>();
    let begun = world.books.iter().map(|book| book.begun.load(Ordering::Relaxed)).sum::<u64>();
    assert!(ended == begun && ended <= own);
    assert_eq!(world.flights.in_flight(), 0);
}

#[test]
fn sf_02_sf_11_who_stays_lands_though_all_others_leave() {
    // Goal: a key for each round. Whoever was to go on and leaves calls the next, for nobody else comes by.
    let flights = Arc::new(SingleFlight::<u64, u64>::new());
    let rounds: Arc<Vec<OnceCell<()>>> = Arc::new((0..STEPS).map(|_| OnceCell::new()).collect());
    let [landed] = run(|seed| {
        let (flights, rounds, mut dice) = (flights.clone(), rounds.clone(), Dice::new(seed));
        async move {
            let mut landed = 0;
            for (key, round) in (0_u64..).zip(rounds.iter()) {
                let work = move || async move {
                    for _ in 0..8 {
                        yield_now().await;
                    }
                    key
                };
                if seed == 0 {
                    // Behind some of the others.
                    yield_now().await;
                    let outcome = flights.run(key, work).await;
                    assert_eq!(outcome.map(|landed| landed.value), Ok(key));
                    round.set(()).unwrap();
                } else {
                    let outcome = impatient(flights.run(key, work), 1 + dice.below(4)).await;
                    landed += u64::from(outcome.is_some());
                    round.wait().await;
                }
            }
            [landed]
        }
    });
    assert!(landed <= STEPS * (TASKS as u64 - 1));
    assert_eq!(flights.in_flight(), 0);
}

#[test]
fn sf_07_sf_08_after_forget_one_has_what_was_begun_later() {
    let world = Arc::new(World { are_forgotten: true, ..World::default() });
    let [forgotten] = run(|seed| {
        let (world, mut dice) = (world.clone(), Dice::new(seed));
        async move {
            let mut forgotten = 0;
            for step in 0..STEPS {
                let key = dice.below(KEYS as u64) as usize;
                if step % 3 > 0 {
                    drop(impatient(world.ask(key, &mut dice), 4).await);
                    continue;
                }
                let begun = world.books[key].begun.load(Ordering::Relaxed);
                forgotten += u64::from(world.flights.forget(&key));
                if let Ok(landed) = world.ask(key, &mut dice).await {
                    assert!(landed.value > begun, "{} after {begun}", landed.value);
                }
            }
            [forgotten]
        }
    });
    assert!(forgotten > 0);
    assert_eq!(world.flights.in_flight(), 0);
}
