//! The alphabet: the bytes of the labels, most frequent first.
//!
//! ```text
//! u8     bytes - 1
//! bytes  in the order of their ranks
//! ```
//!
//! Leaves hold ranks instead of labels, because small numbers need few bit planes. Bytes that are not listed follow the
//! listed ones in ascending order.

/// The ranks of all 256 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alphabet {
    ranks: [u8; 256],
    bytes: [u8; 256],
    beyond_ascii: u8,
}

impl Alphabet {
    /// The alphabet whose first ranks go to `listed`; nothing when a byte is listed twice.
    pub fn new(listed: &[u8]) -> Option<Self> {
        let mut taken = [false; 256];
        let mut order = Vec::with_capacity(256);
        for &byte in listed {
            if std::mem::replace(&mut taken[usize::from(byte)], true) {
                return None;
            }
            order.push(byte);
        }
        order.extend((0..=255u8).filter(|&byte| !taken[usize::from(byte)]));
        let (mut ranks, mut bytes) = ([0; 256], [0; 256]);
        for (rank, byte) in (0..=255u8).zip(order) {
            ranks[usize::from(byte)] = rank;
            bytes[usize::from(rank)] = byte;
        }
        let beyond_ascii = ranks[128..].iter().copied().min().unwrap_or(u8::MAX);
        Some(Alphabet {
            ranks,
            bytes,
            beyond_ascii,
        })
    }

    /// Reads the section; nothing when it is damaged.
    pub fn read(section: &[u8]) -> Option<Self> {
        let (&last, listed) = section.split_first()?;
        (listed.len() == usize::from(last) + 1).then(|| Self::new(listed))?
    }

    /// Appends the section, with the first `listed` ranks, at least one.
    pub fn write(&self, listed: usize, out: &mut Vec<u8>) {
        let listed = &self.bytes[..listed.clamp(1, 256)];
        out.extend((listed.len() - 1).to_le_bytes().first());
        out.extend_from_slice(listed);
    }

    /// The rank of a byte.
    #[inline]
    pub fn rank(&self, byte: u8) -> u8 {
        self.ranks[usize::from(byte)]
    }

    /// The lowest rank of a byte beyond ASCII.
    #[inline]
    pub fn beyond_ascii(&self) -> u8 {
        self.beyond_ascii
    }

    /// The byte of a rank.
    #[inline]
    pub fn byte(&self, rank: u8) -> u8 {
        self.bytes[usize::from(rank)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let alphabet = Alphabet::new(b"eai").unwrap();
        assert_eq!(
            (alphabet.rank(b'a'), alphabet.byte(0), alphabet.rank(0)),
            (1, b'e', 3)
        );
        let mut out = Vec::new();
        alphabet.write(3, &mut out);
        assert_eq!(out, [2, b'e', b'a', b'i']);
        assert_eq!(Alphabet::read(&out), Some(alphabet.clone()));
        assert!((0..=255).all(|b| alphabet.byte(alphabet.rank(b)) == b));
        for damaged in [&b""[..], b"\x01a", b"\x01aa", b"\x00ab"] {
            assert_eq!(Alphabet::read(damaged), None);
        }
    }
}
