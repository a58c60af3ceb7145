//! The phrasebook, the cookbook, the design notes: what is in `docs/`.
//!
#![doc = include_str!("documentation/labels.md")]
#![doc = include_str!("../docs/README.md")]

// The pages are modules for rustdoc alone: to be read, and to have their programs run as doc tests.
//
// A page is a plain file first. It links to other pages by reference, with the file as the label and as
// its target. `labels.md` gives each label another target, a module, and stands first in every page here,
// so that its definitions win. `cargo x docs` finds a label that it lacks.

macro_rules! pages {
    ($($name:ident: $file:literal,)*) => {$(
        #[doc = include_str!("documentation/labels.md")]
        #[doc = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $file))]
        pub mod $name {}
    )*};
}

pages! {
    cancel_safety: "docs/cancel-safety.md",
    changelog: "CHANGELOG.md",
    choosing: "docs/choosing.md",
    comparison: "docs/comparison.md",
    context: "docs/context.md",
    cookbook: "docs/cookbook.md",
    from_go: "docs/from-go.md",
    from_tokio: "docs/from-tokio.md",
    futurelock: "docs/futurelock.md",
    group: "docs/group.md",
    how_channels_work: "docs/how-channels-work.md",
    policy: "docs/policy.md",
    select: "docs/select.md",
    sync: "docs/sync.md",
    testing: "docs/testing.md",
    unsafe_ledger: "docs/unsafe-ledger.md",
}

#[doc = include_str!("documentation/labels.md")]
#[doc = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/adr/README.md"))]
pub mod adr {
    pages! {
        adr_0001_waiters_live_in_futures: "docs/adr/0001-waiters-live-in-futures.md",
        adr_0002_locks_not_lock_free: "docs/adr/0002-locks-not-lock-free.md",
        adr_0003_give_back: "docs/adr/0003-give-back.md",
        adr_0004_one_version: "docs/adr/0004-one-version.md",
        adr_0005_both_sides_may_close: "docs/adr/0005-both-sides-may-close.md",
        adr_0006_budget: "docs/adr/0006-budget.md",
        adr_0007_reserve_on_a_rendezvous: "docs/adr/0007-reserve-on-a-rendezvous.md",
        adr_0008_unpin_streams: "docs/adr/0008-unpin-streams.md",
        adr_0009_blocking_on_a_worker: "docs/adr/0009-blocking-on-a-worker.md",
        adr_0010_one_engine_for_all_selects: "docs/adr/0010-one-engine-for-all-selects.md",
        adr_0011_a_select_that_rustfmt_formats: "docs/adr/0011-a-select-that-rustfmt-formats.md",
        adr_0012_patterns_and_the_macro: "docs/adr/0012-patterns-and-the-macro.md",
        adr_0013_select_by_keys: "docs/adr/0013-select-by-keys.md",
        adr_0014_the_tree_of_contexts: "docs/adr/0014-the-tree-of-contexts.md",
        adr_0015_callbacks_run_inline: "docs/adr/0015-callbacks-run-inline.md",
        adr_0016_timers_are_arithmetic: "docs/adr/0016-timers-are-arithmetic.md",
        adr_0017_a_bound_without_a_clock: "docs/adr/0017-a-bound-without-a-clock.md",
        adr_0018_flights_are_polled_by_their_callers: "docs/adr/0018-flights-are-polled-by-their-callers.md",
        adr_0019_spawn_is_an_extension: "docs/adr/0019-spawn-is-an-extension.md",
        adr_0020_what_runs_a_closure_is_opaque: "docs/adr/0020-what-runs-a-closure-is-opaque.md",
        adr_0021_a_group_gives_back_what_its_tasks_gave: "docs/adr/0021-a-group-gives-back-what-its-tasks-gave.md",
        adr_0022_aborting_drops_in_place: "docs/adr/0022-aborting-drops-in-place.md",
        adr_0023_a_scope_is_one_task: "docs/adr/0023-a-scope-is-one-task.md",
        adr_0024_pages_are_modules: "docs/adr/0024-pages-are-modules.md",
        adr_0025_the_facade_has_modules: "docs/adr/0025-the-facade-has-modules.md",
    }
}
