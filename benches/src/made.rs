//! Made rows: pairs of real words, as many as a test of limits needs.
//!
//! These are no real data and are called made wherever they are reported.

use std::io::Write;

use anyhow::{Result, ensure};

use crate::sampler::Sampler;

/// How many different words come second in a pair.
const SECONDS: usize = 100;
const SEED: u64 = 10_000_000;

/// Writes `count` rows of one kind in random order; keys are unique pairs of the given words.
pub fn write(out: &mut dyn Write, words: &[&str], kind: &str, count: usize) -> Result<()> {
    ensure!(
        words.len() * SECONDS >= count,
        "{} words make too few pairs",
        words.len()
    );
    let count = u32::try_from(count)?;
    let mut order: Vec<u32> = (0..count).collect();
    let mut sampler = Sampler::new(SEED);
    sampler.shuffle(&mut order);
    for number in order {
        let pair = number as usize;
        let (first, second) = (words[pair / SECONDS], words[pair % SECONDS]);
        write!(out, "{first} {second}")?;
        let value = sampler.next_u64();
        match kind {
            "key-only" => {}
            "int" => write!(out, "\t{}", value >> 24)?,
            "completion" => write!(out, "\t{}", value >> 40)?,
            "string" => write!(out, "\t{second} of {first}, {}", value % 100_000)?,
            "json" => write!(
                out,
                "\t{{\"id\":{number},\"name\":\"{second} {first}\",\"score\":{}.5,\"tags\":[\"{first}\",{}]}}",
                value % 1000,
                value % 7
            )?,
            "float-vector" => {
                for component in 0..10 {
                    let separator = if component == 0 { '\t' } else { ',' };
                    write!(
                        out,
                        "{separator}{}.{}",
                        sampler.below(100),
                        sampler.below(1000)
                    )?;
                }
            }
            _ => anyhow::bail!("no rows of kind {kind}"),
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_are_unique_and_rows_of_the_kind_asked_for() {
        let words: Vec<String> = (0..120).map(|number| format!("w{number}")).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        for kind in [
            "key-only",
            "int",
            "completion",
            "string",
            "json",
            "float-vector",
        ] {
            let mut out = Vec::new();
            write(&mut out, &words, kind, 500).unwrap();
            let text = String::from_utf8(out).unwrap();
            let keys: HashSet<&str> = text
                .lines()
                .filter_map(|row| row.split('\t').next())
                .collect();
            assert_eq!(keys.len(), 500);
            assert_eq!(
                text.lines().all(|row| row.contains('\t')),
                kind != "key-only"
            );
        }
        assert!(write(&mut Vec::new(), &words, "int", 120_001).is_err());
    }
}
