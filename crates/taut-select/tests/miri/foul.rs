//! Selects that are leaked in the middle, and selects that code of others unwinds through.

use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll};

use taut_chan::{never, rendezvous};
use taut_select::{BoxCase, OneOf2, Select, boxed, first, future, map};

use crate::arms::foreign;
use crate::support::hooks::{bomb, panics};
use crate::support::{now, parked, task};
use crate::{Value, now_or_none, poll_once, value};

#[test]
fn a_round_that_is_leaked_goes_on() {
    // Goal: the arms stay registered, whoever owns the `Select` moves it about, and another comes by.
    let ((tx, rx), (idle_tx, idle_rx)) = (rendezvous(), rendezvous());
    let leaked = |select: &mut Select<u8, _>| {
        let mut next = ManuallyDrop::new(select.next());
        assert!(poll_once(Pin::new(&mut *next)).is_pending());
    };
    let fresh = || Select::from_iter([(0, idle_rx.recv()), (1, rx.recv())]);
    let mut select = fresh();
    leaked(&mut select);
    let mut moved = Box::new(select);
    tx.try_send(value(1)).unwrap();
    assert_eq!(now(moved.next()), Some((1, Ok(value(1)))));

    let mut select = fresh();
    leaked(&mut select);
    idle_tx.try_send(value(2)).unwrap();
    assert!(!select.remove(&7));
    assert_eq!(select.try_next(), Some((0, Ok(value(2)))));

    let mut select = fresh();
    leaked(&mut select);
    leaked(&mut select);
    tx.try_send(value(3)).unwrap();
    drop(select);
    assert_eq!(rx.try_recv(), Ok(value(3)));

    let mut select = fresh();
    leaked(&mut select);
    tx.try_send(value(4)).unwrap();
    assert!(select.remove(&1), "what it was handed goes back");
    select.add(2, rx.recv());
    assert_eq!(now(select.next()), Some((2, Ok(value(4)))));

    let mut select = fresh();
    leaked(&mut select);
    select.clear();
    assert!(tx.try_send(value(5)).is_err() && idle_tx.try_send(value(5)).is_err());
}

#[test]
fn a_select_that_is_leaked_stays_where_it_is() {
    // Goal: it is claimed when nobody owns it any more, and freed in the end.
    let ((tx, rx), idle) = (rendezvous(), never::<Value>());
    let mut leaked = ManuallyDrop::new(Box::pin(first((rx.recv(), idle.recv()))));
    assert!(poll_once(leaked.as_mut()).is_pending());
    tx.try_send(value(1)).unwrap();
    assert!(tx.try_send(value(2)).is_err(), "it was claimed once");
    drop(ManuallyDrop::into_inner(leaked));
    assert_eq!(rx.try_recv(), Ok(value(1)));
}

#[test]
fn a_foreign_future_that_panics() {
    // Goal: at its first poll, and when others may have come by; nothing stays registered.
    for at in [1, 2] {
        let (tx, rx) = rendezvous();
        let sending = tx.clone();
        let panicking = foreign(move |poll| {
            if poll == 2 {
                assert!(sending.try_send(value(8)).is_err(), "it is away");
            }
            assert!(poll != at, "a foreign future panics");
            Poll::<()>::Pending
        });
        let mut waits = task(first((rx.recv(), future(panicking))).biased());
        if at == 2 {
            waits.pending();
        }
        panics("a foreign future panics", || drop(waits.poll()));
        drop(waits);
        assert!(tx.try_send(value(9)).is_err(), "nobody is left");
    }
}

#[test]
fn a_round_that_panics_leaves_the_select_whole() {
    // Goal: caught, it goes on with all its arms.
    let (tx, rx) = rendezvous();
    let panicking = foreign(|poll| {
        assert!(poll > 2, "a foreign future panics");
        Poll::Ready(false)
    });
    let mut select: Select<u8, BoxCase<'_, bool>> = Select::biased();
    select.add(0, boxed(map(rx.recv(), |got| got == Ok(value(1)))));
    select.add(1, boxed(future(panicking)));
    for _ in 0..2 {
        panics("a foreign future panics", || assert!(now_or_none(select.next()).is_none()));
        assert!(tx.try_send(value(9)).is_err(), "nothing is registered");
    }
    assert_eq!(select.len(), 2);
    assert_eq!(now(select.next()), Some((1, false)));
    let mut next = parked(select.next());
    tx.try_send(value(1)).unwrap();
    assert_eq!(next.ready(), Some((0, true)));
}

#[test]
fn a_waker_that_panics() {
    let ((tx, rx), idle) = (rendezvous(), never::<Value>());
    let mut waits = Box::pin(first((rx.recv(), idle.recv())));
    assert!(waits.as_mut().poll(&mut Context::from_waker(&bomb())).is_pending());
    panics("a waker panics", || drop(tx.try_send(value(1))));
    assert_eq!(poll_once(waits.as_mut()), Poll::Ready(OneOf2::A(Ok(value(1)))));
    // The one that wakes is a select, which undoes nothing.
    let mut receive = Box::pin(rx.recv());
    assert!(receive.as_mut().poll(&mut Context::from_waker(&bomb())).is_pending());
    let mut sends = Box::pin(first((idle.recv(), tx.send(value(2)))));
    panics("a waker panics", || drop(poll_once(sends.as_mut())));
    drop(sends);
    assert_eq!(poll_once(receive.as_mut()), Poll::Ready(Ok(value(2))));
}
