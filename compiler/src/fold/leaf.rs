//! The bytes of a leaf.

use keyfold_reader::format::native::alphabet::Alphabet;
use keyfold_reader::format::native::leaf::{LeafHeader, MAX_BASE, planes_for, write_planes};

use super::outline::Group;
use crate::tokens::TokenEncoder;

/// Encodes leaves; one per thread.
#[derive(Debug)]
pub(super) struct LeafEncoder<'a> {
    alphabet: &'a Alphabet,
    tokens: &'a TokenEncoder,
    codes: Vec<u8>,
    shared: Vec<u32>,
    lengths: Vec<u32>,
    ranks: Vec<u32>,
}

impl<'a> LeafEncoder<'a> {
    pub(super) fn new(alphabet: &'a Alphabet, tokens: &'a TokenEncoder) -> Self {
        LeafEncoder {
            alphabet,
            tokens,
            codes: Vec::new(),
            shared: Vec::new(),
            lengths: Vec::new(),
            ranks: Vec::new(),
        }
    }

    /// Appends a leaf.
    pub(super) fn encode(&mut self, group: &Group, out: &mut Vec<u8>) {
        for numbers in [&mut self.shared, &mut self.lengths, &mut self.ranks] {
            numbers.clear();
        }
        self.codes.clear();
        let mut text = &group.text[..];
        for key in &group.keys {
            let (own, behind) = text.split_at(key.len as usize);
            text = behind;
            self.shared.push(key.shared);
            self.ranks.push(u32::from(self.alphabet.rank(own[0])));
            let start = self.codes.len();
            self.tokens.encode(&own[1..], &mut self.codes);
            self.lengths
                .push(u32::try_from(self.codes.len() - start).unwrap_or(u32::MAX));
        }
        let (first, others) = self.shared.split_at_mut(1);
        let base = others.iter().copied().min().unwrap_or(0).min(MAX_BASE);
        first[0] = 0;
        for shared in others {
            *shared -= base;
        }
        let planes = |numbers: &[u32]| planes_for(numbers.iter().copied().max().unwrap_or(0));
        let header = LeafHeader {
            first: group.first,
            keys: u32::try_from(group.keys.len()).unwrap_or(u32::MAX),
            shared_planes: planes(&self.shared),
            length_planes: planes(&self.lengths),
            label_planes: planes(&self.ranks),
            base,
        };
        out.extend_from_slice(&header.write());
        write_planes(&self.shared, header.shared_planes, out);
        write_planes(&self.lengths, header.length_planes, out);
        write_planes(&self.ranks, header.label_planes, out);
        out.extend_from_slice(&self.codes);
    }
}
