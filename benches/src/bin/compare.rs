//! Runs the measurements of `definitions.toml` and leaves a record. Called by `.ci/bench` and `.ci/bench-quick`, which
//! set up the engines first.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use keyfold_benches::definitions::Definitions;
use keyfold_benches::record::Record;
use keyfold_benches::setting::Setting;
use keyfold_benches::{compile, environment, get, memory};

#[derive(clap::Parser)]
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
    /// Only these measurements
    #[arg(long, value_delimiter = ',', default_value = "compile,get,memory")]
    only: Vec<Measurement>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Measurement {
    Compile,
    Get,
    Memory,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let benches = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let setting = Setting {
        root: benches
            .parent()
            .context("the crate has a parent folder")?
            .to_owned(),
        keyfold: arguments.keyfold,
        python: arguments.python,
        engines: arguments.engines,
        work: arguments.work,
        definitions: Definitions::read(&benches.join("definitions.toml"))?,
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
    let mut record = Record::create(&folder, &arguments.command, &environment::facts(&setting))?;
    let ours = &setting
        .definitions
        .engine
        .first()
        .context("no engine is defined")?
        .name;
    for measurement in arguments.only {
        match measurement {
            Measurement::Compile => {
                let samples = compile::run(&setting)?;
                record.add(
                    "compile",
                    "Compile",
                    &samples,
                    &compile::table(&samples, ours),
                )?;
            }
            Measurement::Get => {
                let samples = get::run(&setting)?;
                record.add(
                    "get",
                    "Single look-ups",
                    &samples,
                    &get::table(&samples, ours),
                )?;
            }
            Measurement::Memory => {
                let samples = memory::run(&setting)?;
                record.add(
                    "memory",
                    "Peak memory of keyfold compile",
                    &samples,
                    &memory::table(&samples),
                )?;
            }
        }
    }
    println!("\nrecord: {}", folder.display());
    Ok(())
}
