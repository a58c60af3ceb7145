//! Models of groups over selects over channels, dropped at random, on shuttle's tasks and in scopes: more tasks and steps than
//! loom can try.
//!
//! Run by `cargo x shuttle`. That nobody waits for ever is for shuttle to say: whoever goes takes its ends of the channels
//! with it, so that the others end too. What is told here: every value is dropped once, whether it was
//! received, came back, or went with its channel or its task; when a group or a scope says that it is over, nothing of it is
//! alive.

#![cfg(taut_shuttle)]
#![allow(missing_docs, reason = "a test binary")]
#![allow(clippy::unwrap_used, reason = "a model fails by panicking")]

#[path = "../../taut-chan/tests/support/explore.rs"]
mod explore;
#[path = "support/soup.rs"]
mod soup;

use std::pin::Pin;

use explore::{below, coin, once};
use shuttle::future::{block_on, yield_now};
use shuttle::thread;
use soup::{Census, Value, channel, consume, produce, truncated};
use taut::chan::{Receiver, Sender};
use taut::context::Context;
use taut::group::{Failure, Group, Home, OnError, Scope, Spawned, Tokio, scope};

/// A model under each scheduler.
macro_rules! models {
    ($($model:ident;)*) => {$(
        mod $model {
            #[test]
            fn random() {
                crate::explore::random(|| crate::repeatable(crate::$model));
            }

            #[test]
            fn pct() {
                crate::explore::pct(|| crate::repeatable(crate::$model));
            }
        }
    )*};
}

models! {
    groups_of_tasks;
    groups_in_scopes;
    scopes_on_threads;
    scopes_in_tasks_of_groups;
    handles_on_another_thread;
    jobs_under_a_limit;
}

/// The choices that selects make are part of the schedule, as those of the model are.
fn repeatable(model: fn()) {
    taut::select::seed(explore::seed());
    model();
}

const EACH: usize = 2;
const VALUES: usize = 4;
const MORE_THAN_THE_END_OF_A_TASK: usize = 500;

type Given = Result<u64, Failure>;
type Task = Pin<Box<dyn Future<Output = Given> + Send>>;
type Tasks<H = Tokio> = Group<u64, Failure, H>;

fn rule<H: Home>(group: Tasks<H>) -> Tasks<H> {
    group.on_error([OnError::Cancel, OnError::Abort, OnError::Continue][below(3)])
}

/// Goes on until it is over, or not. True: no task of the group is alive.
async fn finish<H: Home>(mut group: Tasks<H>) -> bool {
    match below(5) {
        0 => drop(group.wait().await),
        1 => drop(group.wait_all().await),
        2 => while group.next().await.is_some() {},
        3 => group.shutdown().await,
        _ => {
            for _ in 0..below(4) {
                if once(&mut std::pin::pin!(group.next())).await.is_some() {
                    yield_now().await;
                }
            }
            drop(group);
            return false;
        }
    }
    assert_eq!(group.len(), 0);
    true
}

/// Both are told to end, at any time.
async fn finish_both<H: Home>(senders: Tasks<H>, receivers: Tasks<H>) -> bool {
    let (first, second) = if coin() { (senders, receivers) } else { (receivers, senders) };
    let (one, other) = futures_util::future::join(finish(first), finish(second)).await;
    one && other
}

/// At once, if the groups were waited for. A task that is polled as its group is dropped goes as soon as that poll ends.
async fn all_are_gone(is_over: bool, census: &Census) {
    assert!(!is_over || census.alive() == 0, "something is left");
    while census.alive() > 0 {
        yield_now().await;
    }
    // Such a task has a few steps to go, of which nobody hears; the model is not to end before.
    let more = if is_over { 0 } else { MORE_THAN_THE_END_OF_A_TASK };
    for _ in 0..more {
        yield_now().await;
    }
}

fn groups_of_tasks() {
    let census = Census::default();
    block_on(async {
        let (senders, _ctx) = Tasks::with_context(&Context::background());
        let (mut senders, mut receivers) = (rule(senders), rule(Tasks::new()));
        let (sends, receives) = both_sides(&census);
        for (send, receive) in sends.into_iter().zip(receives) {
            senders.spawn(send).await;
            receivers.spawn(receive).await;
        }
        let is_over = finish_both(senders, receivers).await;
        all_are_gone(is_over, &census).await;
    });
}

/// What a thread does: a scope with tasks at one side of the channels, of which some turns may be all it gets.
fn side<F>(tasks: Vec<F>, census: Census) -> impl FnOnce() + Send + 'static
where
    F: Future<Output = Given> + Send + 'static,
{
    move || {
        let all = scope(async |s: Scope<'_>| {
            let mut handles: Vec<_> = tasks.into_iter().map(|task| s.spawn(task)).collect();
            if coin() {
                handles.swap_remove(below(handles.len())).abort();
            }
            let _kept = census.value();
            for handle in handles {
                if coin() {
                    let _ended = handle.await;
                }
            }
        });
        if coin() {
            block_on(all);
        } else {
            block_on(truncated(all, below(10)));
        }
    }
}

/// The same with a group.
fn grouped<F>(tasks: Vec<F>, census: Census) -> impl FnOnce() + Send + 'static
where
    F: Future<Output = Given> + Send + 'static,
{
    move || {
        let all = scope(async |s: Scope<'_>| {
            let (group, _ctx) = s.group_with_context(&Context::background());
            let mut group = rule(if coin() { group } else { s.group() });
            let _kept = census.value();
            for task in tasks {
                group.spawn(task).await;
            }
            finish(group).await;
        });
        if coin() {
            block_on(all);
        } else {
            block_on(truncated(all, below(10)));
        }
    }
}

/// Who sends to either of two channels.
fn senders(ends: (&Sender<Value>, &Sender<Value>), census: &Census) -> Vec<Task> {
    let task = |_| {
        let values = (0..VALUES).map(|_| census.value()).collect();
        Box::pin(produce((ends.0.clone(), ends.1.clone()), values)) as Task
    };
    (0..EACH).map(task).collect()
}

/// Who receives from both, some not to the end.
fn receivers(ends: (&Receiver<Value>, &Receiver<Value>)) -> Vec<Task> {
    let task = |_| {
        let patience = if below(4) == 0 { below(VALUES) } else { usize::MAX };
        Box::pin(consume((ends.0.clone(), ends.1.clone()), patience)) as Task
    };
    (0..EACH).map(task).collect()
}

/// Some that send, and some that receive, and nobody else has the channels.
fn both_sides(census: &Census) -> (Vec<Task>, Vec<Task>) {
    let (one, other) = (channel(), channel());
    (senders((&one.0, &other.0), census), receivers((&one.1, &other.1)))
}

/// Each side in the scope of its thread.
fn scopes_on_threads() {
    let census = Census::default();
    let (sends, receives) = both_sides(&census);
    let threads =
        [thread::spawn(side(sends, census.clone())), thread::spawn(side(receives, census.clone()))];
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(census.alive(), 0);
}

/// Each side in a group in the scope of its thread.
fn groups_in_scopes() {
    let census = Census::default();
    let (sends, receives) = both_sides(&census);
    let threads = [
        thread::spawn(grouped(sends, census.clone())),
        thread::spawn(grouped(receives, census.clone())),
    ];
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(census.alive(), 0);
}

fn scopes_in_tasks_of_groups() {
    let census = Census::default();
    block_on(async {
        let mut group = rule(Tasks::new());
        let (one, other) = (channel(), channel());
        for _ in 0..EACH {
            let (tx, rx) = ((one.0.clone(), other.0.clone()), (one.1.clone(), other.1.clone()));
            let (values, census) = ((0..VALUES).map(|_| census.value()).collect(), census.clone());
            let both = scope(async move |s: Scope<'_>| {
                let _kept = census.value();
                let sends = s.spawn(produce(tx, values));
                let receives = s.spawn(consume(rx, usize::MAX));
                sends.await.map(drop)?;
                receives.await
            });
            group.spawn(both).await;
        }
        drop((one, other));
        let is_over = finish(group).await;
        all_are_gone(is_over, &census).await;
    });
}

/// A scope on one thread; its handles, the right to start more, and its wakers on another.
fn handles_on_another_thread() {
    let (census, (tx, rx)) = (Census::default(), taut::chan::unbounded());
    let ours = census.clone();
    let runs = thread::spawn(move || {
        let (jobs, done) = taut::chan::bounded::<Value>(1);
        let all = scope(async |s: Scope<'static>| {
            for _ in 0..3 {
                let (value, jobs) = (ours.value(), jobs.clone());
                let handle = s.spawn(async move {
                    let sent = jobs.send(value).await;
                    yield_now().await;
                    sent.err()
                });
                let _is_heard = tx.try_send((handle, s.clone()));
            }
            drop((jobs, tx));
            while let Ok(value) = done.recv().await {
                drop(value);
            }
        });
        block_on(truncated(all, if coin() { usize::MAX } else { below(8) }));
    });
    let theirs = census.clone();
    let holds = thread::spawn(move || {
        while let Ok((handle, s)) = block_on(rx.recv()) {
            handle_somehow(handle, &s, &theirs);
        }
    });
    runs.join().unwrap();
    holds.join().unwrap();
    assert_eq!(census.alive(), 0);
}

fn handle_somehow<T: Send + 'static>(
    handle: Spawned<'static, T>,
    s: &Scope<'static>,
    census: &Census,
) {
    let value = census.value();
    let late = s.spawn(async move {
        yield_now().await;
        value
    });
    match below(4) {
        0 => drop(handle),
        1 => handle.abort(),
        2 => {
            // It panics if the scope was dropped.
            let waits = std::panic::AssertUnwindSafe(|| drop(block_on(handle)));
            let _given = soup::quietly(waits);
        }
        _ => {
            let mut handle = handle;
            let _given = soup::quietly(|| drop(block_on(once(&mut handle))));
        }
    }
    if coin() {
        late.abort();
    }
}

/// Many jobs, few places: whoever waits for one is served, and whoever gives up frees what it was given.
fn jobs_under_a_limit() {
    let census = Census::default();
    block_on(async {
        let mut group = rule(Tasks::new()).limit(1 + below(2));
        let spawner = group.spawner();
        for n in 0..5 {
            let value = census.value();
            let (spawner, more) = (spawner.clone(), census.value());
            let job = async move {
                yield_now().await;
                // At the limit it may be that all who run wait for a place: then they are told.
                let _refused = spawner.spawn(async move { Ok(more.number()) }).await.is_err();
                if n == 3 && coin() { Err(Failure::new("the third")) } else { Ok(value.number()) }
            };
            if coin() {
                group.spawn(job).await;
            } else {
                _ = once(&mut std::pin::pin!(group.spawn(job))).await;
            }
            if coin() {
                group.set_limit(Some(1 + below(3)));
            }
        }
        let is_over = finish(group).await;
        drop(spawner);
        all_are_gone(is_over, &census).await;
    });
}
