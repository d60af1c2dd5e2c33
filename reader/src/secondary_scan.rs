//! A scan over all entries of a dictionary with secondary keys.

use std::collections::HashMap;

use crate::dictionary::{Dictionary, MAX_KEY_LEN};
use crate::error::{Error, InFile, Result};
use crate::format::varint::{MAX_VARINT_LEN, read_varint};
use crate::fsa::Cursor;
use crate::fsa::walk::Lexicographic;
use crate::scan::Scan;
use crate::secondary::{EMPTY_CODE, SecondaryDictionary};
use crate::value::Value;

/// Most bytes of secondary values that a scan holds: 1 GiB. A small damaged file can claim more than all memory.
const MAX_TEXT: usize = 1 << 30;

const UNKNOWN_CODE: &str = "a stored key does not start with known codes";

/// A cursor over all entries: by secondary values, in byte order of their texts, then by key. The order does not
/// depend on the codes, which differ from file to file.
#[derive(Clone, Debug)]
pub struct SecondaryScan<'d> {
    entries: &'d Dictionary,
    fields: usize,
    /// From a code's number to the secondary value.
    values: HashMap<u64, Vec<u8>>,
    /// The path to the current entries: per secondary key the values still to come, last one first.
    levels: Vec<Vec<Branch>>,
    /// The secondary values of the current entries.
    current: Vec<u64>,
    scan: Option<Scan<'d>>,
}

/// The entries below one secondary value.
#[derive(Clone, Debug)]
struct Branch {
    code: u64,
    at: Cursor,
}

impl<'d> SecondaryScan<'d> {
    pub(crate) fn new(dictionary: &'d SecondaryDictionary) -> Result<Self> {
        let mut values = HashMap::new();
        let mut text = 0;
        for code in dictionary.codes().scan() {
            let code = code?;
            text += code.key.len();
            if text > MAX_TEXT {
                let reason = format!("the secondary values have more than {MAX_TEXT} bytes");
                return Err(Error::Unsupported {
                    path: dictionary.dictionary().path().to_owned(),
                    reason,
                });
            }
            let blob = code.value().raw()?;
            let bytes = blob.as_ref().map_or(&[][..], |blob| &blob.payload);
            if let Some((number, _)) = read_varint(bytes) {
                values.insert(number, code.key);
            }
        }
        values.insert(u64::from(EMPTY_CODE), Vec::new());
        let entries = dictionary.dictionary();
        let fields = dictionary.names().len();
        let mut scan = SecondaryScan {
            entries,
            fields,
            values,
            levels: Vec::new(),
            current: Vec::new(),
            scan: None,
        };
        if let Some(root) = entries.fsa().root() {
            let branches = scan.branches(root)?;
            scan.levels.push(branches);
        }
        Ok(scan)
    }

    /// The codes that start at a position, as branches, in descending order of their values.
    fn branches(&self, from: Cursor) -> Result<Vec<Branch>> {
        let fsa = self.entries.fsa();
        let mut branches = Vec::new();
        let mut open = vec![(from, Vec::new())];
        // each start of a known code is met once; a damaged file may hold any number of others
        let mut steps = MAX_VARINT_LEN * self.values.len();
        while let Some((at, bytes)) = open.pop() {
            let Some(left) = steps.checked_sub(1) else {
                return Err(fsa.fault(at, UNKNOWN_CODE)).in_file(self.entries.path());
            };
            steps = left;
            let mut children = fsa.children(at).in_file(self.entries.path())?;
            while let Some((label, child)) =
                fsa.next_child(&mut children).in_file(self.entries.path())?
            {
                let mut bytes: Vec<u8> = bytes.clone();
                bytes.push(label);
                match read_varint(&bytes) {
                    Some((code, _)) if self.values.contains_key(&code) => {
                        branches.push(Branch { code, at: child });
                    }
                    None if bytes.len() < MAX_VARINT_LEN => open.push((child, bytes)),
                    _ => {
                        let fault =
                            fsa.fault(child, "a stored key does not start with known codes");
                        return Err(fault).in_file(self.entries.path());
                    }
                }
            }
        }
        branches.sort_by(|a, b| self.values[&b.code].cmp(&self.values[&a.code]));
        Ok(branches)
    }

    /// Goes to the next entry; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        loop {
            if let Some(scan) = &mut self.scan {
                if scan.advance()? {
                    return Ok(true);
                }
                self.scan = None;
                self.current.pop();
            }
            let Some(level) = self.levels.last_mut() else {
                return Ok(false);
            };
            let Some(branch) = level.pop() else {
                self.levels.pop();
                self.current.pop();
                continue;
            };
            self.current.push(branch.code);
            if self.current.len() < self.fields {
                let branches = self.branches(branch.at)?;
                self.levels.push(branches);
            } else {
                let walk =
                    Lexicographic::new(Some(branch.at), b"", self.entries.len(), MAX_KEY_LEN);
                self.scan = Some(Scan::new(self.entries, walk, false, 0));
            }
        }
    }

    /// The secondary values of the current entry, in the order of the names.
    pub fn fields(&self) -> impl Iterator<Item = &[u8]> {
        self.current.iter().map(|code| &self.values[code][..])
    }

    /// The current key, without codes.
    pub fn key(&self) -> &[u8] {
        self.scan.as_ref().map_or(&[], Scan::key)
    }

    /// The current value.
    ///
    /// # Panics
    ///
    /// Before the first [`advance`](Self::advance) and after the end.
    pub fn value(&self) -> Value<'d> {
        self.scan
            .as_ref()
            .expect("the scan stands on an entry")
            .value()
    }
}
