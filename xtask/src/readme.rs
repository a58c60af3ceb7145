//! `cargo x readme`: the first thing the README tells a reader to run does run, and prints something.

use crate::cmd::{self, Cmd};
use crate::markdown;
use crate::step::{Call, InCi, Outcome, Step, Stop};

pub(crate) const STEP: Step = Step {
    name: "readme",
    args: "",
    about: "the README's main command exits 0 and prints something",
    in_ci: Some(InCi { args: &[], minutes: 15 }),
    run,
};

/// How the line starts, in the first `sh` block.
const START: &str = "cargo run --release --example";

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    let readme = cmd::read("README.md")?;
    let line = main_command(&readme).map_err(Stop::failed)?;
    let (program, words) = line.split_once(' ').unwrap_or((line, ""));
    println!("$ {line}");
    let said = Cmd::new(program).words(words).capture(call)?;
    print!("{said}");
    if said.trim().is_empty() {
        return Err(Stop::Failed(format!("`{line}` printed nothing")));
    }
    Ok(())
}

/// The line to run. It is run without a shell, so it must not need one.
fn main_command(readme: &str) -> Result<&str, String> {
    let fences = markdown::fences(readme);
    let block = fences.iter().find(|fence| fence.language == "sh");
    let block = block.ok_or("README.md has no block fenced with ```sh")?;
    let line = block.lines.iter().find(|line| line.starts_with(START));
    let line =
        line.ok_or_else(|| format!("no line of README's first sh block starts with `{START}`"))?;
    let line = line.split(" #").next().unwrap_or(line).trim();
    match line.find(['|', '&', ';', '<', '>', '$', '`', '"', '\'', '\\']) {
        None => Ok(line),
        Some(_) => Err(format!("`{line}` needs a shell; the README's main command must not")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_taken_from_the_first_sh_block_without_its_comment() {
        let readme =
            "```rust\nx\n```\n```sh\ncd taut\ncargo run --release --example digest # prints\n```";
        assert_eq!(main_command(readme), Ok("cargo run --release --example digest"));
    }

    #[test]
    fn a_missing_block_a_missing_line_and_a_pipe_are_refused() {
        assert!(main_command("no block").is_err());
        assert!(main_command("```sh\ncargo test\n```").is_err());
        assert!(main_command("```sh\ncargo run --release --example digest | cat\n```").is_err());
    }
}
