//! Models of races that reviews have found in scopes: tasks of a group that are started as the scope ends in a panic,
//! handles that are polled as their task is dropped. Every interleaving within the preemption bound. Run by `cargo x loom`.
//!
//! The cells of the tasks and of the queue are loom's, which watches who reaches them; it also says whether a wake-up
//! is lost, and whether anything is left.

#![cfg(taut_loom)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use taut_group::{Group, Scope, Spawned, Spawner, scope};

#[path = "../../taut-core/tests/support/explore.rs"]
mod explore;
#[path = "support/scope_models.rs"]
mod kit;

use explore::{model, model_of_three};
use kit::{Dropped, count, out, parked, take};

type Starts = Spawner<(), (), Scope<'static>>;
type Running = Pin<Box<dyn Future<Output = ()>>>;

/// A scope whose body panics when its waker has woken it, and holds a group in one of its tasks, with a spawner of that.
fn about_to_panic() -> (Running, Waker, Starts) {
    let ((ours, bodys), (waker, bodys_waker)) = (out(), out());
    let mut scope = Box::pin(scope(async move |s: Scope<'static>| {
        let group: Group<(), (), _> = s.group();
        bodys.replace(Some(group.spawner()));
        s.spawn(async move {
            let _dropped_as_the_scope_ends = group;
            pending::<()>().await;
        });
        let mut is_woken = false;
        poll_fn(move |cx| {
            assert!(!std::mem::replace(&mut is_woken, true), "the body");
            bodys_waker.replace(Some(cx.waker().clone()));
            Poll::<()>::Pending
        })
        .await;
    }));
    parked(Pin::new(&mut scope));
    (scope, take(&waker), take(&ours))
}

/// Polls it, which makes it panic.
fn panics(scope: &mut Running, waker: &Waker) {
    waker.wake_by_ref();
    let polls = AssertUnwindSafe(|| parked(Pin::new(scope)));
    let panic = catch_unwind(polls).expect_err("it was about to");
    assert_eq!(panic.downcast_ref(), Some(&"the body"));
}

fn starts(spawner: &Starts, dropped: &Arc<AtomicUsize>) -> impl FnOnce() + Send + use<> {
    let (spawner, value) = (spawner.clone(), Dropped(dropped.clone()));
    move || {
        let task = async move {
            let _value = value;
            pending().await
        };
        drop(spawner.try_spawn(task));
    }
}

/// Whoever starts it finds the queue closed and ends it, and so does the group, which is dropped in the scope.
#[test]
fn a_thread_starts_a_task_of_a_group_while_its_scope_ends_in_a_panic() {
    model(|| {
        let dropped = count();
        let (mut scope, waker, spawner) = about_to_panic();
        let thread = thread::spawn(starts(&spawner, &dropped));
        drop(spawner);
        panics(&mut scope, &waker);
        drop((scope, waker));
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

#[test]
fn two_threads_start_tasks_of_a_group_while_its_scope_ends_in_a_panic() {
    model_of_three(|| {
        let dropped = count();
        let (mut scope, waker, spawner) = about_to_panic();
        let threads = [(); 2].map(|()| thread::spawn(starts(&spawner, &dropped)));
        drop(spawner);
        panics(&mut scope, &waker);
        drop((scope, waker));
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(dropped.load(Ordering::Relaxed), 2);
    });
}

/// As the group goes on a thread that does not drive the scope.
#[test]
fn a_thread_starts_a_task_while_another_drops_the_group_and_a_third_the_scope() {
    model_of_three(|| {
        let (dropped, (ours, bodys)) = (count(), out());
        let mut scope: Running = Box::pin(scope(async move |s: Scope<'static>| {
            bodys.replace(Some(s.group::<(), ()>()));
            pending::<()>().await;
        }));
        parked(Pin::new(&mut scope));
        let group = take(&ours);
        let start = starts(&group.spawner(), &dropped);
        let threads = [thread::spawn(start), thread::spawn(move || drop(group))];
        drop(scope);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}

/// A destructor that takes its time: a handle that is polled meanwhile is not given what is being dropped.
#[test]
fn a_thread_polls_a_handle_while_the_future_of_its_task_is_dropped() {
    struct Slow(Arc<AtomicUsize>, String);
    impl Drop for Slow {
        fn drop(&mut self) {
            assert_eq!(self.1, "it is still here");
            self.0.fetch_add(1, Ordering::Relaxed);
            assert_eq!(self.1, "it is still here");
        }
    }
    model(|| {
        let (dropped, (ours, bodys)) = (count(), out());
        let slow = Slow(dropped.clone(), "it is still here".to_owned());
        let mut scope: Running = Box::pin(scope(async move |s: Scope<'static>| {
            let handle: Spawned<'static, String> = s.spawn(async move {
                let _held = &slow;
                pending().await
            });
            bodys.replace(Some(handle));
        }));
        parked(Pin::new(&mut scope));
        let mut handle = take(&ours);
        let thread = thread::spawn(move || {
            let mut cx = Context::from_waker(Waker::noop());
            let polls = AssertUnwindSafe(|| Pin::new(&mut handle).poll(&mut cx).is_ready());
            match catch_unwind(polls) {
                Ok(is_ready) => assert!(!is_ready, "it gave what is not there"),
                Err(panic) => {
                    let told = panic.downcast_ref::<&str>();
                    assert_eq!(told, Some(&"the scope was dropped before the task had ended"));
                }
            }
        });
        drop(scope);
        thread.join().unwrap();
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    });
}
