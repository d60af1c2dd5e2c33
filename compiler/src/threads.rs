//! Threads for one piece of work.

use std::io;
use std::path::Path;

use rayon::ThreadPoolBuilder;

use crate::error::{Error, Result};

/// Has work done by threads that are started for it and end with it. Those that all of a process share would not be there in a process that is
/// forked off later, which would wait for them for ever.
pub(crate) fn with_threads<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let pool = ThreadPoolBuilder::new().build();
    let pool = pool.map_err(|e| Error::io(Path::new("threads"), io::Error::other(e)))?;
    pool.install(work)
}
