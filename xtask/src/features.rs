//! `cargo x features`: every crate builds with no feature, with each alone, and with all.

use crate::cmd::Cmd;
use crate::manifest::{self, Member};
use crate::step::{Call, InCi, Outcome, Step};

pub(crate) const STEP: Step = Step {
    name: "features",
    args: "",
    about: "each library crate with no feature, each alone, and all",
    in_ci: Some(InCi { args: &[], minutes: 20 }),
    run,
};

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    for member in manifest::members()? {
        for choice in choices(&member) {
            Cmd::cargo()
                .words("check -p")
                .args([&member.name])
                .args(&choice)
                .env("RUSTFLAGS", "-D warnings")
                .target_dir("features")
                .run(call)?;
        }
    }
    Ok(())
}

/// The flags of each build of one crate.
fn choices(member: &Member) -> Vec<Vec<String>> {
    let alone = |feature: &String| {
        vec!["--no-default-features".to_owned(), "--features".to_owned(), feature.clone()]
    };
    let mut choices = vec![vec!["--no-default-features".to_owned()]];
    choices.extend(member.features.iter().map(alone));
    if !member.features.is_empty() {
        choices.push(vec!["--all-features".to_owned()]);
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_each_and_all() {
        let member = Member::new("x", "[features]\na = []\nb = []\n");
        let lines: Vec<String> = choices(&member).iter().map(|flags| flags.join(" ")).collect();
        let each = ["--no-default-features --features a", "--no-default-features --features b"];
        assert_eq!(lines, ["--no-default-features", each[0], each[1], "--all-features"]);
    }

    #[test]
    fn a_crate_without_features_is_built_once() {
        assert_eq!(choices(&Member::new("x", "[dependencies]\n")).len(), 1);
    }
}
