//! Tokio's cooperative budget: it is charged, and the probe for it gives everything back.

use std::future::{Future, poll_fn};
use std::task::{Context, Poll, Waker};

use taut_core::Stage;
use taut_core::coop::{charge, in_async_task, is_due};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{block_in_place, spawn, spawn_blocking, unconstrained, yield_now};

use crate::support::desk::{Desk, Got, Log, Step};

/// What the probe may take at most. A turn of Tokio's must stay below, or tasks are not recognised.
const PROBE_LIMIT: usize = 512;

fn current_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

/// Runs `program` as a task, not as the future that the runtime was started with.
fn in_task<R: Send + 'static>(
    runtime: &Runtime,
    program: impl Future<Output = R> + Send + 'static,
) -> R {
    runtime.block_on(async { spawn(program).await.unwrap() })
}

/// How many steps are left in this turn; all of them are used up.
fn steps_left(cx: &mut Context<'_>) -> usize {
    (0..=PROBE_LIMIT).take_while(|_| charge(cx).is_ready()).count()
}

/// Looks at the budget in one poll, at the beginning of a turn.
async fn in_one_turn<R>(mut look: impl FnMut(&mut Context<'_>) -> R) -> R {
    yield_now().await;
    poll_fn(|cx| Poll::Ready(look(cx))).await
}

#[test]
fn a_turn_ends_and_the_task_comes_again() {
    for runtime in [current_thread(), multi_thread()] {
        let (first, then) = in_task(&runtime, async {
            let mut first = None;
            let then = poll_fn(|cx| match first {
                None => {
                    first = Some(steps_left(cx));
                    Poll::Pending
                }
                // Nobody but the charge arranged for this poll.
                Some(_) => Poll::Ready(charge(cx).is_ready()),
            });
            (then.await, first)
        });
        assert!(first, "a new turn has steps");
        let turn = then.unwrap();
        assert!((1..PROBE_LIMIT).contains(&turn), "a turn of {turn} is beyond the probe's limit");
    }
}

#[test]
fn outside_of_a_task_nothing_is_charged() {
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(steps_left(&mut cx), PROBE_LIMIT + 1);
    let runtime = current_thread();
    let _entered = runtime.enter();
    assert_eq!(steps_left(&mut cx), PROBE_LIMIT + 1);
}

#[test]
fn the_probe_leaves_the_budget_as_it_was() {
    for runtime in [current_thread(), multi_thread()] {
        in_task(&runtime, async {
            let full = in_one_turn(steps_left).await;
            for used in [0, 1, full / 2, full - 1] {
                let left = in_one_turn(|cx| {
                    assert!((0..used).all(|_| charge(cx).is_ready()));
                    assert!(in_async_task() && in_async_task());
                    steps_left(cx)
                });
                assert_eq!(left.await, full - used, "{used} of {full} were used");
            }
        });
    }
}

#[test]
fn the_probe_knows_a_task_whose_turn_is_over() {
    let runtime = current_thread();
    let known = in_task(&runtime, in_one_turn(|cx| steps_left(cx) > 0 && in_async_task()));
    assert!(known);
}

#[test]
fn a_task_is_known_in_every_runtime() {
    for runtime in [current_thread(), multi_thread()] {
        assert!(in_task(&runtime, async { in_async_task() }));
        assert!(runtime.block_on(async { in_async_task() }), "the future it was started with");
        let nested = async { spawn(async { in_async_task() }).await.unwrap() };
        assert!(in_task(&runtime, nested));
    }
}

#[test]
fn what_may_block_is_no_task() {
    for runtime in [current_thread(), multi_thread()] {
        let blocking = async { spawn_blocking(in_async_task).await.unwrap() };
        assert!(!in_task(&runtime, blocking));
        assert!(!in_task(&runtime, unconstrained(async { in_async_task() })));
        let _entered = runtime.enter();
        assert!(!in_async_task(), "a thread that merely entered a runtime");
    }
    assert!(!std::thread::spawn(in_async_task).join().unwrap());
}

#[test]
fn block_in_place_is_no_task_and_what_follows_is() {
    let runtime = multi_thread();
    let known = in_task(&runtime, async {
        let within = block_in_place(in_async_task);
        (within, in_async_task())
    });
    assert_eq!(known, (false, true));
}

#[test]
fn one_operation_in_sixteen_is_due() {
    let due = |count: usize| (0..count).filter(|_| is_due()).count();
    std::thread::spawn(move || {
        assert_eq!((due(15), due(1), due(16 * 40)), (0, 1, 40), "a thread begins at nought");
    })
    .join()
    .unwrap();
}

#[test]
fn an_operation_that_is_due_waits_for_the_next_turn() {
    // Goal: it does not touch its primitive before it was charged, and is polled again by itself.
    let runtime = current_thread();
    in_task(&runtime, async {
        let (desk, log) = (Desk::new(), Log::default());
        (0..16).for_each(|value| desk.put(value));
        let mut taken = 0;
        let mut due = in_one_turn(|cx| {
            assert!(steps_left(cx) > 0);
            loop {
                let mut take = Box::pin(desk.logged_take(&log));
                match take.as_mut().poll(cx) {
                    Poll::Ready(got) => assert_eq!(got, Got::Taken(taken)),
                    Poll::Pending => return take,
                }
                log.steps();
                taken += 1;
            }
        })
        .await;
        assert!(taken < 16, "one of sixteen is due");
        assert_eq!((due.stage(), log.steps()), (Stage::Start, vec![]));
        assert_eq!(due.as_mut().await, Got::Taken(taken));
        assert_eq!(log.steps()[0], Step::Attempt);
    });
}

#[test]
fn a_loop_over_what_is_always_ready_gives_way() {
    // Another task of the same thread comes to its turn.
    let runtime = current_thread();
    in_task(&runtime, async {
        let desk = Desk::new();
        let other = spawn(yield_now());
        let mut rounds = 0_u32;
        while !other.is_finished() {
            desk.put(1);
            assert_eq!(desk.take().await, Got::Taken(1));
            rounds += 1;
            assert!(rounds < 1 << 20, "it never gives way");
        }
    });
}
