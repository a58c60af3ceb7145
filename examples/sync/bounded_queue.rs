//! `bounded_queue`: a queue that makes who pushes wait while it is full, and who pops while it is
//! empty. A mutex and two conditions, for tasks and threads alike.
//!
//! A bounded channel is this queue already; what is worth copying is the pattern, for state with more
//! to it than a list. Every change that can end somebody's waiting is followed by a `notify`. One
//! item, or the room of one, is for one waiter, so `notify_one` is enough; if that waiter is dropped
//! before it has run, the next one is told instead. The end is for all.

use std::collections::VecDeque;
use std::io;
use std::iter;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use clap::Parser;
use taut::sync::{Cond, Mutex, MutexGuard};
use tokio::task::JoinSet;

#[derive(Debug)]
pub(crate) struct Queue<T> {
    most: NonZeroUsize,
    state: Mutex<State<T>>,
    has_item: Cond,
    has_room: Cond,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    is_open: bool,
}

impl<T> Queue<T> {
    pub(crate) fn new(most: NonZeroUsize) -> Self {
        let state = Mutex::new(State { items: VecDeque::new(), is_open: true });
        Self { most, state, has_item: Cond::new(), has_room: Cond::new() }
    }

    /// Appends an item, as soon as there is room. Gives it back if the queue is closed.
    pub(crate) async fn push(&self, item: T) -> Result<(), T> {
        let state = self.state.lock().await;
        let state = self.has_room.wait_while(state, |state| self.is_full(state)).await;
        self.append(state, item)
    }

    /// The first item, as soon as there is one. `None`: it is closed, and there will be none.
    pub(crate) async fn pop(&self) -> Option<T> {
        let state = self.state.lock().await;
        let state = self.has_item.wait_while(state, |state| Self::is_empty(state)).await;
        self.take(state)
    }

    /// `push` for threads.
    pub(crate) fn blocking_push(&self, item: T) -> Result<(), T> {
        let state = self.state.blocking_lock();
        let state = self.has_room.blocking_wait_while(state, |state| self.is_full(state));
        self.append(state, item)
    }

    /// `pop` for threads.
    pub(crate) fn blocking_pop(&self) -> Option<T> {
        let state = self.state.blocking_lock();
        let state = self.has_item.blocking_wait_while(state, |state| Self::is_empty(state));
        self.take(state)
    }

    /// Nothing is pushed any more. What was can still be popped.
    pub(crate) async fn close(&self) {
        self.end(self.state.lock().await);
    }

    /// `close` for threads.
    pub(crate) fn blocking_close(&self) {
        self.end(self.state.blocking_lock());
    }

    fn is_full(&self, state: &State<T>) -> bool {
        state.is_open && state.items.len() >= self.most.get()
    }

    fn is_empty(state: &State<T>) -> bool {
        state.is_open && state.items.is_empty()
    }

    fn append(&self, mut state: MutexGuard<'_, State<T>>, item: T) -> Result<(), T> {
        if !state.is_open {
            return Err(item);
        }
        state.items.push_back(item);
        drop(state); // whoever is told finds it unlocked
        self.has_item.notify_one();
        Ok(())
    }

    fn take(&self, mut state: MutexGuard<'_, State<T>>) -> Option<T> {
        let item = state.items.pop_front();
        drop(state);
        self.has_room.notify_one();
        item
    }

    fn end(&self, mut state: MutexGuard<'_, State<T>>) {
        state.is_open = false;
        drop(state);
        self.has_item.notify_all();
        self.has_room.notify_all();
    }
}

/// Counts the words on stdin. A thread reads lines, tasks count their words, and a thread adds up, with
/// a queue in between each time. Exits with 1 if stdin cannot be read to its end.
#[derive(Debug, Parser)]
struct Args {
    /// Items that wait at most in each queue.
    #[arg(short, long, value_name = "N", default_value = "16")]
    most: NonZeroUsize,
    /// Tasks that count.
    #[arg(short, long, value_name = "N", default_value = "4")]
    tasks: NonZeroUsize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Args { most, tasks } = Args::parse();
    let (lines, counts) = (Arc::new(Queue::new(most)), Arc::new(Queue::new(most)));
    let mut counting = JoinSet::new();
    for _ in 0..tasks.get() {
        counting.spawn(count(lines.clone(), counts.clone()));
    }
    let reader = thread::spawn(move || read(&lines));
    let adder = thread::spawn({
        let counts = counts.clone();
        move || println!("{}", add(&counts))
    });
    counting.join_all().await;
    counts.close().await;
    match (reader.join(), adder.join()) {
        (Ok(Ok(())), Ok(())) => ExitCode::SUCCESS,
        (Ok(Err(error)), _) => {
            eprintln!("bounded_queue: {error}");
            ExitCode::FAILURE
        }
        _panic => ExitCode::FAILURE, // it has said why
    }
}

/// Pushes every line of stdin, and then closes the queue, also if there was an error.
fn read(lines: &Queue<String>) -> io::Result<()> {
    let all = io::stdin().lines().try_for_each(|line| {
        lines.blocking_push(line?).map_err(|_line| io::ErrorKind::BrokenPipe.into())
    });
    lines.blocking_close();
    all
}

/// Counts the words of the lines that this task gets.
async fn count(lines: Arc<Queue<String>>, counts: Arc<Queue<usize>>) {
    while let Some(line) = lines.pop().await {
        if counts.push(line.split_whitespace().count()).await.is_err() {
            return;
        }
    }
}

fn add(counts: &Queue<usize>) -> usize {
    iter::from_fn(|| counts.blocking_pop()).sum()
}
