//! A scope as the home of groups.

use std::fmt;
use std::future::Future;

use super::Scope;
use super::cell::DETACHED;
use super::share::Share;
use crate::group::{Home, Hosts, Task, sealed};
use crate::spawn::Site;

#[doc(hidden)]
#[allow(unnameable_types, reason = "that is what seals")]
pub struct OfScope(Share);

impl Task for OfScope {
    fn abort(self) {
        self.0.kill();
    }
}

impl fmt::Debug for OfScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfScope").finish_non_exhaustive()
    }
}

impl sealed::Sealed for Scope<'_> {}

impl Home for Scope<'_> {
    type Task = OfScope;

    fn is_open(&self) -> bool {
        self.queue.is_open()
    }
}

impl<'env> Hosts<'env> for Scope<'env> {
    fn host<F: Future<Output = ()> + Send + 'env>(
        &self,
        site: Site,
        future: F,
    ) -> (OfScope, impl FnOnce()) {
        let (handles, scopes) = self.task(site.name(future), DETACHED);
        (OfScope(handles), move || self.start(scopes))
    }
}
