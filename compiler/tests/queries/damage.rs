//! Queries over damaged files: hits, errors or nothing, but always an end.

use keyfold_reader::automaton::{FuzzyPrefix, Glob, Phrase, Regex, Subsequence};
use keyfold_reader::keyvi::Hits;
use keyfold_reader::{Completion, Dictionary, Entries, Matches, Result, ValueKind};

use crate::support::{Folder, LAYOUTS, compile, laid_out, options};

fn drain(matches: Result<Matches<'_>>) {
    if let Ok(mut matches) = matches {
        while let Ok(true) = matches.advance() {}
    }
}

fn drain_hits(hits: Result<Hits>) {
    if let Ok(hits) = hits {
        hits.take_while(Result::is_ok).for_each(drop);
    }
}

fn ask(entries: &Entries) {
    let wanted = Completion::top(20);
    drain(entries.near(b"york", 1, true));
    drain(entries.near(b"", 0, false));
    drain(entries.complete_multiword(b"new y", 0x1B, &wanted));
    drain(entries.complete_fuzzy_multiword(b"now y", 2, 0, 0x1B, &wanted));
    drain(entries.search(Glob::new(b"*[a-z]o?*").unwrap()));
    drain(entries.search(Regex::new(".*or.*").unwrap()));
    drain(entries.search(Subsequence::new(b"yk")));
    drain(entries.search(Phrase::new(
        FuzzyPrefix::new(b"new", 1, 0).unwrap(),
        1,
        0x1B,
    )));
    let keyvi = entries.as_keyvi();
    drain_hits(keyvi.fuzzy(b"york", 2, 0));
    drain_hits(keyvi.complete_prefix(b"", Some(3)));
    drain_hits(keyvi.complete_fuzzy_multiword(b"new y", 1, 0));
    drain_hits(keyvi.fuzzy_prefix_completion(b"yirk", 1, 1));
    drain_hits(keyvi.prefix_completion(b"", 3));
    drain_hits(keyvi.multiword_completion(b"new ", 3));
    let _ = keyvi.forward_backward_completion(&keyvi, b"new york", 2);
    let _ = entries.normalize(b"new york city of york");
}

#[test]
fn every_query_ends() {
    let phrases = [
        "york",
        "new york",
        "new york city",
        "city of york",
        "newark",
        "münchen",
    ];
    let mut rows: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for (weight, phrase) in phrases.iter().enumerate() {
        let weight = (weight * 7 % 5).to_string().into_bytes();
        rows.push((phrase.as_bytes().to_vec(), weight.clone()));
        rows.push((format!("{phrase}\x1b{phrase}").into_bytes(), weight));
    }
    for layout in LAYOUTS {
        let folder = Folder::new();
        let path = folder.file("sound");
        compile(
            &laid_out(layout, options(ValueKind::Completion)),
            &rows,
            &path,
        );
        let sound = std::fs::read(&path).unwrap();
        for at in 0..sound.len() {
            for change in [1, 0x80] {
                let mut damaged = sound.clone();
                damaged[at] ^= change;
                if let Ok(dictionary) = Dictionary::from_bytes(damaged) {
                    ask(&dictionary.entries().limit(50));
                }
            }
        }
    }
}
