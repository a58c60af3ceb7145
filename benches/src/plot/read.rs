//! What a picture needs of a results file: two lines of its head, and the medians.

use anyhow::{Result, ensure};

/// The columns of the table of medians up to the last that is read.
const HEAD: &str = "| row | taut | go | /go | target | | best peer | |";

#[derive(Debug, PartialEq)]
pub(super) struct Results {
    /// When, where and of what.
    pub(super) caption: String,
    pub(super) rows: Vec<Row>,
}

/// A row that Go was measured in too.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    pub(super) name: String,
    /// Ours, as a ratio to Go's.
    pub(super) taut: f64,
    /// The best peer's, as a ratio to Go's, and its name.
    pub(super) peer: Option<(f64, String)>,
}

pub(super) fn results(text: &str) -> Result<Results> {
    let fact = |label: &str| {
        let start = format!("- {label}: ");
        text.lines().find_map(|line| line.strip_prefix(start.as_str())).unwrap_or("?")
    };
    let table = text.lines().skip_while(|line| !line.starts_with(HEAD)).skip(2);
    let rows: Vec<Row> = table.take_while(|line| line.starts_with('|')).filter_map(row).collect();
    ensure!(!rows.is_empty(), "there is no row with taut and Go beside each other");
    let caption = format!(
        "{}, commit {}, {}, {} cores, {}",
        fact("Date"),
        fact("Commit"),
        fact("CPU"),
        fact("Cores").split(' ').next().unwrap_or("?"),
        fact("Go")
    );
    Ok(Results { caption, rows })
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let number = |index: usize| cells.get(index)?.parse::<f64>().ok();
    let (taut, go) = (number(1)?, number(2)?);
    let peer = number(7).map(|median| (median / go, cells[6].to_owned()));
    Some(Row { name: cells[0].to_owned(), taut: taut / go, peer })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Channels\n\n- Date: 2026-01-02 03:04 UTC\n- Commit: abc\n- CPU: X\n\
        - Cores: 2 used of 2\n- Go: go1.2\n\n\
        | row | taut | go | /go | target | | best peer | | /peer | target | |\n\
        |---|--:|--:|--:|--:|---|---|--:|--:|--:|---|\n\
        | a | 50.0 | 100 | 0.50 | 0.45 | **fail** | kanal | 200 | 0.25 | – | |\n\
        | b | 2.00 | 4.00 | 0.50 | – |  | – | – | – | – |  |\n\
        | c | 2.00 | – | – | – |  | kanal | 1.00 | 2.00 | – |  |\n\n## a\n\n| d | 1 | 1 |\n";

    #[test]
    fn the_medians_become_ratios_to_go() {
        let results = results(FILE).expect("it has a table");
        assert_eq!(results.caption, "2026-01-02 03:04 UTC, commit abc, X, 2 cores, go1.2");
        let a = Row { name: "a".into(), taut: 0.5, peer: Some((2.0, "kanal".into())) };
        let b = Row { name: "b".into(), taut: 0.5, peer: None };
        assert_eq!(results.rows, [a, b]);
    }

    #[test]
    fn a_file_without_the_table_is_refused() {
        assert!(results("# Something else\n").is_err());
    }
}
