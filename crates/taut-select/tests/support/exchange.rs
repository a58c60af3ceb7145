//! Tasks that have so many values to send and to receive, and offer all of that at once until it is
//! done. As many are sent as received on each channel, and nobody closes it: a value, a room or a
//! wake-up too few, and somebody waits for ever.

use std::sync::Arc;

use shuttle::future::block_on;
use shuttle::thread;
use taut::chan::{Closed, Permit, Receiver, RecvError, SendFromError, Sender};
use taut::select;
use taut::select::{OneOf8, Select, boxed, first, map};

use crate::book::{Book, Value, fate};
use crate::channel;
use crate::explore::{below, coin, impatient};

const MOST_TASKS: usize = 6;
const CHANNELS: usize = 4;
/// Values of one channel, at most.
const VALUES: usize = 6;
/// Values that one task can make.
const NUMBERS: usize = 100;

/// Several tasks over several channels: selects wait for each other, in rings too.
pub(crate) fn between_all() {
    let count = 2 + below(MOST_TASKS - 1);
    let book = Book::new(count, NUMBERS);
    let mut tasks: Vec<_> = (0..count).map(|id| Task::new(id, &book)).collect();
    for at in 0..CHANNELS {
        share(&mut tasks, at);
        // Nobody does both: a select does not meet itself.
        let mut senders: Vec<_> = (0..count).collect();
        let mut receivers = vec![senders.swap_remove(below(count))];
        while senders.len() > 1 && coin() {
            receivers.push(senders.swap_remove(below(senders.len())));
        }
        for _ in 0..below(VALUES + 1) {
            tasks[senders[below(senders.len())]].ports[at].to_send += 1;
            tasks[receivers[below(receivers.len())]].ports[at].to_receive += 1;
        }
        if let [only] = receivers[..] {
            tasks[only].ports[at].seen = vec![None; count];
        }
    }
    run(tasks, &book);
}

/// Two tasks that both send and receive on the same channels. What one has still to send, the other has
/// still to receive, or a buffer takes it.
pub(crate) fn face_to_face() {
    let book = Book::new(2, NUMBERS);
    let mut tasks = vec![Task::new(0, &book), Task::new(1, &book)];
    for at in 0..1 + below(2) {
        share(&mut tasks, at);
        for task in &mut tasks {
            (task.ports[at].to_send, task.ports[at].to_receive) = (VALUES, VALUES);
        }
    }
    run(tasks, &book);
}

/// Gives all tasks the same channel.
fn share(tasks: &mut [Task], at: usize) {
    let (tx, rx) = channel();
    for task in tasks {
        (task.ports[at].tx, task.ports[at].rx) = (tx.clone(), rx.clone());
    }
}

fn run(tasks: Vec<Task>, book: &Book) {
    let channels: Vec<_> = tasks[0].ports.iter().map(|port| port.rx.clone()).collect();
    let spawn = |task: Task| thread::spawn(move || block_on(task.run()));
    let threads: Vec<_> = tasks.into_iter().map(spawn).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert!(channels.iter().all(Receiver::is_empty), "as much was received as was sent");
    book.audit(true);
}

/// What one task has to do with one channel.
struct Port {
    tx: Sender<Value>,
    rx: Receiver<Value>,
    to_send: usize,
    to_receive: usize,
    /// The value to be sent next.
    home: Option<Value>,
    /// The key of the value that was put there.
    put: Option<(usize, usize)>,
    /// The last number from each producer, if no other task receives from this channel.
    seen: Vec<Option<usize>>,
}

impl Port {
    /// One with nothing to do.
    fn new() -> Self {
        let (tx, rx) = channel();
        Self { tx, rx, to_send: 0, to_receive: 0, home: None, put: None, seen: Vec::new() }
    }

    fn sends(&self) -> bool {
        self.to_send > 0
    }

    fn receives(&self) -> bool {
        self.to_receive > 0
    }

    /// The value, for a send that drops it if it loses.
    fn take(&mut self, book: &Book) -> Option<Value> {
        book.note_of(self.put.take()?, fate::CANCELLED);
        self.home.take()
    }

    /// By the task of this id.
    fn receive(&mut self, value: Value, id: usize) {
        if value.producer == id && self.rx.capacity() == Some(0) {
            // Somebody gave it back. Nobody else can do our part of a rendezvous.
            self.to_send += 1;
        } else {
            self.to_receive -= 1;
        }
        if let Some(last) = self.seen.get_mut(value.producer) {
            assert!(*last < Some(value.number), "{} after {last:?}", value.number);
            *last = Some(value.number);
        }
        value.ends(fate::RECEIVED);
    }
}

/// The arm that won.
enum Won {
    /// It took the value from home.
    Sent,
    /// It sent a value that had been taken from home before.
    SentTaken,
    Received(Value),
    Nothing,
}

impl Won {
    fn sent(sent: Result<(), SendFromError>) -> Self {
        assert_eq!(sent, Ok(()));
        Self::Sent
    }

    fn received(received: Result<Value, RecvError>) -> Self {
        Self::Received(received.unwrap())
    }

    /// Uses a reservation, or does not.
    fn reserved(permit: Result<Permit<'_, Value>, Closed>, home: &mut Option<Value>) -> Self {
        let permit = permit.unwrap();
        if coin() {
            return Self::Nothing;
        }
        permit.send(home.take().unwrap()).unwrap();
        Self::Sent
    }
}

type SentFrom = Result<(), SendFromError>;
type Received = Result<Value, RecvError>;

/// By the letter of the arm, receives before sends.
fn one_of_all(
    won: OneOf8<Received, Received, Received, Received, SentFrom, SentFrom, SentFrom, SentFrom>,
) -> (usize, Won) {
    match won {
        OneOf8::A(got) => (0, Won::received(got)),
        OneOf8::B(got) => (1, Won::received(got)),
        OneOf8::C(got) => (2, Won::received(got)),
        OneOf8::D(got) => (3, Won::received(got)),
        OneOf8::E(sent) => (0, Won::sent(sent)),
        OneOf8::F(sent) => (1, Won::sent(sent)),
        OneOf8::G(sent) => (2, Won::sent(sent)),
        OneOf8::H(sent) => (3, Won::sent(sent)),
    }
}

/// A `select!` that offers all there is to do at four ports. `$send!` is how it sends, and `$then!` what
/// that came to.
macro_rules! offer_all {
    (($a:ident $b:ident $c:ident $d:ident) $send:ident $then:ident ($($head:tt)*)) => {
        select! {
            $($head)*
            won = $send!($a), if $a.sends() => (0, $then!($a won)),
            won = $send!($b), if $b.sends() => (1, $then!($b won)),
            got = $a.rx.recv(), if $a.receives() => (0, Won::received(got)),
            got = $b.rx.recv(), if $b.receives() => (1, Won::received(got)),
            won = $send!($c), if $c.sends() => (2, $then!($c won)),
            won = $send!($d), if $d.sends() => (3, $then!($d won)),
            got = $c.rx.recv(), if $c.receives() => (2, Won::received(got)),
            got = $d.rx.recv(), if $d.receives() => (3, Won::received(got)),
        }
    };
}

macro_rules! send_from {
    ($port:ident) => {
        $port.tx.send_from(&mut $port.home)
    };
}

macro_rules! sent_from {
    ($port:ident $won:ident) => {
        Won::sent($won)
    };
}

macro_rules! reserve {
    ($port:ident) => {
        $port.tx.reserve()
    };
}

macro_rules! reserved {
    ($port:ident $won:ident) => {
        Won::reserved($won, &mut $port.home)
    };
}

struct Task {
    id: usize,
    book: Arc<Book>,
    ports: [Port; CHANNELS],
    /// How many values it has made.
    made: usize,
}

impl Task {
    fn new(id: usize, book: &Arc<Book>) -> Self {
        let ports = std::array::from_fn(|_| Port::new());
        Self { id, book: Arc::clone(book), ports, made: 0 }
    }

    async fn run(mut self) {
        while self.ports.iter().any(|port| port.sends() || port.receives()) {
            self.make();
            let won = match below(9) {
                // With numbers left. Not given up: nobody could tell then whether it was sent.
                0 if self.made < NUMBERS / 2 => Some(self.by_value().await),
                way if coin() => impatient(self.offer(way)).await,
                way => Some(self.offer(way).await),
            };
            self.settle(won);
        }
    }

    /// Puts a value where one is to be sent.
    fn make(&mut self) {
        for port in self.ports.iter_mut().filter(|port| port.sends() && port.home.is_none()) {
            let value = self.book.make(self.id, self.made);
            self.made += 1;
            port.put = Some(value.key());
            port.home = Some(value);
        }
    }

    /// Notes what a select did: one thing at most.
    fn settle(&mut self, won: Option<(usize, Won)>) {
        let mut effects = 0;
        let was_sent = matches!(won, Some((_, Won::Sent)));
        match won {
            None | Some((_, Won::Nothing | Won::Sent)) => {}
            Some((at, Won::SentTaken)) => {
                self.ports[at].to_send -= 1;
                effects += 1;
            }
            Some((at, Won::Received(value))) => {
                self.ports[at].receive(value, self.id);
                effects += 1;
            }
        }
        // One that was given up may have sent all the same.
        for port in self.ports.iter_mut().filter(|port| port.home.is_none()) {
            if let Some(key) = port.put.take() {
                self.book.note_of(key, fate::SENT);
                port.to_send -= 1;
                effects += 1;
            }
        }
        assert!(effects <= 1, "one arm commits, the others have had no effect");
        assert!(!was_sent || effects == 1, "what was sent is not at home");
    }

    /// One select, in one of the ways there are.
    async fn offer(&mut self, way: usize) -> (usize, Won) {
        let [a, b, c, d] = &mut self.ports;
        match way {
            0 => offer_all!((a b c d) send_from sent_from (biased;)),
            1 => offer_all!((a b c d) send_from sent_from (default => (0, Won::Nothing),)),
            2 => offer_all!((a b c d) reserve reserved ()),
            3 => offer_all!((a b c d) reserve reserved (biased; default => (0, Won::Nothing),)),
            4 | 5 => {
                let offer = first((
                    a.receives().then(|| a.rx.recv()),
                    b.receives().then(|| b.rx.recv()),
                    c.receives().then(|| c.rx.recv()),
                    d.receives().then(|| d.rx.recv()),
                    a.sends().then(|| a.tx.send_from(&mut a.home)),
                    b.sends().then(|| b.tx.send_from(&mut b.home)),
                    c.sends().then(|| c.tx.send_from(&mut c.home)),
                    d.sends().then(|| d.tx.send_from(&mut d.home)),
                ));
                match way {
                    4 => one_of_all(offer.await),
                    _ => offer.now().await.map_or((0, Won::Nothing), one_of_all),
                }
            }
            6 => self.dynamic().await,
            _ => offer_all!((a b c d) send_from sent_from ()),
        }
    }

    /// With any number of arms, and perhaps a look or a wait in vain before.
    async fn dynamic(&mut self) -> (usize, Won) {
        let mut select = if coin() { Select::new() } else { Select::biased() };
        for (at, port) in self.ports.iter_mut().enumerate() {
            if port.receives() {
                select.add(at, boxed(map(port.rx.recv(), Won::received)));
            }
            if port.sends() {
                select.add(at, boxed(map(port.tx.send_from(&mut port.home), Won::sent)));
            }
        }
        let early = match below(3) {
            0 => select.try_next(),
            1 => impatient(select.next()).await.flatten(),
            _ => None,
        };
        match early {
            Some(won) => won,
            None => select.next().await.unwrap(),
        }
    }

    /// Sends that drop their values if they lose.
    async fn by_value(&mut self) -> (usize, Won) {
        let (book, [a, b, c, d]) = (&*self.book, &mut self.ports);
        let sent = |sent: Result<(), _>| {
            assert!(sent.is_ok());
            Won::SentTaken
        };
        select! {
            won = a.take(book).map(|value| a.tx.send(value)) => (0, sent(won)),
            won = b.take(book).map(|value| b.tx.send(value)) => (1, sent(won)),
            won = c.take(book).map(|value| c.tx.send(value)) => (2, sent(won)),
            won = d.take(book).map(|value| d.tx.send(value)) => (3, sent(won)),
            got = a.rx.recv(), if a.receives() => (0, Won::received(got)),
            got = b.rx.recv(), if b.receives() => (1, Won::received(got)),
            got = c.rx.recv(), if c.receives() => (2, Won::received(got)),
            got = d.rx.recv(), if d.receives() => (3, Won::received(got)),
        }
    }
}
