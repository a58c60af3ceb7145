//! `cargo x ci`: every step that CI runs, one after the other, whatever the earlier ones found.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::step::{Call, Outcome, Step, Stop};

/// What is known of a step when it has ended.
struct Row {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
}

pub(crate) fn run(steps: &[Step]) -> ExitCode {
    let mut rows = Vec::new();
    for step in steps {
        let Some(how) = step.in_ci else { continue };
        println!("\n==> {}: {}", step.name, step.about);
        let start = Instant::now();
        let outcome = (step.run)(&Call::by_ci(how));
        let row = Row { name: step.name, took: start.elapsed(), outcome };
        println!("{}", line(&row));
        rows.push(row);
    }
    print!("{}", summary(&rows));
    if rows.iter().any(|row| matches!(row.outcome, Err(Stop::Failed(_)))) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn line(row: &Row) -> String {
    let seconds = row.took.as_secs_f64();
    match &row.outcome {
        Ok(()) => format!("passed {} in {seconds:.1} s", row.name),
        Err(Stop::Skipped(why)) => format!("SKIPPED {}: {why}", row.name),
        Err(Stop::Failed(why)) => format!("FAILED {} after {seconds:.1} s: {why}", row.name),
    }
}

fn summary(rows: &[Row]) -> String {
    let mut text = String::from("\n==> summary\n");
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for row in rows {
        let (word, why) = match &row.outcome {
            Ok(()) => ("passed", ""),
            Err(Stop::Skipped(why)) => ("SKIPPED", why.as_str()),
            Err(Stop::Failed(why)) => ("FAILED", why.as_str()),
        };
        match row.outcome {
            Ok(()) => passed += 1,
            Err(Stop::Skipped(_)) => skipped += 1,
            Err(Stop::Failed(_)) => failed += 1,
        }
        let seconds = row.took.as_secs_f64();
        let line = format!("{:<10}{word:<9}{seconds:>8.1} s  {why}", row.name);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&format!("\n{passed} passed, {failed} failed, {skipped} skipped\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &'static str, outcome: Outcome) -> Row {
        Row { name, took: Duration::from_millis(1500), outcome }
    }

    #[test]
    fn the_summary_counts_each_outcome() {
        let rows = [
            row("tidy", Ok(())),
            row("miri", Err(Stop::Skipped("no nightly".into()))),
            row("test", Err(Stop::Failed("red".into()))),
        ];
        let text = summary(&rows);
        assert!(text.contains("tidy      passed        1.5 s\n"), "{text}");
        assert!(text.contains("no nightly") && text.contains("red"), "{text}");
        assert!(text.ends_with("\n1 passed, 1 failed, 1 skipped\n"), "{text}");
    }
}
