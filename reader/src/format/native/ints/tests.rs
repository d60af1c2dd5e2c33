//! Integers from some value on.

use super::*;

use proptest::collection::vec;
use proptest::prelude::*;

/// An array of two blocks of this form.
fn array(form: Form, values: &[u64; 2 * BLOCK], minimum: u64) -> Ints {
    let mut bytes = Vec::new();
    let mut distances = [0; GROUP];
    for (distance, block) in distances.iter_mut().zip(values.as_chunks().0) {
        *distance = u16::try_from(bytes.len()).unwrap();
        form.write_block(0, block, minimum, &mut bytes);
    }
    let blocks_len = bytes.len() as u64;
    bytes.extend([0; 8]);
    bytes.extend(distances.into_iter().flat_map(u16::to_le_bytes));
    form.write(&mut bytes);
    let trailer = [values.len() as u64, blocks_len, 1];
    bytes.extend(trailer.into_iter().flat_map(u64::to_le_bytes));
    let len = bytes.len();
    Ints::read(&Bytes::from(bytes), 0..len, Section::Integers).unwrap()
}

proptest! {
    #[test]
    fn those_from_some_value_on(
        distances in vec(prop_oneof![0..8u64, 8..300u64, 300..70_000u64], 2 * BLOCK),
        classes in prop_oneof![Just((1, [20, 0, 0, 0])), Just((2, [3, 20, 0, 0])), Just((4, [3, 6, 9, 20]))],
        minimum in prop_oneof![0..70_000u64, 1u64 << 40..1u64 << 50],
        (start, len) in (0..2 * BLOCK, 0..2 * BLOCK),
        (leap, rises) in (0..80_000u64, any::<bool>()),
    ) {
        let form = Form { minimum_len: 8, classes: classes.0, widths: classes.1 };
        let values: Vec<u64> = distances.iter().map(|distance| minimum + distance).collect();
        let ints = array(form, values.first_chunk().unwrap(), minimum);
        let end = values.len().min(start + len);
        let mut least = minimum + leap;
        let mut told = vec![false; values.len()];
        ints.for_each_from(start as u64..end as u64, least, |ordinal, value| {
            let ordinal = to_usize(ordinal);
            assert!(!std::mem::replace(&mut told[ordinal], true));
            assert_eq!(value, values[ordinal]);
            if rises {
                least = least.max(value);
            }
            least
        });
        for (ordinal, &value) in values.iter().enumerate() {
            let within = (start..end).contains(&ordinal);
            prop_assert!(told[ordinal] <= within);
            prop_assert!(told[ordinal] || !within || value <= least);
            prop_assert!(told[ordinal] || !within || rises || value < least);
        }
    }
}
