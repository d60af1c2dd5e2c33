//! Runs the measurements of `definitions.toml` and leaves a record. Called by `.ci/bench` and `.ci/bench-quick`, which
//! set up the engines first.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use keyfold_benches::definitions::Definitions;
use keyfold_benches::figures::Figure;
use keyfold_benches::record::Record;
use keyfold_benches::setting::Setting;
use keyfold_benches::{
    cold, compile, complete, environment, find, fuzzy, get, get_many, glance, iterate, latency,
    limited, memory, pictures, resident, scale, size, targets,
};

#[derive(clap::Parser)]
#[command(args_override_self = true)]
struct Arguments {
    /// The keyfold binary
    #[arg(long)]
    keyfold: PathBuf,
    /// A Python that has keyvi
    #[arg(long)]
    python: PathBuf,
    /// Folder of the programs that speak the query protocol
    #[arg(long)]
    engines: PathBuf,
    /// Folder for inputs and built files
    #[arg(long)]
    work: PathBuf,
    /// Folder of the record; default: benches/record/DATE-MACHINE
    #[arg(long)]
    record: Option<PathBuf>,
    /// How the run was started, for the report
    #[arg(long, default_value = "compare")]
    command: String,
    /// Fewer rounds, smaller inputs
    #[arg(long)]
    quick: bool,
    /// Only these measurements; sizes always come first, as they make the files
    #[arg(long, value_delimiter = ',', value_name = "MEASUREMENT,..")]
    only: Vec<Measurement>,
    /// Only these numbers of made rows, where there are several
    #[arg(long, value_delimiter = ',', value_name = "ROWS,..")]
    rows: Vec<usize>,
    /// Only these engines, by their names in definitions.toml
    #[arg(long, value_delimiter = ',', value_name = "ENGINE,..")]
    with: Vec<String>,
}

/// In the order in which they run.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Measurement {
    Size,
    Get,
    GetMany,
    Latency,
    Resident,
    Iterate,
    Cold,
    Fuzzy,
    Complete,
    Find,
    Compile,
    Scale,
    Limited,
    Memory,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let benches = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut definitions = Definitions::read(&benches)?;
    if !arguments.with.is_empty() {
        definitions.keep(&arguments.with)?;
    }
    if !arguments.rows.is_empty() {
        definitions.scale.rows.clone_from(&arguments.rows);
        definitions.scale.quick_rows = arguments.rows;
    }
    let setting = Setting {
        root: benches
            .parent()
            .context("the crate has a parent folder")?
            .to_owned(),
        keyfold: arguments.keyfold,
        python: arguments.python,
        engines: arguments.engines,
        work: std::path::absolute(arguments.work)?,
        definitions,
        quick: arguments.quick,
    };
    std::fs::create_dir_all(&setting.work)?;
    let default = || {
        benches.join("record").join(format!(
            "{}-{}",
            environment::today(),
            environment::machine()
        ))
    };
    let folder = arguments.record.unwrap_or_else(default);
    let mut run = Run {
        record: Record::create(&folder, &arguments.command, &environment::facts(&setting))?,
        setting,
        figures: Vec::new(),
    };
    for measurement in Measurement::value_variants() {
        let wanted = arguments.only.is_empty() || arguments.only.contains(measurement);
        // Sizes make the files that all others open.
        if wanted || *measurement == Measurement::Size {
            run.measure(*measurement)?;
        }
    }
    println!("\nrecord: {}", folder.display());
    Ok(())
}

/// A run and what it measured so far.
struct Run {
    setting: Setting,
    record: Record,
    figures: Vec<Figure>,
}

impl Run {
    fn measure(&mut self, measurement: Measurement) -> Result<()> {
        let begin = Instant::now();
        let figures = self.samples(measurement)?;
        if !figures.is_empty() {
            self.figures.extend(figures);
            self.summarise()?;
        }
        eprintln!("took {:.0} s\n", begin.elapsed().as_secs_f64());
        Ok(())
    }

    /// Runs one measurement and records it; what of it targets are about.
    fn samples(&mut self, measurement: Measurement) -> Result<Vec<Figure>> {
        let Run {
            setting, record, ..
        } = self;
        let ours = setting.definitions.engine[0].name.clone();
        let mut figures = Vec::new();
        match measurement {
            Measurement::Size => {
                let samples = size::run(setting)?;
                record.add("size", "Sizes", &samples, &size::table(&samples))?;
                figures = size::figures(&samples);
            }
            Measurement::Get => {
                let samples = get::run(setting)?;
                let table = get::table(&samples, &ours);
                record.add("get", "Single look-ups", &samples, &table)?;
                figures = get::figures(&samples);
            }
            Measurement::GetMany => {
                let samples = get_many::run(setting)?;
                let table = get_many::table(&samples);
                record.add("get-many", "Look-ups in batches", &samples, &table)?;
                figures = get_many::figures(&samples);
            }
            Measurement::Latency => {
                let samples = latency::run(setting)?;
                let table = latency::table(&samples);
                record.add("latency", "Times of single gets", &samples, &table)?;
                figures = latency::figures(&samples);
            }
            Measurement::Resident => {
                let samples = resident::run(setting)?;
                let table = resident::table(&samples);
                record.add("resident", "Memory of processes", &samples, &table)?;
                figures = resident::figures(&samples);
            }
            Measurement::Iterate => {
                let samples = iterate::run(setting)?;
                let table = iterate::table(&samples, &ours);
                record.add("iterate", "All keys in order", &samples, &table)?;
                figures = iterate::figures(&samples);
            }
            Measurement::Cold => {
                let samples = cold::run(setting)?;
                let table = cold::table(&samples);
                record.add("cold", "Gets from cold files", &samples, &table)?;
            }
            Measurement::Fuzzy => {
                let samples = fuzzy::run(setting)?;
                let table = fuzzy::table(&samples, &ours);
                record.add("fuzzy", "Keys near misspelled ones", &samples, &table)?;
                figures = fuzzy::figures(setting, &samples);
            }
            Measurement::Complete => {
                let samples = complete::run(setting)?;
                let table = complete::table(&samples, &ours);
                record.add("complete", "Heaviest completions", &samples, &table)?;
                figures = complete::figures(&samples);
            }
            Measurement::Find => {
                let samples = find::run(setting)?;
                let table = find::table(&samples, &ours);
                record.add("find", "Keys in running text", &samples, &table)?;
                figures = find::figures(setting, &samples);
            }
            Measurement::Compile => {
                let samples = compile::run(setting)?;
                let table = compile::table(&samples, &ours);
                record.add("compile", "Compile", &samples, &table)?;
                figures = compile::figures(&samples);
            }
            Measurement::Scale => {
                let samples = scale::run(setting)?;
                let title = "Made rows, more and more";
                record.add("scale-compile", title, &samples.compiled, &samples.table())?;
                record.csv("scale-get", &samples.asked)?;
                let pictures = pictures::scale(record, &samples)?;
                record.say(&pictures)?;
                figures = samples.figures();
            }
            Measurement::Limited => {
                let (samples, failed) = limited::run(setting)?;
                let table = limited::table(&samples, &failed);
                record.add("limited", "Files larger than memory", &samples, &table)?;
            }
            Measurement::Memory => {
                let samples = memory::run(setting)?;
                let table = memory::table(&samples);
                record.add("memory", "Peak memory of keyfold compile", &samples, &table)?;
            }
        }
        Ok(figures)
    }

    /// Targets and the pictures that show most, before everything else.
    fn summarise(&mut self) -> Result<()> {
        let pictures = pictures::sizes_and_gets(&self.record, &self.figures)?;
        let all = glance::table(&self.figures);
        let targets = targets::table(&self.setting.definitions.target, &self.figures);
        self.record.summarise(&format!(
            "\n## What is promised\n\nEngines named keyfold-fast and keyfold-small are the profiles of the native layout. \
             *At most* is our number over\nthe other engine's, *at least* the other way round; numbers that stand alone are \
             nanoseconds, gets per second, shares.\n\n{targets}\n## At a glance\n\n{all}{pictures}"
        ))
    }
}
