//! A storage in memory that remembers each call, so that every state can be had that a power failure may leave.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyfold_compiler::index::{Storage, StorageFile, SyncPoint};
use keyfold_compiler::{Error, Result};
use keyfold_reader::Dictionary;

use super::random::Random;

/// A file, whatever its name.
type Inode = usize;

/// A call that changes something, or makes it durable.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Create(String, Inode),
    Append(Inode, Vec<u8>),
    Cut(Inode, usize),
    Sync(Inode),
    Rename(String, String),
    Remove(String),
    SyncFolder,
    /// So many operations of the test had returned.
    Returned(usize),
}

/// The files and their names.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

#[derive(Debug, Default)]
struct Folder {
    files: Vec<Vec<u8>>,
    names: BTreeMap<String, Inode>,
    calls: Vec<Call>,
    /// A sync that is left out.
    ignored: Option<SyncPoint>,
    syncs: Vec<SyncPoint>,
    locked: bool,
    /// Only handles of this life work: all others belong to a process that was killed.
    life: usize,
    /// Calls until the process is killed.
    left: Option<usize>,
    /// Bytes until the disk is full.
    room: Option<usize>,
    /// Nothing may be changed.
    read_only: bool,
}

/// A folder in memory.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    folder: Arc<Mutex<Folder>>,
    life: usize,
}

impl Memory {
    pub(super) fn new(files: Files) -> Self {
        let mut folder = Folder::default();
        for (name, bytes) in files {
            folder.names.insert(name, folder.files.len());
            folder.files.push(bytes);
        }
        Memory {
            folder: Arc::new(Mutex::new(folder)),
            life: 0,
        }
    }

    fn folder(&self) -> MutexGuard<'_, Folder> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same folder for the next process: the last was killed.
    pub(super) fn next_life(&self) -> Self {
        let mut folder = self.folder();
        folder.life += 1;
        folder.left = None;
        folder.locked = false;
        Memory {
            folder: self.folder.clone(),
            life: folder.life,
        }
    }

    pub(super) fn ignore(&self, point: SyncPoint) {
        self.folder().ignored = Some(point);
    }

    pub(super) fn kill_after(&self, calls: usize) {
        self.folder().left = Some(calls);
    }

    pub(super) fn set_room(&self, room: Option<usize>) {
        self.folder().room = room;
    }

    pub(super) fn set_read_only(&self) {
        self.folder().read_only = true;
    }

    pub(super) fn note(&self, returned: usize) {
        self.folder().calls.push(Call::Returned(returned));
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.folder().calls.clone()
    }

    /// The places that have synced something.
    pub(super) fn syncs(&self) -> Vec<SyncPoint> {
        self.folder().syncs.clone()
    }

    pub(super) fn files(&self) -> Files {
        let folder = self.folder();
        let named = folder.names.iter();
        named
            .map(|(name, inode)| (name.clone(), folder.files[*inode].clone()))
            .collect()
    }

    /// The folder, for a call that changes something.
    fn change(&self) -> io::Result<MutexGuard<'_, Folder>> {
        let mut folder = self.folder();
        if folder.life != self.life {
            return Err(io::Error::other("the process was killed"));
        }
        if folder.read_only {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        match &mut folder.left {
            Some(0) => return Err(io::Error::other("the process is being killed")),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(folder)
    }

    fn sync(&self, call: Call, point: SyncPoint) -> io::Result<()> {
        let mut folder = self.change()?;
        folder.syncs.push(point);
        if folder.ignored != Some(point) {
            folder.calls.push(call);
        }
        Ok(())
    }
}

impl Folder {
    fn inode(&self, name: &str) -> io::Result<Inode> {
        let found = self.names.get(name).copied();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Gives the lock back.
struct Unlock(Memory);

impl Drop for Unlock {
    fn drop(&mut self) {
        let mut folder = self.0.folder();
        if folder.life == self.0.life {
            folder.locked = false;
        }
    }
}

impl Storage for Memory {
    fn path(&self) -> &Path {
        Path::new("memory")
    }

    fn scratch(&self) -> PathBuf {
        std::env::temp_dir()
    }

    fn lock(&self) -> Result<Box<dyn Send + Sync>> {
        let path = Path::new("memory");
        let mut folder = self.change().map_err(|e| Error::io(path, e))?;
        if folder.locked {
            return Err(Error::Locked(path.to_owned()));
        }
        folder.locked = true;
        Ok(Box::new(Unlock(self.clone())))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.folder().names.keys().cloned().collect())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let folder = self.folder();
        let inode = folder.inode(name)?;
        Ok(folder.files[inode].clone())
    }

    fn open(&self, name: &str) -> keyfold_reader::Result<Dictionary> {
        let bytes = self
            .read(name)
            .map_err(|e| keyfold_reader::Error::io(Path::new(name), e))?;
        Dictionary::from_bytes(bytes)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn StorageFile>> {
        let mut folder = self.change()?;
        let inode = if let Ok(inode) = folder.inode(name) {
            folder.files[inode].clear();
            folder.calls.push(Call::Cut(inode, 0));
            inode
        } else {
            let inode = folder.files.len();
            folder.files.push(Vec::new());
            folder.names.insert(name.to_owned(), inode);
            folder.calls.push(Call::Create(name.to_owned(), inode));
            inode
        };
        Ok(Box::new(Handle {
            memory: self.clone(),
            inode,
        }))
    }

    fn cut(&self, name: &str, len: u64, point: SyncPoint) -> io::Result<()> {
        let len = usize::try_from(len).unwrap();
        let inode = {
            let mut folder = self.change()?;
            let inode = folder.inode(name)?;
            folder.files[inode].truncate(len);
            folder.calls.push(Call::Cut(inode, len));
            inode
        };
        self.sync(Call::Sync(inode), point)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut folder = self.change()?;
        let inode = folder.inode(from)?;
        folder.names.remove(from);
        folder.names.insert(to.to_owned(), inode);
        folder
            .calls
            .push(Call::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut folder = self.change()?;
        folder.inode(name)?;
        folder.names.remove(name);
        folder.calls.push(Call::Remove(name.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, point: SyncPoint) -> io::Result<()> {
        self.sync(Call::SyncFolder, point)
    }
}

struct Handle {
    memory: Memory,
    inode: Inode,
}

impl StorageFile for Handle {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut folder = self.memory.change()?;
        let fits = folder
            .room
            .map_or(bytes.len(), |room| room.min(bytes.len()));
        folder.files[self.inode].extend_from_slice(&bytes[..fits]);
        folder
            .calls
            .push(Call::Append(self.inode, bytes[..fits].to_vec()));
        if let Some(room) = &mut folder.room {
            *room -= fits;
        }
        if fits < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn sync(&mut self, point: SyncPoint) -> io::Result<()> {
        self.memory.sync(Call::Sync(self.inode), point)
    }
}

/// What is on disk for certain, and what was asked for since, as the calls are made one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Power {
    durable: BTreeMap<Inode, Vec<u8>>,
    written: BTreeMap<Inode, Vec<Call>>,
    names: BTreeMap<String, Inode>,
    renamed: Vec<Call>,
}

/// What becomes of the calls that are not durable.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    None,
    All,
    /// Names alone, or bytes alone.
    Names,
    Bytes,
    /// Each call by chance, and each piece of its bytes.
    Chance,
}

impl Fate {
    pub(super) const ALL: [Fate; 8] = [
        Fate::None,
        Fate::All,
        Fate::Names,
        Fate::Bytes,
        Fate::Chance,
        Fate::Chance,
        Fate::Chance,
        Fate::Chance,
    ];

    fn keeps_name(self, random: &mut Random) -> bool {
        match self {
            Fate::None | Fate::Bytes => false,
            Fate::All | Fate::Names => true,
            Fate::Chance => random.below(2) == 0,
        }
    }

    fn keeps_bytes(self, random: &mut Random) -> bool {
        match self {
            Fate::None | Fate::Names => false,
            Fate::All | Fate::Bytes => true,
            Fate::Chance => random.below(3) > 0,
        }
    }
}

/// Bytes that reach the disk together. Small, so that all there is can be torn.
const PIECE: usize = 16;

impl Power {
    /// A disk with these files, as [`Memory::new`] takes them.
    pub(super) fn new(files: &Files) -> Self {
        Power {
            durable: files.values().cloned().enumerate().collect(),
            names: files.keys().cloned().zip(0..).collect(),
            ..Power::default()
        }
    }

    /// Makes a call.
    pub(super) fn call(&mut self, call: &Call) {
        match call {
            Call::Create(_, inode) => {
                self.durable.insert(*inode, Vec::new());
                self.renamed.push(call.clone());
            }
            Call::Append(inode, _) | Call::Cut(inode, _) => {
                self.written.entry(*inode).or_default().push(call.clone());
            }
            Call::Sync(inode) => {
                let bytes = self.bytes(*inode, Fate::All, &mut Random::new(0));
                self.durable.insert(*inode, bytes);
                self.written.remove(inode);
            }
            Call::Rename(..) | Call::Remove(_) => self.renamed.push(call.clone()),
            Call::SyncFolder => {
                self.names = self.names(Fate::All, &mut Random::new(0));
                self.renamed.clear();
            }
            Call::Returned(_) => {}
        }
    }

    fn names(&self, fate: Fate, random: &mut Random) -> BTreeMap<String, Inode> {
        let mut names = self.names.clone();
        for call in &self.renamed {
            if !fate.keeps_name(random) {
                continue;
            }
            match call {
                Call::Create(name, inode) => {
                    names.insert(name.clone(), *inode);
                }
                Call::Rename(from, to) => {
                    if let Some(inode) = names.remove(from) {
                        names.insert(to.clone(), inode);
                    }
                }
                Call::Remove(name) => {
                    names.remove(name);
                }
                _ => {}
            }
        }
        names
    }

    fn bytes(&self, inode: Inode, fate: Fate, random: &mut Random) -> Vec<u8> {
        let mut bytes = self.durable.get(&inode).cloned().unwrap_or_default();
        let mut end = bytes.len();
        for call in self.written.get(&inode).into_iter().flatten() {
            match call {
                Call::Cut(_, len) => {
                    end = *len;
                    if fate.keeps_bytes(random) {
                        bytes.truncate(*len);
                    }
                }
                Call::Append(_, appended) => {
                    for piece in appended.chunks(PIECE) {
                        if fate.keeps_bytes(random) {
                            let len = bytes.len().max(end + piece.len());
                            bytes.resize(len, 0);
                            bytes[end..end + piece.len()].copy_from_slice(piece);
                        }
                        end += piece.len();
                    }
                }
                _ => {}
            }
        }
        bytes
    }

    /// What the disk holds when the power fails now.
    pub(super) fn image(&self, fate: Fate, random: &mut Random) -> Files {
        let names = self.names(fate, random);
        names
            .into_iter()
            .map(|(name, inode)| (name, self.bytes(inode, fate, random)))
            .collect()
    }
}
