//! What a command is, how it is called, and how it may end.

use std::time::{Duration, Instant};

/// One command of `cargo x`.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// The arguments it takes, as the help shows them.
    pub(crate) args: &'static str,
    pub(crate) about: &'static str,
    /// How CI calls it; `None` if CI does not.
    pub(crate) in_ci: Option<InCi>,
    pub(crate) run: fn(&Call) -> Outcome,
}

/// How CI calls a step.
#[derive(Clone, Copy)]
pub(crate) struct InCi {
    pub(crate) args: &'static [&'static str],
    /// A step that runs longer is killed and has failed. It is there to end a hang, so it is several
    /// times what the step takes on two slow cores.
    pub(crate) minutes: u64,
}

/// `Ok` if the step passed.
pub(crate) type Outcome = Result<(), Stop>;

/// Why a step did not pass.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// A tool it needs cannot be had on this machine. This does not fail a run.
    Skipped(String),
    /// It ran and found fault, or could not run for a reason that is ours.
    Failed(String),
}

impl Stop {
    pub(crate) fn failed(why: impl Into<String>) -> Self {
        Self::Failed(why.into())
    }
}

/// One call of a step: its arguments, and how long it may take.
pub(crate) struct Call {
    pub(crate) args: Vec<String>,
    pub(crate) deadline: Option<Instant>,
}

impl Call {
    /// From the command line: no time limit, and a leading `--` is only a separator.
    pub(crate) fn by_hand(args: impl Iterator<Item = String>) -> Self {
        let mut args: Vec<String> = args.collect();
        if args.first().is_some_and(|arg| arg == "--") {
            args.remove(0);
        }
        Self { args, deadline: None }
    }

    pub(crate) fn by_ci(how: InCi) -> Self {
        Self {
            args: how.args.iter().map(ToString::to_string).collect(),
            deadline: Some(Instant::now() + Duration::from_secs(60 * how.minutes)),
        }
    }

    /// For a step that takes no arguments: a misspelt one must not pass unnoticed.
    pub(crate) fn no_args(&self) -> Outcome {
        match self.args.first() {
            None => Ok(()),
            Some(arg) => Err(Stop::Failed(format!("takes no arguments, got `{arg}`"))),
        }
    }

    /// Splits every `FLAG VALUE` off the arguments: the values, and what is left.
    pub(crate) fn split_flag(&self, flag: &str) -> Result<(Vec<&str>, Vec<&str>), Stop> {
        let (mut values, mut rest) = (Vec::new(), Vec::new());
        let mut args = self.args.iter().map(String::as_str);
        while let Some(arg) = args.next() {
            if arg == "--" {
                rest.push(arg);
                rest.extend(args);
                break;
            }
            if arg != flag {
                rest.push(arg);
                continue;
            }
            let value =
                args.next().ok_or_else(|| Stop::Failed(format!("`{flag}` needs a value")))?;
            values.push(value);
        }
        Ok((values, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(args: &[&str]) -> Call {
        Call::by_hand(args.iter().map(ToString::to_string))
    }

    #[test]
    fn a_leading_separator_is_dropped_and_a_later_one_kept() {
        assert_eq!(call(&["--", "--smoke"]).args, ["--smoke"]);
        assert_eq!(call(&["-p", "x", "--", "name"]).args, ["-p", "x", "--", "name"]);
    }

    #[test]
    fn a_flag_is_split_off_only_before_the_separator() {
        let call = call(&["-p", "one", "--quiet", "-p", "two", "--", "-p", "three"]);
        let (values, rest) = call.split_flag("-p").expect("well formed");
        assert_eq!(values, ["one", "two"]);
        assert_eq!(rest, ["--quiet", "--", "-p", "three"]);
    }

    #[test]
    fn a_flag_without_a_value_is_refused() {
        assert!(call(&["--seeds"]).split_flag("--seeds").is_err());
    }
}
