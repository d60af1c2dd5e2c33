//! Counts what a get takes, see `keyfold_benches::profile`: one row of a table for every file.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use keyfold_benches::process;
use keyfold_benches::profile::{self, Cost, Costs};
use keyfold_benches::table::{Table, number};
use tempfile::NamedTempFile;

/// Passes over the queries in the two runs that are compared.
const PASSES: [u32; 2] = [1, 3];

#[derive(clap::Parser)]
struct Arguments {
    /// The program engine-keyfold
    #[arg(long)]
    engine: PathBuf,
    /// Keys to look up, of each set
    #[arg(long, default_value_t = 20_000)]
    gets: u32,
    /// Folder with NAME.hits and a file NAME.LAYOUT for each layout
    folder: PathBuf,
    /// Names of the sets
    #[arg(long, value_delimiter = ',')]
    sets: Vec<String>,
    /// Layouts, also the names of the columns
    #[arg(long, value_delimiter = ',')]
    layouts: Vec<String>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let engine = fs::canonicalize(&arguments.engine)?;
    let mut columns = vec!["rows", "layout", "#instructions", "#mispredicted jumps"];
    let parts: Vec<String> = profile::parts().map(|part| format!("#{part}")).collect();
    columns.extend(parts.iter().map(String::as_str));
    let mut table = Table::new(&columns);
    for set in &arguments.sets {
        for layout in &arguments.layouts {
            let file = arguments.folder.join(format!("{set}.{layout}"));
            let queries = arguments.folder.join(format!("{set}.hits"));
            let [fewer, more] =
                PASSES.map(|passes| count(&engine, &file, &queries, arguments.gets, passes));
            let gets = f64::from((PASSES[1] - PASSES[0]) * arguments.gets);
            let costs = profile::per_get(&more?, &fewer?, gets);
            let sums = profile::by_part(&costs, &frames(&engine, &costs)?)?;
            let sum = |of: fn(&Cost) -> f64| sums.iter().map(of).sum();
            let mut row = vec![set.clone(), layout.clone()];
            row.push(number(sum(|cost| cost.instructions), 0));
            row.push(number(sum(|cost| cost.mispredicted), 1));
            row.extend(sums.iter().map(|cost| number(cost.instructions, 0)));
            table.row(&row);
        }
    }
    print!("{}", table.finish());
    Ok(())
}

/// Runs gets under callgrind.
fn count(engine: &Path, file: &Path, queries: &Path, gets: u32, passes: u32) -> Result<Costs> {
    let dump = NamedTempFile::new()?;
    let mut words: Vec<String> = ["valgrind", "--tool=callgrind", "--branch-sim=yes"]
        .map(String::from)
        .into();
    words.extend(["--dump-instr=yes", "--compress-pos=no"].map(String::from));
    words.push(format!("--callgrind-out-file={}", dump.path().display()));
    words.extend([engine.display().to_string(), "get".into()]);
    words.extend([file, queries].map(|path| path.display().to_string()));
    words.extend([format!("--limit={gets}"), format!("--passes={passes}")]);
    process::run(&words, Stdio::null())?;
    profile::read(&fs::read_to_string(dump.path())?, engine)
}

/// The functions that the instructions were compiled from.
fn frames(engine: &Path, costs: &Costs) -> Result<String> {
    let mut addresses = NamedTempFile::new()?;
    for address in costs.keys() {
        std::io::Write::write_all(&mut addresses, format!("{address:#x}\n").as_bytes())?;
    }
    let output = Command::new("addr2line")
        .args(["--addresses", "--inlines", "--functions", "--demangle"])
        .arg("--exe")
        .arg(engine)
        .stdin(addresses.reopen()?)
        .output()
        .context("cannot start addr2line")?;
    ensure!(output.status.success(), "addr2line: {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}
