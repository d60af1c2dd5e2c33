//! Operations by chance, on an index and on a model of it.

use std::collections::BTreeMap;

use keyfold_compiler::index::{Change, FieldPattern, Writer};
use keyfold_compiler::{Error, Result};
use keyfold_reader::msgpack;

use super::random::Random;

/// What an index holds: documents as `MessagePack`.
pub(super) type Model = BTreeMap<Vec<u8>, Vec<u8>>;

/// A document: its fields with their numbers.
type Document = Vec<(&'static str, u64)>;

/// One operation.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Set(Vec<u8>, Document),
    Delete(Vec<u8>),
    Upsert(Vec<u8>, Document),
    DeleteFields(Vec<u8>, Vec<&'static str>),
    /// Several at once.
    Group(Vec<Step>),
    DropField(&'static str),
    DropPrefix(&'static str),
    DeleteAll,
    Flush,
    Merge(usize),
    Commit,
    /// Close and open.
    Reopen,
}

const FIELDS: [&str; 4] = ["a", "ab", "b", "c"];

const KEYS: [&[u8]; 16] = [
    b"a",
    b"ab",
    b"abc",
    b"abd",
    b"b",
    b"b a",
    b"ba",
    b"c",
    "\u{e4}".as_bytes(),
    "a\u{e4}".as_bytes(),
    b"\x00",
    b"a\x00",
    b"\xff",
    b"a b c",
    b"\xe2\x82",
    b"abcabcabcabcabcabcabc",
];

/// All keys there can be.
pub(super) fn all_keys() -> impl Iterator<Item = &'static [u8]> {
    KEYS.into_iter()
}

fn document(random: &mut Random) -> Document {
    let mut fields: Document = Vec::new();
    for name in FIELDS {
        if random.below(2) == 0 {
            let value = random.below(300) as u64;
            fields.insert(random.below(fields.len() + 1), (name, value));
        }
    }
    fields
}

fn encode(document: &Document) -> Vec<u8> {
    let mut out = Vec::new();
    msgpack::write_map_header(document.len(), &mut out);
    for (name, value) in document {
        msgpack::write_str(name.as_bytes(), &mut out);
        msgpack::write_uint(*value, &mut out);
    }
    out
}

fn decode(bytes: &[u8]) -> Document {
    use keyfold_reader::{MsgpackToken, read_msgpack};

    let (MsgpackToken::Map(count), mut at) = read_msgpack(bytes, 0).unwrap() else {
        panic!("not a map");
    };
    let mut document = Vec::new();
    for _ in 0..count {
        let (MsgpackToken::Str(name), next) = read_msgpack(bytes, at).unwrap() else {
            panic!("not a name");
        };
        let (MsgpackToken::Unsigned(value), next) = read_msgpack(bytes, next).unwrap() else {
            panic!("not a number");
        };
        let name = FIELDS.iter().find(|field| field.as_bytes() == name);
        document.push((*name.unwrap(), value));
        at = next;
    }
    document
}

impl Step {
    /// A change of one key.
    fn change(random: &mut Random, keys: usize) -> Self {
        let key = random.pick(&KEYS[..keys]).to_vec();
        match random.below(8) {
            0..4 => Step::Set(key, document(random)),
            4..6 => Step::Delete(key),
            6 => Step::Upsert(key, document(random)),
            _ => Step::DeleteFields(key, vec![random.pick(&FIELDS), random.pick(&FIELDS)]),
        }
    }

    /// An operation on one of the first so many keys.
    pub(super) fn random(random: &mut Random, keys: usize) -> Self {
        match random.below(40) {
            0..24 => Step::change(random, keys),
            24..28 => {
                let count = 1 + random.below(4);
                Step::Group((0..count).map(|_| Step::change(random, keys)).collect())
            }
            28..33 => Step::Flush,
            33..35 => Step::Merge(1 + random.below(2)),
            35 => Step::Commit,
            36 => Step::DropField(random.pick(&FIELDS)),
            37 => match random.below(3) {
                0 => Step::DeleteAll,
                _ => Step::DropPrefix("a"),
            },
            _ => Step::Reopen,
        }
    }

    /// Does it to the model.
    pub(super) fn apply(&self, model: &mut Model) {
        let drop = |document: &mut Vec<u8>, drops: &dyn Fn(&str) -> bool| {
            let mut fields = decode(document);
            fields.retain(|(name, _)| !drops(name));
            *document = encode(&fields);
        };
        match self {
            Step::Set(key, document) => {
                model.insert(key.clone(), encode(document));
            }
            Step::Delete(key) => {
                model.remove(key);
            }
            Step::Upsert(key, update) => {
                let mut fields = model.get(key).map(|old| decode(old)).unwrap_or_default();
                for (name, value) in update {
                    match fields.iter_mut().find(|(old, _)| old == name) {
                        Some((_, old)) => *old = *value,
                        None => fields.push((name, *value)),
                    }
                }
                model.insert(key.clone(), encode(&fields));
            }
            Step::DeleteFields(key, names) => {
                if let Some(document) = model.get_mut(key) {
                    drop(document, &|name| names.contains(&name));
                }
            }
            Step::Group(steps) => steps.iter().for_each(|step| step.apply(model)),
            Step::DropField(field) => {
                for document in model.values_mut() {
                    drop(document, &|name| name == *field);
                }
            }
            Step::DropPrefix(prefix) => {
                for document in model.values_mut() {
                    drop(document, &|name| name.starts_with(prefix));
                }
            }
            Step::DeleteAll => model.clear(),
            Step::Flush | Step::Merge(_) | Step::Commit | Step::Reopen => {}
        }
    }

    /// Does it to the index; what opens and closes is up to the caller.
    pub(super) fn run(&self, writer: &Writer) -> Result<()> {
        match self {
            Step::Set(key, document) => writer.set(key, &encode(document)),
            Step::Delete(key) => writer.delete(key),
            Step::Upsert(key, update) => writer.upsert(key, &encode(update)),
            Step::DeleteFields(key, names) => writer.delete_fields(key, names),
            Step::Group(steps) => {
                let documents: Vec<Vec<u8>> = steps
                    .iter()
                    .map(|step| match step {
                        Step::Set(_, document) | Step::Upsert(_, document) => encode(document),
                        _ => Vec::new(),
                    })
                    .collect();
                let changes: Vec<Change<'_>> = steps
                    .iter()
                    .zip(&documents)
                    .map(|(step, document)| match step {
                        Step::Set(key, _) => Change::Set { key, document },
                        Step::Upsert(key, _) => Change::Upsert {
                            key,
                            fields: document,
                        },
                        Step::DeleteFields(key, names) => Change::DeleteFields { key, names },
                        Step::Delete(key) => Change::Delete { key },
                        other => panic!("{other:?} in a group"),
                    })
                    .collect();
                writer.write(&changes)
            }
            Step::DropField(field) => writer.drop_field(FieldPattern::Named(field)),
            Step::DropPrefix(prefix) => writer.drop_field(FieldPattern::Prefixed(prefix)),
            Step::DeleteAll => writer.delete_all(),
            Step::Flush => writer.flush(),
            Step::Merge(segments) => writer.force_merge(*segments),
            Step::Commit => writer.commit(),
            Step::Reopen => Err(Error::Closed),
        }
    }
}

/// What the index holds, one key after the other.
pub(super) fn contents(writer: &Writer) -> Result<Model> {
    let mut model = Model::new();
    for key in all_keys() {
        if let Some(document) = writer.get(key)? {
            model.insert(key.to_vec(), document);
        }
    }
    Ok(model)
}
