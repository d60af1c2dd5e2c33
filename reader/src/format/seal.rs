//! A JSON object that ends in its own checksum.
//!
//! ```text
//! {"member":..,"member":..,"checksum":"16 hex digits"}
//! ^------ checked -------^
//! ```
//!
//! The checksum is the 64 bit XXH3 (seed 0) of all bytes before the comma.

use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Fault, Section};

const MEMBER: &str = "checksum";

/// Between what is checked and the digits.
const LEAD: &[u8] = b",\"checksum\":\"";
/// Behind the digits.
const END: &[u8] = b"\"}";
const DIGITS: usize = 16;

/// Reads an object; also says whether it carries a checksum, which then agrees. The member itself is left out.
pub(super) fn read(file: &[u8], section: Section) -> Result<(Map<String, Value>, bool), Fault> {
    let fault = |reason| Fault::new(section, 0, reason);
    let Ok(Value::Object(mut object)) = serde_json::from_slice(file) else {
        return Err(fault("not a JSON object"));
    };
    let Some(stored) = object.remove(MEMBER) else {
        return Ok((object, false));
    };
    let checked = file
        .len()
        .checked_sub(LEAD.len() + DIGITS + END.len())
        .filter(|&checked| file[checked..].starts_with(LEAD))
        .ok_or_else(|| fault("the checksum is not the last member"))?;
    // one spelling only, so that no changed bit of it goes unnoticed
    if stored.as_str() != Some(&digits(&file[..checked])) {
        return Err(fault("the checksum does not agree"));
    }
    Ok((object, true))
}

/// The text of an object of one member at least, with its checksum.
pub(super) fn write(object: Map<String, Value>) -> Vec<u8> {
    let mut text = Value::Object(object).to_string().into_bytes();
    text.pop();
    let digits = digits(&text);
    text.extend_from_slice(LEAD);
    text.extend_from_slice(digits.as_bytes());
    text.extend_from_slice(END);
    text
}

fn digits(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_64(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_bit_counts() {
        let Value::Object(object) = json!({"a": 1, "b": {"c": "d"}}) else {
            unreachable!()
        };
        let text = write(object.clone());
        assert_eq!(read(&text, Section::Contents), Ok((object, true)));
        for bit in 0..8 * text.len() {
            let mut damaged = text.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            // a change to the name of the checksum takes it for another member
            assert!(!matches!(read(&damaged, Section::Contents), Ok((_, true))));
        }
        for cut in 0..text.len() {
            assert!(read(&text[..cut], Section::Contents).is_err());
        }
    }
}
