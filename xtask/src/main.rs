//! `cargo x`: the one way to check, test and prove this workspace, for a contributor and for CI alike.
//!
//! A command is a [`Step`]; the steps stand in one table, in the order in which CI runs them.

mod bench;
mod check;
mod ci;
mod cmd;
mod deny;
mod docs;
mod docsrs;
mod features;
mod loom;
mod manifest;
mod markdown;
mod minimal;
mod miri;
mod model;
mod msrv;
mod peers;
mod readme;
mod release;
mod shuttle;
mod soak;
mod step;
mod targets;
mod test;
mod tidy;
mod toml;
mod toolchain;
mod tsan;

use std::fmt::Write as _;
use std::process::ExitCode;

use step::{Call, Step, Stop};

/// Every command but `ci` and `help`. CI runs them in this order, cheap and telling first.
const STEPS: [Step; 19] = [
    tidy::STEP,
    check::STEP,
    features::STEP,
    docs::STEP,
    docsrs::STEP,
    test::STEP,
    readme::STEP,
    msrv::STEP,
    minimal::STEP,
    targets::STEP,
    release::STEP,
    deny::STEP,
    loom::STEP,
    shuttle::STEP,
    miri::STEP,
    tsan::STEP,
    bench::STEP,
    peers::STEP,
    soak::STEP,
];

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        None | Some("help" | "-h" | "--help") => {
            print!("{}", help());
            ExitCode::SUCCESS
        }
        Some("ci") => ci::run(&STEPS),
        Some(name) => match STEPS.iter().find(|step| step.name == name) {
            Some(step) => run(step, &Call::by_hand(args)),
            None => {
                eprintln!("`{name}` is not a command\n\n{}", help());
                ExitCode::FAILURE
            }
        },
    }
}

fn run(step: &Step, call: &Call) -> ExitCode {
    match (step.run)(call) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stop::Skipped(why)) => {
            println!("SKIPPED {}: {why}", step.name);
            ExitCode::SUCCESS
        }
        Err(Stop::Failed(why)) => {
            eprintln!("FAILED {}: {why}", step.name);
            ExitCode::FAILURE
        }
    }
}

fn help() -> String {
    let mut text = String::from("cargo x COMMAND [ARGS]\n\n");
    let mut row = |usage: &str, about: &str| {
        writeln!(text, "  {usage:<36}{about}").expect("writing to a string cannot fail");
    };
    row("ci", "all of the below that CI runs, in this order, with a summary");
    for step in &STEPS {
        let usage = format!("{} {}", step.name, step.args);
        let note = if step.in_ci.is_some() { "" } else { " (not in ci)" };
        row(&usage, &format!("{}{note}", step.about));
    }
    row("help", "this text");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_command_once() {
        let help = help();
        for step in &STEPS {
            let heads =
                help.lines().filter(|line| line.split_whitespace().next() == Some(step.name));
            assert_eq!(heads.count(), 1, "{}", step.name);
        }
    }
}
