//! K-way merge of sorted sources into one sequence of different keys.

use crate::error::{Error, Result};
use crate::options::OnDuplicate;

/// Rows in strictly ascending order of their keys.
pub trait Source {
    /// Goes to the next row; false at the end.
    fn advance(&mut self) -> Result<bool>;
    /// The key of the current row.
    fn key(&self) -> &[u8];
}

/// Merges sources, oldest first. Of rows with the same key one stays, by the age of its source.
pub struct Merge<S> {
    sources: Vec<S>,
    /// A heap of the sources that stand on a row: the smallest key on top, and of rows with the same key the
    /// one that stays.
    heap: Vec<usize>,
    on_duplicate: OnDuplicate,
    /// Whether the top of the heap is the current row.
    started: bool,
    key: Vec<u8>,
    duplicates: u64,
}

impl<S: Source> Merge<S> {
    /// Stands before the first key.
    pub fn new(mut sources: Vec<S>, on_duplicate: OnDuplicate) -> Result<Self> {
        let mut heap = Vec::with_capacity(sources.len());
        for (i, source) in sources.iter_mut().enumerate() {
            if source.advance()? {
                heap.push(i);
            }
        }
        let key = Vec::new();
        let mut merge = Merge {
            sources,
            heap,
            on_duplicate,
            started: false,
            key,
            duplicates: 0,
        };
        for i in (0..merge.heap.len() / 2).rev() {
            merge.sift_down(i);
        }
        Ok(merge)
    }

    /// Goes to the next key; false at the end.
    pub fn advance(&mut self) -> Result<bool> {
        if self.started {
            self.advance_top()?;
            while self.top().is_some_and(|top| top.key() == self.key) {
                if self.on_duplicate == OnDuplicate::Error {
                    return Err(Error::DuplicateKey(std::mem::take(&mut self.key)));
                }
                self.duplicates += 1;
                self.advance_top()?;
            }
        }
        self.started = true;
        let Some(&top) = self.heap.first() else {
            return Ok(false);
        };
        self.key.clear();
        self.key.extend_from_slice(self.sources[top].key());
        Ok(true)
    }

    /// The current key.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// The source whose row is the current one.
    pub fn current(&self) -> &S {
        &self.sources[self.heap[0]]
    }

    /// The current source's place among the sources.
    pub fn current_index(&self) -> usize {
        self.heap[0]
    }

    /// Rows passed over so far because a row with the same key stayed.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    fn top(&self) -> Option<&S> {
        self.heap.first().map(|&i| &self.sources[i])
    }

    fn advance_top(&mut self) -> Result<()> {
        if !self.sources[self.heap[0]].advance()? {
            self.heap.swap_remove(0);
        }
        self.sift_down(0);
        Ok(())
    }

    fn sift_down(&mut self, mut i: usize) {
        loop {
            let mut first = i;
            for child in [2 * i + 1, 2 * i + 2] {
                if child < self.heap.len() && self.before(self.heap[child], self.heap[first]) {
                    first = child;
                }
            }
            if first == i {
                return;
            }
            self.heap.swap(i, first);
            i = first;
        }
    }

    fn before(&self, a: usize, b: usize) -> bool {
        let by_age = match self.on_duplicate {
            OnDuplicate::Last | OnDuplicate::Error => b.cmp(&a),
            OnDuplicate::First => a.cmp(&b),
        };
        self.sources[a]
            .key()
            .cmp(self.sources[b].key())
            .then(by_age)
            .is_lt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Words(std::slice::Iter<'static, &'static str>, &'static str);

    impl Source for Words {
        fn advance(&mut self) -> Result<bool> {
            let next = self.0.next();
            self.1 = next.copied().unwrap_or_default();
            Ok(next.is_some())
        }

        fn key(&self) -> &[u8] {
            self.1.as_bytes()
        }
    }

    fn merge(on_duplicate: OnDuplicate) -> Result<(Vec<(String, usize)>, u64)> {
        const SOURCES: [&[&str]; 4] = [&["a", "c", "d"], &[], &["a", "b", "d"], &["d"]];
        let sources = SOURCES
            .iter()
            .map(|words| Words(words.iter(), ""))
            .collect();
        let mut merge = Merge::new(sources, on_duplicate)?;
        let mut rows = Vec::new();
        while merge.advance()? {
            rows.push((
                String::from_utf8_lossy(merge.key()).into_owned(),
                merge.current_index(),
            ));
        }
        Ok((rows, merge.duplicates()))
    }

    #[test]
    fn one_row_a_key() {
        let rows = |list: [(&str, usize); 4]| list.map(|(k, i)| (k.to_owned(), i)).to_vec();
        assert_eq!(
            merge(OnDuplicate::Last).unwrap(),
            (rows([("a", 2), ("b", 2), ("c", 0), ("d", 3)]), 3)
        );
        assert_eq!(
            merge(OnDuplicate::First).unwrap(),
            (rows([("a", 0), ("b", 2), ("c", 0), ("d", 0)]), 3)
        );
        assert!(matches!(merge(OnDuplicate::Error), Err(Error::DuplicateKey(key)) if key == b"a"));
    }
}
