//! How the values of a file are encoded.

use std::collections::HashSet;

use keyfold_reader::format::native::documents::PACKED;
use keyfold_reader::format::to_usize;
use keyfold_reader::{Compression, Compressor, Section, ValueKind};

use super::documents::DocumentModel;
use super::estimate::{rough, times};
use super::hash::Hashing;
use crate::options::Options;
use crate::tokens::{TokenEncoder, TokenTable};

/// Most values of a sample, and most bytes.
const SAMPLE_VALUES: usize = 1 << 16;
const SAMPLE_BYTES: usize = 8 << 20;

/// How the values of a file are encoded, made for them; shared by any number of threads.
#[derive(Debug)]
pub(crate) struct ValueModel {
    kind: ValueKind,
    compression: Compression,
    threshold: usize,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// As they are.
    Plain,
    /// Texts, by their token table, which is there as bytes too.
    Texts(TokenEncoder, Vec<u8>),
    Documents(Box<DocumentModel>),
}

impl ValueModel {
    /// The model for `total` values, of which a sample is given in stored form. It should be drawn from all of them; of more
    /// than 65,536 values, or 8 MiB, a part is used.
    pub(crate) fn train(options: &Options, sample: &[&[u8]], total: u64) -> Self {
        let form = match options.kind {
            ValueKind::KeyOnly
            | ValueKind::Int
            | ValueKind::Completion
            | ValueKind::FloatVector => Form::Plain,
            ValueKind::String => {
                let sample = Sample::draw(sample, |text| text, true);
                let ratio = sample.ratio(total);
                let table = TokenTable::train(sample.values(), times(sample.bytes.len(), ratio));
                let mut written = Vec::new();
                table.write(&mut written);
                Form::Texts(table.encoder(), written)
            }
            ValueKind::Json => {
                let sample = Sample::draw(sample, payload, options.minimization);
                let ratio = sample.ratio(total);
                Form::Documents(Box::new(DocumentModel::train(
                    &sample.bytes,
                    &sample.ends,
                    ratio,
                )))
            }
        };
        ValueModel {
            kind: options.kind,
            compression: options.compression,
            threshold: options.compression_threshold,
            form,
        }
    }

    /// What the values are.
    pub(super) fn kind(&self) -> ValueKind {
        self.kind
    }

    /// Whether payloads may be compressed.
    pub(super) fn compresses(&self) -> bool {
        self.compression != Compression::None
    }

    /// The tables that decoding needs, as they stand in a file.
    pub(super) fn tables(&self) -> Vec<(Section, &[u8])> {
        match &self.form {
            Form::Plain => Vec::new(),
            Form::Texts(_, tokens) => vec![(Section::Texts, tokens)],
            Form::Documents(documents) => vec![
                (Section::Shapes, documents.table()),
                (Section::Texts, documents.token_table()),
            ],
        }
    }

    /// An encoder, one for each thread.
    pub(crate) fn encoder(&self) -> ValueEncoder<'_> {
        ValueEncoder {
            model: self,
            compressor: Compressor::new(self.compression),
        }
    }
}

/// The payload of a stored form, which is not compressed: it stands behind the code that says so.
fn payload(stored: &[u8]) -> &[u8] {
    stored.get(1..).unwrap_or_default()
}

/// Values by which a model is made, one after the other.
struct Sample {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Values drawn, of which those are here that differ.
    drawn: usize,
    /// How many came once.
    once: usize,
}

impl Sample {
    /// Draws evenly from values, of which `part` is of interest; equal ones count once if they are to be stored once.
    fn draw<'s>(values: &[&'s [u8]], part: impl Fn(&'s [u8]) -> &'s [u8], unique: bool) -> Self {
        let mut sample = Sample {
            bytes: Vec::new(),
            ends: Vec::new(),
            drawn: 0,
            once: 0,
        };
        let bytes: usize = values.iter().map(|value| value.len()).sum();
        let most = (values.len() * SAMPLE_BYTES / bytes.max(1)).clamp(1, SAMPLE_VALUES);
        let drawn = values.iter().enumerate().filter(|(i, _)| {
            // the last of each of as many equal parts
            i * most / values.len() < (i + 1) * most / values.len()
        });
        let mut seen: HashSet<&[u8], Hashing> = HashSet::default();
        let mut again: HashSet<&[u8], Hashing> = HashSet::default();
        for value in drawn.map(|(_, value)| part(value)) {
            sample.drawn += 1;
            if unique && !seen.insert(value) {
                again.insert(value);
                continue;
            }
            sample.bytes.extend_from_slice(value);
            sample.ends.push(sample.bytes.len());
        }
        sample.once = sample.ends.len() - again.len();
        sample
    }

    /// How many times as many different values there are in all, estimated: what comes new is as likely further on as it was
    /// at the sample's end, where the part of values that came once tells it.
    fn ratio(&self, total: u64) -> f64 {
        let [drawn, once, different] = [self.drawn, self.once, self.ends.len()].map(rough);
        let further = rough(to_usize(total)) - drawn;
        if different == 0.0 || further <= 0.0 {
            return 1.0;
        }
        1.0 + further * (once / drawn) / different
    }

    fn values(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, &end)| &self.bytes[start..end])
    }
}

/// Encodes values by a model.
#[derive(Debug)]
pub(crate) struct ValueEncoder<'m> {
    model: &'m ValueModel,
    compressor: Compressor,
}

impl ValueEncoder<'_> {
    /// Appends what is to be added to the file for a value in stored form. The same value always gives the same.
    pub(crate) fn encode(&mut self, stored: &[u8], out: &mut Vec<u8>) {
        match self.model.kind {
            ValueKind::KeyOnly => {}
            ValueKind::Int | ValueKind::Completion => out.extend_from_slice(stored),
            ValueKind::String => match &self.model.form {
                Form::Texts(tokens, _) => tokens.encode(stored, out),
                Form::Plain | Form::Documents(_) => out.extend_from_slice(stored),
            },
            ValueKind::Json | ValueKind::FloatVector => self.encode_payload(payload(stored), out),
        }
    }

    fn encode_payload(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        match &self.model.form {
            Form::Documents(documents) => {
                documents.encode(payload, out);
                let compress = self.model.compression != Compression::None
                    && payload.len() > self.model.threshold;
                if compress {
                    let plain = out.len();
                    out.extend_from_slice(&[PACKED, self.model.compression.code()]);
                    self.compressor.compress(payload, out);
                    if out.len() - plain < plain - start {
                        out.drain(start..plain);
                    } else {
                        out.truncate(plain);
                    }
                }
            }
            Form::Plain | Form::Texts(..) => {
                if self.model.compression != Compression::None {
                    out.push(self.model.compression.code());
                    self.compressor.compress(payload, out);
                    if out.len() - start <= payload.len() {
                        return;
                    }
                    out.truncate(start);
                    out.push(Compression::None.code());
                }
                out.extend_from_slice(payload);
            }
        }
    }
}
