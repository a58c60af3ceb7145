//! Loom's explorer, with the bounds that all models have.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses some of it")]

/// Every interleaving within the preemption bound (`LOOM_MAX_PREEMPTIONS`, else 3).
pub fn model(check: impl Fn() + Sync + Send + 'static) {
    model_at(usize::MAX, check);
}

/// The same for three threads, which at a bound of 3 takes minutes.
pub fn model_of_three(check: impl Fn() + Sync + Send + 'static) {
    model_at(2, check);
}

/// The same with at most so many preemptions: for a model that needs no more to fail, and in which
/// threads wait for each other by looking, which are choices as well.
pub fn model_at(max_preemptions: usize, check: impl Fn() + Sync + Send + 'static) {
    explore(max_preemptions, 20_000, check);
}

/// With both bounds: on preemptions, and on the choices of one run.
pub fn explore(
    max_preemptions: usize,
    max_branches: usize,
    check: impl Fn() + Sync + Send + 'static,
) {
    let mut builder = loom::model::Builder::new();
    let bound = builder.preemption_bound.unwrap_or(3).min(max_preemptions);
    builder.preemption_bound = Some(bound);
    builder.max_branches = max_branches;
    builder.check(check);
}
