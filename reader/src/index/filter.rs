//! The filter beside a segment.

use std::io;
use std::path::Path;

use crate::bytes::{Bytes, LoadingStrategy};
use crate::dictionary::Dictionary;
use crate::error::{Error, InFile, Result};
use crate::format::filter::{FILTER, Filter};

/// Opens the filter of a segment; nothing if it has none. One that is damaged is an error, which costs no more than a missing one.
pub(super) fn open(segment: &Dictionary) -> Result<Option<Filter>> {
    let mut path = segment.path().as_os_str().to_owned();
    path.push(".");
    path.push(FILTER);
    let path: &Path = path.as_ref();
    match Bytes::open(path, LoadingStrategy::DefaultOs) {
        Ok(file) => Filter::read(file, segment.len(), segment.file_bytes())
            .in_file(path)
            .map(Some),
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
