//! What the other process does, one function for each scenario.

use std::error::Error as _;
use std::future::{Future, pending};
use std::panic;
use std::pin::pin;
use std::task::{self, Waker};
use std::thread;
use std::time::Duration;

use taut_context::{Cancel, Context, ContextError, Signal, SignalReceived};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinSet, coop, yield_now};

use crate::program::{say, wait_until_told};

pub(crate) fn run(name: &str, args: &str) {
    match name {
        "cause" => on_one_thread(cause(signal(args))),
        "shutdown" => on_one_thread(shutdown()),
        "again" => on_one_thread(again()),
        "over" => on_one_thread(over(args)),
        "detached" => on_one_thread(detached()),
        "racing" => on_several_threads().block_on(racing(args.parse().unwrap())),
        "many" => on_several_threads().block_on(many()),
        "different" => on_one_thread(different()),
        "orphan" => on_one_thread(orphan()),
        "nested" => on_one_thread(nested()),
        "chain" => on_one_thread(chain()),
        "runtimes" => runtimes(),
        "between" => between(),
        "side_by_side" => side_by_side(),
        "budget" => on_several_threads().block_on(budget()),
        "callbacks" => on_several_threads().block_on(callbacks()),
        _ => panic!("no scenario {name}"),
    }
}

fn on_one_thread<F: Future>(scenario: F) -> F::Output {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(scenario)
}

fn on_several_threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn signal(name: &str) -> Signal {
    let all = [Signal::Interrupt, Signal::Terminate, Signal::Hangup, Signal::Quit];
    all.into_iter().find(|signal| signal.name() == name).unwrap()
}

fn listening(signals: &[Signal]) -> (Context, Cancel) {
    Context::background().with_signals(signals.iter().copied()).unwrap()
}

fn say_cause(ctx: &Context) {
    say(&ctx.cause().unwrap().to_string());
}

/// Waits for the end, and says it.
async fn say_end(ctx: &Context) {
    let error = ctx.done().await;
    say(&format!("{error:?}: {}", ctx.cause().unwrap()));
}

async fn cause(signal: Signal) {
    let (ctx, _cancel) = listening(&[signal]);
    say("listening");
    say_end(&ctx).await;
    let cause = ctx.cause().unwrap();
    let received = cause.downcast_ref::<SignalReceived>().unwrap();
    assert_eq!(received.signal(), signal);
    assert!(received.source().unwrap().is::<ContextError>());
}

async fn shutdown() {
    let (ctx, _cancel) = Context::background().with_shutdown_signals().unwrap();
    say("listening");
    ctx.done().await;
    say("ended");
    pending().await
}

async fn again() {
    for _ in 0..3 {
        let (ctx, _cancel) = listening(&[Signal::Interrupt]);
        say("listening");
        ctx.done().await;
        say("ended");
    }
    say("stubborn");
    pending().await
}

async fn over(how: &str) {
    let parent = Context::background().with_cancel();
    let (ctx, cancel) = parent.0.with_signals([Signal::Interrupt]).unwrap();
    let (short, _short_cancel) = parent.0.with_timeout(Duration::ZERO);
    // What there is to keep, kept until the signal.
    let _kept: Box<dyn Send> = match how {
        "cancel" => {
            assert!(cancel.cancel());
            assert!(!cancel.cancel());
            assert!(ctx.cause().unwrap().is::<ContextError>());
            Box::new((ctx, cancel, parent))
        }
        "drop" => {
            drop(cancel);
            Box::new((ctx, parent))
        }
        "forget" => {
            drop(ctx);
            cancel.detach();
            Box::new(parent)
        }
        "deadline" => {
            drop((ctx, cancel));
            let (late, late_cancel) = short.with_signals([Signal::Interrupt]).unwrap();
            assert!(late.is_done());
            Box::new((late, late_cancel, parent))
        }
        "parent" => {
            drop(parent);
            assert!(ctx.is_done());
            Box::new((ctx, cancel))
        }
        _ => panic!("over by {how}?"),
    };
    say("over");
    pending().await
}

async fn detached() {
    let (ctx, cancel) = listening(&[Signal::Interrupt]);
    cancel.detach();
    say("listening");
    say_end(&ctx).await;
}

/// Cancels when it has yielded so many times, more or less when the signal comes.
async fn racing(turns: u32) {
    let (ctx, cancel) = listening(&[Signal::Interrupt]);
    say("listening");
    for _ in 0..turns * turns {
        yield_now().await;
    }
    if cancel.cancel() {
        pending().await
    } else {
        say_cause(&ctx);
    }
}

async fn many() {
    let mut tasks = JoinSet::new();
    for nth in 0..10 {
        let both = [Signal::Terminate, Signal::Interrupt];
        let (ctx, cancel) = listening(&both[..1 + nth % 2]);
        tasks.spawn(async move {
            let _cancel = cancel;
            ctx.done().await;
            ctx
        });
    }
    let (_ended, cancel) = listening(&[Signal::Terminate]);
    drop(cancel);
    say("listening");
    while let Some(ctx) = tasks.join_next().await {
        say_cause(&ctx.unwrap());
    }
    say("that was all");
    pending().await
}

async fn different() {
    let (interrupt, _cancel) = listening(&[Signal::Interrupt]);
    let (terminate, _other_cancel) = listening(&[Signal::Terminate]);
    say("listening");
    interrupt.done().await;
    say(&format!("{}, {:?}", interrupt.cause().unwrap(), terminate.err()));
    pending().await
}

async fn orphan() {
    let (parent, cancel) = Context::background().with_cancel();
    let (before, _before_cancel) = parent.with_signals([Signal::Interrupt]).unwrap();
    assert!(cancel.cancel_with("by hand"));
    let (after, _after_cancel) = parent.with_signals([Signal::Interrupt]).unwrap();
    say_cause(&before);
    say_cause(&after);
    pending().await
}

async fn nested() {
    let (first, _cancel) = listening(&[Signal::Interrupt]);
    let (second, _second_cancel) = first.with_signals([Signal::Interrupt]).unwrap();
    let (third, _third_cancel) = second.with_cancel();
    say("listening");
    third.done().await;
    for ctx in [first, second, third] {
        say_cause(&ctx);
    }
    pending().await
}

async fn chain() {
    let (ctx, _cancel) = Context::background().with_shutdown_signals().unwrap();
    say(&format!("{ctx:?}"));
}

fn runtimes() {
    on_one_thread(cause(Signal::Interrupt));
    on_several_threads().block_on(cause(Signal::Interrupt));
    on_one_thread(cause(Signal::Interrupt));

    let (ctx, _cancel) = on_one_thread(async { listening(&[Signal::Interrupt]) });
    on_several_threads().block_on(async {
        say("kept from the runtime before");
        say_end(&ctx).await;
    });
}

fn between() {
    let (ctx, _cancel) = on_one_thread(async { listening(&[Signal::Interrupt]) });
    say("no runtime");
    wait_until_told();
    on_one_thread(say_end(&ctx));
}

/// Two runtimes see each signal; it is to count once.
fn side_by_side() {
    let (ready, is_ready) = oneshot::channel();
    let side = thread::spawn(move || {
        on_one_thread(async {
            let (ctx, _cancel) = listening(&[Signal::Interrupt]);
            ready.send(()).unwrap();
            ctx.done().await;
        });
    });
    on_one_thread(async {
        let (ctx, _cancel) = listening(&[Signal::Interrupt]);
        is_ready.await.unwrap();
        say("listening");
        ctx.done().await;
        side.join().unwrap();
        say_cause(&ctx);
        pending().await
    })
}

/// Asks for signals with nothing left of the task's budget; in `block_on`, where no worker defers what
/// that wakes.
async fn budget() {
    while coop::has_budget_remaining() {
        let step = pin!(coop::consume_budget());
        let _ready = step.poll(&mut task::Context::from_waker(Waker::noop()));
    }
    let (ctx, _cancel) = listening(&[Signal::Interrupt]);
    say("listening");
    say_end(&ctx).await;
}

async fn callbacks() {
    panic::set_hook(Box::new(|_| say("panics")));
    let (ctx, _cancel) = listening(&[Signal::Interrupt]);
    let (again, _again_cancel) = listening(&[Signal::Interrupt]);
    let (give, take) = oneshot::channel();
    ctx.after_func(|| panic!()).detach();
    again
        .after_func(move || {
            let listening = listening(&[Signal::Interrupt]);
            say("listening again");
            give.send(listening).ok();
        })
        .detach();
    say("listening");
    let (third, _third_cancel) = take.await.unwrap();
    ctx.done().await;
    again.done().await;
    say("both ended");
    third.done().await;
    say("ended again");
    pending().await
}
