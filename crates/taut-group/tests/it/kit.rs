//! What the tests of the group share: tasks that do as they are told, errors, and turns for all who are ready.

#![allow(dead_code, reason = "each test binary uses some of it")]

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use taut::context::ContextError;
use taut::group::{Group, Spawner};

use crate::support::{Counted, task};

/// What most tests fail with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Oops {
    /// An error of this number.
    Real(u32),
    /// A context had ended.
    Ended(ContextError),
}

impl From<ContextError> for Oops {
    fn from(error: ContextError) -> Self {
        Self::Ended(error)
    }
}

impl fmt::Display for Oops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real(n) => write!(f, "oops {n}"),
            Self::Ended(_) => write!(f, "it was ended"),
        }
    }
}

impl Error for Oops {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Real(_) => None,
            Self::Ended(error) => Some(error),
        }
    }
}

pub(crate) const CANCELLED: Oops = Oops::Ended(ContextError::Cancelled);

pub(crate) type Outcome = Result<u32, Oops>;
pub(crate) type Tasks = Group<u32, Oops>;
pub(crate) type Starts = Spawner<u32, Oops>;

type Word = Box<dyn FnOnce() -> Outcome + Send>;

#[derive(Default)]
struct Line {
    said: Mutex<(Option<Word>, Option<Waker>)>,
    polls: AtomicUsize,
    is_gone: AtomicBool,
}

/// A task that goes on until it is told what to come to.
pub(crate) struct Told(Arc<Line>);

/// Tells a task what to come to, and sees how it fares.
pub(crate) struct Teller(Arc<Line>);

pub(crate) fn told() -> (Teller, Told) {
    let line = Arc::<Line>::default();
    (Teller(Arc::clone(&line)), Told(line))
}

/// As many.
pub(crate) fn many_told<const N: usize>() -> ([Teller; N], [Told; N]) {
    let mut all = [const { None }; N]
        .map(|_: Option<()>| told())
        .map(|(one, other)| (Some(one), Some(other)));
    let tellers = std::array::from_fn(|n| all[n].0.take().unwrap());
    (tellers, all.map(|(_, told)| told.unwrap()))
}

impl Teller {
    /// The task is to end like this, at its next turn.
    pub(crate) fn end(&self, outcome: Outcome) {
        self.run(move || outcome);
    }

    pub(crate) fn panic(&self, text: &'static str) {
        self.run(move || panic!("{text}"));
    }

    /// The task is to do this, and to come to what comes of it.
    pub(crate) fn run(&self, word: impl FnOnce() -> Outcome + Send + 'static) {
        let mut said = self.0.said.lock().unwrap();
        said.0 = Some(Box::new(word));
        let waker = said.1.take();
        drop(said);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(crate) fn polls(&self) -> usize {
        self.0.polls.load(Ordering::SeqCst)
    }

    /// The future has been dropped.
    pub(crate) fn is_gone(&self) -> bool {
        self.0.is_gone.load(Ordering::SeqCst)
    }
}

impl Future for Told {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        self.0.polls.fetch_add(1, Ordering::SeqCst);
        let mut said = self.0.said.lock().unwrap();
        match said.0.take() {
            Some(word) => {
                drop(said);
                Poll::Ready(word())
            }
            None => {
                said.1 = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.0.is_gone.store(true, Ordering::SeqCst);
    }
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

/// Holds a value for ever.
pub(crate) async fn holding(value: impl Send) -> Outcome {
    let _held = value;
    std::future::pending().await
}

/// Holds a value until its end, and gives its number.
pub(crate) async fn giving(value: Counted) -> Outcome {
    Ok(value.id as u32)
}

/// More turns than any test here needs.
const TURNS: usize = 40;

/// Gives all who are ready their turns.
pub(crate) async fn settle() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}

/// How many tasks of the runtime are alive.
pub(crate) fn alive() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

/// What must come without anybody's further doing. Polled when it was woken, and only then.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    let mut task = task(future);
    if let Poll::Ready(output) = task.poll() {
        return output;
    }
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
        if let Some(output) = task.answer() {
            return output;
        }
    }
    panic!("it waits, though all others had their turns");
}

/// What the future panics with, soon.
pub(crate) async fn payload_of<F: Future>(future: F) -> Box<dyn Any + Send> {
    let mut task = task(future);
    for _ in 0..TURNS {
        match catch_unwind(AssertUnwindSafe(|| task.poll().is_ready())) {
            Ok(is_ready) => assert!(!is_ready, "it completed"),
            Err(payload) => return payload,
        }
        tokio::task::yield_now().await;
    }
    panic!("it waits, though all others had their turns");
}

/// The text that the future panics with, soon.
pub(crate) async fn panic_of<F: Future>(future: F) -> String {
    text_of(&*payload_of(future).await)
}

/// The text that it panics with, if it does.
pub(crate) fn panic_in(program: impl FnOnce()) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(program)).err()?;
    Some(text_of(&*payload))
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let literal = payload.downcast_ref::<&str>().map(ToString::to_string);
    literal.or_else(|| payload.downcast_ref::<String>().cloned()).expect("a text")
}
