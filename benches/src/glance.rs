//! All engines over all sets of rows, in one table of the numbers that matter most.

use crate::figures::{Figure, Quantity, figure};
use crate::table::{Table, distinct, number};

/// Columns: what they count, over what unit, with how many decimals.
const COLUMNS: [(&str, Quantity, f64, usize); 5] = [
    ("#file or memory, MB", Quantity::File, 1e6, 2),
    ("#get, ns", Quantity::Get, 1.0, 0),
    ("#in batches, ns", Quantity::GetMany, 1.0, 0),
    ("#in order, ns", Quantity::Iterate, 1.0, 0),
    ("#compile, s", Quantity::Compile, 1.0, 2),
];

/// One row per engine and set of rows; what was not measured is left empty.
pub fn table(figures: &[Figure]) -> String {
    let names = COLUMNS.iter().map(|column| column.0);
    let names: Vec<&str> = ["rows", "engine"].into_iter().chain(names).collect();
    let mut table = Table::new(&names);
    let mut cases = distinct(figures.iter().map(|of| (&of.rows, &of.engine)));
    let rows = distinct(figures.iter().map(|of| &of.rows));
    cases.sort_by_key(|case| rows.iter().position(|rows| *rows == case.0));
    for (rows, engine) in cases {
        let mut cells = vec![rows.clone(), engine.clone()];
        cells.extend(COLUMNS.map(|(_, quantity, unit, decimals)| {
            let value = figure(figures, quantity, rows, engine).map(Figure::value);
            number(value.unwrap_or(f64::NAN) / unit, decimals)
        }));
        table.row(&cells);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_of_the_same_rows_stand_together() {
        let of = |rows: &str, engine: &str, quantity, value| Figure {
            quantity,
            rows: rows.into(),
            engine: engine.into(),
            rounds: vec![value],
        };
        let table = table(&[
            of("words", "ours", Quantity::File, 1_234_000.0),
            of("urls", "ours", Quantity::Get, 50.0),
            of("words", "theirs", Quantity::Get, 70.4),
        ]);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| words | ours | 1.23 |  |  |  |  |",
                "| words | theirs |  | 70 |  |  |  |",
                "| urls | ours |  | 50 |  |  |  |",
            ]
        );
    }
}
