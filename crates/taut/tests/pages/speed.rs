//! The README's figures of speed are those of the results that it names.

use std::fs;

use crate::markdown;

/// How the table begins, in the README.
const HEAD: &str = "| row | ";

#[test]
fn the_readme_gives_the_figures_that_were_measured() {
    let readme = fs::read_to_string(markdown::root().join("README.md")).expect("there is one");
    let page = markdown::page("README.md");
    let is_results =
        |target: &&str| target.starts_with("benches/results/") && target.ends_with(".md");
    let results = page.links.iter().map(|link| link.target.as_str()).find(is_results);
    let results = results.expect("the README names the results");
    let picture = results.replace(".md", ".svg");
    assert!(page.links.iter().any(|link| link.target == picture), "and shows them: {picture}");
    let results = fs::read_to_string(markdown::root().join(results)).expect("they are there");

    let medians = |text: &str, row: &str| {
        let line = text.lines().find(|line| cells(line).first() == Some(&row))?;
        Some(cells(line)[1..3].join(" "))
    };
    let table = readme.lines().skip_while(|line| !line.starts_with(HEAD)).skip(2);
    let rows: Vec<_> = table.take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 20, "{} rows", rows.len());
    for row in rows {
        let name = cells(row)[0].trim_matches('`').to_owned();
        let measured = medians(&results, &name);
        assert_eq!(Some(cells(row)[2..4].join(" ")), measured, "{name}");
    }
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}
