//! A native file under construction.

mod building;
mod model;

use std::io::{self, Write};

use keyfold_reader::Section;
use keyfold_reader::format::checksum::Rows;
use keyfold_reader::format::native::header::{self, Properties};

use crate::error::Result;
use crate::options::Options;
use crate::sort::RowBlock;
use crate::spool::Spool;
use building::Building;
pub(crate) use model::sampled;
use model::{Model, sample};

/// Without a sample, rows are held to train on, up to this part of the memory limit, and this size.
const HELD_SHARE: usize = 16;
const MAX_HELD: usize = 64 << 20;

/// How many times the rows held an input may have that goes on: nothing more is known than that there is more of it.
const UNSEEN: u64 = 4;

/// Keys and values under construction.
pub(crate) struct Native {
    options: Options,
    state: State,
}

enum State {
    /// Too few rows so far to train on.
    Held(RowBlock),
    Building(Box<Building>),
}

/// The finished sections of a native file.
pub(crate) struct NativeSections {
    pub properties: Properties,
    pub sections: Vec<(Section, Spool)>,
}

impl Native {
    pub(crate) fn new(options: &Options) -> Self {
        Native {
            options: options.clone(),
            state: State::Held(RowBlock::default()),
        }
    }

    /// Trains on a sample of the `rows` rows that are to come, pieces of neighbours, so that none need to be held.
    pub(crate) fn train(&mut self, pieces: &[RowBlock], rows: u64) {
        let model = Model::train(&self.options, pieces.iter().flat_map(RowBlock::rows), rows);
        self.state = State::Building(Box::new(Building::new(&self.options, model, rows)));
    }

    /// Adds a key behind all keys so far, with its value in its stored form.
    pub(crate) fn add(&mut self, key: &[u8], stored: &[u8]) -> Result<()> {
        match &mut self.state {
            State::Building(building) => building.add(key, stored),
            State::Held(held) => {
                held.push_behind(key, stored);
                let most = (self.options.memory_limit / HELD_SHARE).min(MAX_HELD);
                if held.bytes() > most {
                    let building = build(&self.options, held, UNSEEN)?;
                    self.state = State::Building(Box::new(building));
                }
                Ok(())
            }
        }
    }

    /// Ends the rows.
    pub(crate) fn finish(self, keys: u64, rows: Rows) -> Result<NativeSections> {
        let building = match self.state {
            State::Building(building) => *building,
            State::Held(held) => build(&self.options, &held, 1)?,
        };
        building.finish(&self.options, keys, rows)
    }
}

/// Trains on rows, when there are `times` as many in all, and adds them.
fn build(options: &Options, held: &RowBlock, times: u64) -> Result<Building> {
    let rows = held.len() as u64 * times;
    let model = Model::train(options, sample(held, options.sample_rows()), rows);
    let mut building = Building::new(options, model, rows);
    for row in held.rows() {
        building.add(row.key, row.value)?;
    }
    Ok(building)
}

impl NativeSections {
    /// Writes the file.
    pub(crate) fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.header())?;
        self.sections
            .iter_mut()
            .try_for_each(|(_, spool)| spool.copy_to(out))
    }

    fn header(&self) -> Vec<u8> {
        let entries = self.sections.iter();
        let entries: Vec<_> = entries
            .map(|(section, spool)| (*section, spool.len(), spool.checksum(b"")))
            .collect();
        let mut out = Vec::new();
        header::write(&self.properties, &entries, &mut out);
        out
    }
}
