//! The map call.
#![expect(
    unsafe_code,
    reason = "mapping a file is unsafe by nature; the promise stands below"
)]

use std::fs::File;
use std::io;

use memmap2::{Mmap, MmapOptions};

/// Maps a whole file read-only and shared.
pub(crate) fn map(file: &File, populate: bool) -> io::Result<Mmap> {
    let mut options = MmapOptions::new();
    if populate {
        options.populate();
    }
    // SAFETY: the mapping is only ever read. Its bytes stay the same as long as nobody writes into or
    // truncates the file while it is mapped; a published dictionary is never modified, only replaced by
    // rename, which leaves the mapped inode untouched. All reads go through bounds-checked slices, so
    // even bytes that do change cannot lead outside the mapping.
    unsafe { options.map(file) }
}
