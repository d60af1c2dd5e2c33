//! Damaged files: an error or an answer, never a panic, an endless loop or memory without bound.
//!
//! Sections without checksums may give other answers than before; what matters here is that every call returns.
//! `compiler/tests/corruption.rs` shows that files of ours notice each changed byte.

use keyfold_reader::{Dictionary, SecondaryDictionary, TextRule, Value, ValueVector};

use crate::support::{DICTIONARIES, WITH_QUERIES, read};

/// Small enough to damage each byte.
const SMALL: usize = 2700;

/// Asks a file everything; counts the calls that found damage.
fn exercise(file: Vec<u8>) -> usize {
    let mut faults = 0;
    let Ok(dictionary) = Dictionary::from_bytes(file) else {
        return 1;
    };
    let mut text = Vec::new();
    let mut keys = vec![
        b"a".to_vec(),
        b"\0".to_vec(),
        b"\x01\x01".to_vec(),
        "日本語".into(),
    ];
    // a file may claim any number of keys, and a small automaton may hold them
    for entry in dictionary.scan().take(300) {
        let Ok(entry) = entry else {
            faults += 1;
            continue;
        };
        text.clear();
        faults += usize::from(entry.value().write_json(&mut text).is_err());
        faults += usize::from(entry.value().decode::<serde_json::Value>().is_err());
        keys.push(entry.key);
    }
    let found: Result<Vec<_>, _> = keys
        .iter()
        .map(|key| Ok(dictionary.get(key)?.map(Value::handle)))
        .collect();
    let many = dictionary.get_many(&keys).map(|values| {
        let handles = values.iter().map(|value| value.map(Value::handle));
        handles.collect::<Vec<_>>()
    });
    let told = |answers: Result<_, keyfold_reader::Error>| answers.map_err(|e| e.to_string());
    assert_eq!(told(many), told(found));
    for key in &keys {
        faults += usize::from(dictionary.get(key).is_err());
        faults += dictionary.prefixes_of(key).filter(Result::is_err).count();
        match dictionary.prefix(&key[..key.len().min(1)]) {
            Ok(scan) => faults += scan.take(20).filter(Result::is_err).count(),
            Err(_) => faults += 1,
        }
        match dictionary.range(key) {
            Ok(scan) => faults += scan.take(20).filter(Result::is_err).count(),
            Err(_) => faults += 1,
        }
    }
    faults += usize::from(dictionary.last().is_err());
    faults += usize::from(dictionary.verify().is_err());
    faults += usize::from(dictionary.statistics().is_err());
    if let Ok(secondary) = SecondaryDictionary::new(dictionary) {
        match secondary.scan() {
            Ok(mut scan) => {
                for _ in 0..300 {
                    match scan.advance() {
                        Ok(true) => {}
                        Ok(false) => break,
                        Err(_) => {
                            faults += 1;
                            break;
                        }
                    }
                }
            }
            Err(_) => faults += 1,
        }
        faults += usize::from(
            secondary
                .under(&[b"t1", b"u1"])
                .and_then(|view| view.contains(b"key1"))
                .is_err(),
        );
    }
    faults
}

fn small() -> Vec<(String, Vec<u8>)> {
    let names = DICTIONARIES
        .into_iter()
        .filter(|(_, packed)| packed.is_empty())
        .map(|(name, _)| name);
    names
        .chain(WITH_QUERIES)
        .map(|name| (name.to_owned(), read(&format!("{name}.kv"))))
        .filter(|(_, file)| file.len() <= SMALL)
        .collect()
}

#[test]
fn every_byte_changed() {
    let mut faults = 0;
    for (name, file) in small() {
        eprintln!("{name}");
        assert_eq!(exercise(file.clone()), 0);
        for at in 0..file.len() {
            for change in [0x01, 0x80, 0xFF] {
                let mut damaged = file.clone();
                damaged[at] ^= change;
                faults += usize::from(exercise(damaged) > 0);
            }
        }
    }
    assert!(faults > 10_000, "{faults}");
}

#[test]
fn every_truncation() {
    for (name, file) in small()
        .into_iter()
        .chain([("secondary".to_owned(), read("secondary.kv"))])
    {
        for length in 0..file.len() {
            assert!(
                exercise(file[..length].to_vec()) > 0,
                "{name} cut to {length} bytes"
            );
        }
        let longer = [&file[..], b"trailing"].concat();
        if name != "secondary" {
            assert_eq!(exercise(longer), 0, "{name}");
        }
    }
}

#[test]
fn random_words_in_the_array() {
    let mut x = 1u32;
    let mut random = move || {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        x >> 8
    };
    let names = ["random_int", "secondary", "weighted", "json_zstd_all"];
    let files: Vec<_> = names
        .iter()
        .map(|name| read(&format!("{name}.kv")))
        .collect();
    for round in 0..2000 {
        let mut file = files[round % files.len()].clone();
        for _ in 0..=random() % 20 {
            let at = random() as usize % file.len();
            file[at] = random().to_le_bytes()[0];
        }
        exercise(file);
    }
}

#[test]
fn vectors_damaged() {
    for name in ["vector_json", "vector_json_snappy", "vector_string"] {
        let file = read(&format!("{name}.kvv"));
        let ask = |file: Vec<u8>| -> bool {
            let Ok(vector) = ValueVector::from_bytes(file) else {
                return false;
            };
            let sound = vector
                .iter()
                .take(1000)
                .all(|value| value.is_ok_and(|value| value.text().is_ok()));
            vector.verify().is_ok() && sound
        };
        assert!(ask(file.clone()));
        for at in 0..file.len() {
            for change in [0x01, 0x80, 0xFF] {
                let mut damaged = file.clone();
                damaged[at] ^= change;
                ask(damaged);
            }
            assert!(!ask(file[..at].to_vec()));
        }
    }
}

/// A dictionary with the given arrays.
fn handmade(keys: u64, start: u64, slots: &[(u64, u8, u16)], size: usize) -> Vec<u8> {
    use keyfold_reader::ValueKind;
    use keyfold_reader::format::properties::{ArrayProperties, Header};
    let mut file = Vec::new();
    Header {
        version: 2,
        start_state: start,
        keys,
        kind: ValueKind::KeyOnly,
        states: 1,
        manifest: String::new(),
        secondary: Vec::new(),
        text_rule: TextRule::default(),
        provenance: None,
        oddity: None,
    }
    .write(&mut file);
    ArrayProperties::new(size as u64).write(&mut file);
    let (mut labels, mut words) = (vec![0u8; size], vec![[0u8; 2]; size]);
    for &(at, label, word) in slots {
        let at = usize::try_from(at).unwrap();
        labels[at] = label;
        words[at] = word.to_le_bytes();
    }
    file.extend(labels);
    file.extend(words.concat());
    file
}

#[test]
fn a_cycle_ends_with_an_error() {
    // state 1 leads to itself by `a`, and is final or not
    let absolute = |target: u16| 0xC000 | target;
    for last in [(257, 1, 0), (257, 0, 0)] {
        let slots = [(1, 0xFF, 0), (1 + 97, 97, absolute(1)), last];
        let dictionary = Dictionary::from_bytes(handmade(u64::MAX, 1, &slots, 600)).unwrap();
        let error = dictionary.scan().find_map(Result::err).unwrap().to_string();
        assert!(
            error.contains("a cycle") && error.contains("labels at byte"),
            "{error}"
        );
        assert!(dictionary.last().is_err());
        assert!(dictionary.verify().is_err());
        assert!(dictionary.get(&[b'a'; 100]).is_ok());
    }
}

#[test]
fn a_fan_of_paths_without_keys_ends_at_once() {
    // states 1, 2, .. 40 lead to the next by all of a..z, the last one to nothing: 26^40 paths, no key
    let mut slots = Vec::new();
    let at = |state: u64| 300 * state;
    for state in 1..40 {
        slots.push((at(state), 0xFF, 0));
        for label in b'a'..=b'z' {
            slots.push((
                at(state) + u64::from(label),
                label,
                0xC000 | u16::try_from(at(state + 1)).unwrap(),
            ));
        }
    }
    slots.push((at(40), 0xFF, 0));
    let dictionary = Dictionary::from_bytes(handmade(5, at(1), &slots, 13_000)).unwrap();
    let error = dictionary.scan().find_map(Result::err).unwrap().to_string();
    assert!(error.contains("ends without a key"), "{error}");
    assert!(dictionary.verify().is_err());
}

#[test]
fn keys_beyond_or_short_of_the_header_are_errors() {
    let slots = [
        (1, 0xFF, 0),
        (98, 97, 0xC000 + 300),
        (99, 98, 0xC000 + 300),
        (300, 0xFF, 0),
        (556, 1, 0),
    ];
    for (keys, reason) in [(1, "more keys"), (3, "fewer keys")] {
        let dictionary = Dictionary::from_bytes(handmade(keys, 1, &slots, 600)).unwrap();
        let error = dictionary.scan().find_map(Result::err).unwrap().to_string();
        assert!(error.contains(reason), "{error}");
        assert!(dictionary.verify().is_err());
    }
    assert_eq!(
        Dictionary::from_bytes(handmade(2, 1, &slots, 600))
            .unwrap()
            .scan()
            .count(),
        2
    );
}

#[test]
fn sizes_that_overflow_are_refused() {
    for size in ["18446744073709551615", "6148914691236517206", "-1", "x"] {
        let mut file = handmade(2, 1, &[], 600);
        let at = file
            .windows(12)
            .position(|w| w == b"\"size\":\"600\"")
            .unwrap();
        let record = format!("{{\"version\":\"2\",\"size\":\"{size}\"}}");
        file.truncate(at - 14 - 4);
        file.extend(u32::try_from(record.len()).unwrap().to_be_bytes());
        file.extend(record.bytes());
        file.extend([0; 2000]);
        assert!(Dictionary::from_bytes(file).is_err(), "{size}");
    }
    let mut file = handmade(2, 1, &[], 600);
    file[8..12].copy_from_slice(&[0xFF; 4]);
    assert!(Dictionary::from_bytes(file).is_err());
}
