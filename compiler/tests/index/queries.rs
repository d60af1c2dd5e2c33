//! Every query, asked of an index and of one dictionary that holds the same.

use keyfold_compiler::{Format, Generator, Input, Options};
use keyfold_reader::automaton::{Every, Glob, KeyRange, Subsequence};
use keyfold_reader::{Completion, Dictionary, Entries, Matches, ValueKind};

use super::random::Random;
use super::step::{Model, all_keys};

/// What a query gives: keys, scores and documents.
type Answer = Vec<(Vec<u8>, u32, Vec<u8>)>;

/// One dictionary with all that the model holds.
pub(super) fn dictionary(model: &Model) -> Dictionary {
    let mut generator = Generator::new(Options {
        format: Format::Keyvi,
        memory_limit: 1 << 20,
        ..Options::new(ValueKind::Json)
    })
    .unwrap();
    for (key, document) in model {
        generator.add(key, Input::Msgpack(document)).unwrap();
    }
    let mut file = Vec::new();
    generator.finish_into(&mut file).unwrap();
    Dictionary::from_bytes(file).unwrap()
}

fn answer(matches: keyfold_reader::Result<Matches<'_>>) -> Result<Answer, String> {
    let matches = matches.map_err(|e| e.to_string())?;
    let one = |found: keyfold_reader::Result<keyfold_reader::Match>| {
        let found = found.map_err(|e| e.to_string())?;
        let document = found.value().msgpack().map_err(|e| e.to_string())?;
        Ok((found.key.clone(), found.score, document.into_owned()))
    };
    matches.map(one).collect()
}

/// All entries.
pub(super) fn all(entries: &Entries) -> Model {
    let found = answer(entries.search(Every)).unwrap();
    found
        .into_iter()
        .map(|(key, _, document)| (key, document))
        .collect()
}

/// The answers to every kind of query for a word.
fn answers(entries: &Entries, word: &[u8]) -> Vec<Result<Answer, String>> {
    let top = Completion::top(3);
    vec![
        answer(entries.search(KeyRange::prefix(word))),
        answer(entries.search(KeyRange::from(word))),
        answer(entries.search(KeyRange::from(b"a").before(word))),
        answer(entries.search(Glob::new(b"a*").unwrap())),
        answer(entries.search(Subsequence::new(word))),
        answer(entries.fuzzy(word, 1, 1)),
        answer(entries.fuzzy_best(word, 2, 0)),
        answer(entries.near(word, 1, false)),
        answer(entries.near(word, 1, true)),
        answer(entries.complete(word, &top)),
        answer(entries.complete_fuzzy(word, 1, 0, &top)),
        answer(entries.complete_multiword(word, 0x1B, &top)),
        answer(entries.complete_fuzzy_multiword(word, 1, 0, 0x1B, &top)),
    ]
}

/// Compares all entries, each key, and every kind of query for a word by chance.
pub(super) fn check(entries: &Entries, model: &Model, random: &mut Random, told: &str) {
    assert_eq!(&all(entries), model, "{told}");
    let one = dictionary(model);
    for key in all_keys() {
        let found = entries.get(key).unwrap();
        let document = found.map(|found| found.value().msgpack().unwrap().into_owned());
        assert_eq!(document.as_ref(), model.get(key), "{told}: {key:?}");
    }
    let keys: Vec<&[u8]> = all_keys().collect();
    let word = random.pick(&keys);
    let expected = answers(&one.entries(), word);
    for (number, answer) in answers(entries, word).into_iter().enumerate() {
        assert_eq!(
            answer, expected[number],
            "{told}: query {number} for {word:?}"
        );
    }
}
