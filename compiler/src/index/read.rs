//! What a writer itself reads: its own writes included.

use std::sync::Arc;

use keyfold_reader::{Entries, Source};

use super::build::Build;
use super::core::{Core, Frozen, State};
use super::report::count;
use super::segment::{Hashed, Segment, Stored};
use crate::error::Result;

impl Core {
    /// The document of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let (frozen, segments) = {
            let state = self.state();
            state.check()?;
            if let Some(entry) = state.table.get(key) {
                return Ok(entry.map(<[u8]>::to_vec));
            }
            (state.frozen.clone(), state.segments.clone())
        };
        self.find_below(frozen.as_deref(), &segments, key)
    }

    /// As [`get`](Self::get), with the state at hand.
    pub(crate) fn find(&self, state: &State, key: &[u8]) -> Result<Option<Vec<u8>>> {
        match state.table.get(key) {
            Some(entry) => Ok(entry.map(<[u8]>::to_vec)),
            None => self.find_below(state.frozen.as_deref(), &state.segments, key),
        }
    }

    fn find_below(
        &self,
        frozen: Option<&Frozen>,
        segments: &[Arc<Segment>],
        key: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        if let Some(entry) = frozen.and_then(|frozen| frozen.table.get(key)) {
            return Ok(entry.map(<[u8]>::to_vec));
        }
        count(&self.counters.gets, 1);
        let key = Hashed::new(key);
        let mut probes = 0;
        for segment in segments.iter().rev() {
            probes += u64::from(segment.passes(&key));
            if let Some(stored) = segment.get(&key)? {
                count(&self.counters.probes, probes);
                return Ok(match stored {
                    Stored::Document(document) => Some(document.into_owned()),
                    Stored::Deleted => None,
                });
            }
        }
        count(&self.counters.probes, probes);
        Ok(None)
    }

    /// All entries as they are now.
    pub(crate) fn entries(&self) -> Result<Entries> {
        let mut state = self.state();
        state.check()?;
        let mut sources = Vec::new();
        if !state.table.is_empty() {
            let version = state.table.version();
            let known = state.compiled.as_ref().filter(|(of, _)| *of == version);
            let source = match known {
                Some((_, source)) => source.clone(),
                None => Build::in_memory(&state.table, &self.options())?,
            };
            state.compiled = Some((version, source.clone()));
            sources.push(source);
        }
        let (frozen, segments) = (state.frozen.clone(), state.segments.clone());
        drop(state);
        if let Some(frozen) = frozen {
            sources.push(self.compiled(&frozen)?);
        }
        sources.extend(segments.iter().rev().map(|segment| segment.source()));
        Ok(Entries::new(sources))
    }

    fn compiled(&self, frozen: &Frozen) -> Result<Source> {
        if let Some(source) = frozen.compiled.get() {
            return Ok(source.clone());
        }
        let source = Build::in_memory(&frozen.table, &self.options())?;
        Ok(frozen.compiled.get_or_init(|| source).clone())
    }
}
