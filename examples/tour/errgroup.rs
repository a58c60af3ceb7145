//! `errgroup`: one question to several backends, all answers or the first error. In Go
//! `errgroup.WithContext`, `g.Go(f)` and `g.Wait()`.
//!
//! The tasks return what they found, and `wait` has it in the order of spawning; in Go they write into
//! a slice. The first error ends the context, as there; it is also its cause, for whoever asks why.

use std::time::Duration;

use taut::context::Context;
use taut::group::{Failure, Group};
use tokio::time::sleep;

/// A backend that takes its time, and knows nothing of `"nonsense"`.
async fn ask(backend: &str, time: Duration, query: &str) -> Result<String, Failure> {
    sleep(time).await;
    match query {
        "nonsense" => Err(Failure::new(format!("{backend} does not know what {query} is"))),
        _ => Ok(format!("{backend} result for {query}")),
    }
}

/// What every backend answers, in their order.
pub(crate) async fn search(
    ctx: &Context,
    backends: &[(&'static str, Duration)],
    query: &'static str,
) -> Result<Vec<String>, Failure> {
    let (mut group, ctx) = Group::with_context(ctx);
    for &(backend, time) in backends {
        let ctx = ctx.clone();
        // Go's tasks must look at the context; here what runs in it ends with it.
        group.spawn(async move { ctx.run(ask(backend, time, query)).await? }).await;
    }
    group.wait().await
}

#[tokio::main]
async fn main() {
    let ctx = Context::background();
    let backends = [("web", 30), ("image", 10), ("video", 20)]
        .map(|(name, millis)| (name, Duration::from_millis(millis)));
    for query in ["taut", "nonsense"] {
        match search(&ctx, &backends, query).await {
            Ok(answers) => answers.iter().for_each(|answer| println!("{answer}")),
            Err(error) => println!("no answer: {error}"),
        }
    }
}
