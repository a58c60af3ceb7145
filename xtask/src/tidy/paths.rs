//! The words and the paths in scrubbed code.

use super::scrub::is_word;

/// The identifiers, keywords and numbers of `code`, each with its offset.
pub(super) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + code[at..].find(is_word)?;
        at = code[start..].find(|c| !is_word(c)).map_or(code.len(), |len| start + len);
        Some((start, &code[start..at]))
    })
}

/// The paths of `code` of two segments or more, as `a::b::c` with their offsets, whether they are
/// imported or used in place. A group of imports counts as each path it stands for.
pub(super) fn paths(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut done = 0;
    let mut words = words(code).peekable();
    while let Some((start, word)) = words.next() {
        if start < done {
            continue;
        }
        let after = start + word.len();
        // `use<'a, T>` is a bound, not an import.
        if word == "use" && !code[after..].trim_start().starts_with('<') {
            done = code[after..].find(';').map_or(code.len(), |len| after + len);
            imports("", after, &code[after..done], &mut found);
            continue;
        }
        let mut end = after;
        while let Some((next, word)) = words.peek().copied() {
            if code[end..next].trim() != "::" {
                break;
            }
            end = next + word.len();
            words.next();
        }
        if end > after {
            found.push((start, tight(&code[start..end])));
        }
    }
    found
}

/// Adds the paths of one import tree, which starts at `offset` and stands below `prefix`.
fn imports(prefix: &str, offset: usize, tree: &str, found: &mut Vec<(usize, String)>) {
    let mut start = 0;
    for part in split_at_top(tree) {
        let at = offset + start;
        start += part.len() + 1;
        let at = at + (part.len() - part.trim_start().len());
        let part = part.trim();
        if let Some((head, group)) = part.split_once('{') {
            let prefix = format!("{prefix}{}", tight(head));
            let inside = group.strip_suffix('}').unwrap_or(group);
            imports(&prefix, at + head.len() + 1, inside, found);
        } else if !part.is_empty() {
            let path = part.split(" as ").next().unwrap_or(part);
            let path = format!("{prefix}{}", tight(path));
            found.push((at, path.trim_start_matches("::").to_owned()));
        }
    }
}

/// Splits at the commas that stand in no braces.
fn split_at_top(tree: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    tree.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    })
    .collect()
}

fn tight(path: &str) -> String {
    path.chars().filter(|c| !c.is_whitespace()).collect()
}
