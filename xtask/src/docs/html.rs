//! The pages that rustdoc wrote, the links between them, and the places they lead to.
//!
//! rustdoc writes attributes with double quotes and no spaces around the sign, and escapes what it
//! quotes in code; so an attribute is found by its text. What is looked at are the pages of crates and
//! modules, where what is written by hand stands. The page of a type has the documentation of every
//! trait it implements, those of other crates too, whose links do not hold here. Links to other sites
//! cannot be looked at from everywhere.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::step::Stop;

/// All pages below one folder.
pub(super) struct Site {
    pages: HashMap<PathBuf, Page>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    links: Vec<String>,
    ids: HashSet<String>,
    /// The ids of the headings that the page's author wrote, of the first level there, in order.
    headings: Vec<String>,
}

/// A link that leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dead {
    page: PathBuf,
    link: String,
}

impl fmt::Display for Dead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}` leads nowhere", self.page.display(), self.link)
    }
}

impl Site {
    pub(super) fn read(root: &Path) -> Result<Self, Stop> {
        let mut pages = HashMap::new();
        collect(root, root, &mut pages)
            .map_err(|error| Stop::failed(format!("{}: {error}", root.display())))?;
        if pages.is_empty() {
            return Err(Stop::Failed(format!("no page below {}", root.display())));
        }
        Ok(Self { pages })
    }

    /// What [`Page::headings`] says, of a page.
    pub(super) fn headings(&self, page: &str) -> Option<&[String]> {
        self.pages.get(Path::new(page)).map(|page| page.headings.as_slice())
    }

    /// How many links are looked at.
    pub(super) fn links(&self) -> usize {
        let modules = self.pages.iter().filter(|(path, _)| is_module(path));
        modules.map(|(_, page)| page.links.len()).sum()
    }

    /// Sorted by page.
    pub(super) fn dead_links(&self) -> Vec<Dead> {
        let mut dead = Vec::new();
        for (path, page) in self.pages.iter().filter(|(path, _)| is_module(path)) {
            let lost = page.links.iter().filter(|link| !self.leads_somewhere(path, link));
            dead.extend(lost.map(|link| Dead { page: path.clone(), link: link.clone() }));
        }
        dead.sort_by(|a, b| (&a.page, &a.link).cmp(&(&b.page, &b.link)));
        dead
    }

    fn leads_somewhere(&self, from: &Path, link: &str) -> bool {
        let (file, id) = link.split_once('#').unwrap_or((link, ""));
        let folder = from.parent().unwrap_or(Path::new(""));
        let target = if file.is_empty() { from.to_owned() } else { tidy(&folder.join(file)) };
        match self.pages.get(&target) {
            None => false,
            Some(page) => id.is_empty() || page.ids.contains(id),
        }
    }
}

/// Whether it is the page of a crate or a module; not a view of a source named `index`.
fn is_module(page: &Path) -> bool {
    page.file_name().is_some_and(|name| name == "index.html") && !page.starts_with("src")
}

fn collect(root: &Path, dir: &Path, pages: &mut HashMap<PathBuf, Page>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "html") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_owned();
            pages.insert(name, Page::parse(&fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

impl Page {
    fn parse(text: &str) -> Self {
        let is_checked = |link: &&str| !link.contains("://") && is_page(link);
        Self {
            links: values(text, " href=\"").filter(is_checked).map(str::to_owned).collect(),
            ids: values(text, " id=\"").map(str::to_owned).collect(),
            headings: values(own(text), "<h2 id=\"").map(str::to_owned).collect(),
        }
    }
}

/// Whether a link leads to a page, or to what should be one: not to a style sheet, a line of a source,
/// or the list of all items, which rustdoc links to in modules that have none. Nor is it a name: rustdoc
/// denies those that mean nothing, and leaves one of a sibling as it is if that is documented just then.
fn is_page(link: &str) -> bool {
    let file = link.split('#').next().unwrap_or(link);
    let others = [".css", ".js", ".png", ".svg", ".woff2", ".rs.html", "all.html"];
    let is_name = file.contains("::");
    !is_name && !others.iter().any(|end| file.ends_with(end)) && !file.starts_with("javascript:")
}

/// The part of a page that is above the methods and the implementations of traits.
fn own(text: &str) -> &str {
    text.split("id=\"implementations\"").next().unwrap_or(text)
}

/// The values of an attribute, in order.
fn values<'a>(text: &'a str, attribute: &str) -> impl Iterator<Item = &'a str> {
    text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next())
}

/// Without `.` and `..`; a folder is its `index.html`.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(tidied.pop()),
            Component::CurDir => {}
            part => tidied.push(part),
        }
    }
    if tidied.extension().is_none() { tidied.join("index.html") } else { tidied }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(pages: &[(&str, &str)]) -> Site {
        let page = |(path, text): &(&str, &str)| (PathBuf::from(path), Page::parse(text));
        Site { pages: pages.iter().map(page).collect() }
    }

    fn dead(pages: &[(&str, &str)]) -> Vec<String> {
        site(pages).dead_links().into_iter().map(|dead| dead.link).collect()
    }

    #[test]
    fn links_between_pages_are_followed() {
        let there = r#"<h2 id="here">x</h2>"#;
        let links = r##"<a href="../b/index.html">1</a> <a href="../b/index.html#here">2</a>
            <a class="x" href="#top">3</a> <p id="top"> <a href="../b/">4</a>"##;
        assert_eq!(dead(&[("a/index.html", links), ("b/index.html", there)]), [""; 0]);
    }

    #[test]
    fn a_missing_page_and_a_missing_place_are_found() {
        let links = r##"<a href="adr/0001.md">1</a> <a href="#gone">2</a>"##;
        assert_eq!(dead(&[("a/index.html", links)]), ["#gone", "adr/0001.md"]);
    }

    #[test]
    fn sources_other_sites_and_the_pages_of_types_are_left_alone() {
        let links = r##"<a href="../src/x.rs.html#10-12">1</a> <a href="https://x.y/z">2</a>
            <link href="style.css">"##;
        assert_eq!(dead(&[("a/index.html", links)]), [""; 0]);
        assert_eq!(dead(&[("a/struct.X.html", r#"<a href="crate::Y">"#)]), [""; 0]);
    }
}
