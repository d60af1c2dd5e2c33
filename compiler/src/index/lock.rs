//! One writer per index: a lock that ends with its process.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::error::{At, Error, Result};

/// The lock of a writer.
///
/// It is keyvi's as well: an exclusive `fcntl` lock on the whole of an empty file. The system keeps other processes out; the
/// list below keeps out a second writer of this process, which such a lock does not know. It also prevents that the file
/// is opened twice here: the lock would end with the first of the two that is closed.
#[derive(Debug)]
pub(crate) struct Lock {
    holder: Holder,
    _file: File,
}

/// Who has a lock: the file by what the system knows it by, and the process, since a fork copies the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holder {
    file: (u64, u64),
    process: u32,
}

static HELD: Mutex<Vec<Holder>> = Mutex::new(Vec::new());

impl Lock {
    /// Takes the lock at `path`, which is made if it is not there.
    pub(crate) fn take(path: &Path) -> Result<Self> {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        let process = std::process::id();
        let is_held = |file| held.contains(&Holder { file, process });
        match fs::metadata(path) {
            Ok(metadata) if is_held(identity(&metadata)) => {
                return Err(Error::Locked(path.to_owned()));
            }
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Error::io(path, e)),
            _ => {}
        }
        let file = open(path)?;
        let holder = Holder {
            file: identity(&file.metadata().at(path)?),
            process,
        };
        held.push(holder);
        Ok(Lock {
            holder,
            _file: file,
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|holder| *holder != self.holder);
    }
}

#[cfg(unix)]
fn open(path: &Path) -> Result<File> {
    use rustix::fs::{FlockOperation, fcntl_lock};

    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).open(path);
    let file = file.at(path)?;
    match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => {
            Err(Error::Locked(path.to_owned()))
        }
        Err(e) => Err(Error::io(path, e.into())),
    }
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;

    (metadata.dev(), metadata.ino())
}

#[cfg(windows)]
fn open(path: &Path) -> Result<File> {
    use std::os::windows::fs::OpenOptionsExt;

    // what is not shared cannot be opened a second time
    const SHARING_VIOLATION: i32 = 32;
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(false)
        .share_mode(0);
    options.open(path).map_err(|e| match e.raw_os_error() {
        Some(SHARING_VIOLATION) => Error::Locked(path.to_owned()),
        _ => Error::io(path, e),
    })
}

#[cfg(windows)]
fn identity(_: &fs::Metadata) -> (u64, u64) {
    // unique: the system keeps out writers of this process too
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    (0, NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}
