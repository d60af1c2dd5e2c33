//! All entries of a file, in an order that does not depend on how the file came about.

use anyhow::Result;
use keyfold_reader::automaton::KeyRange;
use keyfold_reader::{SecondaryDictionary, TextRule};

use crate::file::File;
use crate::print::{Entry, Place};

/// The values of the secondary keys of some entries.
type Fields = Vec<Vec<u8>>;

/// All entries of a file: by key, below the values of secondary keys in their order, or by position.
pub(crate) struct Entries<'f> {
    file: &'f File,
    /// The secondary values that there are, in order, where the file has them in another order.
    groups: Option<Vec<Fields>>,
}

impl<'f> Entries<'f> {
    pub(crate) fn of(file: &'f File) -> Result<Self> {
        let groups = match file {
            File::Secondary(dictionary) => disordered_groups(dictionary)?,
            File::Dictionary(_) | File::Vector(_) | File::Index(_) => None,
        };
        Ok(Entries { file, groups })
    }

    /// Calls `each` with the entries in order, until it answers false.
    pub(crate) fn each(&self, mut each: impl FnMut(&Entry<'_>) -> Result<bool>) -> Result<()> {
        match (self.file, &self.groups) {
            (File::Dictionary(dictionary), _) => {
                let mut scan = dictionary.scan();
                let folded = !dictionary.text_rule().is_none();
                while scan.advance()? {
                    // keys as they were given, so that they can be compiled again
                    let spelling = TextRule::spelling(scan.key()).filter(|_| folded);
                    let place = Place::Key(spelling.unwrap_or(scan.key()));
                    let value = Some(scan.value());
                    if !each(&Entry {
                        names: &[],
                        fields: &[],
                        place,
                        value,
                    })? {
                        break;
                    }
                }
            }
            (File::Secondary(dictionary), None) => each_stored(dictionary, each)?,
            (File::Secondary(dictionary), Some(groups)) => {
                for group in groups {
                    let fields: Vec<&[u8]> = group.iter().map(|field| &field[..]).collect();
                    let mut scan = dictionary.under(&fields)?.prefix(b"")?;
                    while scan.advance()? {
                        let place = Place::Key(scan.key());
                        let value = Some(scan.value());
                        if !each(&Entry {
                            names: dictionary.names(),
                            fields: &fields,
                            place,
                            value,
                        })? {
                            return Ok(());
                        }
                    }
                }
            }
            (File::Index(index), _) => {
                let entries = index.entries();
                let mut matches = entries.search(KeyRange::from(b""))?;
                while matches.advance()? {
                    if !each(&Entry {
                        names: &[],
                        fields: &[],
                        place: Place::Key(matches.key()),
                        value: Some(matches.value()),
                    })? {
                        break;
                    }
                }
            }
            (File::Vector(vector), _) => {
                for value in vector.iter() {
                    let value = Some(value?);
                    if !each(&Entry {
                        names: &[],
                        fields: &[],
                        place: Place::Next,
                        value,
                    })? {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Calls `each` with the entries in the order they are stored in, until it answers false.
pub(crate) fn each_stored(
    dictionary: &SecondaryDictionary,
    mut each: impl FnMut(&Entry<'_>) -> Result<bool>,
) -> Result<()> {
    let names = dictionary.names();
    let mut scan = dictionary.scan()?;
    while scan.advance()? {
        let fields: Vec<&[u8]> = scan.fields().collect();
        let place = Place::Key(scan.key());
        if !each(&Entry {
            names,
            fields: &fields,
            place,
            value: Some(scan.value()),
        })? {
            break;
        }
    }
    Ok(())
}

/// The secondary values that there are, in order; nothing if they are stored so, as keyfold does. keyvi gives
/// out its codes in the order of the input.
fn disordered_groups(dictionary: &SecondaryDictionary) -> Result<Option<Vec<Fields>>> {
    if in_order(dictionary)? {
        return Ok(None);
    }
    let mut groups: Vec<Fields> = Vec::new();
    each_stored(dictionary, |entry| {
        if groups.last().is_none_or(|last| last != entry.fields) {
            groups.push(entry.fields.iter().map(|field| field.to_vec()).collect());
        }
        Ok(true)
    })?;
    groups.sort();
    Ok(Some(groups))
}

fn in_order(dictionary: &SecondaryDictionary) -> Result<bool> {
    let mut last: Fields = Vec::new();
    let mut ordered = true;
    each_stored(dictionary, |entry| {
        if last != entry.fields {
            let fields = entry.fields.iter().map(|field| field.to_vec()).collect();
            ordered = last <= fields;
            last = fields;
        }
        Ok(ordered)
    })?;
    Ok(ordered)
}
