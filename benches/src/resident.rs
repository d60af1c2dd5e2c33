//! Memory of processes that have looked up many keys, and of several of them together.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use harness::{report, usage};
use serde::Serialize;

use crate::build::bytes;
use crate::definitions::{Corpus, Engine, Operation};
use crate::figures::{Figure, Quantity};
use crate::get::check;
use crate::question::Question;
use crate::server::Server;
use crate::setting::Setting;
use crate::size::ratio;
use crate::table::{Table, distinct, mebibytes};

/// Some processes of one engine, all alive.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Sample {
    pub corpus: String,
    pub engine: String,
    pub processes: usize,
    /// Of the file that is opened.
    pub file_bytes: u64,
    /// Resident memory of the first, shared pages included, and of the server if there is one.
    pub rss_kib: u64,
    /// Memory of all and of the server, where a page that several share counts once.
    pub pss_kib: u64,
}

/// Runs every corpus with every engine.
pub fn run(setting: &Setting) -> Result<Vec<Sample>> {
    let resident = &setting.definitions.resident;
    let mut samples = Vec::new();
    for corpus in &setting.definitions.corpus {
        eprintln!("resident {}", corpus.name);
        for engine in setting.in_turn(Operation::Resident, 0) {
            for &count in &resident.processes {
                let gets = match count {
                    1 => resident.gets,
                    _ => resident.shared_gets,
                };
                let gets = setting.either(&gets, &resident.quick_gets);
                samples.push(processes(setting, engine, corpus, gets, count)?);
            }
        }
    }
    Ok(samples)
}

/// So many processes, each of which asks so many keys.
pub fn processes(
    setting: &Setting,
    engine: &Engine,
    corpus: &Corpus,
    gets: usize,
    count: usize,
) -> Result<Sample> {
    let file = setting.file(engine, corpus);
    let files = setting.files(corpus)?;
    let gets = engine.most_queries.map_or(gets, |most| most.min(gets));
    let question = Question {
        engine,
        file: &file,
        operation: Operation::Resident,
        queries: Some(&files.hits),
        options: vec![("gets", gets.to_string())],
        within: None,
    };
    let server = Server::start(setting, engine, &file)?;
    let command = question.command(setting, server.as_ref())?;
    let mut running = (0..count)
        .map(|_| Waiting::start(&command))
        .collect::<Result<Vec<_>>>()?;
    let mut rss = Vec::new();
    for process in &mut running {
        let report = process.report()?;
        check(&engine.name, "hits", report.queries, report.found)?;
        rss.push(report.rss_kib);
    }
    let server = server.as_ref().map(Server::id);
    let ids = running.iter().map(|process| process.child.id());
    let pss_kib = ids.chain(server).try_fold(0, |sum, id| {
        anyhow::Ok(sum + usage::field(&format!("/proc/{id}/smaps_rollup"), "Pss:")?)
    })?;
    let server_kib = server.map_or(Ok(0), |id| {
        usage::field(&format!("/proc/{id}/status"), "VmRSS:")
    })?;
    for process in running {
        process.end()?;
    }
    Ok(Sample {
        corpus: corpus.name.clone(),
        engine: engine.name.clone(),
        processes: count,
        file_bytes: bytes(&file)?,
        rss_kib: rss[0] + server_kib,
        pss_kib,
    })
}

/// A process that reports and then waits for the end of its input.
struct Waiting {
    child: Child,
}

impl Waiting {
    fn start(command: &[String]) -> Result<Self> {
        let (program, arguments) = command.split_first().context("an empty command")?;
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        Ok(Self { child })
    }

    fn report(&mut self) -> Result<report::Resident> {
        let output = self.child.stdout.as_mut().context("no standard output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        serde_json::from_str(&line).context("no report of memory")
    }

    fn end(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        ensure!(status.success(), "a process ended with {status}");
        Ok(())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // Where another one failed, this one still waits; where it has ended, there is nothing to do.
        if self.child.kill().is_ok() {
            let _status = self.child.wait();
        }
    }
}

/// What processes may have: so many bytes each for themselves, and a little more than the file together.
const OWN_BYTES: f64 = 10e6;
const FILE_SHARE: f64 = 1.1;
/// How many processes share a file in what is promised.
const SHARING: usize = 8;

/// Memory of eight processes over what they may have.
pub fn figures(samples: &[Sample]) -> Vec<Figure> {
    let eight = samples.iter().filter(|sample| sample.processes == SHARING);
    let figure = |sample: &Sample| {
        let own = OWN_BYTES * ratio(sample.processes as u64, 1);
        Figure {
            quantity: Quantity::SharedByEight,
            rows: sample.corpus.clone(),
            engine: sample.engine.clone(),
            rounds: vec![
                ratio(sample.pss_kib << 10, 1) / (FILE_SHARE * ratio(sample.file_bytes, 1) + own),
            ],
        }
    };
    eight.map(figure).collect()
}

/// Sizes side by side.
pub fn table(samples: &[Sample]) -> String {
    let counts = distinct(samples.iter().map(|sample| sample.processes));
    let totals: Vec<String> = counts
        .iter()
        .map(|count| format!("#PSS of {count}, MiB"))
        .collect();
    let mut columns = vec!["rows", "engine", "#file, MiB", "#RSS, MiB"];
    columns.extend(totals.iter().map(String::as_str));
    let mut table = Table::new(&columns);
    for (corpus, engine) in distinct(samples.iter().map(|s| (&s.corpus, &s.engine))) {
        let same: Vec<&Sample> = samples
            .iter()
            .filter(|sample| (&sample.corpus, &sample.engine) == (corpus, engine))
            .collect();
        let mut cells = vec![
            corpus.clone(),
            engine.clone(),
            mebibytes(same[0].file_bytes >> 10),
            mebibytes(same[0].rss_kib),
        ];
        cells.extend(counts.iter().map(|count| {
            let sample = same.iter().find(|sample| sample.processes == *count);
            sample.map_or_else(String::new, |sample| mebibytes(sample.pss_kib))
        }));
        table.row(&cells);
    }
    table.finish()
}
