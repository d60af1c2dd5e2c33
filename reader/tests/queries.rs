//! Queries answered as keyvi answered them.

use keyfold_reader::Dictionary;
use keyfold_reader::index::Index;
use keyfold_reader::keyvi::{Hits, Keyvi};
use serde_json::{Value as Json, json};

use crate::support::{bytes, golden, lines};

fn argument(line: &Json, name: &str) -> usize {
    usize::try_from(line[name].as_u64().unwrap()).unwrap()
}

/// The hits of a look-up; nothing for an operation that is no query.
fn look_up(keyvi: &Keyvi, line: &Json) -> Option<Hits> {
    let query = &bytes(line, "query")[..];
    let distance = |line| u32::try_from(argument(line, "max_edit_distance")).unwrap();
    let prefix = |line| argument(line, "min_prefix");
    let top = line["top_n"]
        .as_u64()
        .map(|top| usize::try_from(top).unwrap());
    let hits = match line["op"].as_str().unwrap() {
        "near" => keyvi.near(query, prefix(line), line["greedy"].as_bool().unwrap()),
        "fuzzy" => keyvi.fuzzy(query, distance(line), prefix(line)),
        "complete_prefix" => keyvi.complete_prefix(query, top),
        "complete_multiword" => keyvi.complete_multiword(query, top),
        "complete_fuzzy_multiword" => {
            keyvi.complete_fuzzy_multiword(query, distance(line), prefix(line))
        }
        "PrefixCompletion.complete" => keyvi.prefix_completion(query, argument(line, "n")),
        "PrefixCompletion.complete_fuzzy" => {
            keyvi.fuzzy_prefix_completion(query, distance(line), prefix(line))
        }
        "MultiWordCompletion.complete" => keyvi.multiword_completion(query, argument(line, "n")),
        _ => return None,
    };
    Some(hits.unwrap())
}

/// Hits as the golden files tell them.
fn described(hits: Hits) -> Vec<Json> {
    let described = hits.map(|hit| {
        let hit = hit.unwrap();
        let value = hit.matched.value();
        let text = String::from_utf8(hit.matched.key.clone()).unwrap();
        let value: Json = value.decode().unwrap();
        json!([text, hit.end, f64::from(hit.matched.score), value])
    });
    described.collect()
}

fn expected(line: &Json) -> Vec<Json> {
    let hits = line["hits"].as_array().unwrap();
    let described = hits.iter().map(|hit| {
        assert_eq!(hit["start"], 0);
        json!([hit["matched"], hit["end"], hit["score"], hit["value"]])
    });
    described.collect()
}

#[test]
fn of_one_dictionary() {
    let mut checked = 0;
    for name in ["multiword", "weighted", "words_int"] {
        let dictionary = Dictionary::open(golden(&format!("{name}.kv"))).unwrap();
        let keyvi = dictionary.entries().as_keyvi();
        for line in lines(&format!("{name}.queries.jsonl")) {
            let Some(hits) = look_up(&keyvi, &line) else {
                continue;
            };
            assert_eq!(described(hits), expected(&line), "{name} {line}");
            checked += 1;
        }
    }
    assert!(checked > 350, "{checked}");
}

/// keyvi's index of several dictionaries. What it answers as a single dictionary would, has to be the same.
#[test]
fn of_several_dictionaries() {
    let entries = Index::open(golden("index")).unwrap().entries();
    let keyvi = entries.as_keyvi();
    let mut checked = 0;
    for line in lines("index.queries.jsonl") {
        if line.get("quirk").is_some() {
            continue;
        }
        let Some(hits) = look_up(&keyvi, &line) else {
            continue;
        };
        assert_eq!(described(hits), expected(&line), "{line}");
        checked += 1;
    }
    assert!(checked > 160, "{checked}");
}
