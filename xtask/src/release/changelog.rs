//! What CHANGELOG.md must say of a version before it is released.

use super::Fault;

/// Its faults, if `version` were released now.
pub(super) fn check(changelog: &str, version: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    match sections(changelog).into_iter().find(|section| section.name == version) {
        None => faults.push(Fault::NoSection { version: version.to_owned() }),
        Some(section) if !section.date.is_some_and(is_date) => {
            faults.push(Fault::NoDate { version: version.to_owned() });
        }
        Some(_) => {}
    }
    let unreleased = sections(changelog).into_iter().find(|section| section.name == "Unreleased");
    let lines = unreleased.map_or(0, |section| section.lines);
    if lines > 0 {
        faults.push(Fault::Unreleased { lines });
    }
    faults
}

/// What stands below a heading `## NAME - DATE`, or without a date.
struct Section<'a> {
    name: &'a str,
    date: Option<&'a str>,
    /// Those that are not empty.
    lines: usize,
}

fn sections(changelog: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in changelog.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let (name, date) = match heading.split_once(" - ") {
                Some((name, date)) => (name, Some(date.trim())),
                None => (heading, None),
            };
            sections.push(Section { name: name.trim(), date, lines: 0 });
        } else if let (Some(section), false) = (sections.last_mut(), line.trim().is_empty()) {
            section.lines += 1;
        }
    }
    sections
}

/// `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let digits = |part: &str, many| part.len() == many && part.bytes().all(|b| b.is_ascii_digit());
    match text.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => digits(year, 4) && digits(month, 2) && digits(day, 2),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dated_section_and_nothing_unreleased_will_do() {
        let released = "# Changelog\n\n## 0.2.0 - 2026-11-21\n\n- a\n\n## 0.1.0 - 2026-01-01\n";
        assert_eq!(check(released, "0.2.0"), []);
        let empty = released.replacen("## 0.2.0", "## Unreleased\n\n## 0.2.0", 1);
        assert_eq!(check(&empty, "0.2.0"), []);
    }

    #[test]
    fn what_is_missing_or_left_over_is_named() {
        let version = || "0.2.0".to_owned();
        assert_eq!(
            check("## 0.1.0 - 2026-11-21\n", "0.2.0"),
            [Fault::NoSection { version: version() }]
        );
        for heading in ["## 0.2.0", "## 0.2.0 - soon", "## 0.2.0 - 2026-1-1"] {
            assert_eq!(check(heading, "0.2.0"), [Fault::NoDate { version: version() }]);
        }
        let late = "## Unreleased\n\n### Fixed\n\n- a\n\n## 0.2.0 - 2026-11-21\n\n- b\n";
        assert_eq!(check(late, "0.2.0"), [Fault::Unreleased { lines: 2 }]);
    }
}
