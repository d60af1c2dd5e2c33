//! Which segments are merged.

use std::ops::Range;

/// What the policy knows of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Bytes of the file.
    pub(crate) bytes: u64,
    /// Keys, and how many of them are deleted.
    pub(crate) keys: u64,
    pub(crate) deleted: u64,
    /// A merge that is running reads it.
    pub(crate) busy: bool,
}

/// Segments smaller than this count as large: opening and asking one costs the same.
const SMALL: u64 = 1 << 16;

/// Segments beside which a merge is never worse for the number that it reads.
const MOST_INPUTS: usize = 64;

impl Candidate {
    fn weight(self) -> u64 {
        self.bytes.max(SMALL)
    }
}

/// The neighbours to merge next, oldest first; nothing if it does not pay.
///
/// A run pays when `width` segments or more lie side by side, none of which is larger than half of all together, nor much larger
/// than one of `width` equal ones: then each entry lies in a segment of at least twice the size afterwards, and mostly of `width`
/// times the size, so that it is rewritten a number of times that is logarithmic in the size of the index. Of several such
/// runs it is the one with the least bytes per segment that goes away. When there are `most` segments or more, any two will do.
/// Also the oldest segment alone, when most of its keys are deleted.
pub(crate) fn choose(segments: &[Candidate], width: usize, most: usize) -> Option<Range<usize>> {
    if let Some(oldest) = segments.first()
        && !oldest.busy
        && oldest.deleted > oldest.keys / 2
    {
        return Some(0..1);
    }
    let run = cheapest(segments, |run, sum, largest| {
        run >= width && 2 * largest <= sum && 2 * largest * width as u64 <= 3 * sum
    });
    if segments.len() < most {
        return run;
    }
    run.or_else(|| cheapest(segments, |run, _, _| run >= 2))
}

/// The neighbours to merge so that `wanted` segments are left; nothing if there are no more than that.
pub(crate) fn choose_for(segments: &[Candidate], wanted: usize) -> Option<Range<usize>> {
    let run = segments.len().checked_sub(wanted.max(1))? + 1;
    if run == 1 {
        // nothing to join, but deleted keys of the oldest can go
        let oldest = segments.first()?;
        return (wanted <= 1 && oldest.deleted > 0).then_some(0..1);
    }
    let sum = |start: usize| -> u64 {
        let run = &segments[start..start + run];
        run.iter().map(|segment| segment.bytes).sum()
    };
    let start = (0..=segments.len() - run).min_by_key(|&start| sum(start))?;
    Some(start..start + run)
}

/// Of the runs that `pays` takes, by their length, the sum of their weights and the largest, the one with the least weight
/// per segment that goes away.
fn cheapest(
    segments: &[Candidate],
    pays: impl Fn(usize, u64, u64) -> bool,
) -> Option<Range<usize>> {
    let mut best: Option<(f64, Range<usize>)> = None;
    for start in 0..segments.len() {
        let (mut sum, mut largest) = (0, 0);
        let run = segments[start..].iter().take(MOST_INPUTS);
        for (number, segment) in run.take_while(|segment| !segment.busy).enumerate() {
            sum += segment.weight();
            largest = largest.max(segment.weight());
            if number == 0 || !pays(number + 1, sum, largest) {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "a comparison of sizes")]
            let cost = sum as f64 / number as f64;
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, start..start + number + 1));
            }
        }
    }
    best.map(|(_, run)| run)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(sizes: &[u64]) -> Vec<Candidate> {
        let one = |&size: &u64| Candidate {
            bytes: size * SMALL,
            keys: size,
            deleted: 0,
            busy: false,
        };
        sizes.iter().map(one).collect()
    }

    #[test]
    fn equal_neighbours_are_merged() {
        assert_eq!(choose(&segments(&[9, 1, 1, 1, 1]), 4, 99), Some(1..5));
        assert_eq!(choose(&segments(&[9, 1, 1, 1]), 4, 99), None);
        assert_eq!(choose(&segments(&[64, 16, 4, 1]), 4, 99), None);
        assert_eq!(choose(&segments(&[64, 16, 4, 1]), 4, 4), Some(2..4));
        let mut busy = segments(&[1, 1, 1, 1, 1]);
        busy[2].busy = true;
        assert_eq!(choose(&busy, 4, 99), None);
    }

    #[test]
    fn deleted_keys_are_merged_away() {
        let mut one = segments(&[8]);
        assert_eq!(choose(&one, 4, 99), None);
        assert_eq!(choose_for(&one, 1), None);
        one[0].deleted = 5;
        assert_eq!(choose(&one, 4, 99), Some(0..1));
        assert_eq!(choose_for(&one, 1), Some(0..1));
        assert_eq!(choose_for(&one, 2), None);
    }

    #[test]
    fn the_smallest_run_leads_to_a_number_of_segments() {
        let sizes = segments(&[9, 2, 1, 3, 8]);
        assert_eq!(choose_for(&sizes, 1), Some(0..5));
        assert_eq!(choose_for(&sizes, 3), Some(1..4));
        assert_eq!(choose_for(&sizes, 5), None);
        assert_eq!(choose_for(&[], 1), None);
    }

    /// Segments of one unit come in; what is written in all, and how many lie side by side at most.
    fn run(width: usize, flushes: usize) -> (u64, usize) {
        let (mut list, mut written, mut longest) = (Vec::new(), 0, 0);
        for _ in 0..flushes {
            list.extend(segments(&[1]));
            written += 1;
            longest = longest.max(list.len());
            while let Some(run) = choose(&list, width, usize::MAX) {
                let keys: u64 = list[run.clone()].iter().map(|one| one.keys).sum();
                written += keys;
                list.splice(run, segments(&[keys]));
            }
        }
        (written, longest)
    }

    #[test]
    fn amplification_and_segments_stay_logarithmic() {
        for (width, most_written, most_segments) in [(2, 8, 10), (4, 6, 11), (8, 4, 19)] {
            let (written, longest) = run(width, 1000);
            let told = format!("{width}: {written} written, {longest} segments");
            assert!(written <= most_written * 1000, "{told}");
            assert!(longest <= most_segments, "{told}");
        }
    }
}
