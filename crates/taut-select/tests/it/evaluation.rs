//! What is evaluated: guards, then every operation, once and in order; patterns and handlers only where
//! they are chosen.

use std::cell::RefCell;
use std::future::ready;

use taut::chan::{self, Receiver, Sender};
use taut::select;

use crate::support::{drain, holding, now, parked};

/// Notes what is evaluated.
#[derive(Default)]
struct Log(RefCell<Vec<&'static str>>);

impl Log {
    fn note<T>(&self, name: &'static str, value: T) -> T {
        self.0.borrow_mut().push(name);
        value
    }

    fn take(&self) -> Vec<&'static str> {
        self.0.take()
    }
}

/// The channels of the tests below: to receive from, and to send to.
struct Channels {
    input: (Sender<u64>, Receiver<u64>),
    output: (Sender<u64>, Receiver<u64>),
}

fn channels() -> Channels {
    Channels { input: holding(5), output: chan::bounded(1) }
}

#[test]
fn se_10_all_is_evaluated_once_in_source_order() {
    // Goal: CH-10: guards first, then channel before value, arm by arm, whichever wins, biased or not.
    let log = Log::default();
    let Channels { input, output } = channels();
    for _ in 0..20 {
        now(async {
            select::select! {
                _ = log.note("rx", &input.1).recv(), if log.note("guard 1", true) => {}
                _ = log.note("tx", &output.0).send(log.note("value", 1)),
                    if log.note("guard 2", true) => {}
                default => {}
                _ = log.note("future", ready(())), if log.note("guard 3", true) => {}
            }
        });
        let order = ["guard 1", "guard 2", "guard 3", "rx", "tx", "value", "future"];
        assert_eq!(log.take(), order);
        let _refilled = input.0.try_send(5).is_ok() || output.1.try_recv().is_ok();
    }
}

#[test]
fn se_10_nothing_is_evaluated_again_when_a_select_waits() {
    // Goal: not at later polls, and not after a pattern that missed.
    let (log, (tx, rx)) = (Log::default(), chan::rendezvous());
    let mut select = parked(async {
        select::select! {
            None = log.note("miss", ready(Some(()))), if log.note("guard", true) => 0,
            Ok(n) = log.note("rx", &rx).recv() => n,
            else => 1,
        }
    });
    (0..10).for_each(|_| select.pending());
    tx.try_send(7).unwrap();
    assert_eq!((select.ready(), log.take()), (7, vec!["guard", "miss", "rx"]));
}

#[test]
fn nl_04_the_operation_of_a_disabled_arm_is_evaluated() {
    // Goal: as Go does it for a nil channel: the channel and the value, and without effect.
    let (log, Channels { input, output }) = (Log::default(), channels());
    now(async {
        select::select! {
            _ = log.note("tx", &output.0).send(log.note("value", 1)), if false => panic!("disabled"),
            got = log.note("rx", &input.1).recv() => assert_eq!(got, Ok(5)),
        }
    });
    assert_eq!((log.take(), drain(&output.1)), (vec!["tx", "value", "rx"], vec![]));
}

#[test]
fn se_10_a_guard_may_look_at_what_an_operation_borrows() {
    // Goal: all guards are done before the first operation begins.
    let (tx, rx) = chan::bounded(1);
    let mut slot = Some(3);
    let sent = now(async {
        select::select! {
            sent = tx.send_from(&mut slot), if slot.is_some() => sent.is_ok(),
            _ = rx.recv(), if slot.is_none() => false,
        }
    });
    assert_eq!((sent, slot, drain(&rx)), (true, None, vec![3]));
}

#[test]
fn se_11_only_the_chosen_handler_runs() {
    // Goal: after the receive, with its value; the others' never, and each as often as it is chosen.
    let (log, Channels { input, output }) = (Log::default(), channels());
    for _ in 0..200 {
        let won = now(async {
            select::select! {
                got = input.1.recv() => {
                    assert_eq!(input.1.len(), 0);
                    log.note("received", got.unwrap())
                }
                sent = output.0.send(6) => {
                    assert_eq!(output.1.len(), 1);
                    log.note("sent", sent.map(|()| 6).unwrap())
                }
            }
        });
        assert_eq!(log.take(), [if won == 5 { "received" } else { "sent" }]);
        let _refilled = input.0.try_send(5).is_ok() || output.1.try_recv().is_ok();
    }
}

#[test]
fn se_11_a_place_to_put_the_value_is_looked_up_after_the_receive() {
    // Goal: an index that would be out of bounds does no harm in an arm that loses, and one that wins
    // sees what was changed meanwhile.
    let ((tx, rx), idle) = (chan::rendezvous(), chan::never::<u64>());
    let mut into = Vec::new();
    let places = RefCell::new(0);
    let mut select = parked(async {
        select::select! {
            got = idle.recv() => into[10] = got.unwrap(),
            got = rx.recv() => {
                into.resize(*places.borrow(), 0);
                into[2] = got.unwrap();
            }
        }
        into
    });
    *places.borrow_mut() = 3;
    tx.try_send(8).unwrap();
    assert_eq!(select.ready(), [0, 0, 8]);
}

#[test]
fn se_26_a_value_is_not_made_if_it_is_only_reserved_for() {
    // Goal: the lazy form: the value is made in the handler, and only there.
    let (log, Channels { input, output }) = (Log::default(), channels());
    for _ in 0..50 {
        let is_sent = now(async {
            select::select! {
                permit = output.0.reserve() => {
                    permit.unwrap().send(log.note("made", 1)).unwrap();
                    true
                }
                got = input.1.recv() => got.is_err(),
            }
        });
        assert_eq!(log.take().len(), usize::from(is_sent));
        let _refilled = input.0.try_send(5).is_ok() || output.1.try_recv().is_ok();
    }
}
