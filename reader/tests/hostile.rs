//! Native files made by hand, whose checksums agree: an error or an answer, and never more work than their size allows.

use keyfold_reader::format::checksum::{Rows, of_section};
use keyfold_reader::format::native::documents::{ARRAY, MAP, PACKED, TEXT, VERBATIM};
use keyfold_reader::format::native::header::{self, Properties};
use keyfold_reader::format::native::leaf::{self, LeafHeader, planes_for, write_planes};
use keyfold_reader::format::native::node::{self, LEAF, Range};
use keyfold_reader::format::native::pool;
use keyfold_reader::format::native::shapes::ShapesWriter;
use keyfold_reader::format::native::slots::{END, JUNCTION, JUNCTIONS_SLACK, Junction, Slot};
use keyfold_reader::format::native::tokens::{self, LITERAL};
use keyfold_reader::{Dictionary, Error, MAX_KEY_LEN, Section, TextRule, ValueKind};

/// A file of kind key-only, or of kind json where there is a document. Keys are over the alphabet `a`, `b`; there are no tokens.
#[derive(Clone, Default)]
struct Handmade {
    keys: u64,
    root: usize,
    head: Vec<u8>,
    slots: Vec<u8>,
    junctions: Vec<u8>,
    leaves: Vec<u8>,
    grams: Vec<u8>,
    document: Option<Vec<u8>>,
}

impl Handmade {
    fn bytes(&self) -> Vec<u8> {
        let slack = [0; leaf::SLACK];
        let tokens = vec![0; tokens::HEADER_LEN + tokens::SLACK];
        let mut sections = vec![
            (Section::Alphabet, b"\x01ab".to_vec()),
            (Section::Tokens, tokens.clone()),
            (Section::Head, self.head.clone()),
            (Section::Slots, self.slots.clone()),
            (Section::Junctions, self.junctions.clone()),
            (Section::Leaves, [&self.leaves[..], &slack].concat()),
            (Section::Grams, self.grams.clone()),
        ];
        if let Some(document) = &self.document {
            let mut shapes = Vec::new();
            ShapesWriter::default().write(&mut shapes);
            let values = [&document[..], &[0; pool::SLACK]].concat();
            sections.extend([
                (Section::Shapes, shapes),
                (Section::Texts, tokens),
                (Section::Values, values),
            ]);
        }
        let listed: Vec<_> = sections
            .iter()
            .map(|(section, bytes)| (*section, bytes.len() as u64, of_section(bytes)))
            .collect();
        let mut file = Vec::new();
        header::write(&self.properties(), &listed, &mut file);
        file.extend(sections.iter().flat_map(|(_, bytes)| bytes));
        file
    }

    fn properties(&self) -> Properties {
        Properties {
            kind: match self.document {
                Some(_) => ValueKind::Json,
                None => ValueKind::KeyOnly,
            },
            keys: self.keys,
            nodes: 1,
            leaves: 1,
            root: self.root as u64,
            entrance: 0,
            values: [u64::from(self.document.is_some()); 2],
            compression: None,
            manifest: String::new(),
            secondary: Vec::new(),
            text_rule: TextRule::default(),
            rows: Rows::default(),
        }
    }

    fn open(&self) -> Dictionary {
        Dictionary::from_bytes(self.bytes()).unwrap()
    }

    /// Appends a node and makes it the root; every label leads to the same target.
    fn node(&mut self, labels: &[u8], target: u32, chain: &[u8]) {
        self.root = self.head.len();
        let range = |&separator| Range {
            separator,
            target,
            weight: 0,
        };
        let ranges: Vec<Range> = labels.iter().map(range).collect();
        node::write(None, &ranges, false, chain, &mut self.head);
    }

    /// Appends a leaf of keys given by what they share with the one before and what follows.
    fn leaf(&mut self, first: u32, keys: &[(u32, &[u8])]) -> u32 {
        let target = LEAF | u32::try_from(self.leaves.len()).unwrap();
        let mut codes = Vec::new();
        let (mut shared, mut lengths, mut ranks) = (Vec::new(), Vec::new(), Vec::new());
        for &(common, rest) in keys {
            let (label, tail) = rest.split_first().unwrap();
            shared.push(common);
            lengths.push(u32::try_from(2 * tail.len()).unwrap());
            ranks.push(u32::from(label - b'a'));
            codes.extend(tail.iter().flat_map(|&byte| [LITERAL, byte]));
        }
        let planes =
            [&shared, &lengths, &ranks].map(|numbers| planes_for(*numbers.iter().max().unwrap()));
        let header = LeafHeader {
            first,
            keys: u32::try_from(keys.len()).unwrap(),
            shared_planes: planes[0],
            length_planes: planes[1],
            label_planes: planes[2],
            base: 0,
        };
        self.leaves.extend(header.write());
        for (numbers, planes) in [shared, lengths, ranks].iter().zip(planes) {
            write_planes(numbers, planes, &mut self.leaves);
        }
        self.leaves.extend(codes);
        target
    }
}

/// Three keys in one leaf.
fn sound() -> Handmade {
    let mut file = Handmade {
        keys: 3,
        ..Handmade::default()
    };
    let target = file.leaf(0, &[(0, b"ab"), (2, b"a"), (0, b"ba")]);
    file.node(b"a", target, b"");
    file
}

fn first_error(dictionary: &Dictionary) -> String {
    dictionary.scan().find_map(Result::err).unwrap().to_string()
}

#[test]
fn a_sound_file_is_sound() {
    let dictionary = sound().open();
    assert_eq!(dictionary.verify().unwrap().keys, 3);
    let keys: Vec<_> = dictionary.keys().map(Result::unwrap).collect();
    assert_eq!(keys, [&b"ab"[..], b"aba", b"ba"]);
    for (ordinal, key) in (0..).zip(&keys) {
        assert_eq!(dictionary.rank(key).unwrap(), ordinal);
        assert_eq!(dictionary.select(ordinal).unwrap().unwrap().key, *key);
    }
}

#[test]
fn grams_that_lack_one_are_told_by_verification() {
    let mut file = Handmade {
        keys: 1,
        ..Handmade::default()
    };
    let target = file.leaf(0, &[(0, b"abababab")]);
    file.node(b"a", target, b"");
    let near = |dictionary: &Dictionary| {
        dictionary
            .entries()
            .fuzzy(b"abababab", 0, 0)
            .unwrap()
            .count()
    };
    for (grams, found) in [
        (Vec::new(), 1),
        (vec![0xFF; 8], 1),
        (vec![0; 8], 0),
        (vec![0; 64], 0),
    ] {
        file.grams = grams;
        let dictionary = file.open();
        assert_eq!(near(&dictionary), found);
        assert_eq!(dictionary.verify().is_ok(), found == 1);
    }
    for len in [1, 7, 9, 24] {
        file.grams = vec![0xFF; len];
        let error = Dictionary::from_bytes(file.bytes()).unwrap_err();
        assert!(
            error.to_string().contains("a power of two of words"),
            "{error}"
        );
    }
}

#[test]
fn a_node_that_leads_to_itself_is_an_error() {
    let mut file = Handmade {
        keys: u64::MAX,
        ..Handmade::default()
    };
    file.node(b"ab", 0, b"");
    let dictionary = file.open();
    assert!(first_error(&dictionary).contains("a cycle"));
    let key = [b'a'; 100];
    assert!(dictionary.get(&key).is_err() && dictionary.get_many(&[&key; 9]).is_err());
    assert!(dictionary.prefix(&key).is_err() && dictionary.range(&key).is_err());
    assert!(dictionary.rank(&key).is_err() && dictionary.select(0).is_err());
    assert!(dictionary.last().is_err() && dictionary.verify().is_err());
    assert!(dictionary.prefixes_of(&key).any(|found| found.is_err()));
}

#[test]
fn a_fan_of_paths_to_one_leaf_ends_at_once() {
    // 40 nodes, each of which leads to the one before by both labels: 2^40 paths to two keys
    let mut file = Handmade {
        keys: 1 << 40,
        ..Handmade::default()
    };
    let leaf = file.leaf(0, &[(0, b"a"), (0, b"b")]);
    file.node(b"a", leaf, b"");
    for _ in 0..40 {
        let below = u32::try_from(file.root).unwrap();
        file.node(b"ab", below, b"");
    }
    let dictionary = file.open();
    assert!(first_error(&dictionary).contains("do not follow each other"));
    assert_eq!(dictionary.scan().take_while(Result::is_ok).count(), 2);
    assert!(dictionary.verify().is_err());
    assert_eq!(dictionary.last().unwrap().unwrap().key, [b'b'; 41]);
    // any key of that length, but no other
    assert!(dictionary.contains(&[b'b'; 41]).unwrap());
    assert!(!dictionary.contains(&[b'b'; 40]).unwrap());
    for ordinal in [0, 1, 2, 1 << 20, (1 << 32) - 1] {
        assert!(
            dictionary
                .select(ordinal)
                .map_or(true, |found| found.unwrap().key.len() == 41)
        );
    }
    assert!(dictionary.rank(&[b'b'; 41]).is_ok());
}

#[test]
fn chains_that_lie_within_each_other_make_no_long_keys() {
    // the chain of each node holds all nodes behind it
    let mut file = Handmade {
        keys: 1,
        ..Handmade::default()
    };
    let leaf = file.leaf(0, &[(0, b"a")]);
    file.node(b"a", leaf, b"");
    let chain = vec![b'a'; 60_000];
    let mut at = file.root;
    let mut below = u32::try_from(at).unwrap();
    let mut node = Handmade::default();
    for _ in 0..1000 {
        node.head.clear();
        node.node(b"a", below, &chain);
        // only its beginning: the next node stands where its chain starts
        let front = node.head.len() - chain.len();
        file.root = file.head.len();
        file.head.extend(&node.head[..front]);
        at = file.root;
        below = u32::try_from(at).unwrap();
    }
    file.head.extend(&chain);
    let dictionary = file.open();
    assert!(first_error(&dictionary).contains("longer than any key"));
    let error = dictionary.select(0).unwrap_err().to_string();
    assert!(error.contains("longer than any key"), "{error}");
    assert!(dictionary.last().is_err());
    assert!(dictionary.verify().is_err());
}

#[test]
fn a_leaf_of_keys_that_grow_makes_no_long_keys() {
    let tail = vec![b'b'; 10_000];
    let keys: Vec<(u32, &[u8])> = (0..64).map(|i| (10_000 * i, &tail[..])).collect();
    let mut file = Handmade {
        keys: 64,
        ..Handmade::default()
    };
    let leaf = file.leaf(0, &keys);
    file.node(b"a", leaf, b"");
    let dictionary = file.open();
    let keys: Vec<_> = dictionary.keys().map_while(Result::ok).collect();
    assert_eq!(keys.len(), MAX_KEY_LEN / 10_000);
    assert!(first_error(&dictionary).contains("longer than any key"));
    for ordinal in 0..64 {
        let found = dictionary.select(ordinal);
        assert_eq!(found.is_ok(), ordinal < keys.len() as u64, "{ordinal}");
    }
}

#[test]
fn keys_beyond_or_short_of_the_header_are_errors() {
    for (keys, reason) in [
        (2, "more keys"),
        (4, "fewer keys"),
        (u64::MAX, "fewer keys"),
    ] {
        let dictionary = Handmade { keys, ..sound() }.open();
        let error = first_error(&dictionary);
        assert!(error.contains(reason), "{error}");
        assert!(dictionary.verify().is_err());
        assert!(dictionary.select(keys - 1).is_err() || keys != 4);
        assert!(dictionary.select(keys).unwrap().is_none());
    }
}

#[test]
fn slots_that_say_otherwise_than_the_nodes_are_found() {
    // by the slots, `a` leads through a junction back to the root, where a key ends
    let mut slots = vec![0; 6 * 512];
    let slot = Slot {
        label: b'a',
        key: 0,
        target: JUNCTION,
    };
    for (at, slot) in [(usize::from(b'a'), slot), (END, Slot::end(0))] {
        slots[6 * at..6 * at + 6].copy_from_slice(&slot.write());
    }
    for chain in [&b""[..], b"a", &[b'a'; 31]] {
        let mut junctions = Vec::new();
        Junction::write(0, chain, &mut junctions);
        junctions.extend([0; JUNCTIONS_SLACK]);
        let mut file = Handmade {
            slots: slots.clone(),
            junctions,
            ..sound()
        };
        let dictionary = file.open();
        for turns in [1, 50] {
            let key = vec![b'a'; turns * (1 + chain.len())];
            assert!(dictionary.contains(&key).unwrap());
            let many = dictionary.get_many(&[&key; 9]).unwrap();
            assert!(many.iter().all(Option::is_some));
            let shorter = &key[..key.len() - 1];
            assert_eq!(dictionary.contains(shorter).unwrap(), chain.is_empty());
        }
        let error = dictionary.verify().unwrap_err().to_string();
        assert!(error.contains("not its place"), "{error}");

        let key = [b'a'; 32 * 32];
        file.slots.truncate(6 * END);
        let dictionary = file.open();
        assert!(dictionary.get(&key[..32 * (1 + chain.len())]).is_err());
        assert!(dictionary.verify().is_err());
        for cut in [0, 4, 8] {
            file.junctions.truncate(cut);
            let dictionary = file.open();
            let key = [b'a'; 40];
            assert!(dictionary.get(&key).is_err());
            assert!(dictionary.get_many(&[&key; 9]).is_err());
            assert!(dictionary.verify().is_err());
        }
    }
}

/// A file with one key, `a`, and this document.
fn with_document(document: Vec<u8>) -> Dictionary {
    let mut file = Handmade {
        keys: 1,
        document: Some(document),
        ..Handmade::default()
    };
    let leaf = file.leaf(0, &[(0, b"a")]);
    file.node(b"a", leaf, b"");
    file.open()
}

#[test]
fn documents_that_promise_more_than_they_hold_are_errors() {
    let dictionary = with_document(vec![ARRAY, 2, TEXT, 0, VERBATIM, 7]);
    let value = dictionary.get(b"a").unwrap().unwrap();
    assert_eq!(value.text().unwrap(), r#"["",7]"#);
    dictionary.verify().unwrap();

    // the largest count that there is
    let count = [254, 0xFF, 0xFF, 0xFF, 0xFF];
    let all = |lead: u8, rest: &[u8]| [&[lead][..], rest].concat();
    for document in [
        Vec::new(),
        all(ARRAY, &count),
        all(MAP, &count),
        all(TEXT, &count),
        all(TEXT, &[1]),
        all(TEXT, &[1, LITERAL]),
        all(TEXT, &[1, 0]),
        all(PACKED, &[]),
        all(PACKED, &[9, 1, 2, 3]),
        all(PACKED, &[2, 0xFF, 0xFF, 0xFF, 0x7F]),
        all(ARRAY, &[1, PACKED, 0, 0xC0]),
        all(MAP, &[1, 0, VERBATIM, 7]),
        all(VERBATIM, &[0xDD, 0xFF, 0xFF, 0xFF, 0xFF]),
        all(VERBATIM, &[7, 7]),
        vec![5],
        vec![16],
        vec![255],
        [ARRAY, 1].repeat(100_000),
        [MAP, 1, 255].repeat(100_000),
        all(VERBATIM, &vec![0x91; 100_000]),
        all(PACKED, &[&[0][..], &vec![0x91; 100_000]].concat()),
    ] {
        let dictionary = with_document(document.clone());
        let value = dictionary.get(b"a").unwrap().unwrap();
        let shown = &document[..document.len().min(8)];
        assert!(value.text().is_err(), "{shown:?}");
        assert!(value.decode::<serde_json::Value>().is_err(), "{shown:?}");
        assert!(dictionary.verify().is_err(), "{shown:?}");
    }
}

#[test]
fn sections_that_are_missing_or_too_long_are_refused() {
    let file = sound();
    for (section, len) in [
        (Section::Alphabet, u64::MAX),
        (Section::Alphabet, 1 << 63),
        (Section::Head, 0),
        (Section::Values, 1 << 40),
    ] {
        let mut bytes = Vec::new();
        header::write(&file.properties(), &[(section, len, 0)], &mut bytes);
        bytes.extend([0; 4096]);
        let error = Dictionary::from_bytes(bytes).unwrap_err();
        assert!(matches!(error, Error::Format(_)), "{error}");
    }
    let root = usize::try_from(u32::MAX).unwrap();
    for root in [root, root + 1, file.head.len(), file.head.len() - 1] {
        let bytes = Handmade {
            root,
            ..file.clone()
        }
        .bytes();
        assert!(Dictionary::from_bytes(bytes).is_err(), "{root}");
    }
}
