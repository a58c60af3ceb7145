//! Links lead to files that are there, and to headings that are there.

use std::path::{Component, Path, PathBuf};

use crate::markdown::{self, Page};

#[test]
fn every_link_of_every_page_leads_somewhere() {
    let pages = markdown::pages();
    let mut dead = Vec::new();
    for page in &pages {
        let lost = page.links.iter().filter(|link| !leads_somewhere(page, &link.target, &pages));
        dead.extend(lost.map(|link| format!("{}: {}", page.path.display(), link.target)));
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn the_documentation_links_by_reference() {
    // Goal: rustdoc can give each link another target. Method: what leaves a page has a label, and the
    // label is the target, as `labels.md` expects it.
    for page in markdown::pages().iter().filter(|page| page.path.starts_with("docs")) {
        for link in page.links.iter().filter(|link| !link.target.starts_with('#')) {
            assert!(link.by_reference, "{}: `{}` stands in line", page.path.display(), link.target);
        }
    }
}

fn leads_somewhere(from: &Page, target: &str, pages: &[Page]) -> bool {
    if target.starts_with("https://") || is_of_rustdoc(&from.path) {
        return true;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = from.path.parent().unwrap_or(Path::new(""));
    let path = if file.is_empty() { from.path.clone() } else { tidy(&folder.join(file)) };
    if anchor.is_empty() {
        return markdown::root().join(path).exists();
    }
    let page = pages.iter().find(|page| page.path == path);
    page.is_some_and(|page| page.anchors.iter().any(|known| known == anchor))
}

/// Pages that are part of a crate's sources: their links are paths of Rust, and rustdoc's to check.
fn is_of_rustdoc(page: &Path) -> bool {
    page.components().any(|part| part == Component::Normal("src".as_ref()))
}

fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(tidied.pop()),
            Component::CurDir => {}
            part => tidied.push(part),
        }
    }
    tidied
}

#[test]
fn a_dead_link_is_seen() {
    let mut page = markdown::parse("# Here\n");
    page.path = "docs/x.md".into();
    let pages = [page];
    let leads = |target| leads_somewhere(&pages[0], target, &pages);
    assert!(leads("#here") && leads("x.md#here") && leads("../README.md"));
    assert!(!leads("#there") && !leads("gone.md") && !leads("README.md#gone"));
}
