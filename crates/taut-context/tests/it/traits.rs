//! Which type is `Send`, `Sync`, `Unpin`, unwind safe; and how large they are.

#[path = "../../../taut-core/tests/support/traits.rs"]
mod not_impl;

use std::cell::Cell;
use std::future::Ready;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use taut::context::future::{Done, Run, Sleep};
use taut::context::{AfterFunc, Cancel, Cause, Context, ContextError};

use crate::support::parked;

use not_impl::assert_not_impl;

const fn is_shared<T: Send + Sync>() {}
const fn is_send<T: Send>() {}
const fn is_unpin<T: Unpin>() {}
const fn is_unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
const fn is_static<T: 'static>() {}
const fn is_copy<T: Copy>() {}

#[test]
fn cx_50_contexts_are_for_all_threads() {
    is_shared::<(Context, Cancel, AfterFunc, ContextError, Cause)>();
    is_unpin::<(Context, Cancel, AfterFunc)>();
    is_unwind_safe::<Context>();
    is_static::<(Context, Cancel, AfterFunc)>();
    is_copy::<ContextError>();
    assert_not_impl!(Cancel: Clone);
    assert_not_impl!(AfterFunc: Clone);
    assert_not_impl!(Context: Copy);
}

#[test]
fn g_08_futures_are_send_exactly_if_what_they_run_is() {
    is_send::<(Done<'_>, Sleep<'_>, Run<'_, Ready<Cell<u8>>>)>();
    assert_not_impl!(Run<'static, Ready<Rc<u8>>>: Send);
    assert_not_impl!(Done<'static>: Unpin);
}

#[test]
fn a_context_is_one_pointer() {
    assert_eq!(size_of::<Context>(), size_of::<usize>());
    let (ctx, _cancel) = Context::background().with_cancel();
    println!(
        "Context {}, Cancel {}, AfterFunc {}, done {}, run(()) {}, sleep {}",
        size_of::<Context>(),
        size_of::<Cancel>(),
        size_of::<AfterFunc>(),
        size_of_val(&ctx.done()),
        size_of_val(&ctx.run(std::future::ready(()))),
        size_of_val(&ctx.sleep(std::time::Duration::ZERO)),
    );
    assert!(size_of::<Cancel>() <= 16 && size_of::<AfterFunc>() <= 32);
    assert!(size_of_val(&ctx.done()) <= 88);
}

#[test]
fn a_background_is_a_constant() {
    const ROOT: Context = Context::background();
    let (ctx, cancel) = ROOT.with_cancel();
    drop(cancel);
    assert!(ctx.is_done() && !ROOT.is_done());
}

#[test]
fn done_is_moved_before_it_is_polled() {
    let (ctx, cancel) = Context::background().with_cancel();
    let mut many: Vec<_> = (0..9).map(|_| Some(ctx.done())).collect();
    many.rotate_left(4);
    let mut waits: Vec<_> = many.iter_mut().filter_map(Option::take).map(parked).collect();
    assert!(cancel.cancel());
    assert!(waits.iter_mut().all(|task| task.ready().is_cancelled()));
}
