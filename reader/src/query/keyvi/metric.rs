//! keyvi's distance of completions.

use crate::automaton::{Characters, Partial};

/// The distance between what was typed and the start of a key, row by row: one row of the table for each character of the
/// key, near the diagonal only. Once all was read that was typed, more characters cost nothing.
pub(super) struct Metric {
    typed: Vec<u32>,
    max_distance: usize,
}

/// Cells far from the diagonal count as more than this in any case: scores beyond the distance are made of them.
const LEAST_FAR: usize = 4;

/// The last two rows of the table.
#[derive(Clone)]
pub(super) struct Row {
    /// Characters read.
    pub(super) read: usize,
    /// None of the keys below is nearer, as keyvi estimates it.
    pub(super) least: usize,
    /// The distance.
    pub(super) score: usize,
    cells: Cells,
    before: Cells,
    last: u32,
    partial: Partial,
}

/// The cells of a row near the diagonal.
#[derive(Clone)]
struct Cells {
    first: usize,
    list: Vec<usize>,
    /// What the others count as.
    far: usize,
}

impl Metric {
    pub(super) fn new(typed: &Characters, max_distance: u32) -> Self {
        Metric {
            typed: typed.list().to_vec(),
            max_distance: max_distance as usize,
        }
    }

    /// What cells far from the diagonal count as: more than the distance asked for.
    fn far(&self) -> usize {
        self.max_distance.max(LEAST_FAR) + 1
    }

    /// Before the first character.
    pub(super) fn start(&self) -> Row {
        let cells = Cells {
            first: 0,
            far: self.far(),
            list: (0..=self.typed.len().min(self.max_distance + 1)).collect(),
        };
        Row {
            read: 0,
            least: 0,
            score: self.typed.len(),
            before: cells.clone(),
            cells,
            last: 0,
            partial: Partial::default(),
        }
    }

    /// After one more byte.
    pub(super) fn step(&self, row: &Row, label: u8) -> Row {
        let mut next = row.clone();
        let mut partial = row.partial;
        partial.push(label, |character| {
            next = self.read(&next, character);
            Some(())
        });
        next.partial = partial;
        next
    }

    /// If the key ends here: the bytes of a character that is not complete count one by one.
    pub(super) fn at_end(&self, row: &Row) -> Row {
        let mut end = row.clone();
        let mut partial = row.partial;
        partial.finish(|character| {
            end = self.read(&end, character);
            Some(())
        });
        end
    }

    /// After one more character.
    pub(super) fn read(&self, at: &Row, character: u32) -> Row {
        let (k, typed) = (self.max_distance, &self.typed);
        let (row, columns) = (at.read + 1, typed.len() + 1);
        let (left, right) = (row.saturating_sub(k).max(1), columns.min(row + k + 1));
        if left >= columns {
            return Row {
                read: row,
                ..at.clone()
            };
        }
        let mut cells = Cells {
            first: left - 1,
            far: self.far(),
            list: vec![row + 1 - left],
        };
        let mut least = at.least + 1;
        for column in left..right {
            let mut cell = at.cells.get(column - 1);
            if typed[column - 1] != character {
                cell = 1 + cell.min(cells.get(column - 1)).min(at.cells.get(column));
                let swapped = row > 1
                    && column > 1
                    && typed[column - 1] == at.last
                    && typed[column - 2] == character;
                if swapped {
                    cell = cell.min(1 + at.before.get(column - 2));
                }
            }
            if column + 1 == columns {
                cell = cell.min(at.cells.get(column));
            }
            cells.list.push(cell);
            least = least.min(cell);
        }
        let mut score = cells.get(columns - 1);
        if right < columns {
            cells.list.push(k + 1);
            score = k + 1;
        }
        Row {
            read: row,
            least,
            score,
            before: at.cells.clone(),
            cells,
            last: character,
            partial: at.partial,
        }
    }
}

impl Cells {
    fn get(&self, column: usize) -> usize {
        let cell = column.checked_sub(self.first);
        let cell = cell.and_then(|column| self.list.get(column));
        cell.copied().unwrap_or(self.far)
    }
}
