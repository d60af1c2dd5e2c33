//! What the documents of a sample hold.

use std::collections::HashMap;
use std::ops::Range;

use keyfold_reader::format::native::documents::MAX_DEPTH;
use keyfold_reader::format::native::shapes::{MAX_COLUMNS, MAX_HOLES};

use super::item::{Item, item, skip};
use crate::value::native::hash::Hashing;

/// Names longer than this get no column.
const MAX_NAME: usize = 1 << 10;

/// The number of the column of whole documents.
pub(super) const ROOT: u16 = 0;

/// Counts over a sample, of which it borrows.
#[derive(Debug)]
pub(super) struct Survey<'s> {
    /// Columns; the first is that of whole documents.
    pub(super) columns: Vec<Seen<'s>>,
    names: HashMap<&'s [u8], u16, Hashing>,
    /// Shapes by the columns of their holes, with the places of their documents.
    pub(super) shapes: Vec<(Vec<u16>, Vec<usize>)>,
    shape_numbers: HashMap<Vec<u16>, usize, Hashing>,
    /// Texts of documents and names that no column holds.
    pub(super) texts: Vec<&'s [u8]>,
    sample: &'s [u8],
}

/// What was seen in a column.
#[derive(Debug, Default)]
pub(super) struct Seen<'s> {
    /// The name, as MessagePack; empty for the whole document and for elements.
    pub(super) name: &'s [u8],
    /// The column of the elements of arrays, once there were any.
    pub(super) element: Option<u16>,
    /// Integers and floats.
    pub(super) numbers: Vec<Item<'s>>,
    /// Texts, in order.
    pub(super) texts: Vec<&'s [u8]>,
    /// Scalars but floats, as MessagePack, with how often they came.
    pub(super) pieces: HashMap<&'s [u8], usize, Hashing>,
    /// How many values there were, and of these how many arrays and maps.
    pub(super) values: usize,
    pub(super) arrays: usize,
    pub(super) maps: usize,
}

impl<'s> Survey<'s> {
    /// Surveys the documents that stand one after the other in `sample` and end at these offsets. Those that are not
    /// MessagePack are passed over.
    pub(super) fn new(sample: &'s [u8], ends: &[usize]) -> Self {
        let mut survey = Survey {
            columns: vec![Seen::default()],
            names: HashMap::default(),
            shapes: Vec::new(),
            shape_numbers: HashMap::default(),
            texts: Vec::new(),
            sample,
        };
        let mut start = 0;
        for &end in ends {
            if skip(sample, start) == Some(end) {
                survey.value(ROOT, start, 0);
            }
            start = end;
        }
        survey
    }

    /// The offset of the first name in the map at `at`.
    pub(super) fn first_name(&self, at: usize) -> usize {
        item(self.sample, at).expect("checked before").1
    }

    /// The offset behind the object at `at`.
    pub(super) fn skip(&self, at: usize) -> usize {
        skip(self.sample, at).expect("checked before")
    }

    /// A part of the sample.
    pub(super) fn bytes(&self, range: Range<usize>) -> &'s [u8] {
        &self.sample[range]
    }

    /// Notes the value at `at`; returns the offset behind it. Damage was ruled out before.
    fn value(&mut self, column: u16, at: usize, depth: u32) -> usize {
        let sample = self.sample;
        let (found, end) = item(sample, at).expect("checked before");
        let seen = &mut self.columns[usize::from(column)];
        seen.values += 1;
        match found {
            Item::Array(_) => seen.arrays += 1,
            Item::Map(_) => seen.maps += 1,
            Item::Single(_) | Item::Double(_) => seen.numbers.push(found),
            Item::Integer(_) | Item::Text(_) | Item::Other => {
                *seen.pieces.entry(&sample[at..end]).or_default() += 1;
                match found {
                    Item::Integer(_) => seen.numbers.push(found),
                    Item::Text(text) => seen.texts.push(text),
                    _ => {}
                }
            }
        }
        match found {
            Item::Array(_) | Item::Map(_) if depth >= MAX_DEPTH / 2 => {
                skip(sample, at).expect("checked before")
            }
            Item::Array(count) => {
                let element = self.element(column);
                (0..count).fold(end, |at, _| self.value(element, at, depth + 1))
            }
            Item::Map(count) => self.map(count, at, end, depth),
            _ => end,
        }
    }

    fn map(&mut self, count: u32, start: usize, mut at: usize, depth: u32) -> usize {
        let sample = self.sample;
        let mut holes = Vec::new();
        for _ in 0..count {
            let name = at;
            at = skip(sample, at).expect("checked before");
            let column = self.column(name, at);
            match column {
                Some(column) => at = self.value(column, at, depth + 1),
                None => at = skip(sample, at).expect("checked before"),
            }
            holes.extend(column);
        }
        let complete = holes.len() == count as usize;
        if complete && (1..=MAX_HOLES).contains(&holes.len()) {
            if let Some(&number) = self.shape_numbers.get(&holes) {
                self.shapes[number].1.push(start);
            } else {
                self.shape_numbers.insert(holes.clone(), self.shapes.len());
                self.shapes.push((holes, vec![start]));
            }
        }
        at
    }

    /// The column of the name that stands there, a new one if there is room.
    fn column(&mut self, start: usize, end: usize) -> Option<u16> {
        let name = &self.sample[start..end];
        let (Item::Text(text), _) = item(name, 0)? else {
            return None;
        };
        if let Some(&column) = self.names.get(name) {
            return Some(column);
        }
        if self.columns.len() >= MAX_COLUMNS || text.len() > MAX_NAME {
            self.texts.push(text);
            return None;
        }
        let column = self.push(Seen {
            name,
            ..Seen::default()
        });
        self.names.insert(name, column);
        Some(column)
    }

    /// The column of the elements of a column's arrays; where there are too many columns that of whole documents.
    fn element(&mut self, column: u16) -> u16 {
        if let Some(element) = self.columns[usize::from(column)].element {
            return element;
        }
        let element = if self.columns.len() < MAX_COLUMNS {
            self.push(Seen::default())
        } else {
            ROOT
        };
        self.columns[usize::from(column)].element = Some(element);
        element
    }

    fn push(&mut self, seen: Seen<'s>) -> u16 {
        let number = u16::try_from(self.columns.len()).expect("few columns");
        self.columns.push(seen);
        number
    }
}
