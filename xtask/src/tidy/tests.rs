//! Each rule fires on a planted fault, once and where it is, and is quiet on the text beside it.
//!
//! Inside the crate because the rules are private to a program.

use super::judge;
use super::paths::paths;
use super::scrub::scrub;
use super::tree::{LEDGER, Source, Tree};

/// A tree of the files given as (path, text).
fn tree(files: &[(&str, &str)]) -> Tree {
    let sources = files.iter().map(|(path, text)| Source::new(path, text)).collect();
    Tree { sources, ledger: String::new(), readme: String::new(), features: Vec::new() }
}

/// What is found, as `path:line: rule`.
fn places(tree: &Tree) -> Vec<String> {
    let place = |f: &super::Finding| format!("{}:{}: {}", f.path, f.line, f.rule);
    judge(tree).findings.iter().map(place).collect()
}

/// What is found in one file that opens well; line 2 is the first of `body`. As `line: rule`.
fn found(path: &str, body: &str) -> Vec<String> {
    let text = format!("//! Contract.\n{body}\n");
    let strip = |place: String| place.replacen(&format!("{path}:"), "", 1);
    places(&tree(&[(path, &text)])).into_iter().map(strip).collect()
}

const LIBRARY: &str = "crates/taut-chan/src/ring.rs";
const TEST: &str = "crates/taut-chan/tests/fifo.rs";

#[test]
fn a_file_without_a_contract_is_found() {
    let text = "// Not a contract.\n//! Too late.\n";
    assert_eq!(places(&tree(&[("examples/a.rs", text)])), ["examples/a.rs:1: contract"]);
    assert!(found("examples/a.rs", "fn main() {}").is_empty());
}

#[test]
fn a_file_of_401_lines_is_found() {
    assert!(found("xtask/src/a.rs", &"\n".repeat(398)).is_empty());
    assert_eq!(found("xtask/src/a.rs", &"\n".repeat(399)), ["401: length"]);
}

#[test]
fn locks_atomics_and_explorers_are_found_outside_the_door() {
    for fault in [
        "use std::sync::Mutex;",
        "use std::sync::{Arc, atomic};",
        "use core::sync::atomic::AtomicUsize;",
        "extern crate alloc; use alloc::sync::Arc;",
        "use std::{fmt, sync::Arc};",
        "use loom::cell::UnsafeCell;",
        "use shuttle::thread;",
        "fn f() { ::std::sync::Once::new(); }",
    ] {
        let hits = found(LIBRARY, fault);
        assert!(!hits.is_empty() && hits.iter().all(|hit| hit == "2: door"), "{fault}: {hits:?}");
        assert!(found("crates/taut-core/src/sync.rs", fault).is_empty(), "{fault}");
        assert!(found("crates/taut-core/src/sync/lock.rs", fault).is_empty(), "{fault}");
        assert!(found(TEST, fault).is_empty(), "{fault}");
    }
    assert_eq!(found("crates/taut-core/src/synchrony.rs", "use std::sync::Arc;"), ["2: door"]);
}

#[test]
fn the_door_itself_comments_and_strings_are_quiet() {
    let body = "use taut_core::sync::{Arc, Mutex};\n/// Not `std::sync::Mutex`.\n\
                // loom::model\nconst S: &str = \"std::sync::Arc\";\nuse std::{fmt, mem};";
    assert!(found(LIBRARY, body).is_empty());
}

#[test]
fn an_import_of_several_lines_is_found_on_its_own_line() {
    let body = "use std::{\n    fmt,\n    sync::{\n        Arc,\n    },\n};";
    assert_eq!(found(LIBRARY, body), ["5: door"]);
}

#[test]
fn tokio_is_found_outside_its_files() {
    let body = "/// As `tokio::sync::mpsc`.\nuse tokio::time::Instant;";
    assert_eq!(found(LIBRARY, body), ["3: tokio"]);
    assert!(found("crates/taut-chan/src/future/time.rs", body).is_empty());
    assert!(found("examples/a.rs", body).is_empty());
}

#[test]
fn a_sleeping_thread_is_found_in_library_and_test() {
    let body = "fn f() { std::thread::sleep(D); }";
    assert_eq!(found(LIBRARY, body), ["2: sleep"]);
    assert_eq!(found(TEST, body), ["2: sleep"]);
    // Paused time does not stop a thread's clock.
    let paused = format!("#[tokio::test(start_paused = true)]\nasync {body}");
    assert_eq!(found(TEST, &paused), ["3: sleep"]);
    assert_eq!(found(TEST, "use std::thread::{self, sleep};"), ["2: sleep"]);
    assert!(found("benches/src/main.rs", body).is_empty());
}

#[test]
fn a_sleeping_task_is_found_in_a_test_unless_time_is_paused() {
    let body = "async fn f() { tokio::time::sleep(D).await; }";
    assert_eq!(found(TEST, body), ["2: sleep"]);
    assert!(found(TEST, &format!("#[tokio::test(start_paused = true)]\n{body}")).is_empty());
    assert!(found("crates/taut-chan/src/time.rs", body).is_empty());
    let inline = format!("{body}\n#[cfg(test)]\nmod tests {{\n    {body}\n}}");
    assert_eq!(found("crates/taut-chan/src/time.rs", &inline), ["5: sleep"]);
    let apart = format!("#[cfg(test)]\nmod tests;\n{body}");
    assert!(found("crates/taut-chan/src/time.rs", &apart).is_empty());
}

#[test]
fn a_future_without_a_grade_is_found() {
    for fault in [
        "/// Waits.\npub fn recv(&self) -> future::Recv<'_, T> {}",
        "\npub fn recv<F: Fn(u8) -> u8>(\n    &self,\n    f: F,\n) -> crate::future::Recv<T> {}",
        "/// # Cancel safety.\npub const unsafe fn recv() -> future::Recv {}",
        "/// Waits.\npub async fn recv() {}",
        "/// # Cancel safety\nfn other() {}\npub fn recv() -> future::Recv {}",
    ] {
        let hits = found(LIBRARY, fault);
        let graded = hits.iter().filter(|hit| hit.ends_with(": grade"));
        assert_eq!(graded.count(), 1, "{fault}: {hits:?}");
    }
}

#[test]
fn a_graded_future_and_what_is_no_public_future_are_quiet() {
    for fine in [
        "/// Waits.\n///\n/// # Cancel safety\n///\n/// Safe.\n#[must_use = \"futures\"]\n\
         pub fn recv(&self) -> future::Recv<'_, T> {}",
        "/// # Cancel safety\n#[cfg_attr(\n    docsrs,\n    doc(cfg(feature = \"time\")),\n)]\n\
         #[inline]\npub fn recv() -> future::Recv {}",
        "pub(crate) fn recv() -> future::Recv {}",
        "fn recv() -> future::Recv {}",
        "pub fn len(&self) -> usize { self.poll(|| -> future::Recv { x }) }",
        "pub fn map<F: Fn() -> future::Recv>(f: F) -> usize {}",
        "pub struct S;\nfn fetch() -> future::Recv {}",
    ] {
        assert!(found(LIBRARY, fine).is_empty(), "{fine}: {:?}", found(LIBRARY, fine));
    }
}

/// Three sites; the type on the last line, the comment and the string are none.
const UNSAFE: &str = "//! On unsafe { code }.\n\nunsafe impl Send for X {}\nunsafe fn f() {}\n\
    fn g() {\n    // unsafe {}\n    unsafe { f() }; \"unsafe { }\";\n}\nstruct V(unsafe fn(u8));\n";

fn with_ledger(ledger: &str) -> Vec<String> {
    let mut tree = tree(&[(LIBRARY, UNSAFE), ("examples/a.rs", "//! Safe.\n")]);
    tree.ledger = ledger.replace("RING", LIBRARY);
    places(&tree)
}

#[test]
fn unsafe_sites_must_equal_the_ledger() {
    let head = "| file | sites | why |\n| --- | --- | --- |\n";
    assert!(with_ledger(&format!("{head}| `RING` | 3 | why |\n")).is_empty());
    assert!(with_ledger(&format!("{head}| RING | 3 |\n")).is_empty());
    assert_eq!(with_ledger(""), [format!("{LIBRARY}:3: ledger")]);
    assert_eq!(
        with_ledger(&format!("{head}| `RING` | 2 | why |\n")),
        [format!("{LIBRARY}:3: ledger")]
    );
}

#[test]
fn a_row_without_its_file_its_sites_its_number_or_its_peace_is_found() {
    for fault in [
        "| `RING` | 3 |\n| `crates/gone.rs` | 1 |",
        "| `RING` | 3 |\n| `examples/a.rs` | 1 |",
        "| `RING` | 3 |\n| `examples/a.rs` | none |",
        "| `RING` | 3 |\n| `RING` | 3 |",
    ] {
        assert_eq!(with_ledger(fault), [format!("{LEDGER}:2: ledger")], "{fault}");
    }
}

#[test]
fn a_feature_the_readme_does_not_name_is_found() {
    let mut tree = tree(&[]);
    tree.features = vec!["chan".into(), "select".into(), "full".into()];
    tree.readme = "`chan`; selects; features = [\"full\"]".into();
    assert_eq!(places(&tree), ["README.md:1: map"]);
}

#[test]
fn an_excuse_covers_its_line_and_the_next() {
    let excused = ["// TIDY-ALLOW: why\nuse tokio::x;", "use tokio::x; // TIDY-ALLOW: why"];
    for body in excused {
        assert!(found(LIBRARY, body).is_empty(), "{body}");
    }
    let verdict = judge(&tree(&[(LIBRARY, &format!("//! X.\n{}", excused[0]))]));
    assert_eq!((verdict.excused[0].line, verdict.excused[0].reason.as_str()), (2, "why"));
    let far = "// TIDY-ALLOW: why\n\nuse tokio::x;";
    assert_eq!(found(LIBRARY, far), ["2: allow", "4: tokio"]);
}

#[test]
fn an_excuse_without_reason_or_use_is_found() {
    assert_eq!(found(LIBRARY, "// TIDY-ALLOW:\nuse tokio::x;"), ["2: allow", "3: tokio"]);
    assert_eq!(found(LIBRARY, "// TIDY-ALLOW: nothing here"), ["2: allow"]);
    let spoken_of = "/// Write `// TIDY-ALLOW: reason`.\nconst S: &str = \"// TIDY-ALLOW: x\";";
    assert!(found(LIBRARY, spoken_of).is_empty());
}

#[test]
fn comments_and_literals_become_spaces_and_lines_stay() {
    let text = "a/*x/*y*/\nz*/b\"\\\"//\"c'\"'d'\\''e<'f>r#\"\"x\"#g br\"h\\\"i r#fn 'é' // j\nk";
    let code = scrub(text).code;
    assert_eq!(code.len(), text.len());
    let kept: Vec<&str> = code.split_whitespace().collect();
    assert_eq!(kept, ["a", "b", "c", "d", "e<'f>", "g", "i", "r#fn", "k"]);
    assert_eq!(code.lines().count(), text.lines().count());
    assert_eq!(scrub("x // y").comments.trim(), "// y");
    assert_eq!(scrub("\"// y\"").comments.trim(), "");
}

#[test]
fn paths_are_found_imported_and_in_place() {
    let code = "use a::{b::{c, d as e}, f::*, self}; x::y(z, ::p::q); u :: v; fn w() -> A<b> {}";
    let all = |code| paths(code).into_iter().map(|(_, path)| path).collect::<Vec<_>>();
    assert_eq!(all(code), ["a::b::c", "a::b::d", "a::f::*", "a::self", "x::y", "p::q", "u::v"]);
    assert_eq!(all("fn f() -> impl A + use<'_, T> { b::c() }"), ["b::c"]);
}
