//! What a query takes, counted instead of timed: instructions, and jumps that a simple predictor misses, by part of the
//! reader. Valgrind's callgrind counts, binutils' addr2line says which function an instruction was compiled from.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

/// Parts of the reader, and the functions that are theirs with all that is inlined into them. Of nested functions the
/// innermost one counts.
pub type Parts = [(&'static str, &'static [&'static str])];

/// The parts of a get.
pub const GET: &Parts = &[
    ("tokens", &["common_from"]),
    ("leaf", &["search", "find_in"]),
    ("slots", &["get_by_slots"]),
    ("nodes", &["get_by_nodes"]),
    ("states", &["walk", "value_in"]),
    ("value", &["get_below"]),
];

/// The parts of a fuzzy query.
pub const FUZZY: &Parts = &[
    (
        "walk",
        &[
            "advance",
            "enter",
            "target",
            "own_labels",
            "own_labels_by_halves",
        ],
    ),
    (
        "look-ups",
        &[
            "look_below",
            "look_up_behind",
            "look_for",
            "get_alone",
            "walk",
        ],
    ),
    ("looks", &["look_into"]),
    ("sweeps", &["read_keys"]),
    (
        "automaton",
        &[
            "step",
            "read_byte",
            "step_beyond_ascii",
            "far",
            "default_step",
            "endings",
            "learn",
            "add_new",
        ],
    ),
];

/// Names of the parts, then of what belongs to none.
pub fn names(parts: &Parts) -> impl Iterator<Item = &'static str> {
    parts.iter().map(|&(name, _)| name).chain(["other"])
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Instructions.
    pub instructions: f64,
    /// Jumps that went another way than predicted.
    pub mispredicted: f64,
}

impl Cost {
    fn add(&mut self, other: Cost, factor: f64) {
        self.instructions += factor * other.instructions;
        self.mispredicted += factor * other.mispredicted;
    }
}

/// Costs by the address of the instruction in `program`; those of all libraries are at address 0.
pub type Costs = BTreeMap<u64, Cost>;

/// Reads a dump that callgrind wrote with `--dump-instr=yes --compress-pos=no`.
pub fn read(dump: &str, program: &Path) -> Result<Costs> {
    let mut costs = Costs::new();
    let mut events: Vec<&str> = Vec::new();
    let mut objects = BTreeMap::new();
    let (mut own, mut of_callee) = (false, false);
    for line in dump.lines() {
        if let Some(names) = line.strip_prefix("events: ") {
            events = names.split_ascii_whitespace().collect();
        } else if let Some(object) = line.strip_prefix("cob=").or(line.strip_prefix("ob=")) {
            // `(number) name`, later on only `(number)`
            let (number, name) = object.split_once(' ').unwrap_or((object, ""));
            if !name.is_empty() {
                objects.insert(number, Path::new(name) == program);
            }
            if line.starts_with('o') {
                own = objects.get(number).copied().unwrap_or_default();
            }
        } else if line.starts_with("calls=") {
            of_callee = true;
        } else if line.starts_with("0x") && !std::mem::take(&mut of_callee) {
            let mut columns = line.split_ascii_whitespace();
            let address = columns.next().and_then(|text| text.strip_prefix("0x"));
            let address = u64::from_str_radix(address.unwrap_or_default(), 16)
                .with_context(|| format!("no address in `{line}`"))?;
            // behind the number of the source line; zeros at the end are left out
            let mut cost = Cost::default();
            for (event, count) in events.iter().zip(columns.skip(1)) {
                let count: f64 = count.parse().with_context(|| format!("`{line}`"))?;
                match *event {
                    "Ir" => cost.instructions += count,
                    "Bcm" | "Bim" => cost.mispredicted += count,
                    _ => {}
                }
            }
            let address = if own { address } else { 0 };
            costs.entry(address).or_default().add(cost, 1.0);
        }
    }
    Ok(costs)
}

/// The costs of one query, where `more` holds those of so many queries more than `fewer`.
pub fn per_query(more: &Costs, fewer: &Costs, queries: f64) -> Costs {
    let mut costs = more.clone();
    for (&address, &cost) in fewer {
        costs.entry(address).or_default().add(cost, -1.0);
    }
    for cost in costs.values_mut() {
        cost.instructions /= queries;
        cost.mispredicted /= queries;
    }
    costs.retain(|_, cost| *cost != Cost::default());
    costs
}

/// Sums up costs by part, in the order of their [`names`]. `frames` is what `addr2line --addresses --inlines --functions`
/// says of their addresses.
pub fn by_part(costs: &Costs, frames: &str, parts: &Parts) -> Result<Vec<Cost>> {
    let mut sums = vec![Cost::default(); parts.len() + 1];
    let mut owners: BTreeMap<u64, usize> = BTreeMap::new();
    let mut address = 0;
    for line in frames.lines() {
        if let Some(digits) = line.strip_prefix("0x") {
            address = u64::from_str_radix(digits, 16).with_context(|| format!("`{line}`"))?;
        } else if let Some(part) = part_of(line, parts) {
            // frames come from the inside out
            owners.entry(address).or_insert(part);
        }
    }
    for (address, &cost) in costs {
        let part = owners.get(address).copied().unwrap_or(parts.len());
        sums[part].add(cost, 1.0);
    }
    Ok(sums)
}

/// The part of a function, given by its name, maybe with a path before it and parameters of types anywhere. Lines that name a
/// place in a source match none.
fn part_of(function: &str, parts: &Parts) -> Option<usize> {
    let mut depth = 0;
    let plain: String = (function.chars())
        .filter(|&c| {
            depth += i32::from(c == '<');
            let outside = depth == 0;
            depth -= i32::from(c == '>');
            outside
        })
        .collect();
    let name = plain.rsplit("::").next()?;
    parts.iter().position(|(_, names)| names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "events: Ir Bc Bcm Bi Bim\n\
        ob=(1) /some/engine\nfn=(1) get\n0x10 7 100\n0x14 7 100 100 30\n\
        cob=(2) /some/libc.so\ncalls=4 0x99 0\n0x18 8 5000\n0x1c 9 20 0 0 20 10\n\
        ob=(2)\nfn=(2) memcmp\n0x10 0 60\nob=(1)\n0x10 7 40\n";

    fn cost(instructions: f64, mispredicted: f64) -> Cost {
        Cost {
            instructions,
            mispredicted,
        }
    }

    #[test]
    fn costs_go_to_the_innermost_part() {
        let costs = read(DUMP, Path::new("/some/engine")).unwrap();
        let due = [
            (0, cost(60.0, 0.0)),
            (0x10, cost(140.0, 0.0)),
            (0x14, cost(100.0, 30.0)),
            (0x1c, cost(20.0, 10.0)),
        ];
        assert_eq!(costs, due.into());

        let frames = "0x0000000000000010\nfirst_chunk<u8, 8>\ncore/mod.rs:1\ncommon_from\nreader/tokens.rs:7\n\
            search<4, 3, 5>\nreader/leaf.rs:1\n0x14\nreader::fsa::Fold<Vec<u8>>::get_by_nodes\nreader/mod.rs:9\n\
            0x1c\nmain\n??:?\n";
        let sums = by_part(&costs, frames, GET).unwrap();
        let named: Vec<_> = names(GET).zip(&sums).collect();
        assert_eq!(named[0], ("tokens", &cost(140.0, 0.0)));
        assert_eq!(named[3], ("nodes", &cost(100.0, 30.0)));
        assert_eq!(named[6], ("other", &cost(80.0, 10.0)));
    }

    #[test]
    fn what_both_runs_do_is_no_part_of_a_query() {
        let costs = |a, b| Costs::from([(1, cost(a, 0.0)), (2, cost(b, b))]);
        let one = per_query(&costs(50.0, 30.0), &costs(50.0, 10.0), 10.0);
        assert_eq!(one, [(2, cost(2.0, 2.0))].into());
    }
}
