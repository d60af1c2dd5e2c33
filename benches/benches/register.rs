//! Why is the register of finished states not an `lru::LruCache` of boxed signatures?
//!
//! Both are asked the same by the same walk over sorted keys: words as a set, words with their frequencies, URLs with
//! documents. `walk-alone` is that walk with answers known beforehand. `ample` memory is the register's share of 1 GiB,
//! `scarce` memory 2 MiB; `lru` counts states, so its bytes are counted here, by what the allocator takes.
//!
//! `cargo bench -p keyfold-benches --bench register`, 2026-11-21, x86-64, 2 cores of a machine in use by others, lru
//! 0.19. Times are lru's over the register's, medians of quiet runs, the walk subtracted from both (in brackets: with it);
//! for URLs in ample memory, where runs differed most, of two.
//!
//! ```text
//!                                     words-set       words           urls
//! time, ample memory                  2.1 (1.5)       4.0 (2.4)       25 to 41 (12 to 19)
//! time, scarce memory                 1.4 (1.2)       2.0 (1.5)       4.4 (2.7)
//! bytes per state written, at peak    30 : 112        32 : 103        7.1 : 87
//! states needed                       75,503          201,173         877,291
//! states written, scarce memory       77,887 : 83,490 210,820 : 236,064  all : all
//! ```
//!
//! lru was better in none of these. It takes two allocations and a place in a table for each state, and on URLs nearly
//! every state is new and found by nothing but its child. In the same bytes the register, though it forgets half of its
//! states at once, remembers enough more to write fewer states twice. A table of lru made for the whole limit at the
//! start took 1.5 to 3 times as long again, so it grows here.

mod input;
mod memory;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use keyfold_compiler::internals::{Entry, Register};
use keyfold_reader::format::varint::write_varint;
use lru::LruCache;

/// The share of the register in a memory limit of 1 GiB: nothing is forgotten.
const AMPLE: usize = 320 << 20;
/// A share that is far from enough for either.
const SCARCE: usize = 2 << 20;

/// What finds finished states again.
trait Remember {
    /// A state as it is known here.
    type State: Copy;
    fn find(
        &mut self,
        signature: &[u8],
        last_child: Option<Self::State>,
    ) -> Option<(u64, Self::State)>;
    fn insert(
        &mut self,
        signature: &[u8],
        position: u64,
        last_child: Option<Self::State>,
    ) -> Self::State;
}

impl Remember for Register {
    type State = Entry;

    fn find(&mut self, signature: &[u8], last_child: Option<Entry>) -> Option<(u64, Entry)> {
        let entry = Register::find(self, signature, last_child)?;
        Some((entry.position, entry))
    }

    fn insert(&mut self, signature: &[u8], position: u64, last_child: Option<Entry>) -> Entry {
        Register::insert(self, signature, position, last_child)
    }
}

/// The named package, held to a number of bytes: the least recently used states go until the rest fits.
struct Lru {
    cache: LruCache<Box<[u8]>, u64>,
    boxes: usize,
    limit: usize,
}

impl Lru {
    /// Each state is a node of a list: pointer and length of the signature, position, two links, and the
    /// allocator's own 8 bytes.
    const NODE: usize = 48;

    fn new(limit: usize) -> Self {
        Lru {
            cache: LruCache::unbounded(),
            boxes: 0,
            limit,
        }
    }

    /// Bytes of a boxed signature as glibc's allocator rounds them.
    fn boxed(signature: &[u8]) -> usize {
        (signature.len() + 8).next_multiple_of(16).max(32)
    }

    /// The table beside the nodes has a power of two of places, seven of eight in use at most, each of two
    /// pointers and a byte. That there are two tables while it grows is not held against it.
    fn bytes(&self) -> usize {
        let places = (self.cache.len() * 8 / 7).next_power_of_two();
        self.boxes + self.cache.len() * Self::NODE + places * 17
    }
}

impl Remember for Lru {
    type State = ();

    fn find(&mut self, signature: &[u8], _: Option<()>) -> Option<(u64, ())> {
        self.cache.get(signature).map(|&position| (position, ()))
    }

    fn insert(&mut self, signature: &[u8], position: u64, _: Option<()>) {
        self.boxes += Self::boxed(signature);
        self.cache.put(signature.into(), position);
        while self.bytes() > self.limit {
            let Some((oldest, _)) = self.cache.pop_lru() else {
                return;
            };
            self.boxes -= Self::boxed(&oldest);
        }
    }
}

/// Answers known beforehand: what the walk costs without any register.
#[derive(Default)]
struct Replay {
    answers: Vec<Option<u64>>,
    next: usize,
}

impl Remember for Replay {
    type State = ();

    fn find(&mut self, _: &[u8], _: Option<()>) -> Option<(u64, ())> {
        self.next += 1;
        self.answers[self.next - 1].map(|position| (position, ()))
    }

    fn insert(&mut self, _: &[u8], _: u64, _: Option<()>) {}
}

/// Notes the answers for a replay.
struct Recorder(Lru, Replay);

impl Remember for Recorder {
    type State = ();

    fn find(&mut self, signature: &[u8], last_child: Option<()>) -> Option<(u64, ())> {
        let found = self.0.find(signature, last_child);
        self.1.answers.push(found.map(|(position, ())| position));
        found
    }

    fn insert(&mut self, signature: &[u8], position: u64, last_child: Option<()>) {
        self.0.insert(signature, position, last_child);
    }
}

/// A state of the path, as the generator has it.
struct State<S> {
    transitions: Vec<(u8, u64)>,
    value: Option<u64>,
    novel: bool,
    last_child: Option<S>,
}

/// States of the automaton over a set of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    finished: u64,
    written: u64,
}

/// Builds the automaton over sorted keys without writing it: a position is the number of slots used before.
fn build<R: Remember>(keys: &[(&[u8], u64)], register: &mut R) -> Counts {
    let mut builder = Builder {
        register,
        path: vec![State::new()],
        slots: 1,
        signature: Vec::new(),
        counts: Counts::default(),
    };
    let mut last: &[u8] = b"";
    for &(key, value) in keys {
        let shared = last.iter().zip(key).take_while(|(a, b)| a == b).count();
        builder.close(last, shared);
        builder.path.resize_with(key.len() + 1, State::new);
        builder.path[key.len()].value = Some(value);
        last = key;
    }
    builder.close(last, 0);
    builder.counts
}

struct Builder<'r, R: Remember> {
    register: &'r mut R,
    path: Vec<State<R::State>>,
    slots: u64,
    signature: Vec<u8>,
    counts: Counts,
}

impl<S> State<S> {
    fn new() -> Self {
        State {
            transitions: Vec::new(),
            value: None,
            novel: false,
            last_child: None,
        }
    }

    fn write_signature(&self, out: &mut Vec<u8>) {
        out.clear();
        out.push(u8::from(self.value.is_some()));
        if let Some(value) = self.value {
            write_varint(value, out);
        }
        for &(label, target) in &self.transitions {
            out.push(label);
            write_varint(target, out);
        }
    }
}

impl<R: Remember> Builder<'_, R> {
    /// Finishes the states on the path of `key` that are deeper than `depth`.
    fn close(&mut self, key: &[u8], depth: usize) {
        for at in (depth + 1..=key.len()).rev() {
            let Some(state) = self.path.pop() else { return };
            let (position, novel, known) = self.finish(&state);
            let parent = &mut self.path[at - 1];
            parent.transitions.push((key[at - 1], position));
            parent.novel |= novel;
            parent.last_child = Some(known);
        }
    }

    fn finish(&mut self, state: &State<R::State>) -> (u64, bool, R::State) {
        self.counts.finished += 1;
        state.write_signature(&mut self.signature);
        if !state.novel
            && let Some((position, known)) = self.register.find(&self.signature, state.last_child)
        {
            return (position, false, known);
        }
        self.counts.written += 1;
        let position = self.slots;
        self.slots += state.transitions.len() as u64 + u64::from(state.value.is_some());
        let known = self
            .register
            .insert(&self.signature, position, state.last_child);
        (position, true, known)
    }
}

/// What is registered: corpus, how many of its keys, whether they have values.
const CASES: [(&str, &str, usize, bool); 3] = [
    ("words-set", "words/words-en-200k", usize::MAX, false),
    ("words", "words/words-en-200k", usize::MAX, true),
    ("urls", "urls/urls-100k", 20_000, true),
];

/// Keys in byte order. Documents get the offset they would stand at as value, words their frequency.
fn keys(rows: &mut [(Vec<u8>, Vec<u8>)], with_values: bool) -> Vec<(&[u8], u64)> {
    rows.sort_unstable();
    let mut offset = 0;
    let keys = rows.iter().map(|(key, text)| {
        let number = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        let value = number.unwrap_or(offset);
        offset += text.len() as u64;
        (key.as_slice(), if with_values { value } else { 0 })
    });
    keys.collect()
}

/// Prints the bytes that the states of a case take in memory, for each that is written.
fn measure(case: &str, structure: &str) {
    let known = CASES.into_iter().find(|known| known.0 == case);
    let (_, corpus, count, with_values) = known.expect("a case");
    let mut rows = input::rows(corpus);
    rows.truncate(count);
    let keys = keys(&mut rows, with_values);
    let (counts, bytes) = memory::peak(|| match structure {
        "lru" => build(&keys, &mut Lru::new(AMPLE)),
        _ => build(&keys, &mut Register::new(AMPLE)),
    });
    let tenths = 10 * bytes as u64 / counts.written;
    let (bytes, tenth) = (tenths / 10, tenths % 10);
    println!("bytes per state written: {structure} {bytes}.{tenth}");
}

/// Prints what the states of a case take, and how many are written within little memory.
fn report(case: &str, keys: &[(&[u8], u64)]) {
    let Counts { finished, written } = build(keys, &mut Register::new(AMPLE));
    println!("{case}: {finished} states finished, {written} written");
    for structure in ["register", "lru"] {
        memory::measure([case, structure]);
    }
    let scarce = build(keys, &mut Register::new(SCARCE)).written;
    let scarce_lru = build(keys, &mut Lru::new(SCARCE)).written;
    let kib = SCARCE >> 10;
    println!("written within {kib} KiB: register {scarce}, lru {scarce_lru}");
}

fn bench(c: &mut Criterion) {
    for (case, corpus, count, with_values) in CASES {
        let mut rows = input::rows(corpus);
        rows.truncate(count);
        let keys = keys(&mut rows, with_values);
        report(case, &keys);
        let mut recorder = Recorder(Lru::new(AMPLE), Replay::default());
        let states = build(&keys, &mut recorder).finished;
        let replay = recorder.1;
        let mut group = c.benchmark_group(format!("register/{case}"));
        group
            .sample_size(15)
            .sampling_mode(SamplingMode::Flat)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_millis(500))
            .throughput(Throughput::Elements(states));
        group.bench_function("walk-alone", |b| {
            b.iter(|| {
                let answers = replay.answers.clone();
                build(black_box(&keys), &mut Replay { answers, next: 0 })
            });
        });
        for (limit, memory) in [("ample", AMPLE), ("scarce", SCARCE)] {
            group.bench_function(BenchmarkId::new("register", limit), |b| {
                b.iter(|| build(black_box(&keys), &mut Register::new(memory)));
            });
            group.bench_function(BenchmarkId::new("lru", limit), |b| {
                b.iter(|| build(black_box(&keys), &mut Lru::new(memory)));
            });
        }
        group.finish();
    }
}

fn main() {
    if let Some([case, structure]) = memory::wanted() {
        return measure(&case, &structure);
    }
    let mut criterion = Criterion::default().configure_from_args();
    bench(&mut criterion);
    criterion.final_summary();
}
