//! Tasks borrow what lives outside of the scope; and what may be sent where.

use std::cell::Cell;
use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use taut::group::{Group, Scope, Scoped, Spawned, Spawner};

use crate::kit::{Gate, forget, turn};
use crate::not_impl::assert_not_impl;
use crate::support::{now, parked, task};

#[test]
fn tasks_share_what_they_borrow() {
    let words = ["to", "be", "or"].map(str::to_owned);
    let sum = now(taut::scope(async |s| {
        let lengths = words.each_ref().map(|word| s.spawn(async { word.len() }));
        let mut sum = 0;
        for length in lengths {
            sum += length.await;
        }
        sum
    }));
    assert_eq!(sum, 6);
}

#[test]
fn each_task_may_borrow_its_own_part_to_write_to() {
    let mut numbers = vec![1, 2, 3, 4];
    now(taut::scope(async |s| {
        for number in &mut numbers {
            s.spawn(async move {
                turn().await;
                *number *= 10;
            });
        }
    }));
    assert_eq!(numbers, [10, 20, 30, 40]);
}

#[test]
fn one_task_may_write_and_what_it_wrote_is_there_afterwards() {
    let mut text = String::new();
    let writes = async |s: Scope<'_>| {
        turn().await;
        drop(s);
    };
    now(taut::scope(writes));
    now(taut::scope(async |s| {
        s.spawn(async { text.push_str("written") });
    }));
    assert_eq!(text, "written");
}

#[test]
fn outputs_may_borrow() {
    let text = String::from("first second");
    let words = now(taut::scope(async |s| {
        let split = s.spawn(async { text.split(' ').collect::<Vec<&str>>() });
        split.await
    }));
    assert_eq!(words, ["first", "second"]);
}

/// What is borrowed for the tasks is free again when the scope is gone, whether it ended or not.
#[test]
fn what_was_borrowed_to_write_to_is_free_after_a_scope_that_was_dropped() {
    let mut text = String::from("a");
    let scope = parked(taut::scope(async |s| {
        s.spawn(async {
            text.push('b');
            pending::<()>().await;
            text.push('c');
        });
    }));
    drop(scope);
    assert_eq!(text, "ab");
}

/// Then its tasks are never polled or dropped, and what they borrow stays valid for them.
#[test]
fn a_scope_that_is_forgotten_leaks_its_tasks() {
    let (gate, text) = (Gate::new(), String::from("a"));
    let scope = parked(taut::scope(async |s| {
        s.spawn(async {
            gate.pass().await;
            drop(text.clone());
        });
    }));
    forget(scope);
    gate.open();
    assert_eq!(gate.polls(), 1);
    drop(text);
}

#[test]
fn the_body_may_hold_what_cannot_be_sent() {
    let count = Rc::new(Cell::new(0));
    let mut scope = task(taut::scope(async |s| {
        let ours = Rc::clone(&count);
        ours.set(s.spawn(async { 4 }).await);
        turn().await;
        Rc::strong_count(&ours)
    }));
    assert_eq!(scope.ready(), 2);
    assert_eq!(count.get(), 4);
}

fn sendable<T: Send>(value: T) -> T {
    value
}

#[test]
fn auto_traits() {
    type Plain<'a, T> = Scoped<'a, std::future::Ready<T>>;
    fn everything<T: Send + Sync + Unpin>() {}
    everything::<Scope<'static>>();
    everything::<Spawned<'static, u32>>();
    everything::<Plain<'static, u32>>();
    drop(sendable(taut::scope(async |s| s.spawn(async { 1 }).await)));
    assert_not_impl!(Spawned<'static, Rc<u32>>: Send);
    assert_not_impl!(Spawned<'static, Cell<u32>>: Sync);
    assert_not_impl!(Plain<'static, Rc<u32>>: Send);
    assert_not_impl!(Group<Rc<u32>, (), Scope<'static>>: Send);
    assert_not_impl!(Spawner<Rc<u32>, (), Scope<'static>>: Send);
    drop(sendable(taut::scope(async |s| s.group::<u32, u32>().wait().await)));
}

/// The whole scope moves from worker to worker between its polls.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(miri, ignore = "a runtime with threads")]
async fn a_scope_runs_in_a_task_of_a_runtime_with_threads() {
    let sums = (0..8_u64).map(|seed| {
        tokio::spawn(async move {
            let parts: Vec<u64> = (seed..seed + 50).collect();
            let (tx, rx) = taut::chan::bounded(3);
            let total = AtomicUsize::new(0);
            taut::scope(async |s| {
                for part in &parts {
                    let (tx, total) = (&tx, &total);
                    s.spawn(async move {
                        tokio::task::yield_now().await;
                        tx.send(*part).await.unwrap();
                        total.fetch_add(1, Ordering::Relaxed);
                    });
                }
                let mut sum = 0;
                for _ in &parts {
                    sum += rx.recv().await.unwrap();
                }
                sum
            })
            .await
        })
    });
    for (seed, sum) in sums.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(sum.await.unwrap(), (seed as u64..seed as u64 + 50).sum::<u64>());
    }
}

/// Boxed, behind a trait, moved before its first poll.
#[test]
fn a_scope_is_a_future_like_any_other() {
    fn boxed<'a>(words: &'a [String]) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
        Box::pin(taut::scope(async |s| {
            let lengths: Vec<_> = words.iter().map(|w| s.spawn(async { w.len() })).collect();
            let mut sum = 0;
            for length in lengths {
                sum += length.await;
            }
            sum
        }))
    }
    let words = ["a".to_owned(), "bc".to_owned()];
    let (one, other) = (boxed(&words), boxed(&words));
    assert_eq!(now(other) + now(one), 6);
}

/// In methods, `self` is borrowed as any other value is.
#[test]
fn methods_may_use_scopes() {
    struct Store {
        rows: Vec<u32>,
        reads: AtomicUsize,
    }
    impl Store {
        async fn read(&self, n: usize) -> u32 {
            self.reads.fetch_add(1, Ordering::SeqCst);
            turn().await;
            self.rows[n]
        }

        async fn sum(&self) -> u32 {
            taut::scope(async |s| {
                let reads: Vec<_> = (0..self.rows.len()).map(|n| s.spawn(self.read(n))).collect();
                let mut sum = 0;
                for read in reads {
                    sum += read.await;
                }
                sum
            })
            .await
        }
    }
    let store = Store { rows: vec![1, 2, 3], reads: AtomicUsize::new(0) };
    assert_eq!(now(store.sum()), 6);
    assert_eq!(store.reads.into_inner(), 3);
}
