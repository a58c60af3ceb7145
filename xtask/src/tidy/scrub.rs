//! Takes comments and literals out of Rust text, so that a rule can search what is left.
//!
//! A lexer in miniature: it knows just enough to tell where a comment, a string or a character ends.
//! Every byte taken out becomes a space, so offsets and lines stay as they were.

/// The same text twice, each with something blanked.
pub(super) struct Scrubbed {
    /// Without comments, strings and characters.
    pub(super) code: String,
    /// The comments alone.
    pub(super) comments: String,
}

pub(super) fn scrub(text: &str) -> Scrubbed {
    let (mut code, mut comments) = (String::new(), String::new());
    let mut rest = text;
    while !rest.is_empty() {
        let (len, kind) = token(rest);
        let (token, after) = rest.split_at(len);
        code.push_str(&if kind == Kind::Code { token.to_owned() } else { blank(token) });
        comments.push_str(&if kind == Kind::Comment { token.to_owned() } else { blank(token) });
        rest = after;
    }
    Scrubbed { code, comments }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

fn blank(token: &str) -> String {
    token.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// The first token of `rest`: how long it is, at least 1, and what it is. Words are taken whole, so
/// that the `r` in `for"` is not taken for the start of a raw string.
fn token(rest: &str) -> (usize, Kind) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Kind::Comment);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), Kind::Comment);
    }
    if let Some(len) = raw_string(rest) {
        return (len, Kind::Literal);
    }
    if rest.starts_with('"') {
        return (string(rest), Kind::Literal);
    }
    if let Some(len) = character(rest) {
        return (len, Kind::Literal);
    }
    let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
    let one = rest.chars().next().map_or(1, char::len_utf8);
    (word.max(one), Kind::Code)
}

/// Whether `c` may stand in an identifier.
pub(super) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn block_comment(rest: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while at < rest.len() {
        match rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, and the same after `b` and `c`.
fn raw_string(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix(['b', 'c']).unwrap_or(rest).strip_prefix('r')?;
    let body = after.trim_start_matches('#').strip_prefix('"')?;
    let hashes = after.len() - body.len() - 1;
    let end = format!("\"{}", "#".repeat(hashes));
    let inside = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(rest.len() - body.len() + inside)
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `'x'` and `'\n'`, but not the lifetime `'x`.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    if first != '\\' {
        let len = 1 + first.len_utf8();
        return rest[len..].starts_with('\'').then_some(len + 1);
    }
    let escaped = 2 + inside[1..].chars().next()?.len_utf8();
    rest[escaped..].find('\'').map(|at| escaped + at + 1)
}
