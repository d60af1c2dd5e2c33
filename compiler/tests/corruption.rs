//! Damage in files of ours, in every layout: it is noticed by `verify`, and every call returns whatever it meets.

use keyfold_compiler::{Compiler, Format, Options, Profile};
use keyfold_reader::{Compression, Dictionary, MAX_KEY_LEN, SecondaryDictionary, ValueKind};

use crate::support::{Folder, LAYOUTS, Rows, compile, input, laid_out, options, texts};

/// A key, and the codes of secondary values before it.
const LONGEST: usize = MAX_KEY_LEN + 64;

/// Entries that are looked at: a damaged file may claim any number of them.
const ENTRIES: usize = 200;

/// Numbers that look random and are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from((self.0 >> 33) % end as u64).unwrap()
    }
}

/// A file to be damaged: what it is, its bytes, and its keys.
struct Sound {
    name: String,
    file: Vec<u8>,
    keys: Vec<Vec<u8>>,
}

fn value(kind: ValueKind, i: usize) -> String {
    match kind {
        ValueKind::KeyOnly => String::new(),
        ValueKind::Int | ValueKind::Completion => (i * 70_001).to_string(),
        ValueKind::String => format!("value {i}"),
        ValueKind::Json => format!(
            "{{\"number\":{i},\"text\":\"a document of more than 32 bytes\",\"list\":[{i}.5,[],null]}}"
        ),
        ValueKind::FloatVector => format!("{i}, 0.5"),
    }
}

/// Few keys, for a file of a single leaf.
fn few(kind: ValueKind) -> Rows {
    (0..12)
        .map(|i| {
            (
                format!("key {}", i * 37 % 101).into(),
                value(kind, i).into(),
            )
        })
        .collect()
}

/// Keys for many leaves below nodes of all sorts: short and long, with prefixes of others among them.
fn many(kind: ValueKind) -> Rows {
    let mut random = Random(3);
    (0..700)
        .map(|i| {
            let mut key = vec![[0, 1, b'a', 254, 255][random.below(5)]; 1 + random.below(3)];
            if random.below(3) == 0 {
                key.extend(b"/a chain that leads to many");
            }
            if random.below(50) == 0 {
                key.extend([b'x'; 200]);
            }
            key.extend((0..random.below(6)).map(|_| [0, b'a', b'b', 255][random.below(4)]));
            (key, value(kind, i).into())
        })
        .collect()
}

/// A file of the rows in each layout, and of each kind.
fn files(rows: fn(ValueKind) -> Rows) -> Vec<Sound> {
    let folder = Folder::new();
    let path = folder.file("test.kf");
    let mut files = Vec::new();
    for layout in LAYOUTS {
        for kind in ValueKind::ALL {
            let options = Options {
                compression: Compression::Snappy,
                manifest: "{}".to_owned(),
                ..options(kind)
            };
            let rows = rows(kind);
            compile(&laid_out(layout, options), &rows, &path);
            files.push(Sound {
                name: format!("{kind}, {layout:?}"),
                file: std::fs::read(&path).unwrap(),
                keys: rows.into_iter().map(|row| row.0).collect(),
            });
        }
        files.push(with_secondary_keys(layout));
    }
    files
}

fn with_secondary_keys(layout: (Format, Profile)) -> Sound {
    let folder = Folder::new();
    let path = folder.file("test.kf");
    let kind = ValueKind::Completion;
    let options = Options {
        secondary: vec!["tenant".into(), "user".into()],
        ..options(kind)
    };
    let rows = few(kind);
    let mut compiler = Compiler::new(laid_out(layout, options)).unwrap();
    for (i, (key, value)) in rows.iter().enumerate() {
        let fields: [&[u8]; 2] = [[&b"x"[..], b"y"][i % 2], [&b""[..], b"u", b"v"][i % 3]];
        compiler
            .add_under(&fields, key, input(kind, value))
            .unwrap();
    }
    compiler.finish(&path, false).unwrap();
    Sound {
        name: format!("secondary keys, {layout:?}"),
        file: std::fs::read(&path).unwrap(),
        keys: rows.into_iter().map(|row| row.0).collect(),
    }
}

/// All checks that there are: false if one of them finds damage.
fn is_sound(file: Vec<u8>) -> bool {
    let Ok(dictionary) = Dictionary::from_bytes(file) else {
        return false;
    };
    if dictionary.header().secondary.is_empty() {
        return dictionary
            .verify()
            .is_ok_and(|soundness| soundness.checksums);
    }
    let Ok(secondary) = SecondaryDictionary::new(dictionary) else {
        return false;
    };
    [secondary.dictionary(), secondary.codes()]
        .iter()
        .all(|part| part.verify().is_ok_and(|soundness| soundness.checksums))
}

/// Takes what a scan gives; whether it ended well.
fn drain(scan: keyfold_reader::Result<keyfold_reader::Scan<'_>>, forms: bool) -> bool {
    let Ok(scan) = scan else { return false };
    scan.take(ENTRIES).all(|entry| {
        entry.is_ok_and(|entry| {
            assert!(
                entry.key.len() <= LONGEST,
                "a key of {} bytes",
                entry.key.len()
            );
            let mut out = Vec::new();
            !forms
                || entry.value().write_text(&mut out).is_ok()
                    && entry.value().write_json(&mut out).is_ok()
                    && entry.value().msgpack().is_ok()
        })
    })
}

/// Asks a file everything; whether all of it was answered.
fn answers(file: Vec<u8>, keys: &[Vec<u8>]) -> bool {
    let Ok(dictionary) = Dictionary::from_bytes(file) else {
        return false;
    };
    let mut well = drain(Ok(dictionary.scan()), true);
    let absent: [&[u8]; 4] = [b"", b"\0", b"key 1", b"\xFF\xFF\xFF"];
    let asked = keys.iter().map(|key| &key[..]).chain(absent);
    let asked: Vec<&[u8]> = asked.take(40).collect();
    let mut one_by_one = true;
    for key in &asked {
        one_by_one &= dictionary.get(key).is_ok();
        well &= drain(dictionary.prefix(&key[..key.len().min(1)]), false);
        well &= drain(dictionary.range(key), false);
        well &= dictionary
            .prefixes_of(key)
            .take(ENTRIES)
            .all(|found| found.is_ok());
        if dictionary.fsa().fold().is_some() {
            well &= dictionary.rank(key).is_ok();
        }
    }
    // both meet the same damage, or neither does
    assert_eq!(dictionary.get_many(&asked).is_ok(), one_by_one);
    well &= one_by_one && dictionary.last().is_ok() && dictionary.statistics().is_ok();
    let last = dictionary.len().wrapping_sub(1);
    for ordinal in [0, 1, 7, 63, 64, 300, last, u64::MAX] {
        match dictionary.select(ordinal) {
            Ok(Some(entry)) => assert!(entry.key.len() <= LONGEST),
            Ok(None) => {}
            Err(_) => well &= dictionary.fsa().fold().is_none(),
        }
    }
    if let Some(root) = dictionary.fsa().root() {
        let fsa = dictionary.fsa();
        well &= fsa.inner_weight(root).is_ok();
        well &= fsa.chain(root, LONGEST, &mut Vec::new()).is_ok();
    }
    if dictionary.header().secondary.is_empty() {
        return well;
    }
    let Ok(secondary) = SecondaryDictionary::new(dictionary) else {
        return false;
    };
    let Ok(view) = secondary.under(&[b"x", b"u"]) else {
        return false;
    };
    well && asked.iter().all(|key| view.get(key).is_ok()) && drain(view.prefix(b"key"), true)
}

#[test]
fn every_changed_bit_is_noticed() {
    for Sound { name, file, .. } in files(few) {
        assert!(is_sound(file.clone()), "{name}");
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut damaged = file.clone();
                damaged[at] ^= 1 << bit;
                assert!(!is_sound(damaged), "{name}: bit {bit} of byte {at}");
            }
        }
    }
}

#[test]
fn changed_bits_of_larger_files_are_noticed() {
    let mut random = Random(5);
    for Sound { name, file, .. } in files(many) {
        assert!(is_sound(file.clone()), "{name}");
        for _ in 0..300 {
            let (at, bit) = (random.below(file.len()), random.below(8));
            let mut damaged = file.clone();
            damaged[at] ^= 1 << bit;
            assert!(!is_sound(damaged), "{name}: bit {bit} of byte {at}");
        }
    }
}

#[test]
fn every_call_returns_with_every_byte_changed() {
    for Sound { name, file, keys } in files(few) {
        assert!(answers(file.clone(), &keys), "{name}");
        let mut noticed = 0;
        for at in 0..file.len() {
            for change in [0x01, 0x80, 0xFF] {
                let mut damaged = file.clone();
                damaged[at] ^= change;
                noticed += usize::from(!answers(damaged, &keys));
            }
        }
        assert!(
            noticed > file.len() / 4,
            "{name}: {noticed} of {}",
            file.len()
        );
    }
}

#[test]
fn every_call_returns_with_many_bytes_changed() {
    let mut random = Random(7);
    for Sound { name, file, keys } in files(many) {
        assert!(answers(file.clone(), &keys), "{name}");
        for round in 0..120 {
            let mut damaged = file.clone();
            for _ in 0..=random.below(30) {
                let at = random.below(file.len());
                // numbers that are large, small, or their neighbours
                damaged[at] = match round % 3 {
                    0 => [0, 1, 0x7F, 0x80, 0xFF][random.below(5)],
                    1 => damaged[at].wrapping_add(1),
                    _ => u8::try_from(random.below(256)).unwrap(),
                };
            }
            answers(damaged, &keys);
        }
    }
}

#[test]
fn every_truncation_is_noticed() {
    for Sound { name, file, keys } in files(few) {
        for length in 0..file.len() {
            assert!(
                !answers(file[..length].to_vec(), &keys),
                "{name}: {length} bytes"
            );
        }
        let dictionary = Dictionary::from_bytes(file.clone()).unwrap();
        if dictionary.header().secondary.is_empty() {
            let trailing = Dictionary::from_bytes([&file[..], b"trailing"].concat()).unwrap();
            assert_eq!(texts(&trailing), texts(&dictionary), "{name}");
        }
    }
}

#[test]
fn truncations_of_larger_files_are_noticed() {
    let mut random = Random(9);
    for Sound { name, file, keys } in files(many) {
        for _ in 0..60 {
            let length = random.below(file.len());
            assert!(
                !answers(file[..length].to_vec(), &keys),
                "{name}: {length} bytes"
            );
        }
    }
}
