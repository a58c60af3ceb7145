//! Where the tasks of a group run: on the runtime, or in a scope.

use std::fmt;
use std::future::Future;
// TIDY-ALLOW: as in `cell.rs`.
use std::sync::Arc;

use super::cell::{self, Kill};
use crate::spawn::Site;

/// Where the tasks of a [`Group`](crate::Group) run: [`Tokio`], or a [`Scope`](crate::Scope).
///
/// Nobody else can implement it.
///
/// # Examples
///
/// ```
/// use taut::group::{Group, Home};
///
/// /// For groups of either kind.
/// fn has_room<T, E, H: Home>(group: &Group<T, E, H>) -> bool {
///     group.capacity().is_none_or(|places| group.len() < places)
/// }
///
/// assert!(has_room(&Group::<(), std::io::Error>::new().limit(1)));
/// ```
pub trait Home: sealed::Sealed {
    /// A task of it, to be aborted.
    #[doc(hidden)]
    type Task: Task;

    /// Whether it still takes tasks.
    #[doc(hidden)]
    fn is_open(&self) -> bool {
        true
    }
}

/// A [`Home`] for futures that live for `'a`.
///
/// Nobody else can implement it.
///
/// # Examples
///
/// ```
/// use taut::group::{Group, Hosts};
///
/// /// Starts a task in a group of either kind: one of a scope may borrow for `'a`.
/// async fn count<'a, H>(group: &mut Group<usize, (), H>, text: &'a str) -> bool
/// where
///     H: Hosts<'a> + Send + Sync + 'a,
/// {
///     group.spawn(async move { Ok(text.len()) }).await
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let text = String::from("to be");
///     let lengths = taut::scope(async |s| {
///         let mut group = s.group();
///         count(&mut group, &text).await;
///         group.wait().await
///     });
///     assert_eq!(lengths.await, Ok(vec![5]));
/// }
/// ```
pub trait Hosts<'a>: Home {
    /// Makes a task, and what starts it. It may be aborted before that is called, which it is to be all the
    /// same.
    #[doc(hidden)]
    fn host<F: Future<Output = ()> + Send + 'a>(
        &self,
        site: Site,
        future: F,
    ) -> (Self::Task, impl FnOnce());
}

/// What a group can do to a task.
#[doc(hidden)]
#[allow(unnameable_types, reason = "that is what seals")]
pub trait Task: Send {
    /// Ends it: its future is dropped before this returns, unless it is being polled just now. Then it is
    /// dropped by who polls it, as soon as that returns.
    fn abort(self);
}

/// The runtime that the group is used in: tasks run in parallel, on any of its workers.
///
/// # Examples
///
/// ```
/// use taut::group::{Group, Tokio};
///
/// let group: Group<u32, std::io::Error, Tokio> = Group::new(); // as `Group<u32, std::io::Error>`
/// assert!(group.is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio;

#[doc(hidden)]
#[allow(unnameable_types, reason = "that is what seals")]
pub struct OfTokio(Arc<dyn Kill>);

impl Task for OfTokio {
    fn abort(self) {
        self.0.kill();
    }
}

impl fmt::Debug for OfTokio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfTokio").finish_non_exhaustive()
    }
}

impl Home for Tokio {
    type Task = OfTokio;
}

impl Hosts<'static> for Tokio {
    fn host<F: Future<Output = ()> + Send + 'static>(
        &self,
        site: Site,
        future: F,
    ) -> (OfTokio, impl FnOnce()) {
        let (task, start) = cell::task(site, future);
        (OfTokio(task), start)
    }
}

pub(crate) mod sealed {
    #[allow(unnameable_types, reason = "that is what seals")]
    pub trait Sealed {}
    impl Sealed for super::Tokio {}
}
