//! `Semaphore`: threads that acquire, give back, give up, resize and close at the same time; the units are
//! counted by them as well.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use taut::sync::{OwnedPermit, Semaphore};
use taut::{chan, select};
use tokio::runtime::Builder;

use crate::support::{Program, ROUNDS, duel, parked, race};

const STEPS: u64 = if cfg!(miri) { 20 } else { 2000 };

/// A sequence of numbers that looks random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) % bound as u64) as usize
    }
}

/// What is in use by the books of those who use it.
struct Books {
    slots: Arc<Semaphore>,
    in_use: AtomicUsize,
    most: usize,
}

impl Books {
    fn new(units: usize) -> Self {
        let slots = Arc::new(Semaphore::new(units));
        Self { slots, in_use: AtomicUsize::new(0), most: units }
    }

    /// Uses a permit for a moment: there are never more in use than there were at most.
    fn put_to_use<E>(&self, permit: Result<OwnedPermit, E>) {
        let Ok(permit) = permit else { return };
        let units = permit.units();
        let before = self.in_use.fetch_add(units, Ordering::Relaxed);
        assert!(before + units <= self.most, "{before} + {units}");
        if units % 2 == 0 {
            std::thread::yield_now();
        }
        self.in_use.fetch_sub(units, Ordering::Relaxed);
        drop(permit);
    }

    #[track_caller]
    fn settle(&self) {
        let slots = &self.slots;
        assert_eq!((slots.in_use(), slots.waiters()), (0, 0), "{slots:?}");
        assert_eq!(slots.available(), slots.capacity());
        if !slots.is_closed() {
            assert!(slots.try_acquire(slots.capacity()).is_ok());
        }
    }
}

/// Acquires in one way or another, and gives up at times.
fn user(books: &Books, seed: u64) -> Program<'_, ()> {
    Box::new(move || {
        let mut dice = Dice(seed);
        for _ in 0..STEPS {
            let units = dice.below(books.most + 1);
            match dice.below(4) {
                0 => books.put_to_use(books.slots.try_acquire_owned(units)),
                1 => give_up(books, units, dice.below(3)),
                _ => books.put_to_use(books.slots.blocking_acquire_owned(units)),
            }
        }
    })
}

/// Polls so often and leaves, with the units if they were granted by then.
fn give_up(books: &Books, units: usize, polls: usize) {
    let mut acquires = pin!(books.slots.acquire_owned(units));
    for _ in 0..=polls {
        if let Poll::Ready(permit) = acquires.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        {
            books.put_to_use(permit);
            return;
        }
        std::thread::yield_now();
    }
}

#[test]
fn sm_05_units_are_conserved_by_those_who_take_wait_and_give_up() {
    let books = Books::new(4);
    race((1..5).map(|seed| user(&books, seed * 7919)).collect());
    books.settle();
    assert_eq!(books.slots.capacity(), 4);
}

#[test]
fn sm_17_units_are_conserved_while_the_capacity_changes() {
    let books = Books::new(5);
    let mut programs: Vec<_> = (1..4).map(|seed| user(&books, seed * 104_729)).collect();
    programs.push(Box::new(|| {
        let mut dice = Dice(31);
        for _ in 0..STEPS {
            books.slots.resize(dice.below(6));
            std::thread::yield_now();
        }
        books.slots.resize(5);
    }));
    race(programs);
    books.settle();
    assert_eq!(books.slots.capacity(), 5);
}

#[test]
fn permits_are_split_merged_and_forgotten_by_all() {
    let books = Books::new(9);
    let forgotten = AtomicUsize::new(0);
    let parter = |seed: u64| -> Program<'_, ()> {
        let (books, forgotten) = (&books, &forgotten);
        Box::new(move || {
            let mut dice = Dice(seed);
            for n in 0..STEPS {
                let Ok(mut permit) = books.slots.blocking_acquire_owned(2) else { continue };
                let part = permit.split(dice.below(3)).unwrap();
                if n % (STEPS / 2) == 1 && permit.units() == 1 {
                    forgotten.fetch_add(1, Ordering::Relaxed);
                    permit.forget();
                } else if dice.below(2) == 0 {
                    assert!(permit.merge(part).is_ok() && permit.units() == 2);
                }
            }
        })
    };
    race(vec![parter(5), parter(11), user(&books, 3)]);
    books.settle();
    assert_eq!(books.slots.capacity(), 9 - forgotten.into_inner());
}

#[test]
fn a_close_ends_everybodys_wait() {
    for round in 1..ROUNDS / 8 + 2 {
        let books = Books::new(2);
        let mut programs: Vec<_> = (1..3).map(|seed| closing_user(&books, seed * round)).collect();
        programs.push(Box::new(|| {
            for _ in 0..round {
                std::thread::yield_now();
            }
            assert!(books.slots.close());
        }));
        race(programs);
        books.settle();
    }
}

fn closing_user(books: &Books, seed: u64) -> Program<'_, ()> {
    Box::new(move || {
        let mut dice = Dice(seed);
        loop {
            let permit = books.slots.blocking_acquire_owned(dice.below(3));
            if permit.is_err() {
                break;
            }
            books.put_to_use(permit);
        }
        assert!(books.slots.is_closed());
    })
}

#[test]
fn sm_17_units_that_are_owed_are_nobodys() {
    // Goal: of three in use only one is left; two come back, and in the meantime somebody tries.
    let rounds: Vec<_> = (0..ROUNDS * 8)
        .map(|_| {
            let slots = Arc::new(Semaphore::new(3));
            let (one, two) = (slots.try_acquire_owned(1).unwrap(), slots.try_acquire_owned(2));
            slots.resize(1);
            (slots, one, std::sync::Mutex::new(two.ok()))
        })
        .collect();
    let (_, tries) = duel(
        &rounds,
        |(_, _, two)| drop(two.lock().unwrap().take()),
        |(slots, ..)| slots.try_acquire(1).is_ok() || slots.try_acquire(1).is_ok(),
    );
    assert_eq!(tries.into_iter().filter(|took| *took).count(), 0);
    assert!(rounds.iter().all(|(slots, ..)| (slots.in_use(), slots.available()) == (1, 0)));
}

#[test]
fn sm_17_who_waits_is_not_granted_what_is_owed() {
    let slots: Vec<_> = (0..ROUNDS * 8).map(|_| Arc::new(Semaphore::new(3))).collect();
    let rounds: Vec<_> = slots
        .iter()
        .map(|slots| {
            let held = [(); 3].map(|()| std::sync::Mutex::new(slots.try_acquire_owned(1).ok()));
            slots.resize(1);
            (held, std::sync::Mutex::new(parked(slots.acquire(1))))
        })
        .collect();
    duel(
        &rounds,
        |(held, _)| drop(held[0].lock().unwrap().take()),
        |(held, _)| drop(held[1].lock().unwrap().take()),
    );
    for (held, waits) in &rounds {
        let mut waits = waits.lock().unwrap();
        assert_eq!(waits.wakes(), 0);
        drop(held[2].lock().unwrap().take());
        drop(waits.answer().unwrap());
    }
}

#[test]
fn hb_21_who_acquires_sees_what_was_done_before_the_release() {
    // Goal: a counter that is read and written in two steps: no step is lost.
    let (slots, count) = (Semaphore::new(1), AtomicUsize::new(0));
    let program = || -> Program<'_, ()> {
        Box::new(|| {
            for _ in 0..STEPS {
                let permit = slots.try_acquire(1).ok();
                let permit = permit.unwrap_or_else(|| slots.blocking_acquire(1).unwrap());
                count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                drop(permit);
            }
        })
    };
    race(vec![program(), program(), program()]);
    assert_eq!(count.into_inner(), 3 * STEPS as usize);
}

#[test]
fn tasks_select_between_two_semaphores() {
    // Goal: each select takes from one of them, or from a channel; and all of it comes back.
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let (left, right) = (Arc::new(Semaphore::new(2)), Arc::new(Semaphore::new(3)));
    let (tx, rx) = chan::bounded::<()>(1);
    let tasks: Vec<_> = (0..6_usize)
        .map(|n| {
            let (left, right, tx, rx) = (left.clone(), right.clone(), tx.clone(), rx.clone());
            runtime.spawn(async move {
                let mut taken = 0;
                for step in 0..STEPS as usize / 4 {
                    let units = (n + step) % 3;
                    select::select! {
                        permit = left.acquire(units) => {
                            let _permit = permit.unwrap();
                            tokio::task::yield_now().await;
                            taken += units;
                        }
                        permit = right.acquire(3 - units) => {
                            let _permit = permit.unwrap();
                            tokio::task::yield_now().await;
                            taken += 3 - units;
                        }
                        _ = rx.recv() => {}
                        _ = tx.send(()) => {}
                    }
                }
                taken
            })
        })
        .collect();
    let taken = runtime.block_on(async {
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        sum
    });
    assert!(taken > 0);
    assert_eq!((left.available(), left.in_use(), left.waiters()), (2, 0, 0));
    assert_eq!((right.available(), right.in_use(), right.waiters()), (3, 0, 0));
}
