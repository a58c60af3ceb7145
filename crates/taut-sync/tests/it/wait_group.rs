//! `WaitGroup`: tokens, rounds, waiters that come and go.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Poll, Wake, Waker};
use std::thread;

use taut::select;
use taut::sync::WaitGroup;

use crate::support::{MANY, Program, ROUNDS, Wakes, gives_way, now, parked, race, task};

#[test]
fn wg_01_wait_returns_at_once_at_zero() {
    // Goal: of a new group, of one whose tokens came back, and as often as one likes.
    let wg = WaitGroup::default();
    now(wg.wait());
    drop(wg.token());
    now(wg.wait());
    now(wg.wait_owned());
    assert_eq!((wg.count(), wg.waiters()), (0, 0));
}

#[test]
fn wg_02_tokens_are_counted_one_by_one() {
    let wg = WaitGroup::new();
    let mut tokens = vec![wg.token(); 3];
    tokens.push(wg.token());
    let mut waits = parked(wg.wait());
    while let Some(token) = tokens.pop() {
        assert_eq!((wg.count(), waits.wakes()), (tokens.len() + 1, 0));
        waits.pending();
        drop(token);
    }
    assert_eq!(waits.wakes(), 1);
    waits.ready();
}

#[test]
fn wg_02_a_hundred_thousand_tokens() {
    let wg = WaitGroup::new();
    let many = if cfg!(miri) { 200 } else { 100_000 };
    let tokens = vec![wg.token(); many];
    assert_eq!(wg.count(), many);
    let mut waits = parked(wg.wait());
    let halves: Vec<Program<'_, ()>> = tokens
        .chunks(many / 2)
        .map(|half| -> Program<'_, ()> {
            let own = half.to_vec();
            Box::new(move || own.into_iter().for_each(drop))
        })
        .collect();
    race(halves);
    assert_eq!((wg.count(), waits.wakes()), (many, 0));
    drop(tokens);
    assert_eq!((wg.count(), waits.answer()), (0, Some(())));
}

#[test]
fn wg_03_a_token_knows_its_group_and_keeps_it() {
    let wg = WaitGroup::new();
    let (token, again) = (wg.token(), wg.clone());
    assert!(wg.same_group(&again) && !wg.same_group(&WaitGroup::new()));
    drop((wg, again));
    let found = token.wait_group();
    let mut waits = parked(found.wait());
    drop(token);
    waits.ready();
}

#[test]
fn wg_04_zero_releases_all_who_wait() {
    // Goal: more than one batch of them, each woken once.
    for _ in 0..if cfg!(miri) { 1 } else { 8 } {
        let wg = WaitGroup::new();
        let token = wg.token();
        let mut waiters: Vec<_> = (0..MANY).map(|_| parked(wg.wait())).collect();
        assert_eq!(wg.waiters(), MANY);
        drop(token);
        assert_eq!(wg.waiters(), 0);
        for waits in &mut waiters {
            assert_eq!(waits.wakes(), 1);
            waits.ready();
        }
    }
}

#[test]
fn wg_06_tokens_that_are_made_meanwhile_are_waited_for() {
    let wg = WaitGroup::new();
    let first = wg.token();
    let mut waits = parked(wg.wait());
    let (second, third) = (wg.token(), first.clone());
    drop(first);
    drop(second);
    assert_eq!(waits.wakes(), 0);
    waits.pending();
    drop(third);
    assert_eq!(waits.answer(), Some(()));
}

#[test]
fn wg_07_waiters_of_a_round_complete_though_the_next_has_begun() {
    // Goal: H-16. And whoever waits for the next round is not released by the end of the last.
    let wg = WaitGroup::new();
    let first = wg.token();
    let mut early: Vec<_> = (0..3).map(|_| parked(wg.wait())).collect();
    drop(first);
    let second = wg.token();
    let mut late = parked(wg.wait());
    for waits in &mut early {
        waits.ready();
    }
    late.pending();
    assert_eq!(late.wakes(), 0);
    drop(second);
    assert_eq!(late.answer(), Some(()));
}

/// Does something the first time it is woken, on the thread that wakes.
struct OnWake<F: Fn()>(F, AtomicBool);

impl<F: Fn() + Send + Sync + 'static> OnWake<F> {
    fn waker(act: F) -> Waker {
        Waker::from(Arc::new(Self(act, AtomicBool::new(false))))
    }
}

impl<F: Fn() + Send + Sync + 'static> Wake for OnWake<F> {
    fn wake(self: Arc<Self>) {
        if !self.1.swap(true, Ordering::SeqCst) {
            self.0();
        }
    }
}

#[test]
fn wg_07_a_round_that_begins_between_two_batches_releases_nobody_too_much() {
    // Goal: H-16 again. The first waker that is woken begins the next round, while those beyond the
    // first batch have not been told. One of them looks, and finds its round over; one that comes then
    // waits for the next.
    let wg = WaitGroup::new();
    let first = wg.token();
    let mut waiters: Vec<_> = (0..MANY).map(|_| task(wg.wait_owned())).collect();
    let last = waiters.pop().unwrap();
    let late = task(wg.wait_owned());
    let shared = Arc::new(std::sync::Mutex::new((last, late, None)));
    let (theirs, group) = (shared.clone(), wg.clone());
    let begin = OnWake::waker(move || {
        let (last, late, next) = &mut *theirs.lock().unwrap();
        *next = Some(group.token());
        late.pending();
        assert_eq!(last.wakes(), 0, "the batch is larger than it was");
        last.ready();
    });
    assert!(waiters[0].poll_with(&begin).is_pending());
    waiters[1..].iter_mut().for_each(|waits| waits.pending());
    shared.lock().unwrap().0.pending();
    drop(first);
    waiters.iter_mut().for_each(|waits| waits.ready());
    let (last, late, next) = &mut *shared.lock().unwrap();
    assert_eq!((last.wakes(), late.wakes()), (0, 0));
    drop(next.take());
    assert_eq!((late.answer(), wg.waiters()), (Some(()), 0));
}

#[test]
fn wg_07_rounds_follow_rounds() {
    // Goal: nothing of a round stays behind, whether somebody waited for it or not.
    let wg = WaitGroup::new();
    for round in 0..200 {
        let token = wg.token();
        if round % 3 == 0 {
            drop(parked(wg.wait()));
        }
        let mut waits = task(wg.wait());
        if round % 2 == 0 {
            waits.pending();
        }
        drop(token);
        waits.ready();
    }
    assert_eq!((wg.count(), wg.waiters()), (0, 0));
}

#[test]
fn wg_14_wait_is_never_ready_before_its_time() {
    // Goal: polled for no reason, with other wakers, it keeps its place and wakes the last of them.
    let wg = WaitGroup::new();
    let token = wg.token();
    let mut waits = parked(wg.wait());
    let other = Wakes::new();
    for _ in 0..3 {
        waits.pending();
        assert!(waits.poll_with(&Waker::from(other.clone())).is_pending());
    }
    assert_eq!(wg.waiters(), 1);
    drop(token);
    assert_eq!((waits.wakes(), other.count()), (0, 1));
    waits.ready();
}

#[test]
fn wg_19_a_wait_that_is_given_up_leaves_nothing_behind() {
    let wg = WaitGroup::new();
    let token = wg.token();
    let (first, second, mut third) =
        (parked(wg.wait()), parked(wg.wait()), parked(wg.wait_owned()));
    drop(first);
    assert_eq!((wg.waiters(), wg.count()), (2, 1));
    drop(token);
    drop(second); // told, and never polled again
    assert_eq!(third.answer(), Some(()));
}

#[test]
fn wg_19_what_is_owned_outlives_every_other_handle() {
    let wg = WaitGroup::new();
    let token = wg.token();
    let (mut waits, unpolled) = (parked(wg.wait_owned()), wg.wait_owned());
    drop((wg, unpolled));
    drop(token);
    assert_eq!(waits.answer(), Some(()));
}

#[test]
fn a_waker_that_panics_keeps_nobody_from_being_told() {
    let wg = WaitGroup::new();
    let token = wg.token();
    let mut first = task(wg.wait());
    let bad = OnWake::waker(|| panic!("a waker"));
    assert!(first.poll_with(&bad).is_pending());
    let mut others: Vec<_> = (0..MANY).map(|_| parked(wg.wait())).collect();
    let panic = catch_unwind(AssertUnwindSafe(|| drop(token))).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"a waker"));
    assert_eq!((wg.count(), wg.waiters()), (0, 0));
    first.ready();
    others.iter_mut().for_each(|waits| assert_eq!(waits.answer(), Some(())));
}

#[test]
fn as_an_arm_it_loses_without_a_trace_and_wins() {
    let wg = WaitGroup::new();
    let token = wg.token();
    let (idle, mut next) = (WaitGroup::new(), Some(wg.token()));
    let stuck = idle.token();
    let either = || async {
        select! {
            () = wg.wait() => "this",
            () = idle.wait() => "the other",
        }
    };
    let mut selects = parked(either());
    assert_eq!((wg.waiters(), idle.waiters()), (1, 1));
    drop(stuck);
    assert_eq!(selects.answer(), Some("the other"));
    assert_eq!((wg.waiters(), wg.count()), (0, 2));

    let _stuck = idle.token();
    let mut selects = parked(either());
    drop(token);
    assert_eq!(selects.wakes(), 0);
    drop(next.take());
    // The round is decided though the next one has begun.
    let _next = wg.token();
    assert_eq!(selects.answer(), Some("this"));
}

#[test]
fn a_default_is_taken_exactly_if_tokens_are_out() {
    let wg = WaitGroup::new();
    let is_zero = || {
        now(async {
            select! {
                () = wg.wait() => true,
                default => false,
            }
        })
    };
    assert!(is_zero());
    let token = wg.token();
    assert!(!is_zero());
    drop(token);
    assert!(is_zero());
    assert_eq!(wg.waiters(), 0);
}

#[tokio::test]
#[cfg_attr(miri, ignore = "it takes long, and is about scheduling")]
async fn a_loop_over_a_group_at_zero_gives_way() {
    let wg = WaitGroup::new();
    gives_way("wait", async || wg.wait().await).await;
}

#[test]
fn hb_13_what_is_done_under_a_token_is_seen_after_the_wait() {
    // Goal: of all tokens, not of the last one only; with no other synchronization.
    for _ in 0..ROUNDS {
        let wg = WaitGroup::new();
        let seen = [const { AtomicU64::new(0) }; 3];
        let mut programs: Vec<Program<'_, ()>> = Vec::new();
        for (token, cell) in vec![wg.token(); 3].into_iter().zip(&seen) {
            programs.push(Box::new(move || {
                cell.store(7, Ordering::Relaxed);
                drop(token);
            }));
        }
        programs.push(Box::new(|| {
            wg.blocking_wait();
            let sum: u64 = seen.iter().map(|cell| cell.load(Ordering::Relaxed)).sum();
            assert_eq!(sum, 21);
        }));
        race(programs);
    }
}

#[test]
fn wg_14_waiters_race_with_rounds() {
    // Goal: whoever returns has seen the end of a round that it was in, and nobody is left behind.
    for _ in 0..ROUNDS {
        let (wg, ended) = (WaitGroup::new(), AtomicU64::new(0));
        let first = wg.token();
        let mut programs: Vec<Program<'_, ()>> = Vec::new();
        for _ in 0..2 {
            programs.push(Box::new(|| {
                wg.blocking_wait();
                assert!(ended.load(Ordering::Relaxed) >= 1);
            }));
        }
        programs.push(Box::new(|| {
            ended.store(1, Ordering::Relaxed);
            drop(first);
            for round in 2..5 {
                let token = wg.token();
                ended.store(round, Ordering::Relaxed);
                drop(token);
            }
        }));
        race(programs);
        assert_eq!((wg.count(), wg.waiters()), (0, 0));
    }
}

#[test]
fn blocking_wait_blocks_a_thread() {
    let wg = WaitGroup::new();
    let token = wg.token();
    let done = wg.clone();
    let waits = thread::spawn(move || done.blocking_wait());
    while wg.waiters() == 0 {
        thread::yield_now();
    }
    drop(token);
    waits.join().unwrap();
}

#[tokio::test]
async fn blocking_wait_refuses_in_a_task_only_if_it_would_wait() {
    let wg = WaitGroup::new();
    wg.blocking_wait();
    let token = wg.token();
    let refused = tokio::spawn({
        let wg = wg.clone();
        async move { wg.blocking_wait() }
    });
    let panic = refused.await.unwrap_err().into_panic();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("`blocking_wait` would block") && message.contains("await `wait`"));
    assert_eq!(wg.waiters(), 0);
    drop(token);
}

#[test]
fn they_print_their_state() {
    let wg = WaitGroup::new();
    let token = wg.token();
    let waits = parked(wg.wait());
    assert_eq!(format!("{wg:?}"), "WaitGroup { count: 1, waiters: 1, is_panicked: false }");
    assert_eq!(format!("{token:?}"), "Token { count: 1 }");
    drop(waits);
    assert_eq!(task(wg.wait()).poll(), Poll::Pending);
}

#[test]
fn wg_19_the_last_handle_may_be_in_a_wait_that_is_dropped_by_value() {
    // Goal: it frees the group while it is itself an argument, as Miri sees.
    let wait = WaitGroup::new().wait_owned();
    drop(wait);
    let mut waits = vec![WaitGroup::new().wait_owned()];
    drop(waits.pop());
}
