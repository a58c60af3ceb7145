//! `cargo x docs`: the documentation builds, and every link in it leads somewhere.
//!
//! With all features: the facade's map links to modules that a feature hides. rustdoc itself only
//! knows the links it made from names. Those that a page wrote by hand, or that are meant for the
//! plain file, are found in what it wrote.

mod headings;
mod html;

use crate::cmd::{self, Cmd};
use crate::step::{Call, InCi, Outcome, Step, Stop};

pub(crate) const STEP: Step = Step {
    name: "docs",
    args: "[ARGS]",
    about: "rustdoc with all features, warnings denied; links lead somewhere, pages have their headings",
    in_ci: Some(InCi { args: &[], minutes: 20 }),
    run,
};

fn run(call: &Call) -> Outcome {
    let out = cmd::target_dir().join("doc");
    // A page of yesterday could satisfy a link of today.
    if out.exists() {
        std::fs::remove_dir_all(&out)
            .map_err(|error| Stop::failed(format!("{}: {error}", out.display())))?;
    }
    Cmd::cargo()
        .words("doc --workspace --exclude taut-benches --no-deps --all-features")
        .args(&call.args)
        .env("RUSTDOCFLAGS", "-D warnings")
        .run(call)?;
    let site = html::Site::read(&out)?;
    let (dead, bare) = (site.dead_links(), headings::missing(&site));
    dead.iter().for_each(|link| println!("{link}"));
    bare.iter().for_each(|page| println!("{page}"));
    println!("{} links, {} dead", site.links(), dead.len());
    if dead.is_empty() && bare.is_empty() {
        return Ok(());
    }
    Err(Stop::Failed(format!("{} dead links, {} bare pages", dead.len(), bare.len())))
}
