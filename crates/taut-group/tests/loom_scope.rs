//! Models of a scope that is polled by one thread while others wake its tasks, start some, and drop it: every
//! interleaving within the preemption bound, one question each. Run by `cargo x loom`.
//!
//! The cells of the tasks and of the queue are loom's, which watches who reaches them; it also says whether a wake-up
//! is lost, and whether anything is left.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::Poll;

use loom::future::block_on;
use loom::sync::atomic::Ordering;
use loom::thread;
use taut_group::{Scope, scope};

#[path = "../../taut-core/tests/support/explore.rs"]
mod explore;
#[path = "support/scope_models.rs"]
mod kit;

use explore::{model, model_of_three};
use kit::{Dropped, Flag, Wakers, count, out, parked, take, taken, waits};

#[test]
fn a_wake_up_from_a_thread_is_seen_with_what_came_before_it() {
    model(|| {
        let (flag, wakers) = (Flag::new(), Wakers::default());
        let task = waits(&flag, &wakers);
        let mut scope = pin!(scope(async |s: Scope<'static>| drop(s.spawn(task))));
        parked(scope.as_mut());
        let waker = taken(&wakers);
        let thread = thread::spawn(move || flag.set(&waker));
        block_on(scope);
        thread.join().unwrap();
    });
}

#[test]
fn two_threads_push_while_the_scope_parks_and_pops() {
    model_of_three(|| {
        let (flags, wakers) = ([Flag::new(), Flag::new()], Wakers::default());
        let tasks = flags.each_ref().map(|flag| waits(flag, &wakers));
        let mut scope = pin!(scope(async |s: Scope<'static>| {
            tasks.into_iter().for_each(|task| drop(s.spawn(task)));
        }));
        parked(scope.as_mut());
        let wakers = std::mem::take(&mut *wakers.lock().unwrap());
        let threads: Vec<_> = flags
            .into_iter()
            .zip(wakers)
            .map(|(flag, waker)| thread::spawn(move || flag.set(&waker)))
            .collect();
        block_on(scope);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

/// The task is woken by two, and is done at the first of the polls, or at the second.
#[test]
fn two_threads_wake_one_task() {
    model_of_three(|| {
        let (flag, wakers) = (Flag::new(), Wakers::default());
        let task = waits(&flag, &wakers);
        let mut scope = pin!(scope(async |s: Scope<'static>| drop(s.spawn(task))));
        parked(scope.as_mut());
        let waker = taken(&wakers);
        let other = waker.clone();
        let threads = [
            thread::spawn(move || flag.set(&waker)),
            thread::spawn(move || other.wake()), // for nothing
        ];
        block_on(scope);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn the_last_share_is_that_of_a_waker_on_another_thread() {
    model(|| {
        let (flag, wakers, dropped) = (Flag::new(), Wakers::default(), count());
        let (task, inside) = (waits(&flag, &wakers), Dropped(dropped.clone()));
        let mut scope = Box::pin(scope(async |s: Scope<'static>| {
            s.spawn(async move {
                task.await;
                drop(inside);
            });
        }));
        parked(scope.as_mut());
        let waker = taken(&wakers);
        let thread = thread::spawn(move || {
            flag.set(&waker);
            drop(waker.clone());
            waker.wake();
        });
        block_on(scope.as_mut());
        drop(scope);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
        thread.join().unwrap();
    });
}

#[test]
fn the_scope_is_dropped_while_a_task_is_woken() {
    model(|| {
        let (flag, wakers, dropped) = (Flag::new(), Wakers::default(), count());
        let (task, inside) = (waits(&flag, &wakers), Dropped(dropped.clone()));
        let mut scope = Box::pin(scope(async |s: Scope<'static>| {
            s.spawn(async move {
                task.await;
                drop(inside);
            });
        }));
        parked(scope.as_mut());
        let waker = taken(&wakers);
        let thread = thread::spawn(move || {
            flag.set(&waker);
            waker.wake();
        });
        drop(scope);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
        thread.join().unwrap();
    });
}

/// What comes too late is dropped by who brings it; what comes in time is run.
#[test]
fn a_thread_starts_a_task_while_the_scope_ends() {
    model(|| {
        let ((ours, bodys), ran, dropped) = (out(), count(), count());
        let mut scope = Box::pin(scope(async move |s: Scope<'static>| {
            bodys.replace(Some(s));
            let mut has_waited = false;
            poll_fn(|_| {
                if std::mem::replace(&mut has_waited, true) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        }));
        parked(scope.as_mut());
        let s = take(&ours);
        let (value, runs) = (Dropped(dropped.clone()), ran.clone());
        let thread = thread::spawn(move || {
            s.spawn(async move {
                runs.fetch_add(1, Ordering::Relaxed);
                drop(value);
            })
            .is_finished()
        });
        drop(scope);
        let is_finished = thread.join().unwrap();
        assert!(is_finished || ran.load(Ordering::Relaxed) == 0);
        assert_eq!((ran.load(Ordering::Relaxed), dropped.load(Ordering::Relaxed)), (0, 1));
    });
}

#[test]
fn a_thread_starts_a_task_while_the_scope_comes_to_its_end() {
    model(|| {
        let ((ours, bodys), ran, dropped) = (out(), count(), count());
        let scope = scope(move |s: Scope<'static>| {
            bodys.replace(Some(s));
            std::future::ready(())
        });
        let s = take(&ours);
        let (value, runs) = (Dropped(dropped.clone()), ran.clone());
        let thread = thread::spawn(move || {
            drop(s.spawn(async move {
                runs.fetch_add(1, Ordering::Relaxed);
                drop(value);
            }));
        });
        block_on(scope);
        thread.join().unwrap();
        assert!(ran.load(Ordering::Relaxed) <= 1);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// It must be run: the body waits for what it does.
#[test]
fn a_thread_starts_a_task_while_the_scope_parks() {
    model(|| {
        let ((ours, bodys), flag, wakers) = (out(), Flag::new(), Wakers::default());
        let waits = waits(&flag, &wakers);
        let mut scope = pin!(scope(async move |s: Scope<'static>| {
            bodys.replace(Some(s));
            waits.await;
        }));
        parked(scope.as_mut());
        let (s, waker) = (take(&ours), taken(&wakers));
        let thread = thread::spawn(move || drop(s.spawn(async move { flag.set(&waker) })));
        block_on(scope);
        thread.join().unwrap();
    });
}

/// The future of the scope moves to another thread, which polls it to its end; wakers were left on the first.
#[test]
fn the_scope_changes_threads_while_it_is_woken() {
    model(|| {
        let (flag, wakers) = (Flag::new(), Wakers::default());
        let task = waits(&flag, &wakers);
        let mut scope = Box::pin(scope(async move |s: Scope<'static>| drop(s.spawn(task))));
        parked(scope.as_mut());
        let waker = taken(&wakers);
        let thread = thread::spawn(move || block_on(scope));
        flag.set(&waker);
        drop(waker);
        thread.join().unwrap();
    });
}

/// Two scopes on two threads: a task of one wakes a task of the other.
#[test]
fn a_task_of_one_scope_wakes_a_task_of_another() {
    model(|| {
        let (flag, wakers) = (Flag::new(), Wakers::default());
        let task = waits(&flag, &wakers);
        let mut first = pin!(scope(async |s: Scope<'static>| drop(s.spawn(task))));
        parked(first.as_mut());
        let waker = taken(&wakers);
        let thread = thread::spawn(move || {
            block_on(scope(async |s: Scope<'static>| {
                s.spawn(async move { flag.set(&waker) });
            }));
        });
        block_on(first);
        thread.join().unwrap();
    });
}

#[test]
fn nothing_of_a_scope_that_waits_for_ever_is_left() {
    model(|| {
        let dropped = count();
        let inside = Dropped(dropped.clone());
        let mut scope = Box::pin(scope(async move |s: Scope<'static>| {
            s.spawn(async move {
                pending::<()>().await;
                drop(inside);
            });
        }));
        parked(scope.as_mut());
        let thread = thread::spawn(move || drop(scope));
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}
