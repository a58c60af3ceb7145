//! `cargo x test`: the test command that the README gives, doc tests included.

use crate::cmd::Cmd;
use crate::step::{Call, InCi, Outcome, Step};

pub(crate) const STEP: Step = Step {
    name: "test",
    args: "[ARGS]",
    about: "every test and doc test, as the README says",
    in_ci: Some(InCi { args: &[], minutes: 20 }),
    run,
};

/// As it stands in the README. The benches are left out: they pull in every rival.
const COMMAND: &str = "cargo test --workspace --exclude taut-benches --all-features";

fn run(call: &Call) -> Outcome {
    let (program, words) = COMMAND.split_once(' ').unwrap_or((COMMAND, ""));
    Cmd::new(program).words(words).args(&call.args).run(call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cmd, markdown};

    #[test]
    fn the_readme_gives_this_command() {
        let readme = cmd::read("README.md").expect("the workspace has a README.md");
        let fences = markdown::fences(&readme);
        let found = fences.iter().flat_map(|fence| &fence.lines).any(|line| *line == COMMAND);
        assert!(found, "no fenced code block of README.md has the line `{COMMAND}`");
    }
}
