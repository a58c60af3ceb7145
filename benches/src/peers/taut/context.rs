//! taut's contexts.

use std::hint::black_box;
use std::time::Duration;

use ::taut::context::{Cancel, Context};
use anyhow::Result;

use crate::contexts::{self, Depth, FAR, Look, Node, Shape, Timeouts, VALUE, waits};
use crate::stopwatch::Stopwatch;
use crate::workloads::Ledger;

/// Runs a workload with contexts, those of taut alone among them.
pub(crate) async fn run(shape: Shape, ops: u64, watch: &mut Stopwatch) -> Result<Ledger> {
    match shape {
        Shape::Check { deadline: true } => {
            let (context, cancel) = Context::background().with_timeout(FAR);
            contexts::check(&Scope { context, cancel }, ops, watch)
        }
        Shape::Value(depth) => {
            let context = with_values(depth);
            contexts::values(ops, watch, || {
                black_box(&context).value::<Wanted>().map(|Wanted(value)| *value)
            })
        }
        _ => contexts::run::<Scope>(shape, ops, watch).await,
    }
}

impl Look for Context {
    fn is_done(&self) -> bool {
        Self::is_done(self)
    }

    fn done(&self) -> impl Future<Output = impl Send> + Send {
        Self::done(self)
    }
}

/// A context and its end: dropping the one cancels the other.
struct Scope {
    context: Context,
    cancel: Cancel,
}

impl From<(Context, Cancel)> for Scope {
    fn from((context, cancel): (Context, Cancel)) -> Self {
        Self { context, cancel }
    }
}

impl Node for Scope {
    type Context = Context;

    fn root() -> Self {
        Context::background().with_cancel().into()
    }

    fn child(&self) -> Self {
        self.context.with_cancel().into()
    }

    fn context(&self) -> &Context {
        &self.context
    }

    fn cancel(&self) {
        self.cancel.cancel();
    }

    fn finish(self) {
        // In the order of a scope: what was bound last goes first.
        drop(self.cancel);
        drop(self.context);
    }
}

impl Timeouts for Scope {
    async fn timed(&self, awaited: bool, end: impl FnOnce(Self) + Send) {
        let child = Self::from(self.context.with_timeout(FAR));
        if !awaited || waits(child.context.done()).await {
            end(child);
        }
    }

    async fn expire(&self, timeout: Duration) {
        let (context, _cancel) = self.context.with_timeout(timeout);
        context.done().await;
    }
}

/// The value that is looked for.
struct Wanted(u64);

/// A value that is passed on the way; each is of a type of its own.
struct Other<const TENS: u8, const ONES: u8>;

macro_rules! others {
    ($context:expr, $tens:expr; $($ones:literal)*) => {{
        let context = $context;
        $(let context = context.with_value(Other::<$tens, $ones>);)*
        context
    }};
}

fn with_values(depth: Depth) -> Context {
    let context = Context::background().with_value(Wanted(VALUE));
    let ten_more: [fn(&Context) -> Context; 9] =
        [ten::<1>, ten::<2>, ten::<3>, ten::<4>, ten::<5>, ten::<6>, ten::<7>, ten::<8>, ten::<9>];
    match depth {
        Depth::One => context,
        Depth::Ten => nine::<0>(&context),
        Depth::Hundred => ten_more.iter().fold(nine::<0>(&context), |context, ten| ten(&context)),
    }
}

fn nine<const TENS: u8>(context: &Context) -> Context {
    others!(context, TENS; 1 2 3 4 5 6 7 8 9)
}

fn ten<const TENS: u8>(context: &Context) -> Context {
    nine::<TENS>(&others!(context, TENS; 0))
}
