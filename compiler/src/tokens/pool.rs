//! The text of all tokens, overlapped.
//!
//! A token that is part of another one needs no text of its own. Of the others, the end of one is the start of the next
//! where it can be, the longest such overlaps first.

use std::cmp::Reverse;

use super::repeats::{Place, Repeats};
use super::{Texts, Token};

/// The text of tokens.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) bytes: Vec<u8>,
    /// Per token: where its text starts.
    pub(super) offsets: Vec<usize>,
}

impl Pool {
    /// The text of tokens, no two of which are equal, in their order as far as overlaps allow.
    pub(super) fn new(tokens: &[Token]) -> Self {
        let texts = Texts::new(tokens.iter().map(Token::text));
        let suffixes = suffixes(tokens, &texts);
        let hosts = hosts(tokens, &suffixes);
        let chains = Chains::new(tokens, &suffixes, &hosts);
        let mut pool = Pool {
            bytes: Vec::new(),
            offsets: vec![0; tokens.len()],
        };
        let mut done = vec![false; tokens.len()];
        for token in 0..tokens.len() {
            let mut first = token;
            while let Some((host, _)) = hosts[first] {
                first = host;
            }
            if done[first] {
                continue;
            }
            while let Some(before) = chains.before[first] {
                first = before;
            }
            let mut next = Some((first, 0));
            while let Some((token, overlap)) = next {
                done[token] = true;
                pool.offsets[token] = pool.bytes.len() - overlap;
                pool.bytes
                    .extend_from_slice(&tokens[token].text()[overlap..]);
                next = chains.after[token];
            }
        }
        // hosts are longer
        let mut longest_first: Vec<usize> = (0..tokens.len()).collect();
        longest_first.sort_by_key(|&token| Reverse(tokens[token].len));
        for token in longest_first {
            if let Some((host, offset)) = hosts[token] {
                pool.offsets[token] = pool.offsets[host] + offset;
            }
        }
        pool
    }
}

/// The end of a token, from some offset on.
#[derive(Clone, Copy, Debug)]
struct Suffix {
    token: usize,
    offset: usize,
    len: usize,
    /// How many bytes it has in common with the next one.
    shared: usize,
}

/// All suffixes of all tokens, in order.
fn suffixes(tokens: &[Token], texts: &Texts) -> Vec<Suffix> {
    let owners: Vec<(usize, usize)> = tokens
        .iter()
        .enumerate()
        .flat_map(|(token, text)| (0..text.text().len()).map(move |offset| (token, offset)))
        .collect();
    let suffix = |(place, shared): (Place, usize)| {
        let (token, offset) = owners[place.at()];
        let len = tokens[token].text().len() - offset;
        Suffix {
            token,
            offset,
            len,
            shared,
        }
    };
    Repeats::new(texts).places().map(suffix).collect()
}

/// Per token: a longer one that it is part of, and where in that it starts.
fn hosts(tokens: &[Token], suffixes: &[Suffix]) -> Vec<Option<(usize, usize)>> {
    let mut hosts = vec![None; tokens.len()];
    for (rank, suffix) in suffixes
        .iter()
        .enumerate()
        .filter(|(_, suffix)| suffix.offset == 0)
    {
        // suffixes that start with the token stand next to it, behind it unless they are equal
        let next = (suffix.shared == suffix.len).then(|| suffixes[rank + 1]);
        let equal = || {
            suffixes[..rank]
                .last()
                .filter(|before| before.shared == suffix.len)
                .copied()
        };
        hosts[suffix.token] = next.or_else(equal).map(|host| (host.token, host.offset));
    }
    hosts
}

/// Tokens without hosts, one after the other.
struct Chains {
    before: Vec<Option<usize>>,
    /// With the length of the overlap.
    after: Vec<Option<(usize, usize)>>,
}

impl Chains {
    fn new(tokens: &[Token], suffixes: &[Suffix], hosts: &[Option<(usize, usize)>]) -> Self {
        let mut chains = Chains {
            before: vec![None; tokens.len()],
            after: vec![None; tokens.len()],
        };
        // per end of a chain: the other end
        let mut other: Vec<usize> = (0..tokens.len()).collect();
        let hostless = |suffix: &Suffix| hosts[suffix.token].is_none();
        let starts = suffixes
            .iter()
            .map(|suffix| suffix.offset == 0 && hostless(suffix));
        let mut starts = Free::new(starts);
        let mut ends: Vec<usize> = (0..suffixes.len())
            .filter(|&rank| suffixes[rank].offset > 0 && hostless(&suffixes[rank]))
            .collect();
        ends.sort_by_key(|&rank| Reverse(suffixes[rank].len));
        for rank in ends {
            let Suffix {
                token, offset, len, ..
            } = suffixes[rank];
            if chains.after[token].is_some() {
                continue;
            }
            // tokens that start with the suffix stand right behind it; one of them may start this very chain
            let mut start = starts.first_from(rank);
            if start.is_some_and(|start| suffixes[start].token == other[token]) {
                start = start.and_then(|start| starts.first_from(start + 1));
            }
            if let Some(start) = start
                && let next = suffixes[start].token
                && tokens[next]
                    .text()
                    .starts_with(&tokens[token].text()[offset..])
            {
                starts.take(start);
                chains.after[token] = Some((next, len));
                chains.before[next] = Some(token);
                let (first, last) = (other[token], other[next]);
                other[first] = last;
                other[last] = first;
            }
        }
        chains
    }
}

/// Which places are free.
struct Free {
    /// Per place: itself if it is free, else a later one up to the next that is.
    next: Vec<usize>,
}

impl Free {
    fn new(free: impl Iterator<Item = bool>) -> Self {
        let mut next: Vec<usize> = free
            .zip(0..)
            .map(|(free, i)| i + usize::from(!free))
            .collect();
        next.push(next.len());
        Free { next }
    }

    /// The first free place from one on.
    fn first_from(&mut self, place: usize) -> Option<usize> {
        let mut at = place;
        while self.next[at] != at {
            // shorter for those who come next
            self.next[at] = self.next[self.next[at]];
            at = self.next[at];
        }
        (at + 1 < self.next.len()).then_some(at)
    }

    fn take(&mut self, place: usize) {
        self.next[place] = place + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(texts: &[&str]) -> String {
        let tokens: Vec<Token> = texts.iter().map(|t| Token::new(t.as_bytes())).collect();
        let pool = Pool::new(&tokens);
        for (token, &offset) in tokens.iter().zip(&pool.offsets) {
            let text = token.text();
            assert_eq!(&pool.bytes[offset..offset + text.len()], text);
        }
        String::from_utf8(pool.bytes).unwrap()
    }

    #[test]
    fn tokens_share_text() {
        assert_eq!(pool(&[]), "");
        assert_eq!(pool(&["b", "abc", "bc"]), "abc");
        assert_eq!(pool(&["cde", "abc"]), "abcde");
        assert_eq!(pool(&["x", "cdef", "bcde", "abcd"]), "xabcdef");
        assert_eq!(pool(&["aba", "bab"]).len(), 4);
        assert_eq!(pool(&["abca"]), "abca", "its own end is no start for it");
        assert_eq!(pool(&["a\0", "a", "\0", "\0\0"]), "a\0\0");
    }

    #[test]
    fn rings_of_overlaps_are_cut_open() {
        assert_eq!(pool(&["abc", "bcd", "cda", "dab"]).len(), 6);
        let ring: Vec<String> = (b'a'..=b'z')
            .map(|c| {
                [c, (c - b'a' + 1) % 26 + b'a']
                    .map(char::from)
                    .iter()
                    .collect()
            })
            .collect();
        let ring: Vec<&str> = ring.iter().map(|text| &text[..]).collect();
        assert_eq!(pool(&ring).len(), 27);
    }
}
