//! Tasks in groups, on Tokio.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod group;
mod scope;
mod spawn;
mod wait_group;

pub use self::group::{
    Completed, Failure, Group, Home, Hosts, OnError, SpawnError, Spawner, TaskError, Tokio,
};
pub use self::scope::{Scope, Scoped, Spawned, scope};
pub use self::spawn::{spawn, spawn_blocking};
pub use self::wait_group::WaitGroupExt;
