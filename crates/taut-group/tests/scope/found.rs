//! What reviews have found, each kept from coming back: wakers and payloads that panic as they are dropped, destructors
//! that poll, turns of scopes in scopes, long chains.

use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

use taut::group::{Group, OnError, Scope, Spawned};

use crate::kit::{Gate, Log, Slot, own_waker, stays, turn};
use crate::support::hooks::{Event, OnDrop, hooked, panics};
use crate::support::{Census, Counted, parked, task};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A waker of which the first drop panics after it was armed.
fn bomb(is_armed: &Arc<AtomicBool>, on_clone: impl Fn() + Send + Sync + 'static) -> Waker {
    let is_armed = Arc::clone(is_armed);
    hooked(move |event| match event {
        Event::Clone => on_clone(),
        Event::Drop if is_armed.swap(false, Ordering::SeqCst) => panic!("a waker's drop"),
        Event::Drop | Event::Wake => {}
    })
}

/// The scope is polled to its end by the clone of the waker, so the waker is kept by a task that is done.
#[test]
fn a_handle_whose_waker_panics_as_it_is_dropped_gives_nothing_twice() {
    let (census, gate) = (Census::default(), Arc::new(Gate::new()));
    let (handle, scope) = (Slot::new(), Arc::new(Slot::<Boxed<()>>::new()));
    let (value, inside) = (census.value(1), Arc::clone(&gate));
    let mut running: Boxed<()> = Box::pin(taut::scope({
        let handle = &handle;
        move |s: Scope<'static>| {
            handle.put(s.spawn(async move {
                inside.pass().await;
                value
            }));
            std::future::ready(())
        }
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(running.as_mut().poll(&mut cx).is_pending());
    scope.put(running);
    let is_armed = Arc::new(AtomicBool::new(false));
    let waker = bomb(&is_armed, {
        let (is_armed, scope, gate) = (Arc::clone(&is_armed), Arc::clone(&scope), gate);
        move || {
            if let Some(mut scope) = scope.try_take() {
                gate.open();
                assert!(scope.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
                is_armed.store(true, Ordering::SeqCst);
            }
        }
    });
    let mut handle: Spawned<'static, Counted> = handle.take();
    let mut poll = || Pin::new(&mut handle).poll(&mut Context::from_waker(&waker));
    panics("a waker's drop", || assert!(poll().is_pending()));
    assert_eq!(census.alive(), 0, "what it would have given went with the panic");
    panics("polled after", || assert!(poll().is_pending()));
}

/// It is detached all the same, so what the task gives is dropped.
#[test]
fn a_handle_that_is_dropped_though_its_waker_panics() {
    let (census, gate, handle) = (Census::default(), Gate::new(), Slot::new());
    let mut scope = parked(taut::scope(async |s| {
        let value = census.value(1);
        let gate = &gate;
        handle.put(s.spawn(async move {
            gate.pass().await;
            value
        }));
    }));
    let is_armed = Arc::new(AtomicBool::new(false));
    let waker = bomb(&is_armed, || {});
    let mut handle = task(handle.take());
    assert!(handle.poll_with(&waker).is_pending());
    is_armed.store(true, Ordering::SeqCst);
    panics("a waker's drop", || drop(handle));
    gate.open();
    scope.ready();
    assert_eq!(census.alive(), 0);
}

/// The future is being dropped, and is not there to be taken.
#[test]
fn a_destructor_that_polls_the_handle_of_its_own_task() {
    struct Polls(Arc<Mutex<Option<Spawned<'static, u32>>>>, Arc<Log<&'static str>>, String);
    impl Drop for Polls {
        fn drop(&mut self) {
            let Some(mut handle) = self.0.lock().unwrap().take() else { return };
            let mut cx = Context::from_waker(Waker::noop());
            panics("the scope was dropped", || {
                assert!(Pin::new(&mut handle).poll(&mut cx).is_pending())
            });
            assert_eq!(self.2, "still here");
            self.1.note("polled");
        }
    }
    let (slot, log) = (Arc::default(), Arc::new(Log::new()));
    let polls = Polls(Arc::clone(&slot), Arc::clone(&log), "still here".to_owned());
    let scope = parked(taut::scope(async move |s: Scope<'static>| {
        let handle = s.spawn(async move {
            let _polls = &polls;
            pending().await
        });
        *slot.lock().unwrap() = Some(handle);
    }));
    drop(scope);
    assert_eq!(log.take(), ["polled"]);
}

/// A payload that panics as it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the destructor of a payload");
    }
}

#[test]
fn destructors_whose_payloads_panic_keep_no_other_task_alive() {
    let log = Log::new();
    let scope = parked(taut::scope(async |s| {
        for n in 0..10 {
            let log = &log;
            s.spawn(async move {
                let _bomb = OnDrop(move || {
                    log.note(n);
                    if n % 2 == 0 {
                        panic_any(Bomb);
                    }
                });
                pending::<()>().await;
            });
        }
        pending::<()>().await;
    }));
    let payload = catch_unwind(AssertUnwindSafe(|| drop(scope))).unwrap_err();
    assert!(payload.is::<Bomb>());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(payload))).is_err());
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, Vec::from_iter(0..10));
}

/// A scope with tasks that are always ready; one level down the same, and so on.
fn busy<'a>(s: &Scope<'a>, depth: usize, polls: &'a AtomicUsize) {
    for _ in 0..3 {
        s.spawn(async move {
            if depth == 0 {
                loop {
                    polls.fetch_add(1, Ordering::Relaxed);
                    turn().await;
                }
            }
            let inner: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(taut::scope(move |s| {
                busy(&s, depth - 1, polls);
                pending()
            }));
            inner.await;
        });
    }
}

#[test]
fn scopes_in_scopes_have_one_turn_together() {
    for depth in 0..4 {
        let polls = AtomicUsize::new(0);
        let mut scope = task(taut::scope(async |s| {
            busy(&s, depth, &polls);
            pending::<()>().await;
        }));
        for _ in 0..4 {
            scope.pending();
            let polls = polls.swap(0, Ordering::Relaxed);
            assert!((1..=256 + 3 * depth).contains(&polls), "{polls} at {depth}");
        }
    }
}

/// Polled by hand inside of a task that has used up the budget of the runtime, a scope goes on all the same.
#[cfg(not(miri))]
#[tokio::test]
async fn a_scope_goes_on_where_the_budget_is_used_up() {
    tokio::spawn(async {
        let use_up = || {
            parked(async {
                while tokio::task::coop::has_budget_remaining() {
                    tokio::task::coop::consume_budget().await
                }
                pending::<()>().await
            })
        };
        drop(use_up());
        assert!(!tokio::task::coop::has_budget_remaining());
        let mut scope = task(taut::scope(async |s| {
            let turns = s.spawn(async {
                for _ in 0..1000 {
                    turn().await;
                }
            });
            s.spawn(turn());
            // Handles take part in the budget, so the task is not awaited here.
            drop(turns);
        }));
        assert!((0..5000).any(|_| scope.poll().is_ready()), "it does not get on");
    })
    .await
    .unwrap();
}

/// The scope of the tasks is not the one that this thread polls innermost.
#[test]
fn a_group_that_is_dropped_in_an_inner_scope_goes_as_the_outer_one_goes_on() {
    let (log, gate) = (Log::new(), Gate::new());
    let mut scope = parked(taut::scope(async |s| {
        let mut group = s.group::<(), ()>();
        for n in 0..2 {
            let log = &log;
            group
                .spawn(async move {
                    stays(log, n).await;
                    Ok(())
                })
                .await;
        }
        turn().await;
        taut::scope(async |_| {
            drop(group);
            log.note(9);
        })
        .await;
        gate.pass().await;
    }));
    let mut seen = log.take();
    assert_eq!(seen.remove(0), 9, "the tasks had not gone before");
    seen.sort_unstable();
    assert_eq!(seen, [0, 1]);
    gate.open();
    scope.ready();
}

/// What wakes a task may be kept for ever, and with it nothing of who polled the scope: not even what was cloned to sleep,
/// when that has woken a task and there was nothing to sleep for.
#[test]
fn a_scope_that_has_ended_keeps_no_waker_of_who_polled_it() {
    let (alive, gate, kept) = (Arc::new(()), Arc::new(Gate::new()), Slot::new());
    let mut scope = task(taut::scope(async |s| {
        s.spawn(async {
            kept.put(own_waker().await);
            gate.pass().await;
        });
    }));
    let (inside, opens) = (Arc::clone(&alive), Arc::clone(&gate));
    let waker = hooked(move |event| {
        let _inside = &inside;
        if event == Event::Clone {
            opens.open();
        }
    });
    assert!(scope.poll_with(&waker).is_ready());
    drop(waker);
    assert_eq!(Arc::strong_count(&alive), 1);
    drop((scope, kept.take()));
}

/// How long a chain is, in tasks of groups of one scope.
const DEPTH: usize = if cfg!(miri) { 100 } else { 20_000 };

fn chain(
    s: Scope<'static>,
    left: usize,
    census: Census,
    built: Arc<AtomicUsize>,
) -> Boxed<Result<(), ()>> {
    Box::pin(async move {
        let _value = census.value(left as u64);
        built.fetch_add(1, Ordering::Relaxed);
        let mut group: Group<(), (), _> = s.group();
        if left == 0 {
            group.spawn(pending()).await;
        } else {
            group.spawn(chain(s.clone(), left - 1, census.clone(), built)).await;
        }
        group.wait().await.map(drop)
    })
}

fn ends_a_chain(by_error: bool) {
    let small = thread::Builder::new().stack_size(1 << 20);
    let program = move || {
        let (census, built) = (Census::default(), Arc::new(AtomicUsize::new(0)));
        let mut scope = task(taut::scope(async |s: Scope<'static>| {
            let mut group = s.group::<(), ()>().on_error(OnError::Abort);
            group.spawn(chain(s.clone(), DEPTH, census.clone(), Arc::clone(&built))).await;
            while built.load(Ordering::Relaxed) <= DEPTH {
                turn().await;
            }
            if by_error {
                group.spawn(async { Err(()) }).await;
                assert_eq!(group.wait().await, Err(()));
            } else {
                drop(group);
            }
            assert!(census.alive() <= DEPTH, "the first go at once");
        }));
        while scope.poll().is_pending() {}
        assert_eq!(census.alive(), 0);
    };
    small.spawn(program).unwrap().join().unwrap();
}

#[test]
fn a_long_chain_of_groups_is_dropped_on_a_small_stack() {
    ends_a_chain(false);
}

#[test]
fn a_long_chain_of_groups_is_aborted_by_an_error_on_a_small_stack() {
    ends_a_chain(true);
}

/// The spawner is on another thread, or in a destructor: the group is being dropped by a scope that ends in a panic.
#[test]
fn a_task_that_is_started_as_its_scope_ends_in_a_panic_is_dropped_once() {
    let census = Census::default();
    let mut scope = task(taut::scope(async |s| {
        let group = s.group::<u32, ()>();
        let (spawner, value) = (group.spawner(), census.value(1));
        s.spawn(async move {
            let _group = group;
            let _starts = OnDrop({
                let mut value = Some(value);
                move || {
                    let value = value.take();
                    let started =
                        spawner.try_spawn(async move { Ok(value.map_or(0, |v| v.id as u32)) });
                    assert!(started.is_err());
                }
            });
            pending::<()>().await;
        });
        poll_fn(|_| Poll::Ready(())).await;
        turn().await;
        panic!("the body");
    }));
    panics("the body", || assert!(scope.poll().is_pending()));
    assert_eq!(census.alive(), 0);
}
