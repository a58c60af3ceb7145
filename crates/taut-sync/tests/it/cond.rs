//! `Cond`: who is notified, and what becomes of a notification that nobody acts on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Poll, Wake, Waker};

use taut::select;
use taut::sync::{Cond, Mutex, MutexGuard, WaitGroup};

use crate::support::{MANY, Task, gives_way, now, parked, task};

/// Polled once: it waits, and has unlocked.
fn waiting<'a>(
    cond: &'a Cond,
    lock: &'a Mutex<u32>,
) -> Task<impl Future<Output = MutexGuard<'a, u32>>> {
    parked(cond.wait(lock.try_lock().unwrap()))
}

/// Those that complete if they are polled as an executor would, each giving the lock back at once.
fn completed<'a, F: Future<Output = MutexGuard<'a, u32>>>(waiters: &mut [Task<F>]) -> Vec<usize> {
    let answers = waiters.iter_mut().enumerate();
    answers.filter_map(|(at, waits)| waits.answer().map(|_guard| at)).collect()
}

#[test]
fn co_01_wait_unlocks_when_it_is_polled_and_locks_again() {
    let (cond, lock) = (Cond::new(), Mutex::new(1));
    let mut waits = task(cond.wait(lock.try_lock().unwrap()));
    assert!(lock.is_locked() && cond.waiters() == 0, "nothing happens before");
    waits.pending();
    assert!(!lock.is_locked() && cond.waiters() == 1);
    *lock.try_lock().unwrap() = 2;
    assert!(cond.notify_one());
    assert_eq!((*waits.ready(), waits.wakes()), (2, 1));
    assert!(!lock.is_locked());
}

#[test]
fn co_01_it_has_its_place_before_it_unlocks() {
    // Goal: who is woken by the unlocking, and notifies at once, finds it.
    struct Notifies(Arc<(Cond, Mutex<u32>)>, AtomicBool);
    impl Wake for Notifies {
        fn wake(self: Arc<Self>) {
            self.1.store(self.0.0.notify_one(), Ordering::SeqCst);
        }
    }
    let state = Arc::new((Cond::new(), Mutex::new(0)));
    let (cond, lock) = &*state;
    let mut waits = task(cond.wait(lock.try_lock().unwrap()));
    let notifies = Arc::new(Notifies(state.clone(), AtomicBool::new(false)));
    let mut locks = task(lock.lock());
    assert!(locks.poll_with(&Waker::from(notifies.clone())).is_pending());
    waits.pending();
    assert!(notifies.1.load(Ordering::SeqCst), "it was not there yet");
    drop(locks);
    drop(waits.answer().unwrap());
}

#[test]
fn co_02_it_never_returns_unless_it_is_notified() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let mut waits = waiting(&cond, &lock);
    for _ in 0..3 {
        drop(lock.try_lock().unwrap());
        waits.pending();
    }
    assert_eq!((cond.waiters(), waits.wakes()), (1, 0));
}

#[test]
fn co_03_of_11_notify_one_notifies_whoever_has_waited_longest() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let mut waiters: Vec<_> = (0..5).map(|_| waiting(&cond, &lock)).collect();
    // Polled again, it keeps its place.
    waiters[0].pending();
    for at in 0..5 {
        assert!(cond.notify_one());
        assert_eq!(completed(&mut waiters), [at]);
        assert_eq!(cond.waiters(), 4 - at);
    }
    assert!(!cond.notify_one());
}

#[test]
fn co_03_one_that_waits_again_goes_to_the_end() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let (mut first, mut second) = (waiting(&cond, &lock), waiting(&cond, &lock));
    assert!(cond.notify_one());
    let mut again = parked(cond.wait(first.answer().unwrap()));
    assert!(cond.notify_one());
    assert!(again.answer().is_none() && second.answer().is_some());
}

#[test]
fn co_04_notify_all_notifies_all_who_wait_and_nobody_later() {
    // Goal: more than one batch; each woken once; and the lock goes round.
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let mut waiters: Vec<_> = (0..MANY).map(|_| waiting(&cond, &lock)).collect();
    assert_eq!(cond.notify_all(), MANY);
    let mut late = waiting(&cond, &lock);
    for waits in &mut waiters {
        assert_eq!(waits.wakes(), 1);
        *waits.ready() += 1;
    }
    late.pending();
    assert_eq!((*lock.try_lock().unwrap() as usize, late.wakes()), (MANY, 0));
    assert_eq!((cond.notify_all(), cond.notify_all()), (1, 0));
    assert!(late.answer().is_some());
}

/// Does something the first time it is woken.
struct OnWake<F>(F, AtomicBool);

impl<F: Fn() + Send + Sync + 'static> Wake for OnWake<F> {
    fn wake(self: Arc<Self>) {
        if !self.1.swap(true, Ordering::SeqCst) {
            self.0();
        }
    }
}

fn on_wake(act: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(OnWake(act, AtomicBool::new(false))))
}

#[test]
fn co_04_between_two_batches_a_newcomer_has_a_notification_of_its_own() {
    // Goal: while those beyond the first batch have not been told, somebody comes, and is notified:
    // that is not spent on one who is released anyway. And who looks then finds itself released.
    static STATE: LazyLock<(Cond, Mutex<u32>)> = LazyLock::new(Default::default);
    let (cond, lock) = &*STATE;
    let mut waiters: Vec<_> = (0..MANY).map(|_| waiting(cond, lock)).collect();
    let late = Arc::new(std::sync::Mutex::new((None, waiters.pop())));
    let theirs = late.clone();
    let begin = on_wake(move || {
        let (late, last) = &mut *theirs.lock().unwrap();
        let last = last.as_mut().unwrap();
        assert_eq!(last.wakes(), 0, "the batch is larger than it was");
        let mut newcomer = Box::new(waiting(cond, lock));
        drop(last.ready());
        assert!(newcomer.answer().is_none());
        assert!(cond.notify_one());
        assert!(newcomer.answer().is_some());
        *late = Some(waiting(cond, lock));
    });
    assert!(waiters[0].poll_with(&begin).is_pending());
    assert_eq!(cond.notify_all(), MANY);
    waiters.iter_mut().for_each(|waits| drop(waits.ready()));
    let newcomer = late.lock().unwrap().0.take().unwrap();
    assert_eq!((newcomer.wakes(), cond.waiters()), (0, 1));
}

#[test]
fn co_05_a_notification_is_not_kept() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    assert_eq!((cond.notify_one(), cond.notify_all()), (false, 0));
    let mut waits = waiting(&cond, &lock);
    waits.pending();
    assert_eq!(waits.wakes(), 0);
}

#[test]
fn co_06_the_lock_may_be_held_while_notifying() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let mut waits = waiting(&cond, &lock);
    let guard = lock.try_lock().unwrap();
    assert!(cond.notify_one());
    assert!(waits.answer().is_none(), "it is notified, and waits for the lock");
    assert_eq!((lock.waiters(), cond.waiters()), (1, 0));
    drop(guard);
    assert!(waits.answer().is_some());
}

#[test]
fn co_07_somebody_may_come_first_and_wait_while_looks_again() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let is_zero = |n: &mut u32| *n == 0;
    let mut waits = parked(cond.wait_while(lock.try_lock().unwrap(), is_zero));
    *lock.try_lock().unwrap() = 1;
    assert!(cond.notify_one());
    *lock.try_lock().unwrap() = 0; // first
    assert!(waits.answer().is_none());
    assert_eq!((cond.waiters(), lock.is_locked()), (1, false));
    *lock.try_lock().unwrap() = 2;
    assert_eq!(cond.notify_all(), 1);
    assert_eq!(waits.answer().map(|guard| *guard), Some(2));
}

#[test]
fn co_07_wait_while_looks_before_it_waits() {
    let (cond, lock) = (Cond::new(), Mutex::new(7));
    let guard = now(cond.wait_while(lock.try_lock().unwrap(), |n| *n == 0));
    assert_eq!((*guard, cond.waiters()), (7, 0));
}

#[test]
fn a_predicate_that_panics_unlocks() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let mut looks = 0;
    let mut waits = parked(cond.wait_while(lock.try_lock().unwrap(), |_| {
        looks += 1;
        assert!(looks == 1, "the second look");
        true
    }));
    assert!(cond.notify_one());
    assert!(catch_unwind(AssertUnwindSafe(|| waits.poll())).is_err());
    assert!(!lock.is_locked());
    let again = catch_unwind(AssertUnwindSafe(|| waits.poll())).unwrap_err();
    assert!(again.downcast_ref::<&str>().unwrap().contains("polled after completion"));
}

#[test]
fn co_12_a_wait_that_is_given_up_leaves_its_place() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let (first, mut second) = (waiting(&cond, &lock), waiting(&cond, &lock));
    drop(first);
    assert_eq!(cond.waiters(), 1);
    assert!(cond.notify_one());
    assert!(second.answer().is_some());
    // Never polled, it unlocks, and that is all.
    drop(cond.wait(lock.try_lock().unwrap()));
    assert!(!lock.is_locked());
}

#[test]
fn co_13_one_that_was_notified_and_is_dropped_passes_it_on() {
    // Goal: H-18. Before it looked; while it waits for the lock; and when it was handed the lock.
    for is_polled in [false, true] {
        let (cond, lock) = (Cond::new(), Mutex::new(0));
        let (mut first, mut second) = (waiting(&cond, &lock), waiting(&cond, &lock));
        let guard = lock.try_lock().unwrap();
        assert!(cond.notify_one());
        if is_polled {
            first.pending();
            assert_eq!(lock.waiters(), 1);
        }
        assert_eq!((second.wakes(), cond.waiters()), (0, 1));
        drop(first);
        assert_eq!((second.wakes(), cond.waiters(), lock.waiters()), (1, 0, 0));
        drop(guard);
        assert!(second.answer().is_some());
    }
}

#[test]
fn co_13_it_is_passed_on_from_one_to_the_next_with_the_lock() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let mut waiters: Vec<_> = (0..4).map(|_| waiting(&cond, &lock)).collect();
    let guard = lock.try_lock().unwrap();
    assert!(cond.notify_one());
    waiters[0].pending();
    drop(guard); // offered to the first
    for _ in 0..3 {
        drop(waiters.remove(0));
    }
    assert!(waiters[0].answer().is_some());
    drop(waiters);
    assert!(!lock.is_locked() && !cond.notify_one());
}

#[test]
fn co_13_one_that_acted_on_it_passes_nothing_on() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let (mut first, mut second) = (waiting(&cond, &lock), waiting(&cond, &lock));
    assert!(cond.notify_one());
    let guard = first.ready();
    drop(first);
    drop(guard);
    second.pending();
    assert_eq!((second.wakes(), cond.waiters()), (0, 1));
}

#[test]
fn co_13_one_of_all_passes_nothing_on() {
    // Goal: before it looked, and while it waits for the lock. Nor does one that was notified alone,
    // if all were notified since: those who come then are later than either.
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let (first, mut second) = (waiting(&cond, &lock), waiting(&cond, &lock));
    let mut alone = waiting(&cond, &lock);
    assert_eq!(cond.notify_all(), 3);
    let mut late = waiting(&cond, &lock);
    let guard = lock.try_lock().unwrap();
    second.pending();
    alone.pending();
    drop((first, second, alone));
    drop(guard);
    assert_eq!((late.wakes(), cond.waiters()), (0, 1));

    assert!(cond.notify_one());
    assert_eq!(cond.notify_all(), 0);
    let mut later = waiting(&cond, &lock);
    assert!(late.poll().map(drop).is_ready());
    drop(late);
    later.pending();
    let (one, other) = (waiting(&cond, &lock), waiting(&cond, &lock));
    assert!(cond.notify_one()); // `later`
    assert_eq!(cond.notify_all(), 2);
    let after = waiting(&cond, &lock);
    drop((later, one, other));
    assert_eq!((after.wakes(), cond.waiters()), (0, 1));
}

#[test]
fn wakers_that_panic_lose_no_notification() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let panics = on_wake(|| panic!("a waker"));
    let mut first = task(cond.wait(lock.try_lock().unwrap()));
    assert!(first.poll_with(&panics).is_pending());
    let mut others: Vec<_> = (0..MANY).map(|_| waiting(&cond, &lock)).collect();
    assert!(catch_unwind(AssertUnwindSafe(|| cond.notify_all())).is_err());
    others.iter_mut().for_each(|waits| assert!(waits.answer().is_some()));
    assert!(first.poll().is_ready() && cond.waiters() == 0);

    // The unlocking wakes one that panics: the lock is free, and the place is given up with the future.
    let mut waits = task(cond.wait(lock.try_lock().unwrap()));
    let mut locks = task(lock.lock());
    assert!(locks.poll_with(&on_wake(|| panic!("a waker"))).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| waits.poll())).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| waits.poll())).is_err());
    drop(waits);
    assert_eq!(cond.waiters(), 0);
    assert!(locks.poll().is_ready());
}

#[test]
fn as_an_arm_it_wins_and_if_it_loses_it_has_unlocked() {
    let (cond, lock, other) = (Cond::new(), Mutex::new(0), WaitGroup::new());
    let token = other.token();
    let either = || async {
        let guard = lock.try_lock().unwrap();
        select! {
            guard = cond.wait(guard) => Some(*guard),
            () = other.wait() => None,
        }
    };
    let mut wins = parked(either());
    let mut loses = parked(either());
    assert_eq!(cond.waiters(), 2);
    assert!(cond.notify_one());
    assert_eq!(wins.answer(), Some(Some(0)));
    drop(token);
    assert_eq!(loses.answer(), Some(None));
    assert_eq!((cond.waiters(), lock.is_locked()), (0, false));
    let guard = lock.try_lock().unwrap();
    let mut arm = task(async {
        select! {
            guard = cond.wait_while(guard, |n| *n == 1) => *guard,
            else => 7,
        }
    });
    assert_eq!(arm.poll(), Poll::Ready(0));
}

#[tokio::test]
#[cfg_attr(miri, ignore = "it takes long, and is about scheduling")]
async fn a_loop_over_a_predicate_that_is_false_gives_way() {
    let (cond, lock) = (Cond::new(), Mutex::new(0));
    let waits = async || drop(cond.wait_while(lock.try_lock().unwrap(), |_| false).await);
    gives_way("wait_while", waits).await;
}
