//! Verification: is every byte of a file what it should be?

use std::path::Path;

use crate::dictionary::{Dictionary, MAX_KEY_LEN};
use crate::error::{Fault, FormatError, InFile, Result, Section};
use crate::format::native::grams;
use crate::format::native::header::NativeHeader;
use crate::format::varint::MAX_VARINT_LEN;
use crate::format::vector::VECTOR_BEGIN;
use crate::format::{checksum, to_usize};
use crate::fsa::{Children, Cursor, Fsa, SparseArray, ValueHandle};
use crate::secondary::SecondaryDictionary;
use crate::value::{Value, ValueKind};
use crate::vector::ValueVector;

/// What a verification found out about a file without damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Soundness {
    /// The file carries checksums, and they agree. Without them only the structure could be checked: a
    /// changed byte that still makes sense goes unnoticed.
    pub checksums: bool,
    /// Keys found by walking the automaton.
    pub keys: u64,
    /// States found.
    pub states: u64,
    /// Different values found.
    pub values: u64,
}

/// Verifies a dictionary (with or without secondary keys) or a value vector: checksums first, then a walk over
/// every state and every value. Damage is a [`FormatError`] with its offset.
pub fn verify(path: impl AsRef<Path>) -> Result<Soundness> {
    let path = path.as_ref();
    if starts_like_vector(path) {
        return ValueVector::open(path)?.verify();
    }
    let dictionary = Dictionary::open(path)?;
    let soundness = dictionary.verify()?;
    if !dictionary.header().secondary.is_empty() {
        let secondary = SecondaryDictionary::new(dictionary)?;
        let codes = secondary.codes().verify()?;
        let mut scan = secondary.scan()?;
        while scan.advance()? {}
        return Ok(Soundness {
            checksums: soundness.checksums && codes.checksums,
            ..soundness
        });
    }
    Ok(soundness)
}

/// Whether the file is a value vector.
pub(crate) fn starts_like_vector(path: &Path) -> bool {
    use std::io::Read;
    let mut start = [0u8; VECTOR_BEGIN.len()];
    std::fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok()
        && &start == VECTOR_BEGIN
}

const DISAGREES: &str = "the checksum does not agree: the section is damaged";

impl Dictionary {
    /// Verifies this dictionary, see [`verify`].
    pub fn verify(&self) -> Result<Soundness> {
        if let Some(native) = self.native() {
            return self.verify_native(native);
        }
        let Some(array) = self.fsa().sparse_array() else {
            unreachable!("a file that is not native has a sparse array");
        };
        self.verify_checksums(array).in_file(self.path())?;
        let mut walk = StateWalk::new(
            self.fsa(),
            array.slots(),
            self.len(),
            MAX_KEY_LEN + MAX_VARINT_LEN * self.header().secondary.len(),
        );
        let keys = walk.count().in_file(self.path())?;
        if keys != self.len() {
            let reason = format!("{keys} keys found, the header says {}", self.len());
            let (start, ..) = self.extent();
            return Err(FormatError {
                path: self.path().to_owned(),
                section: Section::Header,
                offset: start as u64,
                reason,
            }
            .into());
        }
        let mut seen = BitSet::new(self.values().section().len());
        let mut values = 0;
        for &handle in &walk.handles {
            if self.header().kind.has_section() && !seen.insert(to_usize(handle.0)) {
                continue;
            }
            values += 1;
            check_value(Value::new(self.values(), handle))?;
        }
        let checksums = self.header().provenance.is_some();
        Ok(Soundness {
            checksums,
            keys,
            states: walk.states,
            values,
        })
    }

    /// Checksums, then all keys by the nodes and by the slots, then all values.
    fn verify_native(&self, native: &NativeHeader) -> Result<Soundness> {
        for entry in &native.sections {
            let sum = checksum::of_section(&self.bytes()[entry.range.clone()]);
            if sum != entry.checksum {
                let fault = Fault::new(entry.section, entry.range.start as u64, DISAGREES);
                return Err(fault).in_file(self.path());
            }
        }
        let mut keys = 0;
        let mut scan = self.scan();
        let mut previous = Vec::new();
        while scan.advance()? {
            let ordinal = scan.value().handle().0;
            let found = self.get(scan.key())?.map(|value| value.handle().0);
            let reason = if ordinal != keys || found != Some(keys) {
                Some("the ordinal of a key is not its place in byte order")
            } else if keys > 0 && scan.key() <= previous.as_slice() {
                Some("the keys are not in byte order")
            } else {
                None
            };
            let mut has_grams = true;
            grams::each(scan.key(), 0, |gram| has_grams &= self.fsa().may_have(gram));
            if !has_grams {
                let start = native.range(Section::Grams).start as u64;
                let fault = Fault::new(Section::Grams, start, "a key has a gram that is not there");
                return Err(fault).in_file(self.path());
            }
            if let (Some(reason), Some(root)) = (reason, self.fsa().root()) {
                return Err(self.fsa().fault(root, reason)).in_file(self.path());
            }
            scan.key().clone_into(&mut previous);
            keys += 1;
        }
        self.values().check()?;
        Ok(Soundness {
            checksums: true,
            keys,
            states: self.header().states,
            values: native.properties.values[1],
        })
    }

    fn verify_checksums(&self, array: &SparseArray) -> Result<(), Fault> {
        let (start, labels, end) = self.extent();
        if let Some(oddity) = self.header().oddity {
            return Err(Fault::new(Section::Header, start as u64, oddity));
        }
        let Some(provenance) = self.header().provenance else {
            return Ok(());
        };
        let sums = provenance.checksums;
        let bytes = self.bytes();
        let check = |section, range: std::ops::Range<usize>, found: Option<u64>, stored| {
            let fault = Fault::new(section, range.start as u64, DISAGREES);
            if found == Some(stored) {
                Ok(())
            } else {
                Err(fault)
            }
        };
        check(
            Section::Header,
            start..labels,
            checksum::of_header(&bytes[start..labels]),
            sums.header,
        )?;
        let section = |range: std::ops::Range<usize>| Some(checksum::of_section(&bytes[range]));
        check(
            Section::Labels,
            array.label_bytes(),
            section(array.label_bytes()),
            sums.labels,
        )?;
        let words = array.transition_bytes();
        check(
            Section::Transitions,
            words.clone(),
            section(words.clone()),
            sums.transitions,
        )?;
        if self.header().kind.has_section() {
            let values = self.values().range();
            let found = checksum::of_values(&bytes[words.end..values.start], &bytes[values]);
            check(
                Section::Values,
                words.end..end,
                Some(found),
                sums.values.unwrap_or(!found),
            )?;
        }
        Ok(())
    }
}

impl ValueVector {
    /// Verifies this vector, see [`verify`]. Vector files carry no checksums.
    pub fn verify(&self) -> Result<Soundness> {
        let mut values = 0;
        for value in self.iter() {
            check_value(value?)?;
            values += 1;
        }
        Ok(Soundness {
            checksums: false,
            keys: self.len(),
            states: 0,
            values,
        })
    }
}

/// Reads a value to its end.
fn check_value(value: Value<'_>) -> Result<()> {
    match value.kind() {
        ValueKind::KeyOnly | ValueKind::Int | ValueKind::Completion => {}
        ValueKind::String => drop(value.raw()?),
        ValueKind::FloatVector => drop(value.floats()?),
        ValueKind::Json => value.write_text(&mut Vec::new())?,
    }
    Ok(())
}

/// A walk over the states, each once, which counts the keys below each.
struct StateWalk<'a> {
    fsa: &'a Fsa,
    expected: u64,
    max_depth: usize,
    /// By position: 0 not met, `OPEN` on the path, otherwise the number of keys below.
    counts: Vec<u64>,
    handles: Vec<ValueHandle>,
    states: u64,
}

const OPEN: u64 = u64::MAX;

struct Frame {
    at: Cursor,
    children: Children,
    keys: u64,
}

impl<'a> StateWalk<'a> {
    fn new(fsa: &'a Fsa, slots: usize, expected: u64, max_depth: usize) -> Self {
        let counts = vec![0; slots];
        StateWalk {
            fsa,
            expected,
            max_depth,
            counts,
            handles: Vec::new(),
            states: 0,
        }
    }

    fn slot(&mut self, at: Cursor) -> Result<&mut u64, Fault> {
        let fsa = self.fsa;
        self.counts
            .get_mut(to_usize(Fsa::id(at)))
            .ok_or_else(|| fsa.fault(at, "a state lies outside of the automaton"))
    }

    fn open(&mut self, at: Cursor) -> Result<Frame, Fault> {
        *self.slot(at)? = OPEN;
        self.states += 1;
        let value = self.fsa.value(at)?;
        self.handles.extend(value);
        Ok(Frame {
            at,
            children: self.fsa.children(at)?,
            keys: u64::from(value.is_some()),
        })
    }

    fn count(&mut self) -> Result<u64, Fault> {
        let Some(root) = self.fsa.root() else {
            return Ok(0);
        };
        if self.fsa.is_final(root)? {
            return Err(self
                .fsa
                .fault(root, "the root is final: the empty key cannot be stored"));
        }
        let mut path = vec![self.open(root)?];
        loop {
            let Some(frame) = path.last_mut() else {
                return Ok(*self.slot(root)?);
            };
            if let Some((_, child)) = self.fsa.next_child(&mut frame.children)? {
                let met = *self.slot(child)?;
                match met {
                    OPEN => {
                        return Err(self
                            .fsa
                            .fault(child, "a path leads back to itself: a cycle"));
                    }
                    0 if path.len() > self.max_depth => {
                        return Err(self.fsa.fault(child, "a path is longer than any key"));
                    }
                    0 => path.push(self.open(child)?),
                    keys => self.add(path.last_mut(), keys)?,
                }
                continue;
            }
            let Some(done) = path.pop() else { return Ok(0) };
            if done.keys == 0 {
                return Err(self.fsa.fault(done.at, "a path ends without a key"));
            }
            *self.slot(done.at)? = done.keys;
            self.add(path.last_mut(), done.keys)?;
        }
    }

    fn add(&self, frame: Option<&mut Frame>, keys: u64) -> Result<(), Fault> {
        let Some(frame) = frame else { return Ok(()) };
        frame.keys = frame
            .keys
            .checked_add(keys)
            .filter(|&keys| keys <= self.expected)
            .ok_or_else(|| self.fsa.fault(frame.at, "more keys than the header says"))?;
        Ok(())
    }
}

/// A set of positions.
struct BitSet(Vec<u64>);

impl BitSet {
    fn new(len: usize) -> Self {
        BitSet(vec![0; len / 64 + 1])
    }

    /// Adds a position; false when it was there, or lies outside.
    fn insert(&mut self, at: usize) -> bool {
        let Some(word) = self.0.get_mut(at / 64) else {
            return true;
        };
        let new = *word >> (at % 64) & 1 == 0;
        *word |= 1 << (at % 64);
        new
    }
}
