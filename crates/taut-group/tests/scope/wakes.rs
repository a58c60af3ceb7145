//! Who is polled, when, and in which order; and that no wake-up is lost.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use crate::kit::{Gate, Log, Slot, polled, turn};
use crate::support::hooks::{Event, OnDrop, hooked};
use crate::support::{parked, task};

#[test]
fn first_woken_is_first_polled() {
    let (gates, log) = ([(); 4].map(|()| Gate::new()), Log::new());
    let mut scope = parked(taut::scope(async |s| {
        for (n, gate) in gates.iter().enumerate() {
            let log = &log;
            s.spawn(async move {
                gate.pass().await;
                log.note(n);
            });
        }
    }));
    for n in [2, 0, 3, 1] {
        gates[n].open();
    }
    assert_eq!(scope.wakes(), 1, "one wake-up for all of them");
    scope.ready();
    assert_eq!(log.take(), [2, 0, 3, 1]);
}

#[test]
fn what_is_woken_inside_comes_after_what_was_woken_before() {
    let (gate, inner, log) = (Gate::new(), Gate::new(), Log::new());
    let mut scope = parked(taut::scope(async |s| {
        s.spawn(async {
            inner.pass().await;
            log.note('c');
        });
        for name in ['a', 'b'] {
            let (gate, inner, log) = (&gate, &inner, &log);
            s.spawn(async move {
                gate.pass().await;
                log.note(name);
                inner.open();
            });
        }
    }));
    gate.open();
    scope.ready();
    assert_eq!(log.take(), ['a', 'b', 'c']);
}

#[test]
fn tasks_start_in_the_order_in_which_they_were_spawned() {
    let log = Log::new();
    task(taut::scope(async |s| {
        for n in 0..5 {
            let log = &log;
            s.spawn(async move { log.note(n) });
        }
        log.note(-1);
    }))
    .ready();
    assert_eq!(log.take(), [-1, 0, 1, 2, 3, 4]);
}

/// A plain closure starts its tasks before the scope is polled at all.
#[test]
fn what_a_plain_closure_spawns_starts_after_the_body() {
    let log = Log::new();
    let mut scope = task(taut::scope(|s| {
        for n in 0..3 {
            let log = &log;
            s.spawn(async move { log.note(n) });
        }
        async { log.note(-1) }
    }));
    assert_eq!(log.take(), [], "nothing runs before the first poll");
    scope.ready();
    assert_eq!(log.take(), [-1, 0, 1, 2]);
}

#[test]
fn only_what_was_woken_is_polled() {
    let gates = [(); 10].map(|()| Gate::new());
    let bodies = AtomicUsize::new(0);
    let done = Gate::new();
    let mut scope = parked(taut::scope(async |s| {
        for gate in &gates {
            s.spawn(gate.pass());
        }
        let mut pass = std::pin::pin!(done.pass());
        polled(&bodies, |cx| pass.as_mut().poll(cx)).await;
    }));
    assert_eq!(gates.each_ref().map(Gate::polls), [1; 10]);
    scope.pending();
    assert_eq!(gates.each_ref().map(Gate::polls), [1; 10], "nobody was woken");
    gates[3].knock();
    gates[7].open();
    scope.pending();
    assert_eq!(gates.each_ref().map(Gate::polls), [1, 1, 1, 2, 1, 1, 1, 2, 1, 1]);
    assert_eq!(bodies.load(Ordering::SeqCst), 1, "nor was the body");
    done.open();
    gates.iter().for_each(Gate::open);
    scope.ready();
}

#[test]
fn woken_twice_is_polled_once() {
    let gate = Gate::new();
    let mut scope = parked(taut::scope(async |s| {
        s.spawn(gate.pass());
    }));
    let waker = gate.wakers().pop().unwrap();
    (0..3).for_each(|_| waker.wake_by_ref());
    let other = waker.clone();
    other.wake();
    scope.pending();
    assert_eq!((gate.polls(), scope.wakes()), (2, 1));
    waker.wake_by_ref();
    gate.open();
    scope.ready();
    assert_eq!(gate.polls(), 3);
}

#[test]
fn a_task_that_is_woken_while_it_is_polled_is_polled_again() {
    let polls = AtomicUsize::new(0);
    let mut scope = task(taut::scope(async |s| {
        s.spawn(polled(&polls, |cx| {
            cx.waker().wake_by_ref();
            if polls.load(Ordering::SeqCst) < 7 { Poll::Pending } else { Poll::Ready(()) }
        }));
    }));
    scope.ready();
    assert_eq!(polls.load(Ordering::SeqCst), 7);
}

/// Two that wake each other for ever are not to keep from its turn who is woken from outside.
#[test]
fn whoever_is_woken_from_outside_has_a_turn_among_the_busy() {
    let (gate, is_over) = (Gate::new(), AtomicUsize::new(0));
    let mut scope = parked(taut::scope(async |s| {
        for _ in 0..2 {
            s.spawn(async {
                while is_over.load(Ordering::SeqCst) == 0 {
                    turn().await;
                }
            });
        }
        gate.pass().await;
        is_over.store(1, Ordering::SeqCst);
    }));
    gate.open();
    assert!((0..3).any(|_| scope.poll().is_ready()), "the busy have all the turns");
}

#[test]
fn whoever_is_spawned_from_outside_has_a_turn_among_the_busy() {
    let is_over = AtomicUsize::new(0);
    let door = Slot::new();
    let mut scope = parked(taut::scope(async |s| {
        door.put(s.clone());
        while is_over.load(Ordering::SeqCst) == 0 {
            turn().await;
        }
    }));
    door.take().spawn(async { is_over.store(1, Ordering::SeqCst) });
    assert!((0..3).any(|_| scope.poll().is_ready()), "the busy have all the turns");
}

/// The scope keeps a clone of its waker, which is foreign code.
#[test]
fn a_wake_up_by_the_clone_of_the_scopes_own_waker_is_not_lost() {
    let gate = Arc::new(Gate::new());
    let mut scope = task(taut::scope(async |_| gate.pass().await));
    let (opens, is_woken) = (Arc::clone(&gate), Arc::new(AtomicBool::new(false)));
    let wakes = Arc::clone(&is_woken);
    let waker = hooked(move |event| match event {
        Event::Clone => opens.open(),
        Event::Wake => wakes.store(true, Ordering::SeqCst),
        Event::Drop => {}
    });
    let is_ready = scope.poll_with(&waker).is_ready();
    assert!(is_ready || is_woken.load(Ordering::SeqCst), "it sleeps, though its body was woken");
}

/// So is the drop of the one that it kept: here it is what opens the gate.
#[test]
fn a_wake_up_by_the_drop_of_the_scopes_last_waker_is_not_lost() {
    let gate = Arc::new(Gate::new());
    let mut scope = task(taut::scope(async |_| gate.pass().await));
    let opens = OnDrop({
        let gate = Arc::clone(&gate);
        move || gate.open()
    });
    struct Opens<F: FnMut()>(OnDrop<F>);
    impl<F: FnMut() + Send + Sync> std::task::Wake for Opens<F> {
        fn wake(self: Arc<Self>) {
            let _ = &self.0;
        }
    }
    assert!(scope.poll_with(&Arc::new(Opens(opens)).into()).is_pending());
    assert!(scope.poll().is_ready() || scope.wakes() > 0, "it sleeps, though its body was woken");
}

#[test]
fn the_last_waker_is_the_one_that_counts() {
    let gate = Gate::new();
    let mut scope = parked(taut::scope(async |_| gate.pass().await));
    let other = crate::support::Wakes::new();
    assert!(scope.poll_with(&Arc::clone(&other).into()).is_pending());
    gate.open();
    assert_eq!((scope.wakes(), other.count()), (0, 1));
    scope.ready();
}

#[test]
fn the_body_is_woken_like_a_task() {
    let polls = AtomicUsize::new(0);
    let gate = Gate::new();
    let mut scope = parked(taut::scope(async |s| {
        let first = s.spawn(async {
            gate.pass().await;
            3
        });
        let mut first = std::pin::pin!(first);
        polled(&polls, |cx| first.as_mut().poll(cx)).await
    }));
    gate.open();
    assert_eq!(scope.ready(), 3);
    assert_eq!(polls.load(Ordering::SeqCst), 2);
}

#[test]
fn a_waker_of_the_body_does_nothing_after_it() {
    let (gate, kept) = (Gate::new(), Log::new());
    let mut scope = parked(taut::scope(async |s| {
        s.spawn(gate.pass());
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            kept.note(cx.waker().clone());
            Poll::Ready(())
        })
        .await;
    }));
    let waker = kept.take().pop().unwrap();
    waker.wake_by_ref();
    assert_eq!(scope.wakes(), 0);
    scope.pending();
    gate.open();
    scope.ready();
    waker.wake();
}
