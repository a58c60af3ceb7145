//! asyncband, formerly mea: its wait group, which counts the handle that waits, and its single
//! flight, where another caller does the work anew if the first is dropped.

use ::asyncband::singleflight;
use ::asyncband::waitgroup;

use crate::groups::{Answer, KEY, SingleFlight, WaitGroup};

pub(crate) type Group = waitgroup::WaitGroup;
pub(crate) type Flight = singleflight::Group<&'static str, u64>;

impl WaitGroup for Group {
    /// A handle like the others.
    type Token = Self;

    fn new() -> Self {
        Self::new()
    }

    fn token(&self) -> Self {
        self.clone()
    }

    fn wait(self) -> impl Future<Output = ()> + Send {
        self.into_future()
    }
}

impl SingleFlight for Flight {
    fn new() -> Self {
        Self::new()
    }

    fn run<F>(&self, work: impl FnOnce() -> F + Send) -> impl Future<Output = impl Answer> + Send
    where
        F: Future<Output = u64> + Send + 'static,
    {
        self.work(KEY, async || work().await)
    }
}
