//! How cost grows with the number of keys: made rows compiled, measured, and looked up.

use anyhow::Result;
use harness::report;
use serde::Serialize;

use crate::build::{Build, Built, remove};
use crate::corpus::Files;
use crate::definitions::{Corpus, Engine, Operation};
use crate::figures::{Figure, Quantity, figure};
use crate::get::check;
use crate::question::Question;
use crate::resident;
use crate::setting::{Setting, in_turn};
use crate::size::ratio;
use crate::table::{Table, distinct, mebibytes, median, number};

/// One engine with one number of rows.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Compiled {
    pub made: String,
    pub rows: usize,
    pub engine: String,
    /// Nothing for engines that write no files.
    pub compile_seconds: Option<f64>,
    pub processor_seconds: Option<f64>,
    pub peak_kib: Option<u64>,
    pub limit_mib: u64,
    /// Of the file, or in memory.
    pub bytes: u64,
}

/// One run of one engine over one number of rows.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names are columns of the record")]
pub struct Asked {
    pub made: String,
    pub rows: usize,
    pub engine: String,
    /// `get` or `get-many`.
    pub operation: String,
    pub queries: String,
    pub round: usize,
    /// Median over the passes, per key.
    pub nanoseconds: f64,
    pub asked: u64,
    pub found: u64,
}

/// Everything about all made rows.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// Files, or tables in memory.
    pub compiled: Vec<Compiled>,
    /// Look-ups.
    pub asked: Vec<Asked>,
}

/// What is asked of every engine.
const ASKED: [(Operation, &str); 3] = [
    (Operation::Get, "hits"),
    (Operation::Get, "misses"),
    (Operation::GetMany, "hits"),
];

/// Runs every sort of made rows with every number of them: first all files, then the look-ups, in which the engines take
/// turns.
pub fn run(setting: &Setting) -> Result<Samples> {
    let scale = &setting.definitions.scale;
    let rounds = setting.either(&scale.rounds, &scale.quick_rounds);
    let mut samples = Samples::default();
    for made in &setting.definitions.made {
        for rows in setting.either(&scale.rows, &scale.quick_rows) {
            let case = Case {
                setting,
                made: &made.name,
                rows,
                corpus: &made.corpus(rows),
                files: &setting.files(&made.corpus(rows))?,
            };
            let names = if rows > made.most_rows_of_all {
                &scale.engines_for_most
            } else {
                &scale.engines
            };
            let engines = names.iter().map(|name| setting.definitions.engine(name));
            let engines = engines.collect::<Result<Vec<&Engine>>>()?;
            for engine in &engines {
                eprintln!("scale {}, {}", case.corpus.name, engine.name);
                samples.compiled.push(case.compile(engine)?);
            }
            for round in 0..rounds {
                eprintln!("scale {}, round {}", case.corpus.name, round + 1);
                for engine in in_turn(engines.iter().copied(), round) {
                    for (operation, queries) in ASKED {
                        samples
                            .asked
                            .extend(case.ask(engine, operation, queries, round)?);
                    }
                }
            }
            for engine in &engines {
                remove(&setting.written(&engine.name, case.corpus))?;
            }
            case.files.remove()?;
        }
    }
    Ok(samples)
}

struct Case<'a> {
    setting: &'a Setting,
    made: &'a str,
    rows: usize,
    corpus: &'a Corpus,
    files: &'a Files,
}

impl Case<'_> {
    fn compile(&self, engine: &Engine) -> Result<Compiled> {
        let limit_mib = self.setting.definitions.scale.memory_mib;
        let job = Build {
            input: &self.files.rows,
            file: &self.setting.written(&engine.name, self.corpus),
            kind: &self.corpus.kind,
            compression: "none",
            memory_mib: limit_mib,
        };
        let built: Option<Built> = job.run(self.setting, engine)?;
        let bytes = match built {
            Some(built) => built.file_bytes,
            None => resident::processes(self.setting, engine, self.corpus, 1, 1)?.pss_kib << 10,
        };
        Ok(Compiled {
            made: self.made.into(),
            rows: self.rows,
            engine: engine.name.clone(),
            compile_seconds: built.map(|built| built.compile_seconds),
            processor_seconds: built.map(|built| built.processor_seconds),
            peak_kib: built.map(|built| built.peak_kib),
            limit_mib,
            bytes,
        })
    }

    /// Nothing for an engine that is not measured at this.
    fn ask(
        &self,
        engine: &Engine,
        operation: Operation,
        queries: &str,
        round: usize,
    ) -> Result<Option<Asked>> {
        // One that first has to read all rows is the limit of hits, no more.
        let limit_of_speed = engine.in_memory && (operation, queries) != ASKED[0];
        if limit_of_speed || !engine.can(operation) {
            return Ok(None);
        }
        let scale = &self.setting.definitions.scale;
        let mut options = vec![("passes", scale.passes.to_string())];
        if operation == Operation::GetMany {
            options.push(("batch", scale.batch.to_string()));
        }
        let report: report::Get = Question {
            engine,
            file: &self.setting.file(engine, self.corpus),
            operation,
            queries: Some(self.files.queries(queries)?),
            options,
            within: None,
        }
        .ask(self.setting)?;
        check(&engine.name, queries, report.queries, report.found)?;
        Ok(Some(Asked {
            made: self.made.into(),
            rows: self.rows,
            engine: engine.name.clone(),
            operation: operation.word().into(),
            queries: queries.into(),
            round,
            nanoseconds: median(report.nanoseconds),
            asked: report.queries,
            found: report.found,
        }))
    }
}

impl Samples {
    /// The median over the rounds; not a number if this was not asked.
    fn nanoseconds(&self, of: &Compiled, operation: Operation, queries: &str) -> f64 {
        let same = self.asked.iter().filter(|asked| {
            (&asked.made, asked.rows, &asked.engine) == (&of.made, of.rows, &of.engine)
                && asked.operation == operation.word()
                && asked.queries == queries
        });
        median(same.map(|asked| asked.nanoseconds))
    }

    /// All numbers of one engine over one number of rows.
    fn numbers(&self, of: &Compiled) -> [(Quantity, Option<f64>); 5] {
        let measured = |number: f64| number.is_finite().then_some(number);
        let limit = of.limit_mib << 10;
        [
            (Quantity::File, Some(ratio(of.bytes, 1))),
            (Quantity::Compile, of.compile_seconds),
            (Quantity::Peak, of.peak_kib.map(|peak| ratio(peak, limit))),
            (
                Quantity::Get,
                measured(self.nanoseconds(of, Operation::Get, "hits")),
            ),
            (
                Quantity::GetMany,
                measured(self.nanoseconds(of, Operation::GetMany, "hits")),
            ),
        ]
    }

    /// All numbers; the rows are called as their corpus is.
    pub fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        for of in &self.compiled {
            for (quantity, value) in self.numbers(of) {
                figures.extend(value.map(|value| Figure {
                    quantity,
                    rows: format!("{}-{}", of.made, of.rows),
                    engine: of.engine.clone(),
                    rounds: vec![value],
                }));
            }
        }
        figures
    }

    /// For one sort of made rows the curve of each engine: a quantity over the number of rows.
    pub fn curves(&self, made: &str, quantity: Quantity) -> Vec<(String, Vec<(f64, f64)>)> {
        let figures = self.figures();
        let same = || self.compiled.iter().filter(|of| of.made == made);
        let point = |of: &Compiled| {
            let rows = format!("{}-{}", of.made, of.rows);
            let value = figure(&figures, quantity, &rows, &of.engine)?.value();
            Some((ratio(of.rows as u64, 1), value))
        };
        let curve = |engine: &String| {
            let points = same().filter(|of| of.engine == *engine);
            (engine.clone(), points.filter_map(point).collect())
        };
        distinct(same().map(|of| &of.engine))
            .into_iter()
            .map(curve)
            .collect()
    }

    /// The sorts of made rows.
    pub fn made(&self) -> Vec<&str> {
        distinct(self.compiled.iter().map(|of| of.made.as_str()))
    }

    /// All of it.
    pub fn table(&self) -> String {
        let mut table = Table::new(&[
            "made rows",
            "#million",
            "engine",
            "#compile, s",
            "#peak, MiB",
            "#file or memory, MB",
            "#bytes per key",
            "#hit, ns",
            "#miss, ns",
            "#in batches, ns",
        ]);
        for of in &self.compiled {
            let rows = of.rows as u64;
            table.row(&[
                of.made.clone(),
                number(ratio(rows, 1_000_000), 1),
                of.engine.clone(),
                number(of.compile_seconds.unwrap_or(f64::NAN), 2),
                of.peak_kib.map_or_else(String::new, mebibytes),
                number(ratio(of.bytes, 1_000_000), 1),
                number(ratio(of.bytes, rows), 2),
                number(self.nanoseconds(of, Operation::Get, "hits"), 0),
                number(self.nanoseconds(of, Operation::Get, "misses"), 0),
                number(self.nanoseconds(of, Operation::GetMany, "hits"), 0),
            ]);
        }
        table.finish()
    }
}
