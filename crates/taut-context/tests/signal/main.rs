//! Signals as a process gets them: each test starts this executable again, with a scenario to run, and
//! sends it real ones. They keep step by the lines that the other process prints. `../ROWS.md` says
//! which test belongs to which row.

#![cfg(all(unix, feature = "signal"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod here;
mod program;
mod scenario;

use rustix::process::Signal;

use crate::program::Program;

const INTERRUPTED: i32 = 128 + 2;
const TERMINATED: i32 = 128 + 15;

#[test]
fn sg_05_sg_06_the_first_ends_the_context_with_its_cause() {
    for (signal, name) in [
        (Signal::INT, "interrupt"),
        (Signal::TERM, "terminate"),
        (Signal::HUP, "hangup"),
        (Signal::QUIT, "quit"),
    ] {
        let mut program = Program::start("cause", &[name]);
        program.expect("listening");
        program.send(signal);
        program.expect(&format!("Cancelled: {name} signal received"));
        program.expect_success();
    }
}

#[test]
fn sg_07_the_second_ends_the_process() {
    for (first, second, code) in [
        (Signal::INT, Signal::INT, INTERRUPTED),
        (Signal::TERM, Signal::TERM, TERMINATED),
        (Signal::INT, Signal::TERM, TERMINATED),
        (Signal::TERM, Signal::INT, INTERRUPTED),
    ] {
        let mut program = Program::start("shutdown", &[]);
        program.expect("listening");
        program.send(first);
        program.expect("ended");
        program.send(second);
        program.expect_code(code);
    }
}

#[test]
fn sg_07_a_context_made_after_the_first_gets_the_second() {
    let mut program = Program::start("again", &[]);
    for _ in 0..3 {
        program.expect("listening");
        program.send(Signal::INT);
        program.expect("ended");
    }
    program.expect("stubborn");
    program.send(Signal::INT);
    program.expect_code(INTERRUPTED);
}

#[test]
fn sg_03_sg_08_where_nothing_listens_any_more_the_first_ends_the_process() {
    for how in ["cancel", "drop", "forget", "deadline", "parent"] {
        let mut program = Program::start("over", &[how]);
        program.expect("over");
        program.send(Signal::INT);
        program.expect_code(INTERRUPTED);
    }
}

#[test]
fn sg_08_a_detached_cancel_leaves_it_listening() {
    let mut program = Program::start("detached", &[]);
    program.expect("listening");
    program.send(Signal::INT);
    program.expect("Cancelled: interrupt signal received");
    program.expect_success();
}

#[test]
fn sg_03_a_signal_racing_with_cancel_is_either_heard_or_ends_the_process() {
    for turns in 0..40 {
        let mut program = Program::start("racing", &[&turns.to_string()]);
        program.expect("listening");
        program.send(Signal::INT);
        // In vain, it would stay there for ever.
        let (code, lines) = program.end();
        match code {
            Some(0) => assert_eq!(lines, ["interrupt signal received"]),
            code => assert_eq!((code, lines.len()), (Some(INTERRUPTED), 0), "{lines:?}"),
        }
    }
}

#[test]
fn sg_02_every_context_that_listens_gets_it() {
    let mut program = Program::start("many", &[]);
    program.expect("listening");
    program.send(Signal::TERM);
    for _ in 0..10 {
        program.expect("terminate signal received");
    }
    program.expect("that was all");
    program.send(Signal::TERM);
    program.expect_code(TERMINATED);
}

#[test]
fn sg_02_a_context_that_listens_for_another_does_not_count() {
    let mut program = Program::start("different", &[]);
    program.expect("listening");
    program.send(Signal::INT);
    program.expect("interrupt signal received, None");
    program.send(Signal::INT);
    program.expect_code(INTERRUPTED);
}

#[test]
fn sg_04_kinds_that_were_not_asked_for_keep_their_default() {
    // Not one that a shell or `nohup` may have told its children to ignore.
    for signal in [Signal::TERM, Signal::USR1] {
        let mut program = Program::start("cause", &["interrupt"]);
        program.expect("listening");
        program.send(signal);
        program.expect_killed_by(signal);
    }
}

#[test]
fn sg_09_a_parent_that_has_ended_is_the_cause() {
    let mut program = Program::start("orphan", &[]);
    program.expect("by hand");
    program.expect("by hand");
    program.send(Signal::INT);
    program.expect_code(INTERRUPTED);
}

#[test]
fn sg_05_one_derived_from_another_ends_with_it() {
    let mut program = Program::start("nested", &[]);
    program.expect("listening");
    program.send(Signal::INT);
    for _ in 0..3 {
        program.expect("interrupt signal received");
    }
    program.send(Signal::INT);
    program.expect_code(INTERRUPTED);
}

#[test]
fn sg_10_the_chain_names_the_signals() {
    let mut program = Program::start("chain", &[]);
    let chain = program.next_line();
    assert!(chain.contains("with_signals([interrupt, terminate])"), "{chain}");
    program.expect_success();
}

#[test]
fn sg_11_runtimes_may_come_and_go() {
    let mut program = Program::start("runtimes", &[]);
    for _ in 0..3 {
        program.expect("listening");
        program.send(Signal::INT);
        program.expect("Cancelled: interrupt signal received");
    }
    program.expect("kept from the runtime before");
    program.send(Signal::INT);
    program.expect("Cancelled: interrupt signal received");
    program.expect_success();
}

#[test]
fn sg_11_a_signal_waits_for_a_runtime() {
    let mut program = Program::start("between", &[]);
    program.expect("no runtime");
    program.send(Signal::INT);
    program.tell();
    program.expect("Cancelled: interrupt signal received");
    program.expect_success();
}

#[test]
fn sg_11_one_of_several_runtimes_is_enough() {
    let mut program = Program::start("side_by_side", &[]);
    program.expect("listening");
    program.send(Signal::INT);
    program.expect("interrupt signal received");
    program.send(Signal::INT);
    program.expect_code(INTERRUPTED);
}

#[test]
fn sg_11_a_task_whose_budget_is_used_up_may_ask() {
    let mut program = Program::start("budget", &[]);
    program.expect("listening");
    program.send(Signal::INT);
    program.expect("Cancelled: interrupt signal received");
    program.expect_success();
}

#[test]
fn sg_05_a_callback_may_panic_and_may_ask_for_signals() {
    let mut program = Program::start("callbacks", &[]);
    program.expect("listening");
    program.send(Signal::INT);
    program.expect("panics");
    program.expect("listening again");
    program.expect("both ended");
    program.send(Signal::INT);
    program.expect("ended again");
    program.send(Signal::INT);
    program.expect_code(INTERRUPTED);
}
