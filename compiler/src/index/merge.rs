//! Several neighbouring segments into one.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use keyfold_reader::index::Schema;

use super::build::Build;
use super::contents::Contents;
use super::core::{Core, State};
use super::documents::{FieldPattern, without};
use super::flush::stores;
use super::report::count;
use super::segment::Segment;
use crate::error::Result;
use crate::merge::Entries;
use crate::options::OnDuplicate;
use crate::sort::Merge;
use crate::threads::with_threads;

/// A merge that was begun: its inputs, and the segments before them.
pub(crate) struct Run {
    inputs: Vec<Arc<Segment>>,
    older: Vec<Arc<Segment>>,
}

impl Run {
    /// Takes these segments, so that no other merge does.
    pub(crate) fn begin(state: &mut State, run: Range<usize>) -> Self {
        let (older, inputs) = (&state.segments[..run.start], &state.segments[run]);
        let run = Run {
            inputs: inputs.to_vec(),
            older: older.to_vec(),
        };
        state.merging.extend(run.names());
        state.merges += 1;
        run
    }

    /// Lets go of them.
    pub(crate) fn end(&self, state: &mut State) {
        state.merges -= 1;
        for name in self.names() {
            state.merging.remove(&name);
        }
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.inputs.iter().map(|segment| segment.name.clone())
    }
}

impl Core {
    /// Merges segments, and puts the result in their place. Fields that are to be dropped are.
    pub(crate) fn merge(
        self: &Arc<Self>,
        run: &Run,
        dropped: Option<FieldPattern<'_>>,
    ) -> Result<()> {
        let merged = with_threads(|| self.build_merged(run, dropped));
        let merged = merged.and_then(|segment| self.replace(run, segment, dropped));
        run.end(&mut self.state());
        self.ended.notify_all();
        self.wake.notify_all();
        merged
    }

    /// The newest entry of each key. A deleted one stays if an older segment stores the key.
    fn build_merged(
        self: &Arc<Self>,
        run: &Run,
        dropped: Option<FieldPattern<'_>>,
    ) -> Result<Option<Segment>> {
        let mut build = Build::new(&self.options())?.filtered(self.settings.filter);
        let core = self.clone();
        build.on_progress(Box::new(move |_| !core.is_closing()));
        let inputs = run.inputs.iter();
        let inputs = inputs.map(|segment| Entries::new(&segment.dictionary));
        let mut entries = Merge::new(inputs.collect(), OnDuplicate::Last)?;
        while entries.advance()? {
            let key = entries.key();
            if run.inputs[entries.current_index()].deleted.contains(key) {
                if stores(&run.older, key)? {
                    build.add(key, None)?;
                }
                continue;
            }
            let document = entries.current().scan.value().msgpack()?;
            let rest = match dropped {
                Some(fields) => without(&document, |name| fields.has(name))?,
                None => None,
            };
            build.add(key, Some(rest.as_deref().unwrap_or(&document)))?;
        }
        if build.is_empty() {
            return Ok(None);
        }
        let segment = build.finish(&self.store)?;
        count(&self.counters.merged, segment.bytes);
        count(&self.counters.merges, 1);
        Ok(Some(segment))
    }

    /// Puts a segment in the place of its inputs. If they are gone, all was deleted meanwhile, and so is the segment.
    fn replace(
        &self,
        run: &Run,
        merged: Option<Segment>,
        dropped: Option<FieldPattern<'_>>,
    ) -> Result<()> {
        let merged = merged.map(Arc::new);
        let mut contents = self.contents();
        let names: HashSet<String> = run.names().collect();
        let place = |segment: &Arc<Segment>| names.contains(&segment.name);
        let Some(start) = contents.segments.iter().position(place) else {
            drop(contents);
            self.store
                .remove(merged.iter().flat_map(|segment| segment.files()));
            return Ok(());
        };
        let end = start + run.inputs.len();
        let change = |contents: &mut Contents| {
            contents.segments.splice(start..end, merged);
            forget(&mut contents.schema, dropped);
        };
        self.publish(&mut contents, change, |state| {
            forget(&mut state.schema, dropped);
        })?;
        drop(contents);
        let gone = run.inputs.iter().flat_map(|segment| segment.files());
        self.store.remove(gone);
        Ok(())
    }
}

/// Forgets the types of fields that were dropped.
pub(crate) fn forget(schema: &mut Option<Schema>, dropped: Option<FieldPattern<'_>>) {
    let (Some(schema), Some(fields)) = (schema, dropped) else {
        return;
    };
    let kept = schema
        .iter()
        .filter(|(name, _)| !fields.has(name.as_bytes()));
    *schema = kept.map(|(name, kind)| (name.to_owned(), kind)).collect();
}
