//! The keys of a native file under construction.
//!
//! ```text
//! keys -> Outline -> Events -> KeyModel::encode, on all cores -> FoldWriter, in order -> sections
//! ```

mod head;
mod leaf;
mod outline;
mod slots;

use keyfold_reader::Section;
use keyfold_reader::format::native::alphabet::Alphabet;
use keyfold_reader::format::native::header::Properties;

use crate::error::Result;
use crate::spool::Spool;
use crate::tokens::{TokenEncoder, TokenTable};
use head::Head;
use leaf::LeafEncoder;
use outline::Event;
pub(crate) use outline::{Events, Outline};
use slots::Slots;

/// What the keys are encoded with.
#[derive(Debug)]
pub(crate) struct KeyModel {
    alphabet: Alphabet,
    /// How many of its bytes occurred in the sample.
    listed: usize,
    table: TokenTable,
    encoder: TokenEncoder,
}

/// Events with the bytes of their leaves.
#[derive(Debug, Default)]
pub(crate) struct EncodedLeaves {
    events: Events,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl KeyModel {
    /// A model for keys such as those of the sample, which are what sorted keys do not share with the one before;
    /// `total` bytes of them in all.
    pub(crate) fn train(sample: &[&[u8]], total: u64) -> Self {
        let mut uses = [0u64; 256];
        for text in sample {
            if let Some(&label) = text.first() {
                uses[usize::from(label)] += 1;
            }
        }
        let mut order: Vec<u8> = (0..=255).collect();
        order.sort_by_key(|&label| std::cmp::Reverse(uses[usize::from(label)]));
        let listed = uses.iter().filter(|&&uses| uses > 0).count();
        let table = TokenTable::train(sample.iter().filter_map(|text| text.get(1..)), total);
        KeyModel {
            alphabet: Alphabet::new(&order).expect("each byte once"),
            listed,
            encoder: table.encoder(),
            table,
        }
    }

    /// Encodes the leaves.
    pub(crate) fn encode(&self, events: Events) -> EncodedLeaves {
        let mut leaves = EncodedLeaves::default();
        let mut encoder = LeafEncoder::new(&self.alphabet, &self.encoder);
        for event in &events {
            if let Event::Leaf(group) = event {
                encoder.encode(group, &mut leaves.bytes);
                leaves.ends.push(leaves.bytes.len());
            }
        }
        leaves.events = events;
        leaves
    }

    /// The sections of alphabet and tokens.
    pub(crate) fn write(&self, spool: impl Fn() -> Spool) -> Result<Vec<(Section, Spool)>> {
        let mut bytes = Vec::new();
        self.alphabet.write(self.listed, &mut bytes);
        let mut alphabet = spool();
        alphabet.append(&bytes)?;
        bytes.clear();
        self.table.write(&mut bytes);
        let mut tokens = spool();
        tokens.append(&bytes)?;
        Ok(vec![
            (Section::Alphabet, alphabet),
            (Section::Tokens, tokens),
        ])
    }
}

/// Writes what the outline and the model made of the keys.
pub(crate) struct FoldWriter {
    head: Head,
}

impl FoldWriter {
    /// Starts; `spool` makes room for a section. Weighted are the keys of kind completion.
    pub(crate) fn new(weighted: bool, fast: bool, spool: impl Fn() -> Spool) -> Self {
        let slots = fast.then(|| Slots::new(spool(), spool()));
        FoldWriter {
            head: Head::new(weighted, spool(), spool(), slots),
        }
    }

    /// Takes the next events.
    pub(crate) fn take(&mut self, encoded: &EncodedLeaves) -> Result<()> {
        let mut start = 0;
        let mut ends = encoded.ends.iter();
        for event in &encoded.events {
            let mut leaf = &[][..];
            if let Event::Leaf(_) = event {
                let end = ends.next().copied().unwrap_or(start);
                leaf = &encoded.bytes[start..end];
                start = end;
            }
            self.head.take(event, leaf)?;
        }
        Ok(())
    }

    /// The sections of head, slots and leaves; fills in what the properties say of them.
    pub(crate) fn finish(self, properties: &mut Properties) -> Result<Vec<(Section, Spool)>> {
        let finished = self.head.finish()?;
        properties.nodes = finished.nodes_written;
        properties.leaves = finished.leaves_written;
        properties.root = finished.root.into();
        properties.entrance = finished.entrance.into();
        let mut sections = vec![(Section::Head, finished.nodes)];
        if let Some((slots, junctions)) = finished.slots {
            sections.extend([(Section::Slots, slots), (Section::Junctions, junctions)]);
        }
        sections.push((Section::Leaves, finished.leaves));
        Ok(sections)
    }
}
