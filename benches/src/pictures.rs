//! Which pictures a record has.

use anyhow::Result;

use crate::figures::{Figure, Quantity, figure};
use crate::plot::{self, Curve};
use crate::record::Record;
use crate::scale::Samples;
use crate::table::distinct;

/// Fewer engines make no picture.
const FEWEST: usize = 3;

/// Per set of rows: size against the time of a get. Gives what shows them in the report.
pub fn sizes_and_gets(record: &Record, figures: &[Figure]) -> Result<String> {
    let gets = || figures.iter().filter(|of| of.quantity == Quantity::Get);
    let mut shown = String::new();
    for rows in distinct(gets().map(|of| &of.rows)) {
        let same = gets().filter(|of| of.rows == *rows);
        let dot = |get: &Figure| {
            let bytes = figure(figures, Quantity::File, rows, &get.engine)?.value();
            Some(Curve {
                name: get.engine.clone(),
                points: vec![(bytes / 1e6, get.value())],
            })
        };
        let dots: Vec<Curve> = same.filter_map(dot).collect();
        if dots.len() < FEWEST {
            continue;
        }
        let title = format!("{rows}: size against the time of a get");
        let x = "file, or memory where there is none, MB";
        let svg = plot::draw(&title, x, "get of a stored key, ns", &dots)?;
        shown += &record.picture(&format!("size-{rows}"), &title, &svg)?;
    }
    Ok(shown)
}

/// What is drawn over the number of keys: a name for the file, what is drawn upwards, and the quantity.
const GROWING: [(&str, &str, Quantity); 5] = [
    ("compile", "compile, s", Quantity::Compile),
    (
        "peak",
        "peak memory of the compiler over its limit",
        Quantity::Peak,
    ),
    (
        "bytes",
        "file, or memory where there is none, bytes",
        Quantity::File,
    ),
    ("get", "get of a stored key, ns", Quantity::Get),
    (
        "get-many",
        "get of a stored key in a batch, ns",
        Quantity::GetMany,
    ),
];

/// Per sort of made rows: curves over the number of keys. Gives what shows them in the report.
pub fn scale(record: &Record, samples: &Samples) -> Result<String> {
    let mut shown = String::new();
    for made in samples.made() {
        for (name, title, quantity) in GROWING {
            let curves: Vec<Curve> = (samples.curves(made, quantity).into_iter())
                .map(|(name, points)| Curve { name, points })
                .collect();
            let caption = format!("{made}: {title}");
            let svg = plot::draw(&caption, "made keys", title, &curves)?;
            shown += &record.picture(&format!("scale-{made}-{name}"), &caption, &svg)?;
        }
    }
    Ok(shown)
}
