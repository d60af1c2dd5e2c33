//! Every golden file reads as its contents file says.

use keyfold_reader::format::deleted;
use keyfold_reader::{
    Compression, Dictionary, KeySet, LoadingStrategy, SecondaryDictionary, Value, ValueKind,
    ValueVector, verify, write_floats_g,
};
use serde_json::Value as Json;

use crate::support::{DICTIONARIES, WITH_QUERIES, bytes, golden, lines, read};

fn dictionaries() -> impl Iterator<Item = (String, Dictionary, Vec<Json>)> {
    let names = DICTIONARIES
        .into_iter()
        .chain(WITH_QUERIES.map(|name| (name, "")));
    names.map(|(name, packed)| {
        let dictionary = Dictionary::from_bytes(read(&format!("{name}.kv{packed}"))).unwrap();
        (
            name.to_owned(),
            dictionary,
            lines(&format!("{name}.jsonl{packed}")),
        )
    })
}

/// A value equals what keyvi gave, in every form.
fn check_value(value: Value<'_>, line: &Json) {
    let expected = &line["value"];
    if let Some(word) = line["word"].as_u64() {
        assert_eq!(value.handle().0, word);
    }
    match value.kind() {
        ValueKind::KeyOnly => {
            assert_eq!(expected, &Json::Null);
            assert_eq!(value.text().unwrap(), "");
            value.decode::<()>().unwrap();
        }
        ValueKind::Int | ValueKind::Completion => {
            assert_eq!(value.as_u64(), expected.as_u64());
            assert_eq!(value.decode::<u64>().unwrap(), expected.as_u64().unwrap());
            assert_eq!(value.text().unwrap(), expected.to_string());
            if let Some(weight) = line["weight"].as_u64() {
                assert_eq!(u64::from(value.weight()), weight);
            }
        }
        ValueKind::String => {
            assert_eq!(value.text().unwrap(), expected.as_str().unwrap());
            assert_eq!(
                value.decode::<String>().unwrap(),
                expected.as_str().unwrap()
            );
        }
        ValueKind::Json => {
            let text = line.get("text").map_or_else(
                || expected.to_string(),
                |text| text.as_str().unwrap().to_owned(),
            );
            assert_eq!(value.text().unwrap(), text);
            if serde_json::from_str::<Json>(&text).is_ok() {
                assert_eq!(&value.decode::<Json>().unwrap(), expected);
            }
            for compression in [
                Compression::None,
                Compression::Zlib,
                Compression::Snappy,
                Compression::Zstd,
            ] {
                let packed = value.msgpack_compressed(compression).unwrap();
                let mut payload = Vec::new();
                compression
                    .decompress(&packed, 1 << 20, &mut payload)
                    .unwrap();
                assert_eq!(payload, *value.msgpack().unwrap());
            }
        }
        ValueKind::FloatVector => {
            let floats = value.floats().unwrap();
            let mut text = Vec::new();
            write_floats_g(&floats, &mut text);
            assert_eq!(
                String::from_utf8(text).unwrap(),
                line["text"].as_str().unwrap()
            );
            let expected: Vec<f64> = expected
                .as_array()
                .unwrap()
                .iter()
                .map(|n| n.as_f64().unwrap())
                .collect();
            assert_eq!(
                floats
                    .iter()
                    .map(|&float| f64::from(float))
                    .collect::<Vec<_>>(),
                expected
            );
            assert_eq!(value.decode::<Vec<f32>>().unwrap(), floats);
        }
    }
}

#[test]
fn contents() {
    for (name, dictionary, lines) in dictionaries() {
        eprintln!("{name}");
        assert_eq!(dictionary.len(), lines.len() as u64);
        let mut scan = dictionary.scan();
        for line in &lines {
            assert!(scan.advance().unwrap());
            let key = bytes(line, "key");
            assert_eq!(scan.key(), key);
            check_value(scan.value(), line);
            check_value(dictionary.get(&key).unwrap().unwrap(), line);
            assert!(
                !dictionary
                    .contains(&[&key[..], b"\xFE\x01"].concat())
                    .unwrap()
            );
        }
        assert!(!scan.advance().unwrap());
        let soundness = dictionary.verify().unwrap();
        assert_eq!(
            (soundness.keys, soundness.checksums),
            (lines.len() as u64, false)
        );
        let statistics = dictionary.statistics().unwrap();
        assert_eq!(soundness.states, statistics.states);
        assert_eq!(statistics.trailing_bytes, 0);
    }
}

#[test]
fn every_loading_strategy_serves_the_same() {
    let (path, lines) = (golden("json_zstd.kv"), lines("json_zstd.jsonl"));
    for (name, strategy) in LoadingStrategy::ALL {
        assert_eq!(name.parse::<LoadingStrategy>(), Ok(strategy));
        let dictionary = Dictionary::open_with(&path, strategy).unwrap();
        for line in &lines {
            check_value(dictionary.get(&bytes(line, "key")).unwrap().unwrap(), line);
        }
    }
    assert!("eager".parse::<LoadingStrategy>().is_err());
}

#[test]
fn manifests() {
    assert_eq!(
        Dictionary::open(golden("one_key.kv")).unwrap().manifest(),
        "{\"note\":\"manifest ä\"}"
    );
    assert_eq!(
        Dictionary::open(golden("secondary.kv")).unwrap().manifest(),
        "secondary"
    );
}

#[test]
fn exact_and_leftmost_longest_queries() {
    let mut checked = 0;
    for name in WITH_QUERIES
        .into_iter()
        .chain(["multiword"])
        .filter(|name| *name != "values_int")
    {
        let dictionary = Dictionary::open(golden(&format!("{name}.kv"))).unwrap();
        for line in lines(&format!("{name}.queries.jsonl")) {
            let query = bytes(&line, "query");
            let hits = line["hits"].as_array().unwrap();
            let found = match line["op"].as_str().unwrap() {
                "match" | "get" => dictionary
                    .get(&query)
                    .unwrap()
                    .map(|value| (query.len(), value)),
                // a key counts where the text ends or a space follows
                "search" => dictionary
                    .prefixes_of(&query)
                    .map(Result::unwrap)
                    .filter(|(end, _)| query.get(*end).is_none_or(|&next| next == b' '))
                    .last(),
                _ => continue,
            };
            if line.get("quirk").is_some() {
                continue;
            }
            checked += 1;
            let expected = hits
                .first()
                .map(|hit| (hit["end"].as_u64().unwrap(), hit["value"].as_u64()));
            assert_eq!(
                found.map(|(end, value)| (end as u64, value.as_u64())),
                expected,
                "{line}"
            );
        }
    }
    assert!(checked > 30, "{checked}");
}

#[test]
fn inner_weights() {
    let dictionary = Dictionary::open(golden("weighted.kv")).unwrap();
    let fsa = dictionary.fsa();
    for line in lines("weighted.prefixes.jsonl") {
        let at = fsa
            .follow(fsa.root().unwrap(), &bytes(&line, "prefix"))
            .unwrap()
            .unwrap();
        assert_eq!(
            u64::from(fsa.inner_weight(at).unwrap()),
            line["inner_weight"].as_u64().unwrap()
        );
    }
}

#[test]
fn chains_end_where_paths_part() {
    for (name, dictionary, _) in dictionaries() {
        let fsa = dictionary.fsa();
        let Some(root) = fsa.root() else { continue };
        for entry in dictionary.scan().map(Result::unwrap) {
            let mut at = root;
            let mut path = Vec::new();
            while path.len() < entry.key.len() {
                let start = path.len();
                let end = fsa.chain(at, 1 << 16, &mut path).unwrap();
                assert!(
                    fsa.follow(at, &path[start..]).unwrap() == Some(end),
                    "{name}"
                );
                assert!(
                    fsa.is_final(end).unwrap() || fsa.children(end).unwrap().len() != 1,
                    "{name}"
                );
                if path.len() >= entry.key.len() {
                    break;
                }
                assert!(entry.key.starts_with(&path), "{name}");
                let label = entry.key[path.len()];
                path.push(label);
                at = fsa.step(end, label).unwrap().unwrap();
            }
        }
    }
}

#[test]
fn secondary_keys() {
    let path = golden("secondary.kv");
    let dictionary = SecondaryDictionary::open(&path).unwrap();
    assert_eq!(dictionary.names(), ["tenant", "user"]);
    let lines = lines("secondary.jsonl");
    let field = |line: &Json, name: &str| line["meta"][name].as_str().unwrap().as_bytes().to_vec();
    let mut expected = Vec::new();
    for line in &lines {
        let (tenant, user, key) = (
            field(line, "tenant"),
            field(line, "user"),
            bytes(line, "key"),
        );
        let view = dictionary.under(&[&tenant, &user]).unwrap();
        check_value(view.get(&key).unwrap().unwrap(), line);
        assert!(
            view.prefix(b"")
                .unwrap()
                .any(|entry| entry.unwrap().key == key)
        );
        assert!(view.range(b"", &key).unwrap().next().unwrap().unwrap().key == key);
        expected.push((tenant, user, key));
    }
    expected.sort();
    let mut scan = dictionary.scan().unwrap();
    for (tenant, user, key) in &expected {
        assert!(scan.advance().unwrap());
        assert_eq!(scan.fields().collect::<Vec<_>>(), [&tenant[..], user]);
        assert_eq!(scan.key(), key);
    }
    assert!(!scan.advance().unwrap());
    for fields in [[&b"nobody"[..], b"u0"], [b"", b"nobody"], [b"t1", b""]] {
        let view = dictionary.under(&fields).unwrap();
        assert!(!view.contains(b"key0").unwrap());
        assert_eq!(
            view.prefix(b"").unwrap().count() + view.range(b"", b"").unwrap().count(),
            0
        );
    }
    assert!(dictionary.under(&[b"t1"]).is_err());
    assert_eq!(verify(&path).unwrap().keys, lines.len() as u64);
    assert!(SecondaryDictionary::open(golden("words_int.kv")).is_err());
}

#[test]
fn vectors() {
    for name in ["vector_json", "vector_json_snappy", "vector_string"] {
        let path = golden(&format!("{name}.kvv"));
        let vector = ValueVector::open(&path).unwrap();
        let lines = lines(&format!("{name}.jsonl"));
        assert_eq!(vector.len(), lines.len() as u64);
        for line in &lines {
            let value = vector
                .get(line["index"].as_u64().unwrap())
                .unwrap()
                .unwrap();
            assert_eq!(&value.decode::<Json>().unwrap(), &line["value"]);
        }
        assert_eq!(vector.iter().count(), lines.len());
        assert!(vector.get(vector.len()).unwrap().is_none());
        assert_eq!(verify(&path).unwrap().values, vector.len());
    }
}

#[test]
fn segments_of_an_index() {
    for line in lines("index.segments.jsonl") {
        let name = format!("index/{}", line["segment"].as_str().unwrap());
        let segment = Dictionary::open(golden(&name)).unwrap();
        let entries = line["entries"].as_object().unwrap();
        assert_eq!(segment.len(), entries.len() as u64);
        for (key, value) in entries {
            assert_eq!(
                &segment
                    .get(key.as_bytes())
                    .unwrap()
                    .unwrap()
                    .decode::<Json>()
                    .unwrap(),
                value
            );
        }
        let expected = line["deleted"].as_array().unwrap();
        if !expected.is_empty() {
            let deleted = deleted::read(&read(&format!("{name}.dk"))).unwrap();
            let expected: KeySet = expected
                .iter()
                .map(|key| key.as_str().unwrap().as_bytes())
                .collect();
            assert_eq!(deleted, expected);
        }
    }
}
