//! Maps that have the names of one before.

use std::rc::Rc;

use keyfold_reader::{MsgpackToken, read_msgpack, skip_msgpack};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// Maps of fewer entries than this are looked at.
const MOST: usize = 64;

/// Most bytes of the names of one, as `MessagePack`.
const MOST_BYTES: usize = 4096;

/// The names of the entries of a map, in their order.
pub(crate) struct Shape {
    names: Vec<Name>,
    /// A `dict` of these names. Its copies need not grow as they are filled.
    blank: Py<PyDict>,
}

/// The name of an entry.
pub(crate) struct Name {
    /// As it stands in the map.
    pub(crate) packed: Box<[u8]>,
    pub(crate) object: Py<PyString>,
}

impl Shape {
    /// That of the map whose first name is at `start`; nothing if it has other names than strings, the same one twice, or
    /// long ones.
    fn new(payload: &[u8], start: usize, dict: &Bound<'_, PyDict>, entries: usize) -> Option<Self> {
        let mut at = start;
        let mut names = Vec::with_capacity(entries);
        let mut bytes = 0;
        let blank = PyDict::new(dict.py());
        for object in dict.keys() {
            let (MsgpackToken::Str(_), end) = read_msgpack(payload, at).ok()? else {
                return None;
            };
            bytes += end - at;
            if bytes > MOST_BYTES {
                return None;
            }
            blank.set_item(&object, dict.py().None()).ok()?;
            names.push(Name {
                packed: payload[at..end].into(),
                object: object.cast_into().ok()?.unbind(),
            });
            at = skip_msgpack(payload, end).ok()?;
        }
        let blank = blank.unbind();
        (names.len() == entries).then_some(Shape { names, blank })
    }

    pub(crate) fn names(&self) -> &[Name] {
        &self.names
    }

    /// A new `dict` of these names, without values.
    pub(crate) fn blank<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.blank.bind(py).copy()
    }
}

/// The latest shapes, one for each number of entries.
pub(crate) struct Shapes(Box<[Slot]>);

#[derive(Default)]
struct Slot {
    shape: Option<Rc<Shape>>,
    /// What told the names of the latest map that had another shape.
    unlike: u64,
}

impl Shapes {
    pub(crate) fn new() -> Self {
        Shapes((0..MOST).map(|_| Slot::default()).collect())
    }

    /// The shape that a map of so many entries may have.
    #[inline]
    pub(crate) fn get(&self, entries: usize) -> Option<Rc<Shape>> {
        self.0.get(entries)?.shape.clone()
    }

    /// Tells of a map that has another shape: what its names are told apart by, where its first name is, and what it
    /// became. The second one in a row gives the shape for those that follow.
    pub(crate) fn put(
        &mut self,
        names: u64,
        payload: &[u8],
        start: usize,
        entries: usize,
        dict: &Bound<'_, PyDict>,
    ) {
        let Some(slot) = self.0.get_mut(entries) else {
            return;
        };
        if slot.unlike == names {
            slot.shape = Shape::new(payload, start, dict, entries).map(Rc::new);
        }
        slot.unlike = names;
    }
}

/// What tells the names of maps apart: where they are in memory, since names of many maps are kept.
#[inline]
pub(crate) fn with_name(names: u64, name: &Bound<'_, PyAny>) -> u64 {
    (names.rotate_left(5) ^ name.as_ptr().addr() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
