//! Destructors and wakers run with no lock held, and when.

use std::sync::{Arc, Mutex};

use taut_chan::{Receiver, SendError, Sender, WeakReceiver, WeakSender};

use crate::support::hooks::{Event, OnDrop, hooked};
use crate::support::{CAPACITIES, Census, FINITE, MANY, Wakes, channel, parked, task};

/// A value that uses its own channel when it is dropped, and notes that it was.
struct Meddler {
    id: u64,
    tx: Option<Sender<Self>>,
    weak: (WeakSender<Self>, WeakReceiver<Self>),
    log: Log,
}

type Log = Arc<Mutex<Vec<u64>>>;

/// Uses every lock of the channel. What comes of it does not matter, only that it comes back.
fn meddle<T>(tx: Option<&Sender<T>>, rx: Option<&Receiver<T>>) {
    if let Some(tx) = tx {
        drop((tx.len(), tx.is_full(), tx.clone()));
        drop(tx.try_reserve());
        drop(task(tx.reserve()).poll());
        let _ = task(tx.closed()).poll();
    }
    if let Some(rx) = rx {
        drop((rx.is_empty(), rx.clone(), rx.sender_count(), rx.downgrade()));
        let _ = task(rx.closed()).poll();
    }
}

impl Drop for Meddler {
    fn drop(&mut self) {
        self.log.lock().unwrap().push(self.id);
        meddle(self.weak.0.upgrade().as_ref(), self.weak.1.upgrade().as_ref());
        if let Some(tx) = self.tx.take() {
            meddle(Some(&tx), None);
            tx.close();
        }
    }
}

impl Meddler {
    fn new(id: u64, (tx, rx): (&Sender<Self>, &Receiver<Self>), log: &Log, holds: bool) -> Self {
        let tx_held = holds.then(|| tx.clone());
        Self { id, tx: tx_held, weak: (tx.downgrade(), rx.downgrade()), log: Arc::clone(log) }
    }
}

#[test]
fn g_07_values_dropped_with_the_last_receiver_may_use_the_channel() {
    // Goal: G-16, CB-12: at once, front to back, no lock held; the values may hold the last sender.
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        for holds in [false, true] {
            let log = Log::default();
            let (tx, rx) = channel(capacity);
            let values = capacity.unwrap_or(70).min(70) as u64;
            for id in 0..values {
                let value = Meddler::new(id, (&tx, &rx), &log, holds);
                assert!(tx.try_send(value).is_ok());
            }
            if holds {
                drop(tx);
                drop(rx);
            } else {
                drop(rx);
                assert!(tx.is_closed());
            }
            assert_eq!(*log.lock().unwrap(), (0..values).collect::<Vec<_>>(), "{capacity:?}");
        }
    }
}

#[test]
fn g_07_a_value_dropped_with_its_send_may_use_the_channel() {
    // Goal: given up while it waits; never polled; closed and not looked at.
    for &capacity in FINITE {
        let log = Log::default();
        let (tx, rx) = taut_chan::bounded(capacity);
        for id in 0..capacity as u64 {
            assert!(tx.try_send(Meddler::new(id, (&tx, &rx), &log, false)).is_ok());
        }
        drop(parked(tx.send(Meddler::new(100, (&tx, &rx), &log, false))));
        drop(tx.send(Meddler::new(101, (&tx, &rx), &log, false)));
        let unseen = parked(tx.send(Meddler::new(102, (&tx, &rx), &log, false)));
        assert!(rx.close());
        assert!(log.lock().unwrap().ends_with(&[100, 101]));
        drop(unseen);
        assert!(log.lock().unwrap().ends_with(&[102]), "{capacity}");
    }
}

#[test]
fn g_16_waiting_sends_get_their_values_back_when_the_last_receiver_goes() {
    // Goal: only what was in the channel is dropped by it.
    for &capacity in FINITE {
        let census = Census::default();
        let (tx, rx) = taut_chan::bounded(capacity);
        for n in 0..capacity as u64 {
            assert!(tx.try_send(census.value(n)).is_ok());
        }
        let mut sends: Vec<_> = (0..40).map(|n| parked(tx.send(census.value(100 + n)))).collect();
        assert_eq!(census.alive(), capacity + 40);
        drop(rx);
        assert_eq!(census.alive(), 40, "{capacity}");
        for (n, send) in sends.iter_mut().enumerate() {
            let SendError(value) = send.ready().unwrap_err();
            assert!(value == 100 + n as u64);
        }
        assert_eq!(census.alive(), 0);
    }
}

#[test]
fn g_16_values_of_no_size_are_dropped_once() {
    // Goal: CH-12 with a destructor.
    use std::sync::atomic::{AtomicUsize, Ordering};
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    #[derive(Debug)]
    struct Unit;
    impl Drop for Unit {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }
    let mut made = 0;
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let handed = parked(rx.recv());
        for _ in 0..70 {
            drop(tx.try_send(Unit));
            made += 1;
        }
        drop(handed);
        for _ in 0..10 {
            drop(rx.try_recv());
        }
        drop(task(tx.send(Unit)).poll());
        made += 1;
        drop((rx, tx));
        assert_eq!(DROPPED.load(Ordering::SeqCst), made, "{capacity:?}");
    }
}

#[test]
fn g_07_wakers_may_use_the_channel_whatever_happens_to_them() {
    // Goal: clone, wake and drop with no lock held. Method: a waker that uses every lock at each event;
    // receives, sends, reservations and watchers are parked with it, re-polled, woken and dropped.
    for capacity in CAPACITIES {
        let (tx, rx) = channel::<u64>(capacity);
        let events = Arc::new(Mutex::new(Vec::new()));
        let waker = || {
            let (weak_tx, weak_rx, events) = (tx.downgrade(), rx.downgrade(), Arc::clone(&events));
            hooked(move |event| {
                events.lock().unwrap().push(event);
                meddle(weak_tx.upgrade().as_ref(), weak_rx.upgrade().as_ref());
            })
        };
        let mut receives = [task(rx.recv()), task(rx.recv()), task(rx.recv())];
        for receive in &mut receives {
            assert!(receive.poll_with(&waker()).is_pending());
            assert!(receive.poll_with(&waker()).is_pending(), "{capacity:?}");
        }
        let mut watch = task(tx.closed());
        assert!(watch.poll_with(&waker()).is_pending());
        assert!(watch.poll_with(&waker()).is_pending());
        assert_eq!(tx.try_send(1), Ok(()));
        let [first, second, _third] = receives;
        drop(second);
        drop(first); // gives its value back, to the third
        assert!(tx.close());
        watch.ready();
        for event in [Event::Clone, Event::Wake, Event::Drop] {
            assert!(events.lock().unwrap().contains(&event), "{event:?}");
        }
    }
}

#[test]
fn g_07_wakers_of_those_who_send_may_use_the_channel() {
    // Goal: as above, for the other side: woken by a receive, by a permit that goes, by the close.
    for &capacity in FINITE {
        let (tx, rx) = taut_chan::bounded::<u64>(capacity);
        for n in 0..capacity as u64 {
            assert_eq!(tx.try_send(n), Ok(()));
        }
        let waker = || {
            let weak = tx.downgrade();
            hooked(move |_| meddle(weak.upgrade().as_ref(), None))
        };
        let mut slot = Some(7);
        let mut sends = [task(tx.send(1)), task(tx.send(2)), task(tx.send(3))];
        let mut reservation = task(tx.reserve());
        let mut from = task(tx.send_from(&mut slot));
        for _ in 0..2 {
            for send in &mut sends {
                assert!(send.poll_with(&waker()).is_pending());
            }
            assert!(reservation.poll_with(&waker()).is_pending());
            assert!(from.poll_with(&waker()).is_pending());
        }
        for _ in 0..3 {
            assert!(rx.try_recv().is_ok(), "{capacity}");
        }
        drop(sends);
        drop(reservation);
        assert!(rx.close());
        drop(from);
    }
}

#[test]
fn g_07_a_waker_may_drop_the_last_handles() {
    // Goal: the waker that is woken by a close holds the other side, and lets go of it.
    for capacity in CAPACITIES {
        let census = Census::default();
        let (tx, rx) = channel(capacity);
        let buffered = (0..3).filter(|n| tx.try_send(census.value(*n)).is_ok()).count();
        let watched = tx.downgrade();
        let held = Mutex::new(Some(rx));
        let mut watch = Box::pin({
            let tx = tx.clone();
            async move { tx.closed().await }
        });
        let waker = hooked(move |event| {
            if event == Event::Wake {
                drop(held.lock().unwrap().take());
            }
        });
        assert!(watch.as_mut().poll(&mut std::task::Context::from_waker(&waker)).is_pending());
        assert_eq!(census.alive(), buffered);
        assert!(tx.close());
        assert_eq!((census.alive(), tx.receiver_count()), (0, 0), "{capacity:?}");
        drop((watch, tx));
        assert!(watched.upgrade().is_none());
    }
}

#[test]
fn g_16_a_value_may_be_dropped_by_the_waker_of_its_receive() {
    // Goal: a receive is dropped by another receive's wake-up while both are served; all accounted for.
    for capacity in CAPACITIES {
        let census = Census::default();
        let (tx, rx) = channel(capacity);
        let rx = Arc::new(rx);
        let victim = {
            let rx = Arc::clone(&rx);
            Box::pin(async move { rx.recv().await.map(drop) })
        };
        let victim = Arc::new(Mutex::new(Some(victim)));
        let polled = victim.lock().unwrap().as_mut().unwrap().as_mut().poll(
            &mut std::task::Context::from_waker(&{
                let victim = Arc::downgrade(&victim);
                hooked(move |event| {
                    if event == Event::Wake {
                        drop(victim.upgrade().map(|victim| victim.lock().unwrap().take()));
                    }
                })
            }),
        );
        assert!(polled.is_pending());
        assert!(tx.try_send(census.value(1)).is_ok());
        assert!(victim.lock().unwrap().is_none(), "dropped by its own wake-up");
        assert_eq!((rx.len(), census.alive()), (1, 1), "{capacity:?}");
        assert!(rx.try_recv().is_ok());
    }
}

#[test]
fn ch_15_a_channel_travels_in_its_own_value_and_goes_with_it() {
    // Goal: G-18 without a cycle: the value holds both handles of another channel of its kind.
    let done = Wakes::new();
    let note = {
        let done = std::task::Waker::from(Arc::clone(&done));
        move || done.wake_by_ref()
    };
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let before = done.count();
        let (outer_tx, outer_rx) = channel(capacity);
        let (tx, rx) = channel(capacity);
        assert!(tx.try_send(OnDrop(note.clone())).is_ok());
        assert!(outer_tx.try_send((tx, rx)).is_ok());
        drop(outer_rx);
        assert_eq!(done.count(), before + 1, "{capacity:?}");
    }
}

#[test]
fn h_11_a_waker_that_receives_in_the_middle_of_a_close_lets_nobody_in() {
    // Goal: D5. Method: more sends wait than are told in one batch; the first waker takes what is in the
    // buffer, which makes room, and drops a permit, while the rest are still in line.
    for &capacity in FINITE.iter().filter(|capacity| **capacity > 0) {
        let (tx, rx) = taut_chan::bounded(capacity);
        for n in 1..capacity as u64 {
            assert_eq!(tx.try_send(n), Ok(()));
        }
        let permit = tx.clone().try_reserve_owned().unwrap();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let held = Mutex::new(Some((permit, rx.clone())));
        let waker = {
            let taken = Arc::clone(&taken);
            hooked(move |event| {
                if event == Event::Wake {
                    let (permit, rx) = held.lock().unwrap().take().unwrap();
                    drop(permit);
                    taken.lock().unwrap().extend(std::iter::from_fn(|| rx.try_recv().ok()));
                }
            })
        };
        let mut first = task(tx.send(1000));
        assert!(first.poll_with(&waker).is_pending());
        let mut sends: Vec<_> = (0..MANY as u64).map(|n| parked(tx.send(n))).collect();
        assert!(tx.close());
        assert_eq!(*taken.lock().unwrap(), (1..capacity as u64).collect::<Vec<_>>(), "{capacity}");
        assert_eq!(first.ready(), Err(SendError(1000)));
        for (n, send) in sends.iter_mut().enumerate() {
            assert_eq!((send.wakes(), send.ready()), (1, Err(SendError(n as u64))));
        }
        assert!(rx.try_recv().is_err_and(|e| e.is_closed()));
    }
}
