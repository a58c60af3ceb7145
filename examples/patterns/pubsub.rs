//! `pubsub`: topics, those who subscribe to them, and those who publish.
//!
//! Publishing never waits: who has no room for a message misses it, and nobody else notices. So each
//! subscriber says how far it may fall behind. Dropping the receiver unsubscribes; dropping the broker
//! ends every subscription, after what is still in its buffer.
//!
//! If no message may be missed, `send(…).await` to each instead, and the slowest sets the pace.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use taut::chan::{self, Receiver, Sender, TrySendError};

/// What became of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Published {
    /// Subscribers that have it.
    pub(crate) reached: usize,
    /// Subscribers that had no room for it.
    pub(crate) missed: usize,
}

type Topics<T> = HashMap<String, Vec<Sender<T>>>;

/// Passes messages on to whoever has subscribed to their topic.
#[derive(Debug)]
pub(crate) struct Broker<T> {
    /// Never held across an await, so the mutex of std is the right one.
    topics: Mutex<Topics<T>>,
}

impl<T: Clone> Broker<T> {
    pub(crate) fn new() -> Self {
        Self { topics: Mutex::default() }
    }

    /// What is published on `topic` from now on. So many messages may wait there.
    pub(crate) fn subscribe(&self, topic: &str, capacity: usize) -> Receiver<T> {
        let (to, messages) = chan::bounded(capacity);
        self.topics().entry(topic.to_owned()).or_default().push(to);
        messages
    }

    /// Gives a message to all who have subscribed to `topic` and have room.
    pub(crate) fn publish(&self, topic: &str, message: &T) -> Published {
        let mut published = Published::default();
        if let Some(subscribers) = self.topics().get_mut(topic) {
            subscribers.retain(|to| match to.try_send(message.clone()) {
                Ok(()) => {
                    published.reached += 1;
                    true
                }
                Err(TrySendError::Full(_)) => {
                    published.missed += 1;
                    true
                }
                Err(TrySendError::Closed(_)) => false,
            });
        }
        published
    }

    fn topics(&self) -> MutexGuard<'_, Topics<T>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All messages until the end.
async fn read(messages: Receiver<&str>) -> Vec<&str> {
    let mut all = Vec::new();
    while let Ok(message) = messages.recv().await {
        all.push(message);
    }
    all
}

#[tokio::main]
async fn main() -> Result<(), tokio::task::JoinError> {
    let broker = Broker::new();
    let readers = [("weather", 8), ("weather", 1), ("sport", 8)].map(|(topic, capacity)| {
        (topic, capacity, broker.subscribe(topic, capacity)) // before anything is published
    });
    for (topic, message) in
        [("weather", "rain"), ("sport", "2:1"), ("weather", "sun"), ("traffic", "none")]
    {
        let Published { reached, missed } = broker.publish(topic, &message);
        println!("{topic}, {message}: reached {reached}, missed by {missed}");
    }
    drop(broker);
    for (topic, capacity, messages) in readers {
        println!("{topic}, room for {capacity}: {:?}", taut::spawn(read(messages)).await?);
    }
    Ok(())
}
