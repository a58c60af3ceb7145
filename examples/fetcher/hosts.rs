//! The hosts: so many requests at a time to each of them, however many there are at a time in all.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use hyper::http::uri::Authority;
use taut::sync::{Permit, Semaphore};

use crate::target::Target;

/// A semaphore for each host. All are known from the beginning, so the map needs no lock.
pub(crate) struct Hosts(HashMap<Authority, Semaphore>);

impl Hosts {
    pub(crate) fn new(targets: &[Target], at_a_time: NonZeroUsize) -> Self {
        let hosts = targets.iter().map(|target| target.host().clone());
        Self(hosts.map(|host| (host, Semaphore::new(at_a_time.get()))).collect())
    }

    /// Waits for a place at the host of `target`, first come, first served. Dropping it frees it.
    ///
    /// `None` is for a host that was not among those of the beginning, and for a semaphore that is
    /// closed, which none is: no place is to be had, and none is needed.
    pub(crate) async fn place(&self, target: &Target) -> Option<Permit<'_>> {
        self.0.get(target.host())?.acquire(1).await.ok()
    }
}
