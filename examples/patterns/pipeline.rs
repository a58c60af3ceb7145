//! `pipeline`: stages one behind the other, which all stop when one fails, when the caller's context
//! ends, or when nobody wants more.
//!
//! ```text
//! numbers from a text ──> parse ──> square ──> whoever takes them
//! ```
//!
//! The stages are tasks of one group. The first error ends the group's context, and with it every other
//! stage, whatever it waits for. Who wants no more drops the receiver; then one stage after the other
//! finds its output closed, up to the source. Either way no stage is left when `wait` returns, where
//! Go's pipelines take a `done` channel to each stage, and a `select` around each send.

use std::future::Future;
use std::process::ExitCode;

use clap::Parser;
use taut::chan::{self, Receiver, Sender};
use taut::context::Context;
use taut::group::{Failure, Group};

/// Stages that live and end together.
pub(crate) struct Pipeline {
    stages: Group<(), Failure>,
    ctx: Context,
}

impl Pipeline {
    pub(crate) fn new(ctx: &Context) -> Self {
        let (stages, ctx) = Group::with_context(ctx);
        Self { stages, ctx }
    }

    /// A first stage: what the items of an iterator are made to.
    pub(crate) async fn source<T, I>(&mut self, items: I) -> Receiver<T>
    where
        T: Send + 'static,
        I: IntoIterator<Item = T>,
        I::IntoIter: Send + 'static,
    {
        let (to, output) = chan::rendezvous();
        let items = items.into_iter();
        self.spawn(async move {
            for item in items {
                if to.send(item).await.is_err() {
                    break; // nobody wants more, which is no failure
                }
            }
            Ok(())
        })
        .await;
        output
    }

    /// A stage behind another one: what `f` makes of each value. Its failure is that of the pipeline.
    pub(crate) async fn stage<A, B, F>(&mut self, input: Receiver<A>, f: F) -> Receiver<B>
    where
        A: Send + 'static,
        B: Send + 'static,
        F: FnMut(A) -> Result<B, Failure> + Send + 'static,
    {
        let (to, output) = chan::rendezvous();
        self.spawn(pass(input, f, to)).await;
        output
    }

    async fn spawn(&mut self, stage: impl Future<Output = Result<(), Failure>> + Send + 'static) {
        let ctx = self.ctx.clone();
        // If it is not started, for the context has ended, `wait` says so.
        self.stages.spawn(async move { ctx.run(stage).await? }).await;
    }

    /// Waits until every stage has ended. The first failure of one, if there was any.
    pub(crate) async fn wait(mut self) -> Result<(), Failure> {
        self.stages.wait().await.map(drop)
    }
}

async fn pass<A, B, F>(input: Receiver<A>, mut f: F, to: Sender<B>) -> Result<(), Failure>
where
    F: FnMut(A) -> Result<B, Failure>,
{
    while let Ok(value) = input.recv().await {
        if to.send(f(value)?).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// The sum of the squares of the first `most` numbers among `words`.
pub(crate) async fn sum_of_squares(
    ctx: &Context,
    words: Vec<String>,
    most: usize,
) -> Result<u64, Failure> {
    let mut pipeline = Pipeline::new(ctx);
    let words = pipeline.source(words).await;
    let numbers = pipeline.stage(words, |word| Ok(word.parse::<u32>()?)).await;
    let squares = pipeline.stage(numbers, |n| Ok(u64::from(n).pow(2))).await;
    let mut sum = 0;
    for _ in 0..most {
        let Ok(square) = squares.recv().await else { break };
        sum += square;
    }
    drop(squares); // no more, if there are any
    pipeline.wait().await?;
    Ok(sum)
}

/// Prints the sum of the squares of some numbers.
#[derive(Debug, Parser)]
struct Args {
    #[arg(default_values = ["1", "2", "3", "4"])]
    numbers: Vec<String>,
    /// Only of the first N.
    #[arg(short, long, value_name = "N", default_value_t = usize::MAX)]
    most: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Args { numbers, most } = Args::parse();
    match sum_of_squares(&Context::background(), numbers, most).await {
        Ok(sum) => println!("{sum}"),
        Err(failure) => {
            eprintln!("pipeline: {failure}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
