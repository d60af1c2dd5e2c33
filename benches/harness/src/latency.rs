//! The time of every single get, with one or several threads asking.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;

use crate::arguments::Form;
use crate::engine::{Engine, Session};
use crate::report::Latency;

/// Times are kept to three digits.
const DIGITS: u8 = 3;

/// Each thread asks all queries, from a place of its own: once to warm, then `passes` times for the rate and as many times
/// with the clock read after every get.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of gets are far below 2^52"
)]
pub fn measure(
    engine: &impl Engine,
    queries: &[&[u8]],
    passes: usize,
    threads: usize,
) -> Result<Latency> {
    let barrier = Barrier::new(threads);
    let workers: Vec<Worker> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|thread| {
                let barrier = &barrier;
                let mut own = queries.to_vec();
                own.rotate_left(queries.len() * thread / threads);
                scope.spawn(move || work(engine, &own, passes, barrier).unwrap_or_else(|e| end(&e)))
            })
            .collect();
        started
            .into_iter()
            .map(|worker| worker.join().expect("a worker ends the process or returns"))
            .collect()
    });
    let mut times = histogram();
    for worker in &workers {
        ensure!(worker.found == workers[0].found, "threads differ");
        times.add(&worker.times)?;
    }
    let longest = workers.iter().map(|worker| worker.elapsed).max();
    let gets = (queries.len() * passes * threads) as f64;
    Ok(Latency {
        queries: queries.len() as u64,
        found: workers[0].found,
        p50: times.value_at_quantile(0.5),
        p99: times.value_at_quantile(0.99),
        p999: times.value_at_quantile(0.999),
        max: times.max(),
        clock: clock_cost(),
        gets_per_second: gets / longest.unwrap_or_default().as_secs_f64(),
    })
}

/// Time since then. The system's clock reads the processor's counter only when all before it is done; a bare counter would
/// be read while the get still waits for memory.
pub(crate) fn nanoseconds(begin: Instant) -> u64 {
    u64::try_from(begin.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Nothing yet.
pub(crate) fn histogram() -> Histogram<u64> {
    Histogram::new(DIGITS).expect("within the digits that it can keep")
}

struct Worker {
    found: u64,
    elapsed: Duration,
    times: Histogram<u64>,
}

fn work(
    engine: &impl Engine,
    queries: &[&[u8]],
    passes: usize,
    barrier: &Barrier,
) -> Result<Worker> {
    let mut session = engine.session()?;
    let mut pass = || {
        queries.iter().try_fold(0, |found, query| {
            anyhow::Ok(found + u64::from(session.get(query, Form::None, |_| ())?))
        })
    };
    let found = pass()?;
    barrier.wait();
    let begin = Instant::now();
    for _ in 0..passes {
        ensure!(pass()? == found, "passes differ");
    }
    let elapsed = begin.elapsed();
    barrier.wait();
    let mut times = histogram();
    for _ in 0..passes {
        for query in queries {
            let begin = Instant::now();
            session.get(query, Form::None, |_| ())?;
            times.record(nanoseconds(begin))?;
        }
    }
    Ok(Worker {
        found,
        elapsed,
        times,
    })
}

/// Nanoseconds between two readings with nothing in between, the mean of many.
fn clock_cost() -> f64 {
    const READINGS: u32 = 100_000;
    let begin = Instant::now();
    for _ in 0..READINGS {
        std::hint::black_box(Instant::now());
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(READINGS)
}

/// Ends the process: the other threads wait for one that failed.
fn end(error: &anyhow::Error) -> ! {
    eprintln!("error: {error:#}");
    std::process::exit(1)
}
