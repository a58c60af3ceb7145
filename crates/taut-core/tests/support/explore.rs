//! How the models of this crate are explored.

/// Every interleaving within the preemption bound (`LOOM_MAX_PREEMPTIONS`, else 3).
pub fn model(check: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(builder.preemption_bound.unwrap_or(3));
    builder.max_branches = 20_000;
    builder.check(check);
}
