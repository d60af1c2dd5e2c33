//! All that a writer does to its folder, behind one trait.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use keyfold_reader::format::toc::LOCK;
use keyfold_reader::{Bytes, Dictionary, LoadingStrategy};

use super::lock::Lock;
use crate::error::{At, Error, Result};

/// The places in the writer that make something durable, and what is lost where one of them is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SyncPoint {
    /// Records of the log, before their commits return. Without it acknowledged writes are lost.
    Log,
    /// The head of a log, before its first record. Without it records can be on disk behind no head.
    LogHead,
    /// The folder, after a log was created and before it is written to. Without it a log is lost whole.
    LogFolder,
    /// A log that was replayed, before a newer one is begun. Without it what was read from it can still be lost, while
    /// later writes are not.
    ReplayedLog,
    /// A segment, before a table of contents names it.
    Segment,
    /// The deleted keys of a segment, likewise. Without it deleted keys come back.
    Deleted,
    /// The folder, likewise: a table of contents may not name a file that is not there.
    SegmentFolder,
    /// A table of contents, before it takes its name. Without it the name may lead to nothing.
    Contents,
    /// The folder, before the files are removed that only the table of contents before named.
    ContentsFolder,
}

impl SyncPoint {
    /// All of them.
    pub const ALL: [SyncPoint; 9] = [
        SyncPoint::Log,
        SyncPoint::LogHead,
        SyncPoint::LogFolder,
        SyncPoint::ReplayedLog,
        SyncPoint::Segment,
        SyncPoint::Deleted,
        SyncPoint::SegmentFolder,
        SyncPoint::Contents,
        SyncPoint::ContentsFolder,
    ];
}

/// The folder of an index, as its writer sees it: files by their names.
///
/// What was written, created, renamed or removed is durable only behind a `sync` of the file or the folder.
pub trait Storage: fmt::Debug + Send + Sync {
    /// Where it is, for messages.
    fn path(&self) -> &Path;

    /// A folder for unnamed temporary files.
    fn scratch(&self) -> PathBuf;

    /// Keeps other writers out until the answer is dropped; [`Error::Locked`] when there is one.
    fn lock(&self) -> Result<Box<dyn Send + Sync>>;

    /// The names of all files.
    fn names(&self) -> io::Result<Vec<String>>;

    /// The bytes of a file.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;

    /// The bytes of a file that never changes; without reading all of it, where that can be.
    fn map(&self, name: &str) -> keyfold_reader::Result<Bytes> {
        let bytes = self
            .read(name)
            .map_err(|source| keyfold_reader::Error::Io {
                path: self.path().join(name),
                source,
            })?;
        Ok(bytes.into())
    }

    /// Opens a segment.
    fn open(&self, name: &str) -> keyfold_reader::Result<Dictionary>;

    /// Starts a file; one of that name loses its bytes.
    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>>;

    /// Cuts a file to its first `len` bytes and makes them durable.
    fn cut(&self, name: &str, len: u64, point: SyncPoint) -> io::Result<()>;

    /// Gives a file another name, which takes it from the file that had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes durable which names lead to which files.
    fn sync_folder(&self, point: SyncPoint) -> io::Result<()>;
}

/// A file that is being written.
pub trait StorageFile: Send {
    /// Appends bytes.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes durable what was appended.
    fn sync(&mut self, point: SyncPoint) -> io::Result<()>;
}

/// A folder of the file system.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
}

impl Disk {
    /// The folder at `path`, which must exist.
    pub fn new(path: &Path) -> Result<Self> {
        if !fs::metadata(path).at(path)?.is_dir() {
            return Err(Error::io(path, io::ErrorKind::NotADirectory.into()));
        }
        Ok(Disk {
            path: path.to_owned(),
        })
    }

    /// The folder at `path`, made and durable if it was not there.
    pub fn create(path: &Path) -> Result<Self> {
        if !path.exists() {
            fs::create_dir_all(path).at(path)?;
            if let Some(parent) = path.parent().filter(|parent| parent.exists()) {
                sync_folder(parent).at(parent)?;
            }
        }
        Disk::new(path)
    }
}

impl Storage for Disk {
    fn path(&self) -> &Path {
        &self.path
    }

    fn scratch(&self) -> PathBuf {
        self.path.clone()
    }

    fn lock(&self) -> Result<Box<dyn Send + Sync>> {
        Ok(Box::new(Lock::take(&self.path.join(LOCK))?))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path.join(name))
    }

    fn map(&self, name: &str) -> keyfold_reader::Result<Bytes> {
        Bytes::open(&self.path.join(name), LoadingStrategy::DefaultOs)
    }

    fn open(&self, name: &str) -> keyfold_reader::Result<Dictionary> {
        Dictionary::open(self.path.join(name))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(File::create(self.path.join(name))?))
    }

    fn cut(&self, name: &str, len: u64, _: SyncPoint) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.path.join(name))?;
        if file.metadata()?.len() > len {
            file.set_len(len)?;
        }
        file.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync_folder(&self, _: SyncPoint) -> io::Result<()> {
        sync_folder(&self.path)
    }
}

impl StorageFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self, _: SyncPoint) -> io::Result<()> {
        // the length is part of the data; times are not needed
        self.sync_data()
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()
    } else {
        // elsewhere a folder cannot be opened; names are as durable as the system makes them
        Ok(())
    }
}
