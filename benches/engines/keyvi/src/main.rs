//! `engine-keyvi get FILE QUERIES [--passes N] [--value none|packed|text]`: looks up every line of QUERIES through the keyvi
//! crate and prints one JSON object, as `benches/engines/README.md` describes it.

use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use keyvi::dictionary::Dictionary;

struct Arguments {
    file: PathBuf,
    queries: PathBuf,
    passes: usize,
    value: Form,
}

/// What is taken from a match.
#[derive(Clone, Copy)]
enum Form {
    None,
    Packed,
    Text,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = parse(std::env::args().skip(1))?;
    let text = std::fs::read_to_string(&arguments.queries)?;
    let queries: Vec<&str> = text.lines().collect();
    let file = arguments
        .file
        .to_str()
        .ok_or("the file name is not UTF-8")?;
    let dictionary = Dictionary::new(file)?;

    // The first pass is not measured: it checks, and brings the pages into memory.
    let mut found = 0_u64;
    let mut checksum = 0xcbf2_9ce4_8422_2325_u64;
    for query in &queries {
        if let Some(value) = look_up(&dictionary, query, arguments.value) {
            found += 1;
            checksum = fold(checksum, &value);
        }
    }
    let mut nanoseconds = Vec::new();
    for _ in 0..arguments.passes {
        let begin = Instant::now();
        let mut hits = 0_u64;
        for query in &queries {
            if let Some(value) = look_up(&dictionary, query, arguments.value) {
                hits += 1;
                black_box(value);
            }
        }
        nanoseconds.push(begin.elapsed().as_secs_f64() * 1e9 / queries.len().max(1) as f64);
        if hits != found {
            return Err("passes differ".into());
        }
    }
    let report = serde_json::json!({
        "queries": queries.len(),
        "found": found,
        "checksum": format!("{checksum:016x}"),
        "nanoseconds": nanoseconds,
    });
    println!("{report}");
    Ok(())
}

fn look_up(dictionary: &Dictionary, query: &str, form: Form) -> Option<Vec<u8>> {
    let found = dictionary.get(query);
    if found.is_empty() {
        return None;
    }
    Some(match form {
        Form::None => Vec::new(),
        Form::Packed => found.get_msgpacked_value(),
        Form::Text => found.get_value_as_string().into_bytes(),
    })
}

/// FNV-1a over the value and its length: the same in every engine.
fn fold(state: u64, value: &[u8]) -> u64 {
    let length = (value.len() as u64).to_le_bytes();
    value.iter().chain(&length).fold(state, |state, &byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, Box<dyn Error>> {
    if words.next().as_deref() != Some("get") {
        return Err("the only operation is get".into());
    }
    let file = words.next().ok_or("no FILE")?.into();
    let queries = words.next().ok_or("no QUERIES")?.into();
    let mut arguments = Arguments {
        file,
        queries,
        passes: 5,
        value: Form::None,
    };
    while let Some(option) = words.next() {
        let value = words.next().ok_or("an option without value")?;
        match (option.as_str(), value.as_str()) {
            ("--passes", count) => arguments.passes = count.parse()?,
            ("--value", "none") => arguments.value = Form::None,
            ("--value", "packed") => arguments.value = Form::Packed,
            ("--value", "text") => arguments.value = Form::Text,
            _ => return Err(format!("{option} {value} is not an option").into()),
        }
    }
    Ok(arguments)
}
