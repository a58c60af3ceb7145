//! Every feature of the facade stands in the README, as `` `name` `` or `"name"`.

use super::Finding;
use super::tree::{README, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let named = |feature: &String| {
        ['`', '"'].iter().any(|quote| tree.readme.contains(&format!("{quote}{feature}{quote}")))
    };
    let unnamed = tree.features.iter().filter(|feature| !named(feature));
    let what = |feature: &String| format!("the feature `{feature}` of `taut` is not named");
    unnamed.map(|feature| Finding::new(README, 1, "map", what(feature))).collect()
}
