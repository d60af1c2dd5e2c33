//! Overflow pointers: targets too far for a word of 16 bits, stored in slots nearby.

use keyfold_reader::format::transition::{self, Encoding, WINDOW};

use crate::sparse_array::Window;

/// Remembered units; a power of two.
const REMEMBERED: usize = 1 << 10;

/// Places units, and lets pointers to the same far target share them.
pub(crate) struct Overflow {
    /// By hash of the units: the units, and the slot they start at; slot 0: none.
    recent: Vec<([u16; 5], u64)>,
}

impl Default for Overflow {
    fn default() -> Self {
        Overflow {
            recent: vec![([0; 5], 0); REMEMBERED],
        }
    }
}

impl Overflow {
    /// The word of the pointer from slot `p` to `target`; its units are placed if need be. Nothing when there
    /// is no room for them.
    pub(crate) fn encode(&mut self, window: &mut Window, p: u64, target: u64) -> Option<u16> {
        let (units, n, code) = match transition::encode(p, target) {
            Encoding::Word(word) => return Some(word),
            Encoding::Overflow { units, n, code } => (units, n, code),
        };
        let shared = transition::encode_overflow_absolute(target);
        let Encoding::Overflow {
            units: absolute,
            n: absolute_n,
            code: absolute_code,
        } = shared
        else {
            return None;
        };
        let (remembered, at) = self.recent[place(&absolute)];
        if at != 0
            && remembered == absolute
            && let Some(word) = transition::overflow_word(absolute_code, p, at)
        {
            return Some(word);
        }
        // of two forms of the same length the absolute one can be shared
        let (units, n, code) = if n < absolute_n {
            (units, n, code)
        } else {
            (absolute, absolute_n, absolute_code)
        };
        let at = gap(window, p, n)?;
        let word = transition::overflow_word(code, p, at)?;
        if !window.put_units(at, &units[..n]) {
            return None;
        }
        if code == absolute_code {
            self.recent[place(&absolute)] = (absolute, at);
        }
        Some(word)
    }
}

/// The first `n` slots in a row that are free, within reach of slot `p`.
fn gap(window: &Window, p: u64, n: usize) -> Option<u64> {
    let mut at = p.saturating_sub(WINDOW).max(1);
    let end = p + WINDOW;
    while at < end {
        let mut bad = 0;
        for unit in 0..n as u64 {
            bad |= window.used.from(at + unit);
        }
        if bad != u64::MAX {
            return Some(at + u64::from(bad.trailing_ones())).filter(|&at| at < end);
        }
        at += 64;
    }
    None
}

/// Where units are remembered.
fn place(units: &[u16; 5]) -> usize {
    let mixed = units.iter().fold(0u32, |hash, &unit| {
        (hash ^ u32::from(unit)).wrapping_mul(0x9E37_79B1)
    });
    mixed as usize >> 16 & (REMEMBERED - 1)
}
