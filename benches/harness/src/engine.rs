//! What an engine must be able to do.

use std::path::Path;

use anyhow::{Result, bail};

use crate::arguments::{Boundaries, Form};
use crate::rows::Rows;

/// A store under test: written once from rows, then opened and asked by one or several threads.
pub trait Engine: Sized + Sync {
    /// What one thread asks through: a transaction, a connection, or a reference to the store.
    type Session<'e>: Session
    where
        Self: 'e;

    /// Writes `file` from sorted rows.
    fn build(_rows: &Rows<'_>, _kind: Kind, _file: &Path) -> Result<()> {
        bail!("this engine's files are written by another program")
    }

    /// Opens what `build` wrote.
    fn open(file: &Path, access: Access) -> Result<Self>;

    /// Begins to ask, in the thread that calls.
    fn session(&self) -> Result<Self::Session<'_>>;
}

/// One thread's view of a store.
pub trait Session {
    /// Looks up a key and shows its value, in the form asked for, to `take`; says whether the key is there.
    /// With [`Form::None`] nothing is shown.
    fn get(&mut self, key: &[u8], form: Form, take: impl FnMut(&[u8])) -> Result<bool>;

    /// Looks up keys together, or one after the other in engines that have no call for many; returns how many are there.
    fn get_many(&mut self, keys: &[&[u8]]) -> Result<u64> {
        keys.iter().try_fold(0, |found, key| {
            Ok(found + u64::from(self.get(key, Form::None, |_| ())?))
        })
    }

    /// Shows all keys in the order of their bytes.
    fn iterate(&mut self, _take: impl FnMut(&[u8])) -> Result<()> {
        bail!("this engine has no order")
    }

    /// Shows all keys at most `distance` edits from the query, in the order of their bytes, with their distances. The first
    /// `minimum_prefix` characters are the same.
    fn fuzzy(
        &mut self,
        _query: &[u8],
        _distance: u32,
        _minimum_prefix: usize,
        _take: impl FnMut(&[u8], u32),
    ) -> Result<()> {
        bail!("this engine compares keys only with what is the same")
    }

    /// Shows the `top` heaviest keys that start with the prefix, the heaviest first, with their weights.
    fn complete(
        &mut self,
        _prefix: &[u8],
        _top: usize,
        _take: impl FnMut(&[u8], u32),
    ) -> Result<()> {
        bail!("this engine has no weights")
    }

    /// Shows where keys stand in a text: their first byte and the one behind their last, by where they start.
    fn find(
        &mut self,
        _text: &[u8],
        _boundaries: Boundaries,
        _take: impl FnMut(usize, usize),
    ) -> Result<()> {
        bail!("this engine finds no keys in text")
    }
}

/// How a file will be used, for engines that have options for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It fits in memory and stays there: as the engine opens it by default.
    InMemory,
    /// Most gets wait for the disk: without reading ahead, and with a cache of the engine's own of at most so many bytes.
    FromDisk {
        /// If it has one.
        cache_bytes: usize,
    },
}

impl Access {
    /// Bytes for a cache of the engine's own; `default` if there is memory enough.
    pub fn cache_bytes(self, default: usize) -> usize {
        match self {
            Access::InMemory => default,
            Access::FromDisk { cache_bytes } => cache_bytes.min(default),
        }
    }
}

/// What the values of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// There are none.
    KeyOnly,
    /// Integers, not negative.
    Int,
    /// JSON documents; to stores of bytes they are text.
    Json,
}
