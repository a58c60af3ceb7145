//! A picture of a results file: every row's time as a ratio to Go's.
//!
//! Contract: drawn from the Markdown file alone, from its head and the table of medians, so that a
//! picture can be made again of any results that were kept. It stands beside the file, as `.svg`. The
//! scale is logarithmic: twice as fast is as far to the left as twice as slow is to the right.

mod draw;
mod read;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Draws the results in `file`, and prints where.
///
/// # Errors
/// The file cannot be read, has no table of medians, or the picture cannot be written.
pub(crate) fn main(file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("{}", file.display()))?;
    let results = read::results(&text).with_context(|| format!("{}", file.display()))?;
    let picture = file.with_extension("svg");
    let svg = draw::svg(&results)?;
    fs::write(&picture, svg).with_context(|| format!("cannot write {}", picture.display()))?;
    println!("written: {}", picture.display());
    Ok(())
}
