//! What the project promises, beside what was measured.

use crate::definitions::Target;
use crate::figures::{Figure, figure};
use crate::table::{Table, grouped, median, number};

/// The number a target is about, for one set of rows; nothing if it was not measured. A ratio of two engines is that of each
/// round, of which the median is taken: the speed of a shared machine changes between rounds by more than they differ.
fn measured(target: &Target, rows: &str, figures: &[Figure]) -> Option<f64> {
    let ours = figure(figures, target.quantity, rows, &target.engine)?;
    let Some(over) = &target.over else {
        return Some(ours.value());
    };
    let quantity = target.over_quantity.unwrap_or(target.quantity);
    let theirs = figure(figures, quantity, rows, over)?;
    let (over, under) = match target.at_least {
        Some(_) => (theirs, ours),
        None => (ours, theirs),
    };
    Some(if over.rounds.len() == under.rounds.len() {
        let rounds = over.rounds.iter().zip(&under.rounds);
        median(rounds.map(|(over, under)| over / under))
    } else {
        over.value() / under.value()
    })
}

/// Every target with what was measured; targets that this run did not measure are left out.
pub fn table(targets: &[Target], figures: &[Figure]) -> String {
    let mut table = Table::new(&["what", "rows", "engine", "#measured", "#target", "kept"]);
    let mut any = false;
    for target in targets {
        for rows in &target.rows {
            let Some(value) = measured(target, rows, figures) else {
                continue;
            };
            any = true;
            let (bound, kept) = match (target.at_most, target.at_least) {
                (Some(most), _) => (format!("at most {}", readable(most)), value <= most),
                (_, Some(least)) => (format!("at least {}", readable(least)), value >= least),
                (None, None) => ("reported".into(), true),
            };
            let verdict = match (target.at_most.or(target.at_least), kept) {
                (None, _) => "",
                (_, true) => "yes",
                (_, false) => "NO",
            };
            table.row(&[
                target.what.clone(),
                rows.clone(),
                target.engine.clone(),
                readable(value),
                bound,
                verdict.into(),
            ]);
        }
    }
    if any { table.finish() } else { String::new() }
}

/// Ratios with three digits behind the point at most, large numbers whole.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive numbers that fit"
)]
fn readable(value: f64) -> String {
    match value {
        value if value >= 1000.0 => grouped(value.round() as u64),
        value if value >= 10.0 => number(value, 1),
        value => number(value, 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::Quantity;

    fn target(at_most: Option<f64>, at_least: Option<f64>) -> Target {
        Target {
            what: "a get".into(),
            quantity: Quantity::Get,
            rows: vec!["words".into(), "never measured".into()],
            engine: "ours".into(),
            over: Some("theirs".into()),
            over_quantity: None,
            at_most,
            at_least,
        }
    }

    #[test]
    fn ratios_are_those_that_the_bound_is_about() {
        let figures = [("ours", 10.0), ("theirs", 25.0)].map(|(engine, value)| Figure {
            quantity: Quantity::Get,
            rows: "words".into(),
            engine: engine.into(),
            rounds: vec![value],
        });
        let times = table(&[target(None, Some(2.0))], &figures);
        assert!(
            times.ends_with("| 2.500 | at least 2.000 | yes |\n"),
            "{times}"
        );
        let share = table(&[target(Some(0.3), None)], &figures);
        assert!(
            share.ends_with("| 0.400 | at most 0.300 | NO |\n"),
            "{share}"
        );
        let reported = table(&[target(None, None)], &figures);
        assert!(
            reported.ends_with("| 0.400 | reported |  |\n"),
            "{reported}"
        );
        assert_eq!(table(&[target(None, None)], &[]), "");
    }

    #[test]
    fn ratios_are_those_of_a_round() {
        let figures = [
            ("ours", vec![10.0, 20.0, 10.0]),
            ("theirs", vec![9.0, 18.0, 27.0]),
        ];
        let mut figures = figures.map(|(engine, rounds)| Figure {
            quantity: Quantity::Get,
            rows: "words".into(),
            engine: engine.into(),
            rounds,
        });
        let times = table(&[target(None, Some(0.9))], &figures);
        assert!(
            times.ends_with("| 0.900 | at least 0.900 | yes |\n"),
            "{times}"
        );
        // an engine with other rounds has medians alone
        figures[1].rounds.pop();
        let times = table(&[target(None, Some(0.9))], &figures);
        assert!(
            times.ends_with("| 1.350 | at least 0.900 | yes |\n"),
            "{times}"
        );
    }
}
