//! `cargo x peers`: what is said of the other crates and of Go is true of their versions here.
//!
//! Runs the tests behind `docs/comparison.md`, and holds the page and the tests together: a test that
//! a page names is there, and every test is named in the comparison. A test goes by `module::name`;
//! those of Go by `go::Test…`.

use std::collections::BTreeSet;
use std::fs;

use crate::cmd::{self, Cmd};
use crate::step::{Call, InCi, Outcome, Step, Stop};

pub(crate) const STEP: Step = Step {
    name: "peers",
    args: "",
    about: "the tests behind docs/comparison.md, and that page and README name them rightly",
    in_ci: Some(InCi { args: &[], minutes: 20 }),
    run,
};

/// In it every test is named.
const COMPARISON: &str = "docs/comparison.md";
const README: &str = "README.md";
const RUST: &str = "benches/tests/peers";
const GO: &str = "benches/go";

fn run(call: &Call) -> Outcome {
    call.no_args()?;
    let tests = tests()?;
    let mut wrong = Vec::new();
    for page in [COMPARISON, README] {
        let text = cmd::read(page)?;
        let named = named(&text);
        let missing = named.difference(&tests).map(|test| format!("{page}: `{test}` is no test"));
        wrong.extend(missing);
        if page == COMPARISON {
            let untold = tests.difference(&named);
            wrong.extend(untold.map(|test| format!("{page} does not name `{test}`")));
        }
    }
    wrong.iter().for_each(|what| println!("{what}"));
    if !wrong.is_empty() {
        return Err(Stop::Failed(format!("{} names do not fit", wrong.len())));
    }
    // The build of the benches, with which this one shares the peers.
    Cmd::cargo().words("test --release -p taut-benches --test peers").run(call)?;
    let go = go(call).ok_or_else(|| {
        let how = "neither `$GO` nor `go` on the path; `cargo x bench` fetches one";
        Stop::Skipped(format!("the tests of Go: {how}; those of the crates have passed"))
    })?;
    // Neither another toolchain nor the caller's workspace and flags. Not what an earlier run found.
    let go = Cmd::new(&go).env("GOTOOLCHAIN", "local").env("GOWORK", "off").env("GOFLAGS", "");
    go.words("test -C").args([GO]).words("-count=1 .").run(call)
}

/// A Go that runs: the one that `cargo x bench` takes, but nothing is fetched.
fn go(call: &Call) -> Option<String> {
    let given = std::env::var("GO").unwrap_or_else(|_| "go".to_owned());
    let packaged = cmd::target_dir().join("go-venv/bin/go").to_string_lossy().into_owned();
    [given, packaged].into_iter().find(|go| Cmd::new(go).words("version").capture(call).is_ok())
}

/// The tests that there are.
fn tests() -> Result<BTreeSet<String>, Stop> {
    let mut tests = BTreeSet::new();
    for (module, text) in files(RUST, ".rs")? {
        tests.extend(rust_tests(&text).map(|name| format!("{module}::{name}")));
    }
    for (_module, text) in files(GO, "_test.go")? {
        tests.extend(go_tests(&text).map(|name| format!("go::{name}")));
    }
    if tests.is_empty() {
        return Err(Stop::failed(format!("there are no tests in {RUST} and {GO}")));
    }
    Ok(tests)
}

/// The files of a folder that end so: their names without that, and their texts.
fn files(folder: &str, suffix: &str) -> Result<Vec<(String, String)>, Stop> {
    let lost = |error| Stop::Failed(format!("{folder}: {error}"));
    let mut files = Vec::new();
    for entry in fs::read_dir(cmd::root().join(folder)).map_err(lost)? {
        let name = entry.map_err(lost)?.file_name();
        let name = name.to_string_lossy();
        if let Some(stem) = name.strip_suffix(suffix) {
            files.push((stem.to_owned(), cmd::read(&format!("{folder}/{name}"))?));
        }
    }
    Ok(files)
}

/// The functions that follow a `#[test]`.
fn rust_tests(text: &str) -> impl Iterator<Item = &str> {
    let after = text.split("\n#[test]\n").skip(1);
    after.filter_map(|rest| word_after(rest, "fn "))
}

fn go_tests(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| word_after(line, "func ").filter(|name| name.starts_with("Test")))
}

fn word_after<'a>(text: &'a str, head: &str) -> Option<&'a str> {
    text.strip_prefix(head)?.split('(').next()
}

/// The tests that a page names: its code spans `module::name` where the name is a sentence, as those
/// of tests are and those of items are not.
fn named(page: &str) -> BTreeSet<String> {
    let spans = page.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    spans.filter(|span| is_test(span)).map(str::to_owned).collect()
}

fn is_test(span: &str) -> bool {
    let Some((module, name)) = span.split_once("::") else { return false };
    let is_word = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_sentence = match module {
        "go" => name.starts_with("Test"),
        _ => name.matches('_').count() >= 2,
    };
    is_word(module) && is_word(name) && is_sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_in_both_languages() {
        let rust = "fn helper() {}\n\n#[test]\nfn it_is_so() {\n}\n#[test]\nfn and_so() {}\n";
        assert_eq!(rust_tests(rust).collect::<Vec<_>>(), ["it_is_so", "and_so"]);
        let go = "func helper() {}\nfunc TestIt(t *testing.T) {\n\tTestNot(t)\n}\n";
        assert_eq!(go_tests(go).collect::<Vec<_>>(), ["TestIt"]);
    }

    #[test]
    fn a_page_names_tests_beside_items() {
        let page = "`chan::rendezvous()`, `taut::spawn_blocking` and `Semaphore`: | a |\n\
                    `close::taut_lets_go` (`go::TestIt`), `taut::select!`, `select::future`";
        let named: Vec<_> = named(page).into_iter().collect();
        assert_eq!(named, ["close::taut_lets_go", "go::TestIt"]);
    }
}
