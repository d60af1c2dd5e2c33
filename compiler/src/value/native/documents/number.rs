//! Numbers as integers of a unit, and codes that suit them.

use keyfold_reader::format::native::code::Code;
use keyfold_reader::format::native::documents::{MAX_EXPONENT, POWERS};

use super::item::Item;

/// Doubles tell apart all integers below this.
const EXACT: i128 = 1 << 53;

/// The item as an integer of units 10^-exponent, if it is a number that such an integer gives back as it is.
pub(super) fn scaled(item: Item<'_>, exponent: u8) -> Option<i128> {
    let power = POWERS[usize::from(exponent)];
    match item {
        Item::Integer(n) if exponent == 0 => Some(n),
        Item::Integer(n) => {
            let scaled = n.checked_mul(10i128.pow(exponent.into()))?;
            (-EXACT < scaled && scaled < EXACT).then_some(scaled)
        }
        Item::Double(x) if exponent > 0 => {
            #[expect(clippy::cast_possible_truncation, reason = "checked by the way back")]
            let scaled = (x * power + 0.5f64.copysign(x)) as i64;
            #[expect(clippy::cast_precision_loss, reason = "checked by the way back")]
            let back = scaled as f64 / power;
            // an integral result would be read as an integer
            let exact = i128::from(scaled.unsigned_abs()) < EXACT
                && back.to_bits() == x.to_bits()
                && x.fract() != 0.0;
            exact.then_some(scaled.into())
        }
        _ => None,
    }
}

/// The least exponent that gives a number back as it is.
pub(super) fn least_exponent(item: Item<'_>) -> Option<u8> {
    (0..=MAX_EXPONENT).find(|&exponent| scaled(item, exponent).is_some())
}

/// The code that writes all of the numbers, which are sorted, in the fewest bytes, and how many these are.
pub(super) fn fit(numbers: &[u64]) -> (Code, usize) {
    let highest = numbers.last().copied().unwrap_or(0);
    let longest = (0..8u8)
        .find(|&extra| highest >> (8 * extra) < 255)
        .unwrap_or(8);
    // classes by bytes behind the first: the last one reaches the highest number, of the others we look for the
    // numbers of firsts
    let extras = [3, 2, 1, 0].map(|less| longest.saturating_sub(less));
    let lead = usize::from(3 - longest.min(3));
    let measure = |firsts: [u8; 3]| {
        let mut ends = [0; 4];
        let mut covered = 0u64;
        let mut end = 0u8;
        for class in 0..3 {
            let count = if class < lead { 0 } else { firsts[class] };
            end = end.checked_add(count)?;
            ends[class] = end;
            covered += u64::from(count) << (8 * extras[class]);
        }
        let needed = if longest == 8 {
            1
        } else {
            let rest = (highest + 1).saturating_sub(covered);
            rest.div_ceil(1 << (8 * longest))
        };
        ends[3] = end.checked_add(u8::try_from(needed).ok()?)?;
        if ends[3] == end {
            ends[3] = end.checked_add(1)?;
        }
        let code = Code::new(ends, extras);
        let mut bytes = 0;
        let mut before = 0;
        let mut covered = 0u64;
        for class in 0..4 {
            let firsts = u64::from(ends[class] - if class == 0 { 0 } else { ends[class - 1] });
            covered = if class == 3 {
                u64::MAX
            } else {
                covered + (firsts << (8 * extras[class]))
            };
            let up_to = numbers.partition_point(|&number| number < covered);
            let up_to = if class == 3 { numbers.len() } else { up_to };
            bytes += (up_to - before) * (1 + usize::from(extras[class]));
            before = up_to;
        }
        Some((bytes, firsts, code))
    };
    let mut best = measure([0; 3]).expect("the last class reaches all");
    for step in [128, 64, 32, 16, 8, 4, 2, 1] {
        loop {
            let (bytes, firsts, _) = best;
            for class in lead..3 {
                for moved in [
                    firsts[class].checked_add(step),
                    firsts[class].checked_sub(step),
                ] {
                    let Some(moved) = moved else { continue };
                    let mut firsts = firsts;
                    firsts[class] = moved;
                    if let Some(found) = measure(firsts)
                        && found.0 < best.0
                    {
                        best = found;
                    }
                }
            }
            if best.0 == bytes {
                break;
            }
        }
    }
    (best.2, best.0)
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn the_highest_number_has_a_code() {
        // with five bytes behind the first, and with eight
        assert_eq!(fit(&[0, u64::MAX]).1, 6 + 9);
    }
}
