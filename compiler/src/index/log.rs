//! The log that is being written.

use std::io;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use keyfold_reader::format::log::{self, Header, RECORD_LEN};

use super::random::random;
use super::storage::{StorageFile, SyncPoint};
use super::store::Store;
use crate::error::{At, Error, Result};

/// Takes records in order, and hands them to the system together.
///
/// Whoever wants its record durable first does it for all that wait: the others find theirs durable when it is done.
#[derive(Debug)]
pub(crate) struct Log {
    store: Store,
    queue: Mutex<Queue>,
    /// There are so many records in the queue that they are to be handed over. Changed by those who have the queue.
    full: AtomicBool,
    /// Something was handed over, or failed.
    done: Condvar,
}

struct Queue {
    header: Header,
    /// The file; nothing while somebody writes to it.
    file: Option<Box<dyn StorageFile>>,
    /// Records that were not yet handed over.
    records: Vec<u8>,
    /// The sequence numbers of the last record added, handed over, and synced.
    last: u64,
    written: u64,
    synced: u64,
    /// What went wrong: from then on nobody knows what is on disk.
    broken: Option<String>,
    bytes: u64,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue")
            .field("header", &self.header)
            .field("last", &self.last)
            .field("written", &self.written)
            .field("synced", &self.synced)
            .finish_non_exhaustive()
    }
}

/// Bytes of records from which on they are handed over without being asked for.
const MOST_QUEUED: usize = 1 << 18;

impl Log {
    /// Starts the log `number`, whose records follow the one with sequence number `last`.
    pub(crate) fn create(store: &Store, number: u64, last: u64) -> Result<Self> {
        let mut file = store.create(&log::file_name(number))?;
        let header = begin(store, &mut *file, number, last)?;
        store.sync_folder(SyncPoint::LogFolder)?;
        let queue = Queue {
            header,
            file: Some(file),
            records: Vec::new(),
            last,
            written: last,
            synced: if store.syncs { last } else { 0 },
            broken: None,
            bytes: log::HEADER_LEN as u64,
        };
        Ok(Log {
            store: store.clone(),
            queue: Mutex::new(queue),
            full: AtomicBool::new(false),
            done: Condvar::new(),
        })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the file.
    pub(crate) fn number(&self) -> u64 {
        self.queue().header.number
    }

    /// The sequence number of the last record.
    pub(crate) fn last(&self) -> u64 {
        self.queue().last
    }

    /// Bytes of all records so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.queue().bytes
    }

    /// Adds a record whose payload `write` appends, about `room` bytes; its sequence number.
    pub(crate) fn push(&self, room: usize, write: impl FnOnce(&mut Vec<u8>)) -> Result<u64> {
        let mut queue = self.queue();
        self.check(&queue)?;
        let Queue {
            header,
            records,
            last,
            synced,
            bytes,
            ..
        } = &mut *queue;
        let before = records.len();
        records.reserve(RECORD_LEN + room);
        if !header.write_record(*last + 1, *synced, write, records) {
            return Err(Error::TooLarge("the changes of one call exceed 4 GiB"));
        }
        *last += 1;
        *bytes += (records.len() - before) as u64;
        if records.len() >= MOST_QUEUED {
            self.full.store(true, Ordering::Relaxed);
        }
        Ok(*last)
    }

    /// Whether there are so many records that they are to be handed over.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Hands records over if there are many.
    pub(crate) fn relieve(&self) -> Result<()> {
        if self.is_full() {
            self.commit(self.last(), false)
        } else {
            Ok(())
        }
    }

    /// Hands over all records up to that one, and makes them durable if `sync` says so.
    pub(crate) fn commit(&self, sequence: u64, sync: bool) -> Result<()> {
        let mut queue = self.queue();
        loop {
            self.check(&queue)?;
            let reached = if sync { queue.synced } else { queue.written };
            if reached >= sequence {
                return Ok(());
            }
            queue = match queue.file.take() {
                Some(file) => self.hand_over(queue, file, sync)?,
                None => self
                    .done
                    .wait(queue)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn hand_over<'q>(
        &'q self,
        mut queue: MutexGuard<'q, Queue>,
        mut file: Box<dyn StorageFile>,
        sync: bool,
    ) -> Result<MutexGuard<'q, Queue>> {
        let mut records = mem::take(&mut queue.records);
        self.full.store(false, Ordering::Relaxed);
        let (last, number) = (queue.last, queue.header.number);
        drop(queue);
        let appended = if records.is_empty() {
            Ok(())
        } else {
            file.append(&records)
        };
        let done = match appended {
            Ok(()) if sync => file.sync(SyncPoint::Log),
            done => done,
        };
        records.clear();
        let mut queue = self.queue();
        queue.file = Some(file);
        if queue.records.is_empty() {
            queue.records = records;
        }
        self.done.notify_all();
        match done {
            Ok(()) => {
                queue.written = last;
                if sync {
                    queue.synced = last;
                }
                Ok(queue)
            }
            Err(e) => {
                queue.broken = Some(e.to_string());
                Err(e).at(&self.store.path(&log::file_name(number)))
            }
        }
    }

    /// Goes on in a new file, an empty one whose name is durable. No records are added meanwhile. What the file before holds is
    /// durable then, if anything is to be: records may not outlive those before them.
    pub(crate) fn switch(&self, number: u64, mut file: Box<dyn StorageFile>) -> Result<()> {
        let last = self.last();
        self.commit(last, self.store.syncs)?;
        let header = begin(&self.store, &mut *file, number, last)?;
        let mut queue = self.queue();
        while queue.file.is_none() {
            queue = self
                .done
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        self.check(&queue)?;
        queue.file = Some(file);
        queue.header = header;
        queue.bytes += log::HEADER_LEN as u64;
        Ok(())
    }

    fn check(&self, queue: &Queue) -> Result<()> {
        match &queue.broken {
            None => Ok(()),
            Some(reason) => Err(Error::Broken {
                path: self.store.storage.path().to_owned(),
                reason: reason.clone(),
            }),
        }
    }
}

/// Writes the head of a log.
fn begin(store: &Store, file: &mut dyn StorageFile, number: u64, last: u64) -> Result<Header> {
    let header = Header {
        number,
        first: last + 1,
        synced: if store.syncs { last } else { 0 },
        salt: random(),
    };
    let mut head = Vec::new();
    header.write(&mut head);
    let written: io::Result<()> = file
        .append(&head)
        .and_then(|()| store.sync(file, SyncPoint::LogHead));
    written.at(&store.path(&log::file_name(number)))?;
    Ok(header)
}
