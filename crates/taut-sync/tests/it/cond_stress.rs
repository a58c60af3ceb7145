//! `Cond`: queues of a mutex and two condition variables, used by many, some of whom give up at any point:
//! nothing is lost, and nothing is there twice.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as StdMutex};
use std::task::Poll;
use std::thread;

use taut::select;
use taut::sync::{Cond, Mutex, Token, WaitGroup};
use tokio::runtime::{Builder, Runtime};

use crate::mutex_stress::{Dice, impatient};
use crate::support::{Program, ROUNDS, parked, race};

const ITEMS: usize = if cfg!(debug_assertions) { 2000 } else { 10_000 };
const SIDES: usize = 3;

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).build().unwrap()
}

/// A queue that is bounded, notifying one for each item: a lost notification leaves somebody waiting.
struct Queue {
    room: usize,
    items: Mutex<VecDeque<usize>>,
    has_room: Cond,
    has_item: Cond,
}

impl Queue {
    fn new(room: usize) -> Arc<Self> {
        let (items, has_room, has_item) = Default::default();
        Arc::new(Self { room, items, has_room, has_item })
    }

    async fn put(&self, item: usize) {
        let items = self.items.lock().await;
        let is_full = |items: &mut VecDeque<usize>| items.len() == self.room;
        let mut items = self.has_room.wait_while(items, is_full).await;
        items.push_back(item);
        self.has_item.notify_one();
    }

    /// Notifies without the lock.
    async fn take(&self) -> usize {
        let items = self.items.lock().await;
        let is_empty = |items: &mut VecDeque<usize>| items.is_empty();
        let mut items = self.has_item.wait_while(items, is_empty).await;
        let item = items.pop_front().unwrap();
        drop(items);
        self.has_room.notify_one();
        item
    }

    #[track_caller]
    fn settle(&self) {
        assert_eq!((self.has_room.waiters(), self.has_item.waiters()), (0, 0));
        assert!(!self.items.is_locked() && self.items.waiters() == 0);
        assert!(self.items.try_lock().unwrap().is_empty());
    }
}

/// What was taken, and the end of it all.
struct Ledger {
    taken: AtomicUsize,
    over: WaitGroup,
    last: StdMutex<Option<Token>>,
}

impl Ledger {
    fn new() -> Arc<Self> {
        let over = WaitGroup::new();
        let last = StdMutex::new(Some(over.token()));
        Arc::new(Self { taken: AtomicUsize::new(0), over, last })
    }

    fn count(&self) {
        if self.taken.fetch_add(1, Ordering::Relaxed) + 1 == SIDES * ITEMS {
            drop(self.last.lock().unwrap().take());
        }
    }
}

/// Puts items. If it gives up, it begins anew.
async fn produce(queue: Arc<Queue>, side: usize, gives_up: bool) {
    let mut dice = Dice::new(side);
    for item in (0..ITEMS).map(|n| side * ITEMS + n) {
        while gives_up && impatient(queue.put(item), dice.below(6)).await.is_none() {}
        if !gives_up {
            queue.put(item).await;
        }
    }
}

/// Takes items until all sides together have all of them; what it has.
async fn consume(
    queue: Arc<Queue>,
    ledger: Arc<Ledger>,
    seed: usize,
    gives_up: bool,
) -> Vec<usize> {
    let (mut dice, mut own, mut is_over) = (Dice::new(seed), Vec::new(), false);
    while !is_over {
        let item = if gives_up && dice.below(2) == 0 {
            impatient(queue.take(), dice.below(6)).await
        } else {
            select! {
                item = queue.take() => Some(item),
                () = ledger.over.wait() => { is_over = true; None }
            }
        };
        if let Some(item) = item {
            own.push(item);
            ledger.count();
        }
    }
    own
}

/// Waits for what it has no use for, and goes. Only if it is notified before that it says so itself.
async fn stand_in_the_way(queue: Arc<Queue>, ledger: Arc<Ledger>, seed: usize) {
    let mut dice = Dice::new(seed);
    while ledger.over.count() > 0 {
        let cond = if dice.below(2) == 0 { &queue.has_item } else { &queue.has_room };
        let items = queue.items.lock().await;
        if impatient(cond.wait(items), dice.below(6)).await.is_some() {
            cond.notify_one();
        }
    }
}

/// Runs a queue; what each of those had who took.
fn run(queue: &Arc<Queue>, give_up: bool) -> Vec<Vec<usize>> {
    let (runtime, ledger) = (runtime(), Ledger::new());
    let mut takers = Vec::new();
    for side in 0..SIDES {
        runtime.spawn(produce(queue.clone(), side, give_up));
        runtime.spawn(stand_in_the_way(queue.clone(), ledger.clone(), 2 * SIDES + side));
        let seed = SIDES + side;
        takers.push(runtime.spawn(consume(queue.clone(), ledger.clone(), seed, give_up)));
    }
    runtime.block_on(async {
        let mut all = Vec::new();
        for taker in takers {
            all.push(taker.await.unwrap());
        }
        all
    })
}

#[test]
fn co_03_co_13_a_bounded_queue_loses_nothing_though_many_give_up() {
    // Goal: a notification that is lost leaves an item where it is for ever, if nobody looks by chance.
    for (room, give_up) in [(1, false), (2, false), (1, true), (4, true)] {
        let queue = Queue::new(room);
        let taken = run(&queue, give_up);
        // What comes from one side comes in its order.
        for (own, side) in taken.iter().flat_map(|own| (0..SIDES).map(move |side| (own, side))) {
            assert!(own.iter().filter(|item| *item / ITEMS == side).is_sorted());
        }
        let mut all = taken.concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..SIDES * ITEMS), "each once");
        queue.settle();
    }
}

#[test]
fn co_04_a_barrier_lets_everybody_through_each_round() {
    // Goal: TestCondBroadcast. The last to come lets the others go; those who give up come again.
    const PARTIES: usize = 4;
    let (runtime, rounds) = (runtime(), ITEMS / 4);
    let barrier = Arc::new((Mutex::new((0, 0)), Cond::new()));
    let parties: Vec<_> = (0..PARTIES)
        .map(|seed| {
            let (barrier, mut dice) = (barrier.clone(), Dice::new(seed));
            runtime.spawn(async move {
                let (state, opened) = &*barrier;
                for round in 0..rounds {
                    let mut here = state.lock().await;
                    here.1 += 1;
                    if here.1 == PARTIES {
                        *here = (round + 1, 0);
                        assert!(opened.notify_all() < PARTIES);
                        continue;
                    }
                    let is_closed = |here: &mut (usize, usize)| here.0 == round;
                    let mut is_through =
                        impatient(opened.wait_while(here, is_closed), dice.below(5))
                            .await
                            .is_some();
                    while !is_through {
                        let here = state.lock().await;
                        let waits = opened.wait_while(here, is_closed);
                        is_through = impatient(waits, 2 + dice.below(50)).await.is_some();
                    }
                }
            })
        })
        .collect();
    runtime.block_on(async {
        for party in parties {
            party.await.unwrap();
        }
    });
    assert_eq!((*barrier.0.try_lock().unwrap(), barrier.1.waiters()), ((rounds, 0), 0));
}

#[test]
fn co_13_as_many_as_stay_are_reached_by_as_many_notifications() {
    // Goal: whoever goes passes on what it was told, whenever that was; nobody has two of them.
    const STAY: usize = 3;
    for round in 0..ROUNDS as usize {
        let (cond, lock) = (Cond::new(), Mutex::new(0));
        let mut dice = Dice::new(round);
        let (mut stay, mut go) = (Vec::new(), Vec::new());
        while stay.len() < STAY {
            let goes = dice.below(2) == 0;
            let side = if goes { &mut go } else { &mut stay };
            side.push(parked(cond.wait(lock.try_lock().unwrap())));
        }
        let mut programs: Vec<Program<'_, ()>> = Vec::new();
        programs.push(Box::new(|| {
            for _ in 0..STAY {
                assert!(cond.notify_one(), "somebody has none yet");
            }
        }));
        programs.push(Box::new(|| {
            for (n, mut waits) in go.into_iter().enumerate() {
                if n % 2 == 0 && waits.poll().is_ready() {
                    cond.notify_one(); // by hand
                }
            }
        }));
        programs.push(Box::new(|| {
            while !stay.is_empty() {
                stay.retain_mut(|waits| match waits.poll() {
                    Poll::Ready(mut count) => {
                        *count += 1;
                        false
                    }
                    Poll::Pending => true,
                });
                thread::yield_now();
            }
        }));
        race(programs);
        assert_eq!((*lock.try_lock().unwrap(), cond.waiters()), (STAY, 0));
        assert!(lock.waiters() == 0 && !cond.notify_one());
    }
}
