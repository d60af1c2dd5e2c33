//! The writer of an index that is divided into parts.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use keyfold_reader::format::partitions::{MAX_PARTITIONS, PARTITIONS, Partitions};
use keyfold_reader::format::toc::Partition;
use keyfold_reader::index::{FieldType, Schema};
use keyfold_reader::{Entries, FormatError};

use super::change::Change;
use super::documents::FieldPattern;
use super::report::Report;
use super::settings::Settings;
use super::storage::{Disk, SyncPoint};
use super::store::Store;
use super::writer::Writer;
use crate::RowError;
use crate::error::{At, Error, Result};

/// What a file is called until it is complete.
const NEXT_PARTITIONS: &str = "partitions.json.part";

/// Writes an index that is divided into parts, each a folder with a [`Writer`] of its own: writes to different parts do not wait for
/// one another, and a part is merged at a fraction of the cost of the whole. Changes to keys of one part are made
/// together or not at all; to keys of several parts, part by part.
///
/// ```
/// use keyfold_compiler::index::{PartitionedWriter, Settings};
/// use keyfold_reader::format::partitions::Partitions;
///
/// # let folder = tempfile::tempdir()?;
/// // the part of a key depends on what stands before the first slash
/// let partitions = Partitions { of: 4, separator: Some(b'/') };
/// let users = PartitionedWriter::create(&folder.path().join("users"), partitions, &Settings::default())?;
/// users.set(b"anna/age", b"\x07")?;
/// assert_eq!(users.get(b"anna/age")?.as_deref(), Some(&b"\x07"[..]));
/// users.close()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PartitionedWriter {
    partitions: Partitions,
    parts: Arc<[Writer]>,
    /// The fields of all parts, if types are kept.
    schema: Arc<Mutex<Option<Schema>>>,
}

impl PartitionedWriter {
    /// Makes a new index in the folder at `path`, which is made too. One that is there is an error.
    pub fn create(path: &Path, partitions: Partitions, settings: &Settings) -> Result<Self> {
        if !(1..=MAX_PARTITIONS).contains(&partitions.of) {
            return Err(Error::Option {
                name: "partitions".to_owned(),
                reason: format!("1 to {MAX_PARTITIONS} are possible"),
            });
        }
        let store = Store {
            storage: Arc::new(Disk::create(path)?),
            syncs: settings.durability.syncs(),
        };
        let list = path.join(PARTITIONS);
        if list.exists() {
            return Err(Error::Exists(list));
        }
        let writer = Self::open_parts(path, partitions, Some(settings))?;
        // the index is there when this file is: what was made before a crash is taken up again
        store.write(NEXT_PARTITIONS, &partitions.write(), SyncPoint::Contents)?;
        (store.storage.rename(NEXT_PARTITIONS, PARTITIONS)).at(&list)?;
        store.sync_folder(SyncPoint::ContentsFolder)?;
        Ok(writer)
    }

    /// Opens the index at `path` with the settings it had last.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_parts(path, read_partitions(path)?, None)
    }

    /// Opens the index at `path` with these settings, which it keeps.
    pub fn open_with(path: &Path, settings: &Settings) -> Result<Self> {
        Self::open_parts(path, read_partitions(path)?, Some(settings))
    }

    fn open_parts(
        path: &Path,
        partitions: Partitions,
        settings: Option<&Settings>,
    ) -> Result<Self> {
        let open = |number: u32| {
            let folder = path.join(Partitions::folder(number));
            let disk = match settings {
                Some(_) => Disk::create(&folder)?,
                None => Disk::new(&folder)?,
            };
            let partition = Some(Partition { number, partitions });
            let create = settings.is_some();
            Writer::open_part(Arc::new(disk), settings.cloned(), create, partition)
        };
        let parts: Arc<[Writer]> = (0..partitions.of).map(open).collect::<Result<_>>()?;
        let mut schema: Option<Schema> = None;
        for part in parts.iter().filter_map(Writer::schema) {
            let all = schema.get_or_insert_with(Schema::default);
            part.iter().for_each(|(name, kind)| all.insert(name, kind));
        }
        Ok(PartitionedWriter {
            partitions,
            parts,
            schema: Arc::new(Mutex::new(schema)),
        })
    }

    /// How the index is divided.
    pub fn partitions(&self) -> Partitions {
        self.partitions
    }

    /// The writers of the parts. What they write has to belong there.
    pub fn parts(&self) -> &[Writer] {
        &self.parts
    }

    /// The writer of the part that a key belongs to.
    pub fn part_of(&self, key: &[u8]) -> &Writer {
        &self.parts[self.partitions.of_key(key) as usize]
    }

    /// Gives a key a document, one object as `MessagePack`.
    pub fn set(&self, key: &[u8], document: &[u8]) -> Result<()> {
        self.write(&[Change::Set { key, document }])
    }

    /// Deletes a key. One that is not stored stays so.
    pub fn delete(&self, key: &[u8]) -> Result<()> {
        self.write(&[Change::Delete { key }])
    }

    /// Makes several changes, part by part, in each part all or none.
    pub fn write(&self, changes: &[Change<'_>]) -> Result<()> {
        self.parts.first().map_or(Ok(()), Writer::check_process)?;
        self.declare_new_fields(changes)?;
        if let [change] = changes {
            return self.part_of(change.key()).write(changes);
        }
        let mut divided: Vec<Vec<Change<'_>>> = vec![Vec::new(); self.parts.len()];
        for change in changes {
            divided[self.partitions.of_key(change.key()) as usize].push(*change);
        }
        for (part, changes) in self.parts.iter().zip(divided) {
            if !changes.is_empty() {
                part.write(&changes)?;
            }
        }
        Ok(())
    }

    /// Makes fields that are seen for the first time the same in all parts.
    fn declare_new_fields(&self, changes: &[Change<'_>]) -> Result<()> {
        let mut schema = self.schema.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(schema) = &mut *schema else {
            return Ok(());
        };
        let mut next = schema.clone();
        let mut new: Vec<(String, FieldType)> = Vec::new();
        for change in changes {
            let (Change::Set { document, .. }
            | Change::Upsert {
                fields: document, ..
            }) = *change
            else {
                continue;
            };
            for (name, kind) in next.check(document).map_err(RowError::from)? {
                next.insert(name.clone(), kind);
                new.push((name, kind));
            }
        }
        for (name, kind) in new {
            self.parts
                .iter()
                .try_for_each(|part| part.declare(&name, kind))?;
            schema.insert(name, kind);
        }
        Ok(())
    }

    /// Fixes the type of a field in all parts before a document has it; see [`Writer::declare`].
    pub fn declare(&self, name: &str, kind: FieldType) -> Result<()> {
        let mut schema = self.schema.lock().unwrap_or_else(PoisonError::into_inner);
        self.each(|part| part.declare(name, kind))?;
        schema
            .get_or_insert_with(Schema::default)
            .insert(name, kind);
        Ok(())
    }

    /// The fields of the documents with their types, if the index keeps them.
    pub fn schema(&self) -> Option<Schema> {
        let schema = self.schema.lock().unwrap_or_else(PoisonError::into_inner);
        schema.clone()
    }

    /// The document of a key, as `MessagePack`.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.part_of(key).get(key)
    }

    /// All entries as they are now; see [`Writer::entries`].
    pub fn entries(&self) -> Result<Entries> {
        let mut sources = Vec::new();
        for part in self.parts.iter() {
            sources.extend_from_slice(part.entries()?.sources());
        }
        Ok(Entries::new(sources))
    }

    fn each(&self, work: impl FnMut(&Writer) -> Result<()>) -> Result<()> {
        self.parts.iter().try_for_each(work)
    }

    /// Makes all changes so far durable; see [`Writer::commit`].
    pub fn commit(&self) -> Result<()> {
        self.each(Writer::commit)
    }

    /// Makes segments of all changes so far, so that readers see them.
    pub fn flush(&self) -> Result<()> {
        self.each(Writer::flush)
    }

    /// Merges each part until no more than so many segments are left.
    pub fn force_merge(&self, segments: usize) -> Result<()> {
        self.each(|part| part.force_merge(segments))
    }

    /// Takes fields from the documents of all keys.
    pub fn drop_field(&self, fields: FieldPattern<'_>) -> Result<()> {
        let mut schema = self.schema.lock().unwrap_or_else(PoisonError::into_inner);
        self.each(|part| part.drop_field(fields))?;
        super::merge::forget(&mut schema, Some(fields));
        Ok(())
    }

    /// Deletes all keys, part by part.
    pub fn delete_all(&self) -> Result<()> {
        self.each(Writer::delete_all)
    }

    /// What the index costs, all parts together.
    pub fn report(&self) -> Report {
        self.parts.iter().map(Writer::report).sum()
    }

    /// Ends the writers of all parts; the first thing that went wrong.
    pub fn close(&self) -> Result<()> {
        let closed: Vec<Result<()>> = self.parts.iter().map(Writer::close).collect();
        closed.into_iter().collect()
    }
}

/// How the index at `path` is divided.
fn read_partitions(path: &Path) -> Result<Partitions> {
    let list = path.join(PARTITIONS);
    let partitions = Partitions::read(&fs::read(&list).at(&list)?);
    let partitions = partitions.map_err(|fault| FormatError {
        path: list,
        section: fault.section,
        offset: fault.offset,
        reason: fault.reason.to_owned(),
    });
    Ok(partitions.map_err(keyfold_reader::Error::from)?)
}
