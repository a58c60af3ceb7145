//! taut's wait group and its single flight.

use ::taut::sync::{FlightError, Landed, SingleFlight, Token, WaitGroup};

use crate::groups::{self, Answer, KEY};

pub(crate) type Group = WaitGroup;
pub(crate) type Flight = SingleFlight<&'static str, u64>;

impl groups::WaitGroup for Group {
    type Token = Token;

    fn new() -> Self {
        Self::new()
    }

    fn token(&self) -> Token {
        Self::token(self)
    }

    fn wait(self) -> impl Future<Output = ()> + Send {
        self.wait_owned()
    }
}

impl groups::SingleFlight for Flight {
    fn new() -> Self {
        Self::new()
    }

    fn run<F>(&self, work: impl FnOnce() -> F + Send) -> impl Future<Output = impl Answer> + Send
    where
        F: Future<Output = u64> + Send + 'static,
    {
        Self::run(self, KEY, work)
    }
}

impl Answer for Result<Landed<u64>, FlightError> {
    fn value(self) -> Option<u64> {
        self.ok().map(|landed| landed.value)
    }
}
