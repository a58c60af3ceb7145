//! The lock: one at a time, and given back whatever happens.

use std::sync::Barrier;

use taut_core::sync::Lock;

use crate::support::panics;

const THREADS: usize = 4;
const ROUNDS: u64 = if cfg!(miri) { 20 } else { 20_000 };

#[test]
fn one_thread_at_a_time() {
    // Goal: L1, L2. The two halves agree only if nobody else is in between.
    let lock = Lock::new((0_u64, 0_u64));
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                for _ in 0..ROUNDS {
                    let mut halves = lock.lock();
                    assert_eq!(halves.0, halves.1);
                    halves.0 += 1;
                    std::hint::spin_loop();
                    halves.1 += 1;
                }
            });
        }
    });
    let sum = THREADS as u64 * ROUNDS;
    assert_eq!(*lock.lock(), (sum, sum));
}

#[test]
fn a_holder_that_gives_up_its_cpu_is_waited_for() {
    // Goal: every stage of the waiting ends in the lock, and nobody else comes in meanwhile.
    let lock = Lock::new(0);
    let start = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                for _ in 0..10 {
                    let mut count = lock.lock();
                    let before = *count;
                    for _ in 0..20 {
                        std::thread::yield_now();
                    }
                    *count = before + 1;
                }
            });
        }
    });
    assert_eq!(*lock.lock(), THREADS * 10);
}

#[test]
fn a_panic_gives_it_back() {
    let lock = Lock::new(1);
    panics("with the lock", || {
        let mut state = lock.lock();
        *state = 2;
        panic!("with the lock");
    });
    assert_eq!(*lock.lock(), 2);
}

#[test]
fn says_whether_it_is_held() {
    let lock = Lock::new(());
    assert_eq!(format!("{lock:?}"), "Lock { held: false, .. }");
    let guard = lock.lock();
    assert_eq!(format!("{lock:?} {guard:?}"), "Lock { held: true, .. } Guard { .. }");
}
