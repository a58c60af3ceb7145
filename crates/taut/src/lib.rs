//! Go's concurrency as futures, on Tokio. No lost values, no loose ends.
//!
#![cfg_attr(not(feature = "full"), doc = "The documentation is built with the feature `full`.")]
#![cfg_attr(feature = "full", doc = include_str!("front_page.md"))]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

#[cfg(feature = "chan")]
#[cfg_attr(docsrs, doc(cfg(feature = "chan")))]
#[doc(inline)]
pub use taut_chan as chan;

#[cfg(feature = "context")]
#[cfg_attr(docsrs, doc(cfg(feature = "context")))]
#[doc(inline)]
pub use taut_context as context;

#[cfg(feature = "time")]
#[cfg_attr(docsrs, doc(cfg(feature = "time")))]
#[doc(inline)]
pub use taut_time as time;

#[cfg(feature = "select")]
#[cfg_attr(docsrs, doc(cfg(feature = "select")))]
#[doc(inline)]
pub use taut_select as select;
#[cfg(feature = "select")]
#[cfg_attr(docsrs, doc(cfg(feature = "select")))]
#[doc(inline)]
pub use taut_select::select;

// A module and not another name for the crate: so rustc, when it misses the trait, names a path that exists.
#[cfg(feature = "group")]
#[cfg_attr(docsrs, doc(cfg(feature = "group")))]
/// Tasks that belong together: [`Group`](taut_group::Group), [`Scope`](taut_group::Scope), and
/// [`WaitGroupExt`](taut_group::WaitGroupExt).
pub mod group {
    #[doc(inline)]
    pub use taut_group::*;
}
#[cfg(feature = "group")]
#[cfg_attr(docsrs, doc(cfg(feature = "group")))]
#[doc(inline)]
pub use taut_group::{scope, spawn, spawn_blocking};

#[cfg(any(
    feature = "mutex",
    feature = "once",
    feature = "rw-lock",
    feature = "semaphore",
    feature = "single-flight",
    feature = "wait-group"
))]
#[doc(inline)]
pub use taut_sync as sync;

#[cfg(all(doc, feature = "full"))]
#[path = "documentation.rs"]
pub mod _documentation;

/// The README's programs, compiled and run with the doc tests.
#[cfg(all(doctest, feature = "full"))]
#[doc = include_str!("../README.md")]
mod readme {}
