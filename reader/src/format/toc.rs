//! The table of contents of an index, the file `index.toc`: one JSON object.
//!
//! ```text
//! {"files":["00..01.kf","00..02.kf"],                    segments, oldest first
//!  "keyfold":{"version":1,
//!             "generation":7,                            one more with every table that is written
//!             "format":"native",                         what new segments are written as
//!             "settings":{..},                           the writer's
//!             "segments":[{"keys":9,"deleted":1,"bytes":812},..],
//!             "log":3,                                   number of the oldest log that counts
//!             "sequence":41,                             of the last record that the segments hold
//!             "schema":{"name":"string",..},             of an index of documents
//!             "partition":{"number":0,"of":4,"separator":58}},
//!  "checksum":"16 hex digits"}
//! ```
//!
//! keyvi reads and writes `files` alone. A table without the member `keyfold` is keyvi's.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::partitions::Partitions;
use super::seal;
use crate::error::{Fault, Section};
use crate::index::Schema;

/// The name of the file in its folder.
pub const TOC: &str = "index.toc";
/// The name under which the next table is written before it replaces the last.
pub const NEXT_TOC: &str = "index.toc.part";
/// The name of the file that the writer keeps locked.
pub const LOCK: &str = "index.lock";
/// Appended to a segment's name: the keys deleted in it.
pub const DELETED: &str = "dk";
/// Appended to a segment's name: more of them, which keyvi writes while it merges the segment.
pub const DELETED_IN_MERGE: &str = "dkm";

/// The version of the member `keyfold`.
const VERSION: u64 = 1;

/// A table of contents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Toc {
    /// The segments' names, oldest first.
    pub files: Vec<String>,
    /// What keyvi's tables do not have.
    pub details: Option<Details>,
}

/// The member `keyfold`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// One more with every table that is written.
    pub generation: u64,
    /// What new segments are written as: `native` or `keyvi`.
    pub format: String,
    /// Settings of the writer, which readers do not look at.
    pub settings: Map<String, Value>,
    /// The counts of each segment.
    pub segments: Vec<SegmentCounts>,
    /// The number of the oldest log whose records count: those before are leftovers.
    pub log: u64,
    /// The sequence number of the last record that the segments hold.
    pub sequence: u64,
    /// The types of the fields, in an index of documents.
    pub schema: Option<Schema>,
    /// Which part of a partitioned index this is.
    pub partition: Option<Partition>,
}

/// How much a segment holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SegmentCounts {
    /// Keys stored, deleted ones among them.
    pub keys: u64,
    /// Keys in its list of deleted keys.
    pub deleted: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Which part of a partitioned index a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The number of the part, from 0.
    pub number: u32,
    /// How the keys are divided.
    pub partitions: Partitions,
}

impl Toc {
    /// Reads a table. With a member `keyfold` or `checksum` it has to have both, and the checksum must agree.
    pub fn read(file: &[u8]) -> Result<Self, Fault> {
        let (object, sealed) = seal::read(file, Section::Contents)?;
        let fault = |reason| Fault::new(Section::Contents, 0, reason);
        let files = names(object.get("files")).map_err(fault)?;
        let details = match object.get("keyfold") {
            None if sealed => return Err(fault("a checksum, but no member \"keyfold\"")),
            Some(_) if !sealed => return Err(fault("a member \"keyfold\", but no checksum")),
            None => None,
            Some(member) => Some(Details::from_json(member, files.len()).map_err(fault)?),
        };
        Ok(Toc { files, details })
    }

    /// The table as text.
    pub fn write(&self) -> Vec<u8> {
        let mut object = Map::new();
        object.insert("files".into(), self.files.clone().into());
        match &self.details {
            None => Value::Object(object).to_string().into_bytes(),
            Some(details) => {
                object.insert("keyfold".into(), details.to_json());
                seal::write(object)
            }
        }
    }

    /// The generation; nothing for a table of keyvi.
    pub fn generation(&self) -> Option<u64> {
        self.details.as_ref().map(|details| details.generation)
    }
}

/// The names of the segments. They name files of the folder itself, each once.
fn names(member: Option<&Value>) -> Result<Vec<String>, &'static str> {
    let names: Option<Vec<&str>> = member
        .and_then(Value::as_array)
        .and_then(|names| names.iter().map(Value::as_str).collect());
    let names = names.ok_or("no list of files")?;
    if names.iter().collect::<HashSet<_>>().len() < names.len() {
        return Err("a file is listed twice");
    }
    if names.iter().any(|name| !is_file_name(name)) {
        return Err("a listed file is not one of the folder");
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// Whether a name is that of a file in a folder, and leads nowhere else.
fn is_file_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', ':', '\0'])
}

impl Details {
    fn from_json(member: &Value, files: usize) -> Result<Self, &'static str> {
        let number = |name| member.get(name).and_then(Value::as_u64);
        match number("version") {
            Some(VERSION) => {}
            Some(_) => return Err("a version of the index that is not read"),
            None => return Err("no version"),
        }
        let segments = member.get("segments").and_then(Value::as_array);
        let segments: Option<Vec<_>> =
            segments.and_then(|list| list.iter().map(SegmentCounts::from_json).collect());
        Ok(Details {
            generation: number("generation").ok_or("no generation")?,
            format: member
                .get("format")
                .and_then(Value::as_str)
                .ok_or("no format")?
                .to_owned(),
            settings: member
                .get("settings")
                .and_then(Value::as_object)
                .ok_or("no settings")?
                .clone(),
            segments: segments
                .filter(|segments| segments.len() == files)
                .ok_or("not the counts of each segment")?,
            log: number("log").ok_or("no number of a log")?,
            sequence: number("sequence").ok_or("no sequence number")?,
            schema: member
                .get("schema")
                .map(|schema| Schema::from_json(schema).ok_or("not a schema"))
                .transpose()?,
            partition: member
                .get("partition")
                .map(|partition| Partition::from_json(partition).ok_or("not a partition"))
                .transpose()?,
        })
    }

    fn to_json(&self) -> Value {
        let segments: Vec<Value> = self.segments.iter().map(|one| one.to_json()).collect();
        let mut member = json!({
            "version": VERSION,
            "generation": self.generation,
            "format": self.format,
            "settings": self.settings,
            "segments": segments,
            "log": self.log,
            "sequence": self.sequence,
        });
        if let Some(schema) = &self.schema {
            member["schema"] = schema.to_json();
        }
        if let Some(partition) = &self.partition {
            member["partition"] = partition.to_json();
        }
        member
    }
}

impl SegmentCounts {
    fn from_json(member: &Value) -> Option<Self> {
        Some(SegmentCounts {
            keys: member.get("keys")?.as_u64()?,
            deleted: member.get("deleted")?.as_u64()?,
            bytes: member.get("bytes")?.as_u64()?,
        })
    }

    fn to_json(self) -> Value {
        json!({"keys": self.keys, "deleted": self.deleted, "bytes": self.bytes})
    }
}

impl Partition {
    fn from_json(member: &Value) -> Option<Self> {
        let partitions = Partitions::from_json(member)?;
        let number = u32::try_from(member.get("number")?.as_u64()?).ok()?;
        (number < partitions.of).then_some(Partition { number, partitions })
    }

    fn to_json(self) -> Value {
        let mut member = json!({"number": self.number});
        self.partitions.put(&mut member);
        member
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::FieldType;

    fn example() -> Toc {
        Toc {
            files: vec!["a.kf".into(), "b.kf".into()],
            details: Some(Details {
                generation: 7,
                format: "native".into(),
                settings: Map::from_iter([("durability".into(), "none".into())]),
                segments: vec![
                    SegmentCounts {
                        keys: 9,
                        deleted: 0,
                        bytes: 812,
                    },
                    SegmentCounts::default(),
                ],
                log: 3,
                sequence: 41,
                schema: Some(Schema::from_iter([("name".into(), FieldType::String)])),
                partition: Some(Partition {
                    number: 1,
                    partitions: Partitions {
                        of: 2,
                        separator: Some(b':'),
                    },
                }),
            }),
        }
    }

    #[test]
    fn round_trip() {
        for toc in [example(), Toc::default()] {
            assert_eq!(Toc::read(&toc.write()), Ok(toc));
        }
        let keyvi = br#"{"files":["a.kv"]}"#;
        let read = Toc::read(keyvi).unwrap();
        assert_eq!(read.files, ["a.kv"]);
        assert_eq!(read.generation(), None);
        assert_eq!(read.write(), keyvi);
    }

    #[test]
    fn no_changed_bit_goes_unnoticed() {
        let text = example().write();
        for bit in 0..8 * text.len() {
            let mut damaged = text.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Toc::read(&damaged).is_err(), "bit {bit}");
        }
        for cut in 0..text.len() {
            assert!(Toc::read(&text[..cut]).is_err());
        }
    }

    #[test]
    fn files_lie_in_the_folder() {
        for name in ["", "..", "a/b.kv", "/a.kv", "..\\a.kv"] {
            let text = json!({"files": [name]}).to_string();
            assert!(Toc::read(text.as_bytes()).is_err(), "{name}");
        }
        assert!(Toc::read(br#"{"files":["a.kv","a.kv"]}"#).is_err());
        assert!(Toc::read(br#"{"files":[1]}"#).is_err());
        assert!(Toc::read(b"{}").is_err());
        assert!(Toc::read(b"[]").is_err());
    }
}
