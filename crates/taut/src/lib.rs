//! Go's concurrency as futures, on Tokio. No lost values, no loose ends.
//!
#![cfg_attr(not(feature = "full"), doc = "The documentation is built with the feature `full`.")]
#![cfg_attr(feature = "full", doc = include_str!("front_page.md"))]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

// Modules, and not other names for the crates: so rustc, in its messages, names paths that exist here; and
// rustdoc says of each item which feature it wants. Their pages are those of the crates, whose tests run the
// programs on them.

#[cfg(feature = "chan")]
pub mod chan;
#[cfg(feature = "context")]
pub mod context;
#[cfg(feature = "group")]
pub mod group;
#[cfg(feature = "select")]
pub mod select;
#[cfg(any(
    feature = "mutex",
    feature = "once",
    feature = "rw-lock",
    feature = "semaphore",
    feature = "single-flight",
    feature = "wait-group"
))]
#[cfg_attr(docsrs, doc(auto_cfg = false))]
pub mod sync;
#[cfg(feature = "time")]
pub mod time;

#[cfg(feature = "select")]
#[doc(inline)]
pub use taut_select::select;

#[cfg(feature = "group")]
#[doc(inline)]
pub use taut_group::{scope, spawn, spawn_blocking};

#[cfg(all(doc, feature = "full"))]
#[path = "documentation.rs"]
pub mod _documentation;

/// The README's programs, compiled and run with the doc tests.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../README.md")]
mod readme {}
