//! Which lead stands for what.

use keyfold_reader::format::native::documents::MAX_LEADS;
use keyfold_reader::format::native::shapes::Lead;

/// Leads for rows of one shape that are followed by one byte; further rows take two.
const SHORT_GROUPS: usize = 8;

/// Rows that a lead with one byte behind it reaches.
const GROUP: usize = 256;

/// Leads that rows may take in groups, of all.
const MOST_GROUPS: usize = 160;

/// The uses of a shape: without a row, and of its rows, those used most first.
pub(super) struct Uses {
    pub(super) plain: f64,
    pub(super) rows: Vec<f64>,
}

/// How documents of one shape begin.
#[derive(Debug, Default)]
pub(super) struct Starts {
    /// The lead without a row, with the bytes behind it.
    pub(super) plain: Vec<u8>,
    /// The leads of its rows; those behind the last have none.
    pub(super) rows: Vec<Vec<u8>>,
}

/// The leads, with what documents of each shape begin with.
pub(super) fn assign(shapes: &[Uses], first: u8) -> (Vec<Lead>, Vec<Starts>) {
    let mut leads = Vec::new();
    let mut starts: Vec<Starts> = shapes.iter().map(|_| Starts::default()).collect();
    let lead_byte = |leads: &Vec<Lead>| first + u8::try_from(leads.len()).expect("few leads");

    // rows in groups, of those shapes that have any
    for (shape, uses) in shapes.iter().enumerate() {
        let number = u16::try_from(shape).expect("few shapes");
        let mut reached = 0;
        let mut groups = 0;
        while reached < uses.rows.len() && leads.len() < MOST_GROUPS {
            let extra = if groups < SHORT_GROUPS { 1u8 } else { 2 };
            let count = (GROUP << (8 * (extra - 1))).min(uses.rows.len() - reached);
            for i in 0..count {
                let mut start = vec![lead_byte(&leads)];
                start.extend_from_slice(&i.to_le_bytes()[..extra.into()]);
                starts[shape].rows.push(start);
            }
            leads.push(Lead {
                extra,
                first: u32::try_from(reached).expect("few rows"),
                rows_of: Some(number),
            });
            reached += count;
            groups += 1;
        }
    }
    // shapes in groups, all of them
    for group in 0..shapes.len().div_ceil(GROUP) {
        for i in 0..GROUP.min(shapes.len() - group * GROUP) {
            starts[group * GROUP + i].plain = vec![lead_byte(&leads), i.to_le_bytes()[0]];
        }
        leads.push(Lead {
            extra: 1,
            first: u32::try_from(group * GROUP).expect("few shapes"),
            rows_of: None,
        });
    }
    // what is used most by itself
    let mut singles: Vec<(f64, usize, Option<usize>)> = Vec::new();
    for (shape, uses) in shapes.iter().enumerate() {
        singles.push((uses.plain, shape, None));
        let rows = uses.rows.iter().enumerate().take(MAX_LEADS);
        singles.extend(rows.map(|(row, &uses)| (uses, shape, Some(row))));
    }
    singles.sort_unstable_by(|(m, s, a), (n, t, b)| n.total_cmp(m).then((s, a).cmp(&(t, b))));
    singles.truncate(MAX_LEADS - leads.len());
    for (_, shape, row) in singles {
        let start = vec![lead_byte(&leads)];
        let number = u16::try_from(shape).expect("few shapes");
        let (first, rows_of) = match row {
            Some(row) => (row, Some(number)),
            None => (shape, None),
        };
        match row {
            Some(row) if row < starts[shape].rows.len() => starts[shape].rows[row] = start,
            // the groups ran out before
            Some(_) => continue,
            None => starts[shape].plain = start,
        }
        leads.push(Lead {
            extra: 0,
            first: u32::try_from(first).expect("few rows"),
            rows_of,
        });
    }
    (leads, starts)
}
