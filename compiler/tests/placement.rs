//! The placement rules N1 to N9 of the format hold in what is written.

use std::collections::{HashMap, HashSet};

use keyfold_reader::format::properties::{ArrayProperties, Header};
use keyfold_reader::format::transition::{FINAL, FINAL_LABEL, Pointer, SPAN, WEIGHT, pointer};
use keyfold_reader::format::varint::read_varshort;
use keyfold_reader::{Dictionary, ValueKind};
use proptest::prelude::*;

use crate::support::{Folder, KEYVI, compile, keys, laid_out, options, values};

/// The arrays of a file, and the roles of their slots as a walk over all states finds them.
struct Array {
    labels: Vec<u8>,
    words: Vec<[u8; 2]>,
    roles: HashMap<u64, &'static str>,
    starts: HashSet<u64>,
    byte_0: HashSet<u64>,
    byte_1: HashSet<u64>,
    finals: HashSet<u64>,
}

impl Array {
    fn read(file: &[u8]) -> Self {
        let (header, at) = Header::read(file, 0).unwrap();
        let (properties, at) = ArrayProperties::read(file, at).unwrap();
        let n = usize::try_from(properties.slots).unwrap();
        let labels = file[at..at + n].to_vec();
        let words = file[at + n..at + 3 * n].as_chunks::<2>().0.to_vec();
        let mut array = Array {
            labels,
            words,
            roles: HashMap::from([(0, "preset")]),
            starts: HashSet::new(),
            byte_0: HashSet::new(),
            byte_1: HashSet::new(),
            finals: HashSet::new(),
        };
        let mut open = if header.keys > 0 {
            vec![header.start_state]
        } else {
            Vec::new()
        };
        while let Some(state) = open.pop() {
            if array.starts.insert(state) {
                open.extend(array.visit(state, header.kind));
            }
        }
        array
    }

    /// Notes a role; only units of overflow pointers may be met more than once.
    fn note(&mut self, at: u64, role: &'static str) {
        assert!(at < self.labels.len() as u64, "N2: {role} at {at}");
        let before = self.roles.insert(at, role);
        assert!(
            before.is_none() || before == Some("overflow") && role == "overflow",
            "N1: {at} is {before:?} and {role}"
        );
    }

    fn label(&self, at: u64) -> u8 {
        self.labels[usize::try_from(at).unwrap()]
    }

    fn word(&self, at: u64) -> u16 {
        u16::from_le_bytes(self.words[usize::try_from(at).unwrap()])
    }

    fn varshort(&mut self, at: u64, role: &'static str) -> u64 {
        let units = &self.words[usize::try_from(at).unwrap()..];
        let value = read_varshort(units).unwrap();
        let n = 1 + units.iter().position(|unit| unit[1] & 0x80 == 0).unwrap();
        for unit in 0..n as u64 {
            self.note(at + unit, role);
        }
        value
    }

    fn visit(&mut self, state: u64, kind: ValueKind) -> Vec<u64> {
        assert!(
            state >= 1 && state + SPAN <= self.labels.len() as u64,
            "N2: state {state}"
        );
        let mut targets = Vec::new();
        for c in 0..=255u8 {
            let p = state + u64::from(c);
            if self.label(p) != c {
                continue;
            }
            let target = match pointer(p, self.word(p)).unwrap() {
                Pointer::Direct(target) => target,
                Pointer::Overflow { units, low } => {
                    assert!(units + 512 >= p && units < p + 512, "N9");
                    let value = self.varshort(units, "overflow");
                    low.target(p, value).unwrap()
                }
            };
            assert!(target != 0, "N3, N4, N7: state {state}, byte {c}");
            self.note(p, "transition");
            if c == 0 {
                self.byte_0.insert(state);
            }
            if c == 1 {
                self.byte_1.insert(state);
            }
            targets.push(target);
        }
        if self.label(state + FINAL) == FINAL_LABEL {
            self.finals.insert(state);
            self.varshort(state + FINAL, "value");
        }
        if kind == ValueKind::Completion
            && self.label(state + WEIGHT) == 0
            && self.word(state + WEIGHT) != 0
        {
            self.note(state + WEIGHT, "weight");
        }
        targets
    }

    fn check(&self) {
        for &state in &self.starts {
            if !self.byte_0.contains(&state) {
                assert_ne!(self.label(state), 0, "N4: state {state}");
            }
            let weight = state + WEIGHT;
            if self.label(weight) == 0 && self.word(weight) != 0 {
                assert_eq!(
                    self.roles.get(&weight),
                    Some(&"weight"),
                    "N6: state {state}"
                );
            }
            if self.byte_1.contains(&state) && state >= 255 {
                let before = state - 255;
                assert!(!self.starts.contains(&before), "N5: state {before}");
            }
        }
        for p in 1..=255u64 {
            assert!(
                u64::from(self.label(p)) != p || self.word(p) == 0xC000,
                "N8: slot {p}"
            );
        }
        assert_ne!(self.labels.get(256), Some(&FINAL_LABEL), "N8");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn rules_hold(
        (kind, rows) in prop::sample::select(&ValueKind::ALL[..])
            .prop_flat_map(|kind| (Just(kind), prop::collection::vec((keys(), values(kind)), 0..400)))
    ) {
        let folder = Folder::new();
        let path = folder.file("test.kv");
        compile(&laid_out(KEYVI, options(kind)), &rows, &path);
        Array::read(&std::fs::read(path).unwrap()).check();
    }
}

#[test]
fn rules_hold_with_far_pointers() {
    let folder = Folder::new();
    let path = folder.file("far.kv");
    // long runs between keys that share their ends
    let mut rows = Vec::new();
    for i in 0..60u32 {
        let middle = vec![b'a' + (i % 26) as u8; 1500 + i as usize];
        for tail in ["one", "two", "three"] {
            let key = [format!("{i:02}").as_bytes(), &middle, tail.as_bytes()].concat();
            rows.push((key, format!("{}", tail.len()).into_bytes()));
        }
    }
    for i in 0..30_000u32 {
        rows.push((
            format!("x{:x}", i.wrapping_mul(2_654_435_761)).into_bytes(),
            (i % 3).to_string().into_bytes(),
        ));
    }
    for kind in [ValueKind::Int, ValueKind::Completion] {
        compile(&laid_out(KEYVI, options(kind)), &rows, &path);
        let array = Array::read(&std::fs::read(&path).unwrap());
        array.check();
        assert!(array.roles.values().any(|&role| role == "overflow"));
        assert_eq!(
            Dictionary::open(&path).unwrap().verify().unwrap().keys,
            rows.len() as u64
        );
    }
}
