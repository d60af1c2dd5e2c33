//! A file to be queried, of whatever sort it is.

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Result, bail};
use keyfold_reader::format::vector::VECTOR_BEGIN;
use keyfold_reader::index::Index;
use keyfold_reader::{Dictionary, SecondaryDictionary, ValueKind, ValueVector};

use crate::kind::Kind;

/// An open file.
pub(crate) enum File {
    Dictionary(Dictionary),
    Secondary(SecondaryDictionary),
    Vector(ValueVector),
    Index(Index),
}

impl File {
    /// Opens the file at `path`.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if path.as_os_str() == "-" {
            bail!("-: a file that is looked into cannot come from standard input");
        }
        if path.is_dir() {
            return Ok(File::Index(open_index(path)?));
        }
        if is_vector(path) {
            return Ok(File::Vector(ValueVector::open(path)?));
        }
        let dictionary = Dictionary::open(path)?;
        if dictionary.header().secondary.is_empty() {
            return Ok(File::Dictionary(dictionary));
        }
        Ok(File::Secondary(SecondaryDictionary::new(dictionary)?))
    }

    /// What `compile` calls a file of this kind.
    pub(crate) fn kind(&self) -> Kind {
        let values = match self {
            File::Dictionary(dictionary) => dictionary.header().kind,
            File::Secondary(dictionary) => dictionary.dictionary().header().kind,
            File::Vector(vector) => match vector.values().kind() {
                ValueKind::String => return Kind::StringVector,
                _ => return Kind::Vector,
            },
            File::Index(_) => return Kind::Json,
        };
        match values {
            ValueKind::KeyOnly => Kind::KeyOnly,
            ValueKind::Int => Kind::Int,
            ValueKind::Completion => Kind::Completion,
            ValueKind::String => Kind::String,
            ValueKind::Json => Kind::Json,
            ValueKind::FloatVector => Kind::FloatVector,
        }
    }
}

/// Opens the index in a folder.
pub(crate) fn open_index(folder: &Path) -> Result<Index> {
    if !Index::is_at(folder) {
        bail!("{}: there is no index", folder.display());
    }
    Ok(Index::open(folder)?)
}

fn is_vector(path: &Path) -> bool {
    let mut start = [0; VECTOR_BEGIN.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && &start == VECTOR_BEGIN
}
