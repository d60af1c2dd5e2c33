//! Automata of the fst crate.

use fst::Automaton;
use fst::automaton::{Levenshtein, Str, Subsequence};
use keyfold_reader::ValueKind;
use keyfold_reader::automaton::FstAutomaton;
use proptest::prelude::*;

use super::{Segments, found, keys, segments};

fn check<A>(segments: &Segments, automaton: &A) -> Result<(), TestCaseError>
where
    A: Automaton<State: Send + Sync> + Sync,
{
    let accepted = |key: &[u8]| {
        let end = key.iter().fold(automaton.start(), |state, &byte| {
            automaton.accept(&state, byte)
        });
        automaton.is_match(&end)
    };
    let keys = segments.expected.iter().filter(|(key, _)| accepted(key));
    let expected: Vec<_> = keys.map(|(key, &value)| (key.clone(), 0, value)).collect();
    prop_assert_eq!(
        found(segments.entries.search(FstAutomaton(automaton)).unwrap()),
        expected
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn accept_the_same_keys(segments in segments(), query in keys(), distance in 0..3u32) {
        let segments = Segments::new(&segments, ValueKind::Int);
        let query = String::from_utf8_lossy(&query).into_owned();
        check(&segments, &Subsequence::new(&query))?;
        check(&segments, &Levenshtein::new(&query, distance).unwrap())?;
        check(&segments, &Str::new(&query[..query.chars().next().unwrap().len_utf8()]).starts_with())?;
        check(&segments, &Subsequence::new(&query).complement())?;
        check(&segments, &Subsequence::new("a").intersection(Subsequence::new("b").complement()))?;
    }
}
