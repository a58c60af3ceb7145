//! Tasks that belong together, on Tokio: [`Group`], [`scope`](crate::scope()), [`spawn`](crate::spawn()).
//!
#![doc = include_str!("page.md")]
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(taut_loom, taut_shuttle))))]

mod depth;
mod group;
mod map;
mod race;
mod scope;
mod spawn;
mod wait_group;

pub use self::group::{
    Completed, Failure, Group, Home, Hosts, OnError, OnPanic, SpawnError, Spawner, TaskError, Tokio,
};
pub use self::map::parallel_map;
pub use self::race::{first_ok, hedge};
pub use self::scope::{AbortOnDrop, Scope, Scoped, Spawned, scope};
pub use self::spawn::{spawn, spawn_blocking};
pub use self::wait_group::WaitGroupExt;
