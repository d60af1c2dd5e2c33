//! A file's bytes: mapped, or owned.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::{Deref, Range};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use memmap2::{Advice, Mmap};

use crate::error::{Error, Result};
use crate::mmap;

/// How the pages of a file come into memory. Names as in keyvi, see `docs/format.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoadingStrategy {
    /// Leave it to the operating system.
    #[default]
    DefaultOs,
    /// Pages are read when first touched.
    Lazy,
    /// All pages are read on opening.
    Populate,
    /// The automaton's pages are read on opening, the values' when touched.
    PopulateKeyPart,
    /// Reading of all pages starts on opening, in the background.
    PopulateLazy,
    /// Pages are read when touched, without reading ahead: for files larger than memory.
    LazyNoReadahead,
    /// As lazy; no reading ahead in the values.
    LazyNoReadaheadValuePart,
    /// The automaton's pages are read on opening; no reading ahead in the values.
    PopulateKeyPartNoReadaheadValuePart,
}

impl LoadingStrategy {
    /// Every strategy with its name.
    pub const ALL: [(&'static str, LoadingStrategy); 8] = [
        ("default_os", LoadingStrategy::DefaultOs),
        ("lazy", LoadingStrategy::Lazy),
        ("populate", LoadingStrategy::Populate),
        ("populate_key_part", LoadingStrategy::PopulateKeyPart),
        ("populate_lazy", LoadingStrategy::PopulateLazy),
        ("lazy_no_readahead", LoadingStrategy::LazyNoReadahead),
        (
            "lazy_no_readahead_value_part",
            LoadingStrategy::LazyNoReadaheadValuePart,
        ),
        (
            "populate_key_part_no_readahead_value_part",
            LoadingStrategy::PopulateKeyPartNoReadaheadValuePart,
        ),
    ];
}

impl FromStr for LoadingStrategy {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find_map(|(known, strategy)| (known == name).then_some(strategy))
            .ok_or_else(|| format!("no loading strategy is named {name:?}"))
    }
}

/// The bytes of one file, or a part of them; clones and parts share them.
#[derive(Clone)]
pub struct Bytes {
    shown: bytes::Bytes,
    /// Where in the file they start.
    start: usize,
    /// The mapping, where all of a mapped file is shown.
    map: Option<Arc<Mmap>>,
}

/// How many there are; the bytes of a file would fill screens.
impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

/// What keeps a mapping for as long as bytes of it are shown.
struct Keeper(Arc<Mmap>);

impl AsRef<[u8]> for Keeper {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Bytes {
    /// Maps the file at `path`.
    pub fn open(path: &Path, strategy: LoadingStrategy) -> Result<Self> {
        let file = File::open(path).map_err(|e| Error::io(path, e))?;
        let kind = file.metadata().map_err(|e| Error::io(path, e))?;
        if kind.is_dir() {
            return Err(Error::io(path, io::ErrorKind::IsADirectory.into()));
        }
        if kind.len() == 0 {
            return Ok(Bytes::from(Vec::new()));
        }
        let populate = strategy == LoadingStrategy::Populate;
        let map = mmap::map(&file, populate).map_err(|e| Error::io(path, e))?;
        let all = 0..map.len();
        let map = Arc::new(map);
        let bytes = Bytes {
            shown: bytes::Bytes::from_owner(Keeper(map.clone())),
            start: 0,
            map: Some(map),
        };
        if strategy == LoadingStrategy::LazyNoReadahead {
            // before the header is read, and with its page megabytes of others
            bytes.advise(strategy, &all, &(0..0));
        }
        Ok(bytes)
    }

    /// A part of the bytes. What loops read again and again stands best in parts: a range of the whole is checked each time.
    ///
    /// # Panics
    ///
    /// If the range is not within the bytes.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        Bytes {
            start: self.start + range.start,
            shown: self.shown.slice(range),
            map: None,
        }
    }

    /// Where in the file they start.
    pub fn start(&self) -> usize {
        self.start
    }

    /// Tells the operating system how the ranges of the automaton and the values will be used.
    ///
    /// Advice is best effort: a system that refuses it serves the same bytes, only differently timed.
    pub(crate) fn advise(
        &self,
        strategy: LoadingStrategy,
        keys: &Range<usize>,
        values: &Range<usize>,
    ) {
        use LoadingStrategy as S;
        let Some(map) = &self.map else {
            return;
        };
        let advise = |advice: Advice, range: &Range<usize>| {
            let _best_effort = map.advise_range(advice, range.start, range.len());
        };
        match strategy {
            S::DefaultOs | S::Lazy | S::Populate => {}
            S::PopulateLazy => {
                advise(Advice::WillNeed, keys);
                advise(Advice::WillNeed, values);
            }
            S::LazyNoReadahead => {
                advise(Advice::Random, keys);
                advise(Advice::Random, values);
            }
            S::LazyNoReadaheadValuePart => advise(Advice::Random, values),
            S::PopulateKeyPart => populate(map, keys),
            S::PopulateKeyPartNoReadaheadValuePart => {
                populate(map, keys);
                advise(Advice::Random, values);
            }
        }
    }
}

/// Reads the pages of a range now.
fn populate(map: &Mmap, range: &Range<usize>) {
    #[cfg(target_os = "linux")]
    if map
        .advise_range(Advice::PopulateRead, range.start, range.len())
        .is_ok()
    {
        return;
    }
    // systems without the call: ask for the range, then touch a byte of every page
    let _best_effort = map.advise_range(Advice::WillNeed, range.start, range.len());
    for page in map[range.clone()].chunks(4096) {
        std::hint::black_box(page[0]);
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(owned: Vec<u8>) -> Self {
        Bytes {
            shown: owned.into(),
            start: 0,
            map: None,
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    #[inline(always)]
    fn deref(&self) -> &[u8] {
        &self.shown
    }
}
