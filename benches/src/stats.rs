//! Medians, and how a number is written.

use crate::child::Repetition;

/// What is said of one implementation on one row, in ns or bytes per operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stats {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// CPU time over wall time: how many CPUs were busy.
    pub(crate) cpus: f64,
}

impl Stats {
    /// Over all repetitions; `None` if there are none.
    pub(crate) fn of(repetitions: &[Repetition]) -> Option<Self> {
        let costs = sorted(repetitions.iter().map(Repetition::cost_per_op));
        let cpus = sorted(repetitions.iter().map(|run| run.cpu_per_op() / run.cost_per_op()));
        let (min, max) = (*costs.first()?, *costs.last()?);
        Some(Self { median: median(&costs), min, max, cpus: median(&cpus) })
    }
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// Of sorted numbers, at least one.
fn median(numbers: &[f64]) -> f64 {
    let half = numbers.len() / 2;
    match numbers.len() % 2 {
        1 => numbers[half],
        _ => (numbers[half - 1] + numbers[half]) / 2.0,
    }
}

/// Three digits that mean something.
pub(crate) fn digits(number: f64) -> String {
    match number {
        _ if number < 10.0 => format!("{number:.2}"),
        _ if number < 100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn repetition(cost: u64, cpu: u64) -> Repetition {
        Repetition { cost, cpu: Duration::from_nanos(cpu), ops: 10 }
    }

    #[test]
    fn the_median_of_an_even_number_is_between_the_two() {
        let all = [400, 100, 300, 200].map(|wall| repetition(wall, 2 * wall));
        let stats = Stats { median: 25.0, min: 10.0, max: 40.0, cpus: 2.0 };
        assert_eq!(Stats::of(&all), Some(stats));
        assert_eq!(Stats::of(&all[..1]).map(|stats| stats.median), Some(40.0));
        assert_eq!(Stats::of(&[]), None);
    }

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!([4.654, 46.54, 465.4].map(digits), ["4.65", "46.5", "465"]);
    }
}
