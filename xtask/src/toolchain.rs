//! Toolchains and their parts: what is missing is installed, what cannot be is a reason to skip.

use crate::cmd::Cmd;
use crate::step::{Call, Outcome, Stop};

/// For Miri, the sanitizers, and what cargo and rustc do not do on stable yet.
pub(crate) const NIGHTLY: &str = "nightly";

/// Makes sure of `components` for the toolchain in use.
pub(crate) fn ensure_default(call: &Call, components: &[&str]) -> Outcome {
    let there = |component: &&&str| match **component {
        "rustfmt" => Cmd::cargo().words("fmt --version").capture(call).is_ok(),
        name => Cmd::cargo().args([name, "--version"]).capture(call).is_ok(),
    };
    let missing: Vec<&str> = components.iter().filter(|c| !there(c)).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let add = Cmd::new("rustup").words("component add").args(&missing);
    add.run(call).map_err(|stop| skipped(&missing.join(" and "), stop))
}

/// Makes sure of the nightly toolchain, with `components`.
pub(crate) fn ensure_nightly(call: &Call, components: &[&str]) -> Outcome {
    ensure(call, NIGHTLY)?;
    let list = Cmd::new("rustup").words("component list --installed --toolchain").args([NIGHTLY]);
    let installed = list.capture(call).map_err(|stop| skipped("a nightly toolchain", stop))?;
    let missing = missing(components, &installed);
    if missing.is_empty() {
        return Ok(());
    }
    let add =
        Cmd::new("rustup").words("component add").args(&missing).args(["--toolchain", NIGHTLY]);
    add.run(call).map_err(|stop| skipped(&format!("nightly's {}", missing.join(" and ")), stop))
}

/// Makes sure of `toolchain`, with rustc and cargo.
pub(crate) fn ensure(call: &Call, toolchain: &str) -> Outcome {
    let list = Cmd::new("rustup").words("toolchain list").capture(call);
    let list = list.map_err(|stop| skipped("rustup", stop))?;
    if list.lines().any(|line| line.starts_with(toolchain)) {
        return Ok(());
    }
    let install = Cmd::new("rustup")
        .words("toolchain install --profile minimal --no-self-update")
        .args([toolchain]);
    install.run(call).map_err(|stop| skipped(&format!("the toolchain {toolchain}"), stop))
}

/// Makes sure of the standard library for `target`.
pub(crate) fn ensure_target(call: &Call, target: &str) -> Outcome {
    let list = Cmd::new("rustup").words("target list --installed").capture(call);
    let list = list.map_err(|stop| skipped("rustup", stop))?;
    if list.lines().any(|line| line == target) {
        return Ok(());
    }
    let add = Cmd::new("rustup").words("target add").args([target]);
    add.run(call).map_err(|stop| skipped(&format!("the standard library for {target}"), stop))
}

/// Which of `components` are not in rustup's list, where a name may be followed by its target.
fn missing<'a>(components: &[&'a str], installed: &str) -> Vec<&'a str> {
    let there = |component: &str| installed.lines().any(|line| line.starts_with(component));
    components.iter().copied().filter(|component| !there(component)).collect()
}

/// The triple of the machine we build on.
pub(crate) fn host(call: &Call) -> Result<String, Stop> {
    let said = Cmd::new("rustc").words("-vV").capture(call)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Stop::failed("`rustc -vV` names no host"))
}

fn skipped(what: &str, stop: Stop) -> Stop {
    let (Stop::Skipped(why) | Stop::Failed(why)) = stop;
    Stop::Skipped(format!("{what} cannot be had: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_there_with_or_without_its_target() {
        let installed = "cargo-x86_64-unknown-linux-gnu\nmiri-x86_64-unknown-linux-gnu\nrust-src\n";
        assert!(missing(&["miri", "rust-src"], installed).is_empty());
        assert_eq!(missing(&["miri", "clippy"], installed), ["clippy"]);
    }

    #[test]
    fn what_cannot_be_installed_is_skipped_not_failed() {
        let stop = skipped("rustup", Stop::failed("did not start"));
        assert_eq!(stop, Stop::Skipped("rustup cannot be had: did not start".into()));
    }
}
