//! A loop over a channel that is always ready lets others run: a timer around it, other tasks.
//!
//! Method: one poll of a loop that goes on for long. It must come back pending.

use crate::support::{CAPACITIES, channel, gives_way};

/// Far more than a task may do in one turn.
const ROUNDS: u32 = 200_000;

#[tokio::test]
async fn g_11_sending_and_receiving_in_turn_gives_way() {
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        // From every place of the indices: what is charged must not depend on where one starts.
        for offset in 0..20 {
            let (tx, rx) = channel(capacity);
            for n in 0..offset {
                assert!(tx.try_send(n).is_ok() && rx.try_recv().is_ok());
            }
            let round = async || {
                assert!(tx.send(0).await.is_ok());
                assert!(rx.recv().await.is_ok());
            };
            gives_way(&format!("{capacity:?} from {offset}"), round).await;
        }
    }
}

#[tokio::test]
async fn g_11_sending_alone_gives_way() {
    // Goal: the other half of each pair is a `try_` form, which charges nothing.
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel(capacity);
        let round = async || {
            assert!(tx.send(0).await.is_ok());
            assert!(rx.try_recv().is_ok());
        };
        gives_way(&format!("{capacity:?}"), round).await;
    }
}

#[tokio::test]
async fn g_11_receiving_alone_gives_way() {
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel(capacity);
        let round = async || {
            assert!(tx.try_send(0).is_ok());
            assert!(rx.recv().await.is_ok());
        };
        gives_way(&format!("{capacity:?}"), round).await;
    }
}

#[tokio::test]
async fn g_11_sending_to_receives_that_always_wait_gives_way() {
    // Goal: a rendezvous that is always ready: receives are parked again and again by the same task.
    for capacity in CAPACITIES {
        let (tx, rx) = channel(capacity);
        let round = async || {
            let mut receive = crate::support::parked(rx.recv());
            assert!(tx.send(0).await.is_ok());
            assert!(receive.ready().is_ok());
        };
        gives_way(&format!("{capacity:?}"), round).await;
    }
}

#[tokio::test]
async fn g_11_receiving_from_sends_that_always_wait_gives_way() {
    let (tx, rx) = taut_chan::rendezvous();
    let round = async || {
        let mut send = crate::support::parked(tx.send(0));
        assert!(rx.recv().await.is_ok());
        assert!(send.ready().is_ok());
    };
    gives_way("rendezvous", round).await;
}

#[tokio::test]
async fn g_11_receiving_in_batches_gives_way() {
    // Goal: whatever the size of the batch and the place of the index: one operation is one operation.
    for capacity in [Some(64), Some(1 << 40), None] {
        for batch in [1, 2, 8, 16, 32, 48] {
            for offset in [0, 1, 7] {
                let (tx, rx) = channel(capacity);
                for n in 0..offset {
                    assert!(tx.try_send(n).is_ok() && rx.try_recv().is_ok());
                }
                let round = async || {
                    for n in 0..batch {
                        assert!(tx.try_send(n).is_ok());
                    }
                    let mut into = Vec::new();
                    assert_eq!(rx.recv_many(&mut into, batch).await, batch);
                };
                gives_way(&format!("{capacity:?}, batches of {batch} from {offset}"), round).await;
            }
        }
    }
}

#[tokio::test]
async fn g_11_mixing_in_try_forms_gives_way() {
    // Goal: of sixteen values one is sent and received by awaiting; wherever the index starts.
    for capacity in [Some(64), Some(1 << 40), None] {
        for offset in [0, 1, 7] {
            let (tx, rx) = channel(capacity);
            for n in 0..offset {
                assert!(tx.try_send(n).is_ok() && rx.try_recv().is_ok());
            }
            let round = async || {
                assert!(tx.send(0).await.is_ok() && rx.recv().await.is_ok());
                for n in 1..16 {
                    assert!(tx.try_send(n).is_ok() && rx.try_recv().is_ok());
                }
            };
            gives_way(&format!("{capacity:?} from {offset}"), round).await;
        }
    }
}

#[tokio::test]
async fn g_11_a_closed_channel_gives_way() {
    // Goal: the commonest hot loop: receiving from a channel that is closed and drained, sending into
    // a closed one, reserving, watching. Wherever the index stands.
    for capacity in CAPACITIES {
        for offset in [0, 1, 2, 3, 5] {
            let (tx, rx) = channel::<u64>(capacity);
            // What gave way has left nothing of this turn.
            tokio::task::yield_now().await;
            for n in 0..offset {
                let mut receive = crate::support::parked(rx.recv());
                assert!(tx.try_send(n).is_ok() && receive.ready().is_ok());
                let sent = tx.try_send(n).is_ok();
                assert_eq!(rx.try_recv().is_ok(), sent);
            }
            assert!(rx.close());
            let name = |form| format!("{form} on closed {capacity:?} from {offset}");
            gives_way(&name("recv"), async || assert!(rx.recv().await.is_err())).await;
            gives_way(&name("send"), async || assert!(tx.send(0).await.is_err())).await;
            gives_way(&name("reserve"), async || assert!(tx.reserve().await.is_err())).await;
        }
    }
}

#[tokio::test]
async fn g_11_a_stream_gives_way() {
    use futures_util::StreamExt;
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel(capacity);
        let stream = std::cell::RefCell::new(rx.into_stream());
        let round = async || {
            assert!(tx.try_send(0).is_ok());
            let next = std::future::poll_fn(|cx| stream.borrow_mut().poll_next_unpin(cx)).await;
            assert!(next.is_some());
        };
        gives_way(&format!("{capacity:?}"), round).await;
    }
}

#[tokio::test]
async fn g_11_other_tasks_get_their_turn() {
    // Goal: as above without a timer: another task of the same thread runs.
    for capacity in CAPACITIES.into_iter().filter(|capacity| *capacity != Some(0)) {
        let (tx, rx) = channel(capacity);
        let other = tokio::spawn(async {});
        let mut rounds = 0;
        while !other.is_finished() && rounds < ROUNDS {
            assert!(tx.send(0).await.is_ok() && rx.recv().await.is_ok());
            rounds += 1;
        }
        assert!(other.is_finished(), "{capacity:?}");
        other.await.unwrap();
    }
}
