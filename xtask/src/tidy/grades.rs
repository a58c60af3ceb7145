//! A public function that returns a future says what dropping the future costs.

use super::Finding;
use super::paths::words;
use super::tree::{Source, Tree};

const HEADING: &str = "# Cancel safety";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    // What only our macros call is nobody's to drop.
    let is_public = |source: &&Source| source.is_library() && source.file_name() != "__private.rs";
    for source in tree.sources.iter().filter(is_public) {
        for waiting in waiting_functions(source.code()) {
            let line = source.line_of(waiting.offset);
            if !doc_above(source, line).contains(&HEADING) {
                let what = format!("`{}` returns a future and has no `{HEADING}`", waiting.name);
                found.push(Finding::new(&source.path, line, "grade", what));
            }
        }
    }
    found
}

struct Waiting<'a> {
    /// Of `pub`.
    offset: usize,
    name: &'a str,
}

/// The `pub fn … -> future::…` or `-> impl Future<…`, and `pub async fn` of `code`.
fn waiting_functions(code: &str) -> Vec<Waiting<'_>> {
    let words: Vec<_> = words(code).collect();
    let mut found = Vec::new();
    for (at, &(offset, word)) in words.iter().enumerate() {
        if word != "pub" {
            continue;
        }
        let qualifiers = words[at + 1..].iter().take_while(|(_, word)| is_qualifier(word));
        let is_async = qualifiers.clone().any(|(_, word)| *word == "async");
        let after = at + 1 + qualifiers.count();
        let Some([(_, "fn"), (start, name)]) = words.get(after..after + 2) else { continue };
        let signature = &code[start + name.len()..];
        if is_async || returned(signature).is_some_and(is_future) {
            found.push(Waiting { offset, name });
        }
    }
    found
}

fn is_qualifier(word: &str) -> bool {
    matches!(word, "const" | "async" | "unsafe" | "extern")
}

/// What follows the `->` of a signature that starts after the function's name.
fn returned(signature: &str) -> Option<&str> {
    let (mut angles, mut parens) = (0_i32, 0_i32);
    let mut before = ' ';
    for (at, c) in signature.char_indices() {
        match c {
            '<' => angles += 1,
            '>' if before != '-' => angles -= 1,
            '(' => parens += 1,
            ')' => parens -= 1,
            _ => {}
        }
        if c == ')' && parens == 0 && angles == 0 {
            return signature[at + 1..].trim_start().strip_prefix("->").map(str::trim_start);
        }
        before = c;
    }
    None
}

fn is_future(returned: &str) -> bool {
    let path = returned.strip_prefix("crate::").or(returned.strip_prefix("super::"));
    path.unwrap_or(returned).starts_with("future::") || returned.starts_with("impl Future<")
}

/// The documentation lines above the item on `line`, which counts from 1; attributes are passed over.
fn doc_above(source: &Source, line: usize) -> Vec<&str> {
    let lines: Vec<&str> = source.text.lines().take(line - 1).collect();
    let mut docs = Vec::new();
    // How many `]` wait for their `[`, going up through an attribute of several lines.
    let mut open = 0_usize;
    for line in lines.iter().rev().map(|line| line.trim()) {
        let inside = open > 0;
        if let (false, Some(doc)) = (inside, line.strip_prefix("///")) {
            docs.push(doc.trim());
        } else if inside || line.starts_with("#[") || line.ends_with(")]") || line == "]" {
            open = (open + line.matches(']').count()).saturating_sub(line.matches('[').count());
        } else if !line.starts_with("//") {
            break;
        }
    }
    docs
}
