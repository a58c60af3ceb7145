//! The programs under `tour/` as a user runs them: what they print.

mod program;

use std::io;

use crate::program::program;

/// What it prints when all is well.
fn lines(name: &str, args: &[&str]) -> io::Result<Vec<String>> {
    let output = program(name).args(args).output()?;
    assert!(output.status.success(), "{output:?}");
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

#[test]
fn what_is_certain_is_printed_as_it_is() -> io::Result<()> {
    for (name, want) in [
        ("hello", &["hello, from a task"][..]),
        (
            "buffered",
            &[
                "capacity 0: 0 sent ahead, received [1, 2, 3]",
                "capacity 2: 2 sent ahead, received [1, 2, 3]",
                "capacity 3: 3 sent ahead, received [1, 2, 3]",
            ],
        ),
        (
            "close_range",
            &[
                "[1, 4, 9, 16, 25]",
                "and then: Err(RecvError)",
                "closed, closed again, sent: [true, false, false]",
            ],
        ),
        (
            "select_default",
            &[
                "within 10 ms: None",
                "at once: None",
                "offered: true",
                "offered another: false",
                "at once: Some(\"one\")",
                "within a minute: Some(\"three\")",
            ],
        ),
        ("mutex_counter", &["{\"a\": 20000, \"b\": 10000}"]),
        ("once", &["set up", "1 set-up for 10 tasks"]),
        ("rate_limited", &["page 1", "page 2", "page 3", "page 4", "page 5", "page 6"]),
    ] {
        assert_eq!(lines(name, &[])?, want, "{name}");
    }
    Ok(())
}

#[test]
fn wait_group_is_done_in_the_end() -> io::Result<()> {
    let mut got = lines("wait_group", &[])?;
    assert_eq!(got.pop().as_deref(), Some("all 3 are done"));
    for id in 1..=3 {
        let at = |what: &str| got.iter().position(|line| *line == format!("worker {id} {what}"));
        assert!(at("begins").is_some() && at("begins") < at("is done"), "{got:?}");
    }
    assert_eq!(got.len(), 6);
    Ok(())
}

/// Of `worker 1: job 2 gives 4`.
fn job_and_result(line: &str) -> (i32, i32) {
    let mut words = line.split(' ').skip(3).step_by(2).map(|word| word.parse().expect("a number"));
    (words.next().expect("a job"), words.next().expect("a result"))
}

#[test]
fn pool_does_twenty_jobs_or_as_many_as_it_is_told() -> io::Result<()> {
    for (args, jobs) in [(&[][..], 20), (&["50"], 50), (&["0"], 0)] {
        let mut got = lines("pool", args)?;
        let sum = jobs * (jobs + 1);
        assert_eq!(got.pop(), Some(format!("{jobs} results, sum {sum}")));
        let mut done: Vec<_> = got.iter().map(|line| job_and_result(line)).collect();
        done.sort_unstable();
        assert_eq!(done, (1..=jobs).map(|job| (job, job * 2)).collect::<Vec<_>>());
    }
    assert!(!program("pool").arg("many").output()?.status.success());
    Ok(())
}

#[test]
fn timeout_loop_says_how_far_it_came_and_why_it_ended() -> io::Result<()> {
    let mut got = lines("timeout_loop", &[])?;
    let rounds = got.len() - 1;
    let last = format!("stopped after {rounds} rounds: context deadline exceeded");
    assert_eq!(got.pop(), Some(last));
    // 100 ms, and 15 ms a round at least.
    assert!(rounds <= 6);
    assert!((1..).zip(&got).all(|(n, line)| *line == format!("round {n} is done")), "{got:?}");
    Ok(())
}

#[test]
fn channel_semaphore_has_a_most() -> io::Result<()> {
    let got = lines("channel_semaphore", &[])?;
    assert!((1..=3).any(|most| got == [format!("at most {most} at a time")]), "{got:?}");
    Ok(())
}

#[test]
fn errgroup_prints_answers_in_order_and_one_error() -> io::Result<()> {
    let mut got = lines("errgroup", &[])?;
    // The quickest, unless the machine was so busy that another came first.
    let error = got.pop().unwrap_or_default();
    let told = |name| format!("no answer: {name} does not know what nonsense is");
    assert!(["web", "image", "video"].map(told).contains(&error), "{error}");
    assert_eq!(got, ["web", "image", "video"].map(|name| format!("{name} result for taut")));
    Ok(())
}
