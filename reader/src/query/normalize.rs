//! Parts of a text replaced by what a dictionary says.

use crate::dictionary::MAX_KEY_LEN;
use crate::entries::{Entries, Places};
use crate::error::{InFile, Result};

impl Entries {
    /// The text with the keys in it replaced by their values, as text: from left to right, at each place the longest key
    /// that stands there. What is part of no key stays.
    ///
    /// This is what keyvi's `FsaTransform` does, apart from its mistakes: where some of a key but not all of it stands in
    /// the text, keyvi loses bytes or doubles others.
    ///
    /// ```
    /// # let dictionary = keyfold_reader::Dictionary::open(concat!(env!("CARGO_MANIFEST_DIR"),
    /// #     "/../testdata/golden/keyvi-0.7.7/words_int.kv"))?;
    /// let normalized = dictionary.entries().normalize(b"to banana")?;
    /// assert_eq!(normalized, b"to 7");
    /// # Ok::<(), keyfold_reader::Error>(())
    /// ```
    pub fn normalize(&self, text: &[u8]) -> Result<Vec<u8>> {
        let mut places = Places::default();
        let mut normalized = Vec::with_capacity(text.len());
        let Some(root) = places.root(self) else {
            return Ok(text.to_vec());
        };
        let mut lengths = Vec::new();
        let mut at = 0;
        while at < text.len() {
            self.go_on()?;
            let rest = &text[at..text.len().min(at + MAX_KEY_LEN)];
            self.keys_at_start(rest, &mut lengths)?;
            let mut replaced = None;
            for &length in &lengths {
                let key = &rest[..length];
                if let Some(found) = places.get(self, root, key, b"")? {
                    self.value(found).write_text(&mut normalized)?;
                    replaced = Some(length);
                    break;
                }
            }
            if replaced.is_none() {
                normalized.push(text[at]);
            }
            at += replaced.unwrap_or(1);
        }
        Ok(normalized)
    }

    /// The lengths of the stored keys that a text starts with, longest first. Some may be deleted.
    fn keys_at_start(&self, text: &[u8], lengths: &mut Vec<usize>) -> Result<()> {
        lengths.clear();
        for source in self.sources() {
            if let Some(root) = source.root {
                let fsa = source.dictionary.fsa();
                fsa.prefixes(root, text, |length, _| lengths.push(length))
                    .in_file(source.dictionary.path())?;
            }
        }
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        Ok(())
    }
}
