//! Keys to look up, read before anything is measured.

use std::fs::File;
use std::io::{BufRead, BufReader};

use anyhow::{Context, Result};

use crate::arguments::Asked;

/// The text that holds the keys, and no more of the file than that.
#[derive(Debug)]
pub struct Queries(Vec<u8>);

impl Queries {
    /// Reads the keys that are to be asked.
    pub fn read(asked: &Asked) -> Result<Self> {
        let name = || format!("cannot read {}", asked.queries.display());
        let file = File::open(&asked.queries).with_context(name)?;
        let (mut lines, mut text) = (BufReader::new(file), Vec::new());
        let mut left = asked.limit.unwrap_or(usize::MAX);
        while left > 0 && lines.read_until(b'\n', &mut text).with_context(name)? > 0 {
            left -= 1;
        }
        Ok(Self(text))
    }

    /// The keys; they lie in memory in the order in which they are asked.
    pub fn keys(&self) -> Vec<&[u8]> {
        let lines = self.0.split(|&byte| byte == b'\n');
        lines.filter(|line| !line.is_empty()).collect()
    }
}
