//! Which allocator the program is built with, and how to build it with the other one.
//!
//! Contract: writes only into the target directory. The feature `mimalloc` is all there is to it: the
//! global allocator is set in `main.rs`, and everything else is the same.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use crate::machine;

/// Where memory comes from; Go has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Allocator {
    /// The system's: glibc's malloc on most.
    System,
    Mimalloc,
}

impl Allocator {
    /// That of this program.
    pub(crate) const OWN: Self =
        if cfg!(feature = "mimalloc") { Self::Mimalloc } else { Self::System };
}

impl fmt::Display for Allocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::System => "system",
            Self::Mimalloc => "mimalloc",
        })
    }
}

/// Builds this program with mimalloc, in a target directory below ours, and tells where it is.
///
/// # Errors
/// Cargo cannot build it.
pub(crate) fn build(target: &Path) -> Result<PathBuf> {
    let target = target.join(Allocator::Mimalloc.to_string());
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(machine::root()).args(["build", "--release", "-p", env!("CARGO_PKG_NAME")]);
    command.args(["--features", "mimalloc", "--target-dir"]).arg(&target);
    let status = command.status().context("cannot start cargo")?;
    ensure!(status.success(), "no build with mimalloc: {status}");
    Ok(target.join("release").join(env!("CARGO_PKG_NAME")))
}
