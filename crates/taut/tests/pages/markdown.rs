//! A Markdown file, by its links, headings and code.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{
    BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd,
};

#[derive(Debug, Default)]
pub(crate) struct Page {
    /// From the workspace's root.
    pub(crate) path: PathBuf,
    pub(crate) links: Vec<Link>,
    /// What a link's fragment may name.
    pub(crate) anchors: Vec<String>,
    /// The headings of the second level.
    pub(crate) sections: Vec<String>,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) target: String,
    /// `[text][label]`, and not `[text](target)`.
    pub(crate) by_reference: bool,
}

#[derive(Debug)]
pub(crate) struct Block {
    /// All that stands after the opening fence.
    pub(crate) tag: String,
    pub(crate) text: String,
    /// Which of the page's sections it stands in, from 1; 0 before the first.
    pub(crate) section: usize,
}

/// The target of a reference without a definition. No file is named so.
const UNDEFINED: &str = "<undefined>";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every Markdown file of the workspace, but for what is built and what is linked to.
pub(crate) fn pages() -> Vec<Page> {
    let mut paths = Vec::new();
    walk(&root(), &mut paths);
    assert!(paths.len() > 40, "found {} pages only", paths.len());
    paths.iter().map(|path| read(path)).collect()
}

pub(crate) fn page(path: &str) -> Page {
    read(&root().join(path))
}

fn read(path: &Path) -> Page {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let path = path.strip_prefix(root()).expect("it is below the root").to_owned();
    Page { path, ..parse(&text) }
}

fn walk(dir: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("it is a folder") {
        let entry = entry.expect("it can be listed");
        let kind = entry.file_type().expect("it has a type");
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if kind.is_dir() && name != "target" && !name.starts_with('.') {
            walk(&path, paths);
        } else if kind.is_file() && name.ends_with(".md") {
            paths.push(path);
        }
    }
}

pub(crate) fn parse(text: &str) -> Page {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let undefined = |link: BrokenLink<'_>| {
        // `[x]` alone is prose; `[text][label]` was meant to lead somewhere.
        let meant = matches!(link.link_type, LinkType::Reference);
        meant.then(|| (CowStr::from(UNDEFINED), link.reference.into_static()))
    };
    let mut page = Page::default();
    let mut heading = None;
    for event in Parser::new_with_broken_link_callback(text, options, Some(undefined)) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(level)) => {
                let heading = heading.take().unwrap_or_default();
                if level as usize == 2 {
                    page.sections.push(heading.clone());
                }
                page.anchors.push(slug(&heading));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(tag))) => {
                let section = page.sections.len();
                page.blocks.push(Block { tag: tag.to_string(), text: String::new(), section });
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                panic!("an indented block of code: {text:.40}…");
            }
            Event::Text(text) => match (&mut heading, page.blocks.last_mut()) {
                (Some(heading), _) => heading.push_str(&text),
                (None, Some(block)) => block.text.push_str(&text),
                (None, None) => {}
            },
            Event::Code(code) => heading.iter_mut().for_each(|heading| heading.push_str(&code)),
            Event::Start(
                Tag::Link { link_type, dest_url, .. } | Tag::Image { link_type, dest_url, .. },
            ) => {
                let by_reference = !matches!(link_type, LinkType::Inline | LinkType::Autolink);
                page.links.push(Link { target: dest_url.to_string(), by_reference });
            }
            _ => {}
        }
    }
    number(&mut page.anchors);
    page
}

/// A heading as a fragment, as Git hosts and rustdoc write it.
fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The second heading of a name has `-1` at its end, and so on.
fn number(anchors: &mut [String]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for anchor in anchors {
        let times = seen.entry(anchor.clone()).or_default();
        if *times > 0 {
            *anchor = format!("{anchor}-{times}");
        }
        *times += 1;
    }
}

#[test]
fn headings_links_and_blocks_are_found() {
    let page = parse(
        "# A `b` c?\n\n[x](y.md#z) [u][v] [w][gone]\n\n## A `b` c?\n\n```rust\nfn main() {}\n```\n\n[v]: v.md\n",
    );
    assert_eq!(page.anchors, ["a-b-c", "a-b-c-1"]);
    let targets: Vec<_> =
        page.links.iter().map(|link| (link.target.as_str(), link.by_reference)).collect();
    assert_eq!(targets[..2], [("y.md#z", false), ("v.md", true)]);
    assert_eq!(targets[2].0, UNDEFINED);
    assert_eq!((page.blocks[0].tag.as_str(), page.blocks[0].section), ("rust", 1));
    assert_eq!(page.blocks[0].text, "fn main() {}\n");
}
