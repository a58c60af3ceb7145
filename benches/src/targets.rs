//! What taut is held to: ratios of time, smaller is better.
//!
//! Contract: the only place where a target stands. They are for the multi-thread runtime with two
//! workers and, unless said, glibc's malloc, all sides measured in one run. Beating one is a reason to
//! lower it.

use crate::allocator::Allocator;
use crate::rows::{Payload, Workload};

/// The two ratios of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Target {
    row: &'static str,
    /// Of Go's time.
    pub(crate) go: f64,
    /// Of the best peer's time, where there is one.
    pub(crate) peer: Option<f64>,
}

const fn target(row: &'static str, go: f64, peer: f64) -> Target {
    Target { row, go, peer: Some(peer) }
}

const fn to_go(row: &'static str, go: f64) -> Target {
    Target { row, go, peer: None }
}

const TARGETS: &[Target] = &[
    target("pingpong_c0", 0.45, 0.55),
    target("oneway_c0", 0.40, 0.55),
    target("mpmc_4x4_c0", 0.35, 0.80),
    target("spsc_1", 0.55, 0.80),
    target("spsc_64", 0.35, 0.62),
    target("spsc_1024", 0.40, 0.80),
    target("mpsc_4_64", 0.50, 0.90),
    target("spmc_4_64", 0.60, 0.90),
    target("mpmc_4x4_64", 0.40, 1.00),
    target("mpmc_64x64_64", 0.40, 1.00),
    target("self_sendrecv", 0.35, 0.65),
    target("self_try", 0.20, 0.80),
    target("unb_spsc", 0.40, 0.85),
    target("unb_mpsc_4", 0.22, 1.00),
    target("sel2_ready", 0.40, 1.00),
    target("sel8_ready", 0.17, 1.00),
    target("sel2_hot", 0.55, 0.75),
    target("sel8_hot", 0.25, 0.60),
    target("sel2_hot_c0", 0.50, 0.70),
    target("sel_sendrecv", 0.70, 0.65),
    target("sel_sendrecv_c0", 0.70, 0.48),
    target("sel_default", 0.30, 2.00),
    target("sel_cancel", 0.45, 1.00),
    target("sel_cancel_self", 0.40, 1.00),
    target("ctx_child", 0.30, 0.65),
    target("ctx_timeout", 0.30, 0.80),
    target("ctx_build_10k", 0.25, 0.90),
    target("ctx_cancel_10k", 0.30, 0.65),
    target("ctx_build_100k", 0.35, 0.90),
    target("ctx_cancel_100k", 0.25, 0.80),
    target("ctx_chain_build_1000", 0.17, 0.95),
    target("ctx_chain_cancel_1000", 0.25, 0.70),
    target("ctx_wake_10k", 0.50, 0.80),
    target("ctx_check", 0.30, 0.15),
    to_go("ctx_value_1", 0.75),
    to_go("ctx_value_10", 0.27),
    to_go("ctx_value_100", 0.40),
    target("mutex_unc", 1.10, 0.45),
    target("mutex_cont_4", 0.90, 1.00),
    target("mutex_yield_16", 0.45, 0.80),
    target("rw_unc_r", 1.20, 0.45),
    target("rw_unc_w", 0.60, 0.22),
    target("rw_cont_4", 1.20, 0.45),
    target("sem_unc", 0.55, 0.60),
    target("sem_cont_16", 0.30, 0.90),
    target("sem_yield_16", 0.60, 0.45),
    target("singleflight_64", 0.60, 0.70),
    target("pool_5_100", 0.60, 0.65),
    target("pipeline3_c0", 0.40, 0.65),
    target("pipeline3_64", 0.30, 0.85),
    target("ring_1000", 0.37, 0.50),
    target("sieve_2000", 0.30, 0.80),
    target("skynet_1m", 1.10, 1.00),
    target("spawn_join_1k", 1.20, 0.80),
    target("spawn_join_1m", 0.95, 0.75),
    target("errgroup_1000_16", 0.95, 0.95),
    target("mem_own_100k", 0.17, 1.05),
    target("mem_own_1m", 0.17, 1.05),
    // The baseline has floors for these three: 0.21, 0.21 and 0.17.
    to_go("scope_pingpong_c0", 0.25),
    to_go("scope_oneway_c0", 0.25),
    to_go("scope_spsc_64", 0.25),
];

/// With mimalloc; Go has its own in any case.
const WITH_MIMALLOC: &[Target] = &[to_go("skynet_1m", 0.60), to_go("spawn_join_1m", 0.60)];

/// The target of a row, if it has one. The baseline had none for the 64-byte message, and was without
/// `ctx_timeout_armed`, `ctx_check_deadline`, `ctx_done_loop`, the locks with two or eight tasks, the
/// weighted semaphores, the wait groups, and most of what is within one task.
pub(crate) fn of(
    workload: Workload,
    payload: Payload,
    allocator: Allocator,
) -> Option<&'static Target> {
    let targets = match (payload, allocator) {
        (Payload::U64, Allocator::System) => TARGETS,
        (Payload::U64, Allocator::Mimalloc) => WITH_MIMALLOC,
        (Payload::B64, _) => return None,
    };
    targets.iter().find(|target| target.row == workload.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_of_a_workload() {
        for Target { row, .. } in TARGETS.iter().chain(WITH_MIMALLOC) {
            assert!(Workload::find(row).is_some(), "{row}");
        }
    }
}
