//! The part of TOML that our manifests are written in: tables, and keys whose values may span lines.
//!
//! A parser would be a dependency, and `cargo x` has none. What this does not know (tables in arrays,
//! strings over several lines) stands in no manifest of ours.

/// A key, its value, and the table that both stand in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// What stands between the brackets; nothing before the first of them.
    pub(crate) table: &'a str,
    /// Without quotes; with its dots.
    pub(crate) key: &'a str,
    /// Without comments; in one line.
    pub(crate) value: String,
}

/// The entries of a manifest, in its order.
pub(crate) fn entries(manifest: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let (mut table, mut depth) = ("", 0_usize);
    for line in manifest.lines() {
        let line = without_comment(line).trim();
        if line.is_empty() {
            continue;
        }
        if depth > 0 {
            if let Some(entry) = entries.last_mut() {
                entry.value.push(' ');
                entry.value.push_str(line);
            }
        } else if let Some(name) = line.strip_prefix('[') {
            table = name.trim_end_matches(']');
            continue;
        } else if let Some((key, value)) = line.split_once('=') {
            let key = key.trim().trim_matches('"');
            entries.push(Entry { table, key, value: value.trim().to_owned() });
        }
        depth = (depth + count(line, ['[', '{'])).saturating_sub(count(line, [']', '}']));
    }
    entries
}

/// The value of `key` in `table`, without quotes.
pub(crate) fn value(manifest: &str, table: &str, key: &str) -> Option<String> {
    let entries = entries(manifest);
    let entry = entries.into_iter().find(|entry| entry.table == table && entry.key == key)?;
    Some(entry.value.trim_matches('"').to_owned())
}

/// The value of `key` in an inline table `{ key = value, … }`, without quotes.
pub(crate) fn inline<'a>(table: &'a str, key: &str) -> Option<&'a str> {
    let inside = table.strip_prefix('{')?.strip_suffix('}')?;
    let pairs = inside.split(',').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.into_iter().find(|(name, _)| name.trim() == key)?;
    Some(value.trim().trim_matches('"'))
}

/// What stands before a `#` that is in no string.
fn without_comment(line: &str) -> &str {
    let mut in_string = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => in_string = !in_string,
            '#' if !in_string => return &line[..at],
            _ => {}
        }
    }
    line
}

/// How many of `brackets` stand outside of strings.
fn count(line: &str, brackets: [char; 2]) -> usize {
    line.split('"').step_by(2).flat_map(str::chars).filter(|c| brackets.contains(c)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r##"
        [package]
        name = "x" # not "y"
        version.workspace = true

        [target.'cfg(unix)'.dependencies]
        "a-b" = [
            "one", # [
            "#two",
        ]
        c = { path = "../c", version = "=1.0.0", features = ["d"] }
    "##;

    #[test]
    fn an_entry_has_its_table_and_its_value_in_one_line() {
        let found = entries(MANIFEST);
        let keys: Vec<_> = found.iter().map(|entry| (entry.table, entry.key)).collect();
        let unix = "target.'cfg(unix)'.dependencies";
        let package = "package";
        assert_eq!(
            keys,
            [(package, "name"), (package, "version.workspace"), (unix, "a-b"), (unix, "c")]
        );
        assert_eq!(found[2].value, r##"[ "one", "#two", ]"##);
    }

    #[test]
    fn values_are_found_by_their_keys_without_their_quotes() {
        assert_eq!(value(MANIFEST, "package", "name").as_deref(), Some("x"));
        assert_eq!(value(MANIFEST, "package", "edition"), None);
        let c = r#"{ path = "../c", version = "=1.0.0", optional = true }"#;
        assert_eq!(inline(c, "version"), Some("=1.0.0"));
        assert_eq!(inline(c, "optional"), Some("true"));
        assert_eq!(inline(c, "features"), None);
        assert_eq!(inline("\"1.0\"", "version"), None);
    }
}
