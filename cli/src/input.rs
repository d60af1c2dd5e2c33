//! Input files: which there are, and their bytes, unpacked.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use flate2::read::MultiGzDecoder;

/// First bytes of gzip and of zstd files.
pub(crate) const PACKED: [&[u8]; 2] = [GZIP, ZSTD];
const GZIP: &[u8] = &[0x1F, 0x8B, 8];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
const MAGIC_LEN: usize = 4;

/// Bytes of a packed file read at a time.
const BUFFER: usize = 1 << 18;

/// Where input comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

impl Source {
    /// The name in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Source::Stdin => "<stdin>".to_owned(),
            Source::File(path) => path.display().to_string(),
        }
    }

    /// Opens the source. Bytes that are read of it, still packed, count in `position`.
    pub(crate) fn open(&self, position: &Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        let plain: Box<dyn Read + Send> = match self {
            Source::Stdin => Box::new(io::stdin()),
            Source::File(path) => Box::new(File::open(path)?),
        };
        unpack(Counted {
            inner: plain,
            position: position.clone(),
        })
    }
}

/// The sources that arguments name: `-`, files, and all files below folders.
pub(crate) fn find(arguments: &[PathBuf]) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for argument in arguments {
        if argument.as_os_str() == "-" {
            if sources.contains(&Source::Stdin) {
                bail!("-: standard input can be read only once");
            }
            sources.push(Source::Stdin);
        } else if argument.is_dir() {
            let before = sources.len();
            add_folder(argument, &mut sources)?;
            if sources.len() == before {
                bail!("{}: no files in this folder", argument.display());
            }
        } else {
            // a missing file is found out before work begins
            fs::metadata(argument).with_context(|| argument.display().to_string())?;
            sources.push(Source::File(argument.clone()));
        }
    }
    Ok(sources)
}

/// All files below a folder, by name. Links to files count, links to folders do not.
fn add_folder(folder: &Path, sources: &mut Vec<Source>) -> Result<()> {
    let read = || -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder)? {
            paths.push(entry?.path());
        }
        paths.sort();
        Ok(paths)
    };
    for path in read().with_context(|| folder.display().to_string())? {
        let kind = path
            .symlink_metadata()
            .with_context(|| path.display().to_string())?;
        if kind.is_dir() {
            add_folder(&path, sources)?;
        } else if path.is_file() {
            sources.push(Source::File(path));
        }
    }
    Ok(())
}

/// Refuses an input that one of the files to be written would replace.
pub(crate) fn refuse_output(sources: &[Source], outputs: &[&Path]) -> Result<()> {
    let outputs: HashSet<PathBuf> = outputs
        .iter()
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    for source in sources {
        if let Source::File(path) = source
            && path
                .canonicalize()
                .is_ok_and(|path| outputs.contains(&path))
        {
            bail!("{}: this input is to be written too", path.display());
        }
    }
    Ok(())
}

/// Bytes of all sources, packed as they are; nothing where one of them does not tell.
pub(crate) fn total_size(sources: &[Source]) -> Option<u64> {
    sources.iter().map(size).sum()
}

fn size(source: &Source) -> Option<u64> {
    let kind = match source {
        #[cfg(unix)]
        Source::Stdin => {
            use std::os::fd::AsFd;
            let stdin = io::stdin().as_fd().try_clone_to_owned().ok()?;
            File::from(stdin).metadata().ok()?
        }
        #[cfg(not(unix))]
        Source::Stdin => return None,
        Source::File(path) => fs::metadata(path).ok()?,
    };
    if kind.is_file() {
        Some(kind.len())
    } else {
        None
    }
}

/// Unpacks what its first bytes show to be packed.
fn unpack(mut input: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut start = Vec::with_capacity(MAGIC_LEN);
    (&mut input)
        .take(MAGIC_LEN as u64)
        .read_to_end(&mut start)?;
    let (gzip, zstd) = (start.starts_with(GZIP), start.starts_with(ZSTD));
    let whole = io::Cursor::new(start).chain(input);
    Ok(if gzip {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, whole)))
    } else if zstd {
        Box::new(zstd::stream::read::Decoder::with_buffer(
            BufReader::with_capacity(BUFFER, whole),
        )?)
    } else {
        Box::new(whole)
    })
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    position: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.position.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
