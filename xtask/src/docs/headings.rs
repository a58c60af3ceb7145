//! The page of a primitive has the same headings as any other, in the same order: who can read one can
//! use them all.

use super::html::Site;

/// The pages of primitives, where the facade shows them.
const PAGES: [&str; 22] = [
    "taut/chan/index.html",
    "taut/context/index.html",
    "taut/context/struct.Context.html",
    "taut/group/fn.parallel_map.html",
    "taut/group/fn.scope.html",
    "taut/group/struct.Group.html",
    "taut/macro.select.html",
    "taut/select/index.html",
    "taut/select/struct.Select.html",
    "taut/sync/index.html",
    "taut/sync/struct.Cond.html",
    "taut/sync/struct.Mutex.html",
    "taut/sync/struct.Once.html",
    "taut/sync/struct.OnceCell.html",
    "taut/sync/struct.OnceValue.html",
    "taut/sync/struct.RwLock.html",
    "taut/sync/struct.Semaphore.html",
    "taut/sync/struct.SingleFlight.html",
    "taut/sync/struct.WaitGroup.html",
    "taut/time/index.html",
    "taut/time/struct.Ticker.html",
    "taut/time/struct.Timer.html",
];

/// What each has, in this order; others may stand between.
const HEADINGS: [&str; 9] = [
    "examples",
    "from-go",
    "fairness",
    "cancel-safety",
    "synchronization",
    "errors",
    "panics",
    "cost",
    "when-to-use-something-else",
];

/// The pages that lack a heading, or have them in another order.
pub(super) fn missing(site: &Site) -> Vec<String> {
    PAGES.iter().filter_map(|page| fault(page, site.headings(page))).collect()
}

fn fault(page: &str, headings: Option<&[String]>) -> Option<String> {
    let Some(headings) = headings else { return Some(format!("{page}: there is no such page")) };
    let known = |heading: &&str| HEADINGS.contains(heading);
    let found: Vec<&str> = headings.iter().map(String::as_str).filter(known).collect();
    (found != HEADINGS).then(|| format!("{page}: its headings are {found:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn others_may_stand_between() {
        let mut all = headings(&HEADINGS);
        all.insert(1, "which-one".to_owned());
        assert_eq!(fault("x", Some(&all)), None);
    }

    #[test]
    fn a_missing_heading_another_order_and_a_missing_page_are_found() {
        assert!(fault("x", Some(&headings(&HEADINGS[1..]))).is_some());
        let mut swapped = headings(&HEADINGS);
        swapped.swap(0, 1);
        assert!(fault("x", Some(&swapped)).is_some());
        assert!(fault("x", None).is_some());
    }
}
