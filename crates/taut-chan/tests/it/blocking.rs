//! The forms that park the thread: from threads, with deadlines, and refused where tasks run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use taut_chan::{RecvError, RecvTimeoutError, SendError, SendTimeoutError, TrySendError};

use crate::support::hooks::{Event, hooked, panics};
use crate::support::{CAPACITIES, FINITE, ROUNDS, channel, drain, full, parked, race, task};

const RECV_REFUSED: &str = "`blocking_recv` would block a thread that runs async tasks: await `recv` \
                            instead, or call it in `tokio::task::spawn_blocking`";
const SEND_REFUSED: &str = "`blocking_send` would block a thread that runs async tasks: await `send` \
                            instead, or call it in `tokio::task::spawn_blocking`";

#[test]
fn threads_hand_values_to_and_fro() {
    let rounds = 200;
    for capacity in CAPACITIES {
        let (there, here) = channel(capacity);
        let (back, answers) = channel(capacity);
        race::<()>(vec![
            Box::new(move || {
                while let Ok(n) = here.blocking_recv() {
                    assert_eq!(back.blocking_send(n + 1), Ok(()));
                }
            }),
            Box::new(move || {
                for n in 0..rounds {
                    assert_eq!(there.blocking_send(n), Ok(()));
                    assert_eq!(answers.blocking_recv(), Ok(n + 1));
                }
                drop(there);
                assert_eq!(answers.blocking_recv(), Err(RecvError));
            }),
        ]);
    }
}

#[test]
fn a_blocked_thread_and_a_task_are_in_one_line() {
    // Goal: OF-01: the thread queued second is served second. Method: it is known to wait once the
    // second value of two is not to be had.
    let (tx, rx) = taut_chan::rendezvous();
    let mut first = parked(rx.recv());
    let received = race::<u64>(vec![
        Box::new(|| rx.blocking_recv().unwrap()),
        Box::new(|| {
            assert_eq!(tx.try_send(1), Ok(()));
            tx.blocking_send(2).unwrap();
            0
        }),
    ]);
    assert_eq!((received[0], first.ready()), (2, Ok(1)));
}

#[test]
fn cl_04_a_close_releases_blocked_threads() {
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        let results = race::<bool>(vec![
            Box::new(|| tx.blocking_send(100) == Err(SendError(100))),
            Box::new(|| rx.close()),
        ]);
        assert_eq!(results, [true, true]);
    }
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let results = race::<bool>(vec![
            Box::new(|| rx.blocking_recv() == Err(RecvError)),
            Box::new(move || {
                drop(tx);
                true
            }),
        ]);
        assert_eq!(results, [true, true]);
    }
}

#[test]
fn a_deadline_gives_the_value_back_and_leaves_the_line() {
    let moment = Duration::from_millis(1);
    for &capacity in FINITE {
        let (tx, rx) = full(capacity);
        for error in [
            tx.blocking_send_timeout(100, moment),
            tx.blocking_send_timeout(100, Duration::ZERO),
            tx.blocking_send_deadline(100, Instant::now()),
        ] {
            assert_eq!(error, Err(SendTimeoutError::Timeout(100)));
        }
        assert_eq!(drain(&rx).len(), capacity);
        for error in [
            rx.blocking_recv_timeout(moment),
            rx.blocking_recv_timeout(Duration::ZERO),
            rx.blocking_recv_deadline(Instant::now()),
        ] {
            assert_eq!(error, Err(RecvTimeoutError::Timeout));
        }
        assert_eq!(tx.try_send(1).is_ok(), capacity > 0, "nobody waits any more");
        assert_eq!(rx.blocking_recv_timeout(Duration::ZERO).is_ok(), capacity > 0);
        assert!(rx.close());
        assert_eq!(rx.blocking_recv_timeout(Duration::MAX), Err(RecvTimeoutError::Closed));
        assert_eq!(tx.blocking_send_timeout(1, Duration::MAX), Err(SendTimeoutError::Closed(1)));
    }
}

#[test]
fn a_time_that_never_comes_waits_for_the_value() {
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let received = race::<u64>(vec![
            Box::new(|| rx.blocking_recv_timeout(Duration::MAX).unwrap()),
            Box::new(|| {
                tx.blocking_send_timeout(7, Duration::MAX).unwrap();
                0
            }),
        ]);
        assert_eq!(received, [7, 0]);
    }
}

#[test]
fn h_09_a_deadline_that_races_with_the_other_side_tells_the_truth() {
    // Goal: received, or still to be received; sent, or given back; never both, never neither.
    let soon = || Instant::now() + Duration::from_micros(20);
    for capacity in CAPACITIES {
        for _ in 0..ROUNDS / 4 + 1 {
            let (tx, rx) = channel(capacity);
            let sent = std::sync::atomic::AtomicBool::new(false);
            let received = race::<bool>(vec![
                Box::new(|| rx.blocking_recv_deadline(soon()).is_ok()),
                Box::new(|| {
                    let result = tx.blocking_send_deadline(7, soon()).is_ok();
                    sent.store(result, std::sync::atomic::Ordering::SeqCst);
                    false
                }),
            ])[0];
            let left = drain(&rx).len();
            let sent = usize::from(sent.into_inner());
            assert_eq!(usize::from(received) + left, sent, "{capacity:?}");
        }
    }
}

#[test]
fn blocking_within_blocking_keeps_its_wake_ups_apart() {
    // Goal: while a thread waits, a waker that it wakes blocks in turn, on another channel.
    let (inner_tx, inner_rx) = taut_chan::rendezvous();
    let (tx, rx) = taut_chan::rendezvous();
    let inner_tx = Arc::new(inner_tx);
    let waker = {
        let inner_tx = Arc::clone(&inner_tx);
        hooked(move |event| {
            if event == Event::Wake {
                assert_eq!(inner_tx.blocking_send("from within"), Ok(()));
            }
        })
    };
    let mut send = task(tx.send("outer"));
    assert!(send.poll_with(&waker).is_pending());
    let results = race::<&str>(vec![
        Box::new(|| {
            let first = rx.blocking_recv().unwrap();
            assert_eq!(rx.blocking_recv(), Ok("again"), "the next wait is woken for itself");
            first
        }),
        Box::new(|| {
            let within = inner_rx.blocking_recv().unwrap();
            tx.blocking_send("again").unwrap();
            within
        }),
    ]);
    assert_eq!((results, send.ready()), (vec!["outer", "from within"], Ok(())));
}

/// Where tasks run: what is ready goes on, what would wait is refused, and nothing is left in line.
fn is_refused() {
    for capacity in [0, 1, 3] {
        let (tx, rx) = full(capacity);
        panics(SEND_REFUSED, || assert!(tx.blocking_send(100).is_ok()));
        panics(SEND_REFUSED, || assert!(tx.blocking_send_timeout(100, Duration::MAX).is_ok()));
        for n in 0..capacity as u64 {
            assert_eq!(rx.blocking_recv(), Ok(n));
        }
        panics(RECV_REFUSED, || assert!(rx.blocking_recv().is_ok()));
        panics(RECV_REFUSED, || assert!(rx.blocking_recv_timeout(Duration::MAX).is_ok()));
        if capacity == 0 {
            assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)), "no receive was left behind");
        } else {
            assert_eq!((tx.blocking_send(1), rx.len()), (Ok(()), 1));
        }
        let (tx, rx) = taut_chan::bounded::<u64>(capacity);
        drop(tx);
        assert_eq!(rx.blocking_recv(), Err(RecvError), "ready: closed");
    }
}

/// Where threads may be parked.
fn is_allowed() {
    let (tx, rx) = taut_chan::rendezvous();
    let results = race::<u64>(vec![
        Box::new(|| rx.blocking_recv().unwrap()),
        Box::new(|| {
            tx.blocking_send(7).unwrap();
            0
        }),
    ]);
    assert_eq!(results, [7, 0]);
    let timeout = Duration::from_millis(1);
    assert_eq!(rx.blocking_recv_timeout(timeout), Err(RecvTimeoutError::Timeout));
}

#[tokio::test]
async fn on_a_current_thread_runtime_blocking_is_refused_in_tasks_only() {
    is_refused();
    tokio::spawn(async { is_refused() }).await.unwrap();
    tokio::task::LocalSet::new().run_until(async { is_refused() }).await;
    tokio::task::spawn_blocking(is_allowed).await.unwrap();
    std::thread::spawn(is_allowed).join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_multi_thread_runtime_blocking_is_refused_in_tasks_only() {
    is_refused();
    tokio::spawn(async { is_refused() }).await.unwrap();
    tokio::spawn(async { tokio::task::block_in_place(is_allowed) }).await.unwrap();
    tokio::task::block_in_place(is_allowed);
    tokio::task::spawn_blocking(is_allowed).await.unwrap();
    is_refused();
}

#[tokio::test]
async fn asking_whether_this_is_a_task_uses_nothing_up() {
    // Goal: the question takes the budget step by step and must give all of it back: after it the task
    // can go on without a pause as long as before.
    let (tx, rx) = taut_chan::rendezvous::<u64>();
    let steps = std::future::poll_fn(move |cx| {
        panics(RECV_REFUSED, || assert!(rx.blocking_recv().is_ok()));
        let mut steps = 0;
        while let std::task::Poll::Ready(step) = tokio::task::coop::poll_proceed(cx) {
            step.made_progress();
            steps += 1;
        }
        std::task::Poll::Ready(steps)
    });
    let steps = tokio::spawn(steps).await.unwrap();
    assert!(steps > 64, "only {steps} left");
    drop(tx);
}

#[tokio::test]
async fn what_is_ready_goes_on_though_the_budget_is_used_up() {
    // Goal: only what would have to wait is refused; a task that has done much is no reason.
    for capacity in [Some(1 << 40), None] {
        let (tx, rx) = channel(capacity);
        for n in 0..10_000 {
            assert_eq!(tx.blocking_send(n), Ok(()));
        }
        for n in 0..10_000 {
            assert_eq!(rx.blocking_recv(), Ok(n), "{capacity:?}");
        }
    }
}

#[test]
fn outside_of_a_task_a_runtime_in_reach_changes_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _entered = runtime.enter();
    is_allowed();
}
