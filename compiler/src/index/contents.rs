//! The table of contents, as the writer holds it.

use std::sync::Arc;

use keyfold_reader::FormatError;
use keyfold_reader::format::toc::{Details, NEXT_TOC, Partition, TOC, Toc};
use keyfold_reader::index::Schema;

use super::segment::Segment;
use super::settings::Settings;
use super::storage::SyncPoint;
use super::store::Store;
use crate::error::{At, Result};

/// What the next table of contents will say.
#[derive(Clone, Debug)]
pub(crate) struct Contents {
    /// Oldest first.
    pub(crate) segments: Vec<Arc<Segment>>,
    pub(crate) generation: u64,
    /// The number of the oldest log that counts.
    pub(crate) log: u64,
    /// The sequence number of the last record that the segments hold.
    pub(crate) sequence: u64,
    pub(crate) schema: Option<Schema>,
    pub(crate) partition: Option<Partition>,
}

impl Contents {
    /// Reads the table; nothing if there is none.
    pub(crate) fn read(store: &Store) -> Result<Option<Toc>> {
        let Some(bytes) = store.read(TOC)? else {
            return Ok(None);
        };
        let toc = Toc::read(&bytes).map_err(|fault| FormatError {
            path: store.path(TOC),
            section: fault.section,
            offset: fault.offset,
            reason: fault.reason.to_owned(),
        });
        Ok(Some(toc.map_err(keyfold_reader::Error::from)?))
    }

    /// Replaces the table. The files that it names are durable by then.
    pub(crate) fn write(&self, store: &Store, settings: &Settings) -> Result<()> {
        let toc = Toc {
            files: self.segments.iter().map(|one| one.name.clone()).collect(),
            details: Some(Details {
                generation: self.generation,
                format: settings.format.name().to_owned(),
                settings: settings.to_json(),
                segments: self.segments.iter().map(|one| one.counts()).collect(),
                log: self.log,
                sequence: self.sequence,
                schema: self.schema.clone(),
                partition: self.partition,
            }),
        };
        store.write(NEXT_TOC, &toc.write(), SyncPoint::Contents)?;
        store.storage.rename(NEXT_TOC, TOC).at(&store.path(TOC))?;
        store.sync_folder(SyncPoint::ContentsFolder)
    }
}
