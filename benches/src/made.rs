//! Made rows: keys put together from parts of real ones, as many as a test of limits needs.
//!
//! These are no real data and are called made wherever they are reported.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::{Result, ensure};

use crate::definitions::Parts;
use crate::sampler::Sampler;

const SEED: u64 = 10_000_000;

/// Keys by number: each is one of the first parts followed by one of the second, and none comes twice. Neighbouring
/// numbers have nothing in common.
#[derive(Debug)]
pub struct Keys<'t> {
    first: Vec<&'t str>,
    separator: &'static str,
    second: Vec<&'t str>,
}

impl<'t> Keys<'t> {
    /// Takes real keys apart.
    pub fn new(parts: Parts, keys: impl Iterator<Item = &'t str>) -> Self {
        match parts {
            Parts::Words => {
                let words: Vec<&str> = keys.filter(|key| !key.contains(' ')).collect();
                Self {
                    first: words.clone(),
                    separator: " ",
                    second: words,
                }
            }
            Parts::Urls => {
                let (mut hosts, mut paths) = (BTreeSet::new(), BTreeSet::new());
                for key in keys {
                    let (host, path) = host_and_path(key);
                    hosts.insert(host);
                    paths.insert(path);
                }
                Self {
                    first: hosts.into_iter().collect(),
                    separator: "",
                    second: paths.into_iter().collect(),
                }
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.first.len() * self.second.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The parts of a key.
    pub fn parts(&self, number: usize) -> (&'t str, &'t str) {
        let pair = scattered(number, self.len());
        let (first, second) = (pair / self.second.len(), pair % self.second.len());
        (self.first[first], self.second[second])
    }

    /// Writes a key.
    pub fn write(&self, number: usize, out: &mut dyn Write) -> Result<()> {
        let (first, second) = self.parts(number);
        Ok(write!(out, "{first}{}{second}", self.separator)?)
    }
}

/// A URL up to the end of its host, and the rest; a name without a path is a host.
fn host_and_path(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = url[host..].find('/').map_or(url.len(), |path| host + path);
    url.split_at(end)
}

/// Another number below `end`, the same for no two numbers: their bits are mixed, again and again until the result is
/// below `end`.
fn scattered(number: usize, end: usize) -> usize {
    let bits = usize::BITS - (end - 1).leading_zeros();
    let mask = (1 << bits) - 1;
    let half = bits.div_ceil(2);
    let mut mixed = number;
    loop {
        for factor in [
            0x9e37_79b9_7f4a_7c15,
            0xbf58_476d_1ce4_e5b9,
            0x94d0_49bb_1331_11eb,
        ] {
            mixed = mixed.wrapping_mul(factor) & mask;
            mixed ^= mixed >> half;
        }
        if mixed < end {
            return mixed;
        }
    }
}

/// Writes the first `count` keys with values of one kind.
pub fn write(out: &mut dyn Write, keys: &Keys<'_>, kind: &str, count: usize) -> Result<()> {
    ensure!(
        keys.len() >= count,
        "{} made keys are not enough",
        keys.len()
    );
    let mut sampler = Sampler::new(SEED);
    for number in 0..count {
        keys.write(number, out)?;
        let (first, second) = keys.parts(number);
        let value = sampler.next_u64();
        match kind {
            "key-only" => {}
            // As many of one bit as of two or of twenty: like counts, most are small.
            "int" => write!(out, "\t{}", value >> (44 + sampler.below(20)))?,
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
        let keys = Keys::new(Parts::Words, words.iter().map(String::as_str));
        for kind in [
            "key-only",
            "int",
            "completion",
            "string",
            "json",
            "float-vector",
        ] {
            let mut out = Vec::new();
            write(&mut out, &keys, kind, 500).unwrap();
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
        assert!(write(&mut Vec::new(), &keys, "int", 120 * 120 + 1).is_err());
    }

    #[test]
    fn urls_are_taken_apart_behind_the_host() {
        assert_eq!(host_and_path("http://a.b/c/d"), ("http://a.b", "/c/d"));
        assert_eq!(host_and_path("a.b/c"), ("a.b", "/c"));
        assert_eq!(host_and_path("https://a.b"), ("https://a.b", ""));
        let keys = Keys::new(Parts::Urls, ["http://a/x", "b"].into_iter());
        let mut made: Vec<(&str, &str)> = (0..keys.len()).map(|n| keys.parts(n)).collect();
        made.sort_unstable();
        let all = [("b", ""), ("b", "/x"), ("http://a", ""), ("http://a", "/x")];
        assert_eq!(made, all);
    }

    #[test]
    fn scattering_keeps_numbers_apart() {
        for end in [1, 2, 3, 1000] {
            let all: HashSet<usize> = (0..end).map(|number| scattered(number, end)).collect();
            assert_eq!(all.len(), end);
        }
    }
}
