//! The programs of the documentation are whole: they can be pasted, and none is kept from running.

use crate::markdown::{self, Block, Page};

/// The tags a block may have. What is not Rust is not run, and says what it is.
const TAGS: [&str; 7] =
    ["rust", "rust,edition2021", "rust,compile_fail", "go", "text", "toml", "sh"];

fn documentation() -> impl Iterator<Item = Page> {
    let mut pages = markdown::pages();
    pages.retain(|page| page.path.starts_with("docs") || page.path.as_os_str() == "README.md");
    pages.into_iter()
}

#[test]
fn every_block_says_what_it_is() {
    for page in documentation() {
        for Block { tag, text, .. } in &page.blocks {
            let is_known = TAGS.contains(&tag.as_str()) || tag.starts_with("rust,compile_fail,E");
            assert!(is_known, "{}: a block tagged `{tag}`: {text:.60}", page.path.display());
        }
    }
}

#[test]
fn every_program_is_whole() {
    for page in documentation() {
        for block in page.blocks.iter().filter(|block| block.tag.starts_with("rust")) {
            let place = || format!("{}: {:.60}…", page.path.display(), block.text);
            assert!(block.text.contains("fn main("), "no `main` in {}", place());
            let is_hidden = |line: &str| line.trim() == "#" || line.trim_start().starts_with("# ");
            assert!(!block.text.lines().any(is_hidden), "a hidden line in {}", place());
        }
    }
}

#[test]
fn the_manifest_of_a_page_fits_its_programs() {
    // Goal: who pastes the manifest and a program can run it. Method: paused time wants `test-util`, and
    // a `main.rs` does not see what stands under `[dev-dependencies]`.
    for page in documentation() {
        let pausing = |block: &&Block| block.text.contains("start_paused = true");
        let Some(program) = page.blocks.iter().find(pausing) else { continue };
        let manifests = page.blocks.iter().filter(|block| block.tag == "toml");
        let mut dependencies =
            manifests.map(|block| block.text.split("[dev-dependencies]").next().unwrap_or(""));
        let place = page.path.display();
        assert!(
            dependencies.any(|text| text.contains("\"test-util\"")),
            "{place}: no manifest has what this wants: {:.80}",
            program.text
        );
    }
}

#[test]
fn each_of_thirty_recipes_has_a_program() {
    let page = markdown::page("docs/cookbook.md");
    let is_recipe = |section: &&usize| page.sections[**section - 1].ends_with('?');
    let sections: Vec<usize> = (1..=page.sections.len()).collect();
    let recipes: Vec<_> = sections.iter().filter(is_recipe).collect();
    assert!(recipes.len() >= 30, "{} recipes", recipes.len());
    for section in recipes {
        let runs = |block: &Block| block.tag == "rust" && block.section == *section;
        let name = &page.sections[*section - 1];
        assert!(page.blocks.iter().any(runs), "no program: {name}");
    }
}
