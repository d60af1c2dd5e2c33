//! The map calls.
#![expect(
    unsafe_code,
    reason = "mapping is unsafe by nature; the promises stand below"
)]

use std::fs::File;
use std::io;

use memmap2::{Mmap, MmapOptions};
#[cfg(target_os = "linux")]
use {
    memmap2::MmapMut,
    rustix::mm::{Advice, madvise},
};

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

/// A page of zeros that are zeros again in a process that is forked off, whatever is written to it here. An error where there is no such
/// thing.
#[cfg(target_os = "linux")]
pub(crate) fn wiped_on_fork() -> io::Result<MmapMut> {
    let mut page = MmapOptions::new().len(1).map_anon()?;
    let bytes = page.as_mut_ptr().cast();
    // SAFETY: the page is this mapping's own and holds nothing but zeros, so that nothing can be lost by the advice. In a process that is
    // forked off it is still there, with zeros, which are bytes like any other.
    unsafe { madvise(bytes, 1, Advice::LinuxWipeOnFork) }?;
    Ok(page)
}
