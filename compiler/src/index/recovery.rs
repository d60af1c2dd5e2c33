//! Opening an index for writing, whatever state its last writer left it in.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use keyfold_reader::format::log::{self, Log as StoredLog, Operation, Record};
use keyfold_reader::format::toc::{Details, NEXT_TOC, Partition, TOC, Toc};
use keyfold_reader::index::Schema;
use keyfold_reader::{Fault, FormatError, Section};

use super::contents::Contents;
use super::core::Core;
use super::log::Log;
use super::segment::{Segment, segment_of};
use super::settings::Settings;
use super::storage::{Storage, SyncPoint};
use super::store::Store;
use super::table::Table;
use crate::error::{At, Error, Result};
use crate::options::Format;

/// What stands in the logs.
struct Replayed {
    table: Table,
    schema: Option<Schema>,
    /// The sequence number of the last record.
    last: u64,
    /// The number that the next log gets.
    next: u64,
}

/// Opens the index of a storage that is locked, or makes one with these settings.
pub(crate) fn open(
    storage: Arc<dyn Storage>,
    settings: Option<Settings>,
    may_create: bool,
    partition: Option<Partition>,
) -> Result<Core> {
    let mut store = Store {
        storage,
        syncs: true,
    };
    let toc = Contents::read(&store)?;
    let names = store.storage.names().at(store.storage.path())?;
    if toc.is_none() {
        if !may_create {
            return Err(damage(&store, "there is no index"));
        }
        if names.iter().any(|name| segment_of(name).is_some()) {
            return Err(damage(
                &store,
                "there are segments, but no table of contents",
            ));
        }
    }
    let details = toc.as_ref().and_then(|toc| toc.details.clone());
    if let (Some(details), Some(_)) = (&details, partition)
        && details.partition != partition
    {
        return Err(damage(
            &store,
            "not the part of the index that belongs here",
        ));
    }
    let mut settings = choose(settings, toc.as_ref())?;
    settings.check()?;
    store.syncs = settings.durability.syncs();

    let schema = declare(
        &store,
        details.as_ref().and_then(|details| details.schema.clone()),
        settings.schema.take(),
    )?;
    let replayed = replay(&store, &names, details.as_ref(), schema)?;
    let mut contents = Contents {
        segments: open_segments(&store, toc.as_ref())?,
        generation: details.as_ref().map_or(0, |details| details.generation),
        log: details
            .as_ref()
            .map_or(replayed.next, |details| details.log),
        sequence: details.as_ref().map_or(0, |details| details.sequence),
        schema: replayed.schema,
        partition: details
            .as_ref()
            .map_or(partition, |details| details.partition),
    };
    if store.syncs {
        let before = details.as_ref().map_or(Ok(Settings::default()), |details| {
            Settings::from_json(&details.settings)
        });
        // keyvi's writer does not sync either
        if toc.is_some() && (details.is_none() || !before?.durability.syncs()) {
            sync_segments(&store, &contents)?;
        }
    }
    let log = Log::create(&store, replayed.next, replayed.last)?;
    if details.is_none() {
        contents.generation = 1;
        contents.write(&store, &settings)?;
    }
    remove_leftovers(&store, names, &contents, replayed.next);
    Ok(Core::new(store, settings, log, contents, replayed.table))
}

/// The settings to go on with: those given, else those of the table of contents.
fn choose(given: Option<Settings>, toc: Option<&Toc>) -> Result<Settings> {
    match (given, toc) {
        (Some(given), _) => Ok(given),
        (None, None) => Ok(Settings::default()),
        (None, Some(toc)) => match &toc.details {
            Some(details) => Settings::from_json(&details.settings),
            // an index of keyvi's stays one that keyvi reads
            None => Ok(Settings {
                format: Format::Keyvi,
                ..Settings::default()
            }),
        },
    }
}

/// The schema that was stored, with fields that are declared.
fn declare(
    store: &Store,
    stored: Option<Schema>,
    declared: Option<Schema>,
) -> Result<Option<Schema>> {
    let (Some(mut schema), Some(declared)) = (stored.clone(), declared.clone()) else {
        return Ok(stored.or(declared));
    };
    for (field, kind) in declared.iter() {
        match schema.get(field) {
            Some(known) if known != kind => {
                let reason = format!("the field {field:?} is of type {known}, not {kind}");
                return Err(damage(store, &reason));
            }
            _ => schema.insert(field, kind),
        }
    }
    Ok(Some(schema))
}

fn open_segments(store: &Store, toc: Option<&Toc>) -> Result<Vec<Arc<Segment>>> {
    let files = toc.map_or(&[][..], |toc| &toc.files);
    files
        .iter()
        .map(|name| Segment::open(store, name).map(Arc::new))
        .collect()
}

/// Makes durable what a writer that synced nothing has left.
fn sync_segments(store: &Store, contents: &Contents) -> Result<()> {
    let files = contents.segments.iter().flat_map(|one| one.files());
    for name in files.chain([TOC.to_owned()]) {
        match store.storage.cut(&name, u64::MAX, SyncPoint::Segment) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            synced => synced.at(&store.path(&name))?,
        }
    }
    store.sync_folder(SyncPoint::SegmentFolder)
}

/// Reads the logs that count, and sees to it that no record of them is lost any more.
fn replay(
    store: &Store,
    names: &[String],
    details: Option<&Details>,
    schema: Option<Schema>,
) -> Result<Replayed> {
    let first = details.map_or(0, |details| details.log);
    let mut replayed = Replayed {
        table: Table::default(),
        schema,
        last: details.map_or(0, |details| details.sequence),
        next: first.max(1),
    };
    let numbers: BTreeSet<u64> = names
        .iter()
        .filter_map(|name| log::file_number(name))
        .filter(|&number| number >= first)
        .collect();
    if details.is_some() && !numbers.contains(&first) {
        let reason = "the log that the table of contents names is missing";
        return Err(damage(store, reason));
    }
    let mut files = Vec::new();
    for (&number, wanted) in numbers.iter().zip(first..) {
        if details.is_some() && number != wanted {
            return Err(damage(store, &format!("log {wanted} is missing")));
        }
        let bytes = store.read(&log::file_name(number))?.unwrap_or_default();
        files.push((number, bytes));
    }
    let mut logs = Vec::new();
    for (number, bytes) in &files {
        let log = StoredLog::read(bytes).map_err(|fault| in_log(store, *number, fault))?;
        if log.as_ref().is_some_and(|log| log.header.number != *number) {
            return Err(misplaced(store, *number, "another log than its name says"));
        }
        logs.push((*number, bytes.len(), log));
    }
    if details.is_none() {
        let written = |log: &StoredLog<'_>| !log.records.is_empty();
        if logs
            .iter()
            .any(|(_, _, log)| log.as_ref().is_some_and(written))
        {
            let reason = "the table of contents is not the one that the log belongs to";
            return Err(damage(store, reason));
        }
        logs.clear();
    }
    let mut logs = logs.into_iter().peekable();
    while let Some((number, len, log)) = logs.next_if(|(_, _, log)| {
        log.as_ref()
            .is_some_and(|log| log.header.first == replayed.last + 1)
    }) {
        let Some(log) = log else { break };
        apply(store, number, &log, &mut replayed)?;
        if !log.records.is_empty() {
            replayed.next = number + 1;
        }
        replayed.last = log.next() - 1;
        if store.syncs || log.end < len {
            let name = log::file_name(number);
            let cut = store
                .storage
                .cut(&name, log.end as u64, SyncPoint::ReplayedLog);
            cut.at(&store.path(&name))?;
        }
        if log.end < len {
            break;
        }
    }
    // what is left was begun and not written to, or is torn, unless it says otherwise
    for (number, _, log) in logs {
        if log.is_some_and(|log| log.synced() > replayed.last) {
            return Err(misplaced(
                store,
                number,
                "records before this log are missing",
            ));
        }
    }
    Ok(replayed)
}

/// Does what the records of a log say.
fn apply(store: &Store, number: u64, log: &StoredLog<'_>, replayed: &mut Replayed) -> Result<()> {
    for operation in log.records.iter().flat_map(Record::operations) {
        match operation.map_err(|fault| in_log(store, number, fault))? {
            Operation::Set { key, document } => replayed.table.put(key, Some(document)),
            Operation::Delete { key } => replayed.table.put(key, None),
            Operation::Field { name, kind } => replayed
                .schema
                .get_or_insert_with(Schema::default)
                .insert(name, kind),
        }
    }
    Ok(())
}

/// Removes what no table of contents names, and other logs than those that count. The names in the folder are durable by now.
fn remove_leftovers(store: &Store, names: Vec<String>, contents: &Contents, newest: u64) {
    let segments: BTreeSet<&str> = contents.segments.iter().map(|one| &*one.name).collect();
    let is_leftover = |name: &String| {
        let number = log::file_number(name);
        name == NEXT_TOC
            || segment_of(name).is_some_and(|segment| !segments.contains(segment))
            || number.is_some_and(|number| !(contents.log..=newest).contains(&number))
    };
    store.remove(names.into_iter().filter(is_leftover));
}

fn damage(store: &Store, reason: &str) -> Error {
    Error::Index {
        path: store.storage.path().to_owned(),
        reason: reason.to_owned(),
    }
}

fn misplaced(store: &Store, number: u64, reason: &'static str) -> Error {
    in_log(store, number, Fault::new(Section::Log, 0, reason))
}

fn in_log(store: &Store, number: u64, fault: Fault) -> Error {
    let error = FormatError {
        path: store.path(&log::file_name(number)),
        section: fault.section,
        offset: fault.offset,
        reason: fault.reason.to_owned(),
    };
    Error::Read(error.into())
}
