//! How the keys of a partitioned index are divided, the file `partitions.json` beside the folders of its parts.
//!
//! ```text
//! {"version":1,"of":4,"separator":58,"checksum":"16 hex digits"}
//! ```
//!
//! The part of a key is its jump consistent hash (Lamping and Veach, 2014) among `of`, from the XXH3 (64 bit, seed 0) of the key,
//! or of what stands before the first separator byte where there is one. Part 2 is the folder `part-0002`.

use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::seal;
use crate::error::{Fault, Section};

/// The name of the file in its folder.
pub const PARTITIONS: &str = "partitions.json";

/// Most parts an index has.
pub const MAX_PARTITIONS: u32 = 1 << 16;

const VERSION: u64 = 1;

/// How keys are divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partitions {
    /// How many parts there are: 1 to [`MAX_PARTITIONS`].
    pub of: u32,
    /// Only what stands before the first such byte decides; all of a key that holds none.
    pub separator: Option<u8>,
}

impl Partitions {
    /// Reads the file.
    pub fn read(file: &[u8]) -> Result<Self, Fault> {
        let fault = |reason| Fault::new(Section::Partitions, 0, reason);
        let (object, sealed) = seal::read(file, Section::Partitions)?;
        if !sealed {
            return Err(fault("no checksum"));
        }
        if object.get("version").and_then(Value::as_u64) != Some(VERSION) {
            return Err(fault("a version that is not read"));
        }
        Self::from_json(&Value::Object(object)).ok_or_else(|| fault("no number of parts"))
    }

    /// The file.
    pub fn write(&self) -> Vec<u8> {
        let mut object = json!({"version": VERSION});
        self.put(&mut object);
        match object {
            Value::Object(object) => seal::write(object),
            _ => seal::write(Map::new()),
        }
    }

    pub(super) fn from_json(member: &Value) -> Option<Self> {
        let of = u32::try_from(member.get("of")?.as_u64()?).ok()?;
        let separator = match member.get("separator") {
            None => None,
            Some(byte) => Some(u8::try_from(byte.as_u64()?).ok()?),
        };
        (1..=MAX_PARTITIONS)
            .contains(&of)
            .then_some(Partitions { of, separator })
    }

    pub(super) fn put(self, member: &mut Value) {
        member["of"] = self.of.into();
        if let Some(separator) = self.separator {
            member["separator"] = separator.into();
        }
    }

    /// The number of the part that holds a key.
    pub fn of_key(&self, key: &[u8]) -> u32 {
        let end = self
            .separator
            .and_then(|separator| key.iter().position(|&byte| byte == separator));
        jump(xxh3_64(&key[..end.unwrap_or(key.len())]), self.of)
    }

    /// The name of the folder of a part.
    pub fn folder(number: u32) -> String {
        format!("part-{number:04}")
    }
}

/// Jump consistent hash: of `buckets`, of which there is one at least, the one for a hash.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the published algorithm: both sides of the quotient are below 2^31 or exact"
)]
fn jump(mut hash: u64, buckets: u32) -> u32 {
    let mut bucket = 0_u64;
    let mut next = 0_u64;
    while next < u64::from(buckets) {
        bucket = next;
        hash = hash.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        next = ((bucket + 1) as f64 * ((1_u64 << 31) as f64 / ((hash >> 33) + 1) as f64)) as u64;
    }
    bucket as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        for separator in [None, Some(0), Some(255)] {
            let partitions = Partitions { of: 3, separator };
            assert_eq!(Partitions::read(&partitions.write()), Ok(partitions));
        }
        let text = Partitions {
            of: 0,
            separator: None,
        }
        .write();
        assert!(Partitions::read(&text).is_err());
        assert!(Partitions::read(br#"{"version":1,"of":3}"#).is_err());
    }

    #[test]
    fn a_new_part_takes_keys_from_all_and_moves_no_other() {
        let keys: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
        let part = |of, key: &str| {
            let partitions = Partitions {
                of,
                separator: None,
            };
            partitions.of_key(key.as_bytes())
        };
        let mut counts = [0; 8];
        for key in &keys {
            let (before, after) = (part(7, key), part(8, key));
            assert!(before == after || after == 7);
            counts[after as usize] += 1;
        }
        // 1250 each on average
        assert!(
            counts.iter().all(|count| (1_100..1_400).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn what_stands_before_the_separator_decides() {
        let partitions = Partitions {
            of: 1_000,
            separator: Some(b':'),
        };
        let part = partitions.of_key(b"tenant");
        assert_eq!(partitions.of_key(b"tenant:a"), part);
        assert_eq!(partitions.of_key(b"tenant:b:c"), part);
        assert_ne!(partitions.of_key(b"other:a"), part);
    }
}
