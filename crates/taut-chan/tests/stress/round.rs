//! One channel, some tasks, and the reckoning.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use taut_chan::{Receiver, Sender};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::book::{Book, Value};
use crate::rng::Rng;
use crate::support::channel;
use crate::tasks::{Consumer, Producer};

/// More than any round takes; who is not through by then waits for a wake-up that was lost.
const STUCK: Duration = Duration::from_secs(120);

const PRODUCERS: usize = 4;

/// How a round ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The last sender goes, the receivers drain the channel.
    Drained,
    /// A receiver closes the channel somewhere in between, and all drain it.
    Closed,
    /// The receivers go, one by one.
    Deserted,
}

/// What a round counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) ops: usize,
    pub(crate) made: usize,
    pub(crate) received: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.ops += other.ops;
        self.made += other.made;
        self.received += other.received;
    }
}

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("threads")
}

pub(crate) struct Round {
    pub(crate) capacity: Option<usize>,
    pub(crate) consumers: usize,
    pub(crate) end: End,
    /// By the producers, together.
    pub(crate) ops: usize,
    pub(crate) seed: u64,
}

impl Round {
    pub(crate) fn run(&self, runtime: &Runtime) -> Tally {
        // Any producer may do all of the operations.
        let book = Book::new(PRODUCERS, self.ops);
        let consumed = runtime.block_on(async {
            let work = tokio::time::timeout(STUCK, self.work(&book));
            work.await.unwrap_or_else(|_| panic!("stuck: {self:?}"))
        });
        assert_eq!(Arc::strong_count(&book), 1, "values leaked: {self:?}");
        let (made, received) = book.audit(self.end != End::Deserted);
        Tally { ops: consumed + self.ops, made, received }
    }

    /// Says how many operations the consumers did.
    async fn work(&self, book: &Arc<Book>) -> usize {
        let (tx, rx) = channel::<Value>(self.capacity);
        let mut rng = Rng::new(self.seed, 0);
        let mut tasks = JoinSet::new();
        let ops = Arc::new(AtomicUsize::new(0));
        if self.end != End::Deserted {
            // One who only waits for the end; its handle would keep the receivers' side alive.
            let rx = rx.clone();
            tasks.spawn(async move { rx.closed().await });
        }
        self.spawn_producers(&mut tasks, tx, book);
        self.spawn_consumers(&mut tasks, rx, &ops, &mut rng);
        while let Some(joined) = tasks.join_next().await {
            if let Err(error) = joined {
                panic!("{error}: {self:?}");
            }
        }
        ops.load(Ordering::Relaxed)
    }

    fn spawn_producers(&self, tasks: &mut JoinSet<()>, tx: Sender<Value>, book: &Arc<Book>) {
        let budget = Arc::new(AtomicUsize::new(self.ops));
        for id in 0..PRODUCERS {
            let producer = Producer {
                tx: tx.clone(),
                id,
                book: Arc::clone(book),
                rng: Rng::new(self.seed, 1 + id as u64),
                budget: Arc::clone(&budget),
                next: 0,
                carry: None,
            };
            tasks.spawn(producer.run());
        }
    }

    fn spawn_consumers(
        &self,
        tasks: &mut JoinSet<()>,
        rx: Receiver<Value>,
        ops: &Arc<AtomicUsize>,
        rng: &mut Rng,
    ) {
        let share = (self.ops / self.consumers).max(1);
        let closer = rng.below(self.consumers);
        for id in 0..self.consumers {
            let leaves = self.end == End::Deserted;
            let closes = self.end == End::Closed && id == closer;
            let consumer = Consumer {
                rx: rx.clone(),
                rng: Rng::new(self.seed, 100 + id as u64),
                ops: Arc::clone(ops),
                leaves_after: leaves.then(|| rng.below(share)),
                closes_after: closes.then(|| rng.below(share)),
                last: (self.consumers == 1).then(|| vec![None; PRODUCERS]),
            };
            tasks.spawn(consumer.run());
        }
    }
}

impl std::fmt::Debug for Round {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TAUT_SEED={}, {:?}, ", self.seed, self.end)?;
        write!(f, "capacity {:?}, {} consumers", self.capacity, self.consumers)
    }
}
