//! Models of the handles of tasks in a scope: awaited, dropped and used to abort by one thread, while another
//! polls or drops the scope. Every interleaving within the preemption bound, one question each. Run by `cargo x loom`.
//!
//! The cells of the tasks and of the queue are loom's, which watches who reaches them; it also says whether a wake-up
//! is lost, and whether anything is left.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Waker};

use loom::future::block_on;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use taut_group::{Scope, Spawned, scope};

#[path = "../../taut-core/tests/support/explore.rs"]
mod explore;
#[path = "support/scope_models.rs"]
mod kit;

use explore::{model, model_of_three};
use kit::{Dropped, Flag, Wakers, count, out, parked, take, taken, waits};

/// A task that gives what is counted, and its handle; the scope has been polled once.
fn with_handle(
    flag: &Flag,
    dropped: &Arc<AtomicUsize>,
) -> (Pin<Box<impl Future<Output = ()> + use<>>>, Spawned<'static, Dropped>, Waker) {
    let (wakers, (ours, bodys)) = (Wakers::default(), out());
    let (task, value) = (waits(flag, &wakers), Dropped(dropped.clone()));
    let mut scope = Box::pin(scope(async move |s: Scope<'static>| {
        let spawned = s.spawn(async move {
            task.await;
            value
        });
        bodys.replace(Some(spawned));
    }));
    parked(scope.as_mut());
    (scope, take(&ours), taken(&wakers))
}

#[test]
fn a_thread_waits_for_the_value_while_the_task_ends() {
    model(|| {
        let (flag, dropped) = (Flag::new(), count());
        let (scope, handle, waker) = with_handle(&flag, &dropped);
        let thread = thread::spawn(move || drop(block_on(handle)));
        flag.set(&waker);
        block_on(scope);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_thread_drops_the_handle_while_the_task_ends() {
    model(|| {
        let (flag, dropped) = (Flag::new(), count());
        let (scope, handle, waker) = with_handle(&flag, &dropped);
        let thread = thread::spawn(move || drop(handle));
        flag.set(&waker);
        block_on(scope);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// Polled once, it has left its waker there.
#[test]
fn a_thread_polls_and_drops_the_handle_while_the_task_ends() {
    model(|| {
        let (flag, dropped) = (Flag::new(), count());
        let (scope, mut handle, waker) = with_handle(&flag, &dropped);
        let thread = thread::spawn(move || {
            let mut cx = Context::from_waker(Waker::noop());
            let given = Pin::new(&mut handle).poll(&mut cx).is_ready();
            assert!(!given || !handle.is_finished());
        });
        flag.set(&waker);
        block_on(scope);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_thread_waits_for_the_value_while_the_scope_is_dropped() {
    model(|| {
        let (flag, dropped) = (Flag::new(), count());
        let (scope, handle, waker) = with_handle(&flag, &dropped);
        let thread = thread::spawn(move || {
            let waits = AssertUnwindSafe(|| drop(block_on(handle)));
            let panic = catch_unwind(waits).expect_err("the task is gone");
            let told = panic.downcast_ref::<&str>();
            assert_eq!(told, Some(&"the scope was dropped before the task had ended"));
        });
        drop(scope);
        thread.join().unwrap();
        drop(waker);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_thread_aborts_while_the_task_is_woken_and_polled() {
    model(|| {
        let (flag, dropped) = (Flag::new(), count());
        let (scope, handle, waker) = with_handle(&flag, &dropped);
        let thread = thread::spawn(move || handle.abort());
        flag.set(&waker);
        drop(waker);
        block_on(scope);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// Nobody else wakes it: the abort has to.
#[test]
fn a_thread_aborts_while_the_scope_parks() {
    model(|| {
        let (flag, dropped) = (Flag::new(), count());
        let (scope, handle, waker) = with_handle(&flag, &dropped);
        drop(waker);
        let thread = thread::spawn(move || handle.abort());
        block_on(scope);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn one_thread_aborts_and_another_wakes() {
    model_of_three(|| {
        let (flag, dropped) = (Flag::new(), count());
        let (scope, handle, waker) = with_handle(&flag, &dropped);
        let threads =
            [thread::spawn(move || handle.abort()), thread::spawn(move || flag.set(&waker))];
        block_on(scope);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn a_thread_aborts_while_the_scope_is_dropped() {
    model(|| {
        let (flag, dropped) = (Flag::new(), count());
        let (scope, handle, waker) = with_handle(&flag, &dropped);
        let thread = thread::spawn(move || handle.abort());
        drop(scope);
        assert_eq!(dropped.load(Ordering::Relaxed), 1, "as soon as the drop returns");
        thread.join().unwrap();
        drop(waker);
    });
}
