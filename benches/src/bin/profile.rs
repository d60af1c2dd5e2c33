//! Counts what queries take, see `keyfold_benches::profile`: one row of a table for every file.
#![forbid(unsafe_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use keyfold_benches::process;
use keyfold_benches::profile::{self, Cost, Costs, Parts};
use keyfold_benches::table::{Table, number};
use tempfile::NamedTempFile;

/// Passes over the queries in the two runs that are compared.
const PASSES: [u32; 2] = [1, 3];

#[derive(clap::Parser)]
struct Arguments {
    /// The program engine-keyfold
    #[arg(long)]
    engine: PathBuf,
    /// Layouts, also the ends of file names
    #[arg(long, value_delimiter = ',')]
    layouts: Vec<String>,
    #[command(subcommand)]
    query: Query,
}

#[derive(clap::Subcommand)]
enum Query {
    /// Look up keys
    Get {
        /// How many keys of each set
        #[arg(long, default_value_t = 20_000)]
        gets: u32,
        /// Names of the sets
        #[arg(long, value_delimiter = ',')]
        sets: Vec<String>,
        /// Folder with NAME.hits and a file NAME.LAYOUT for each layout
        folder: PathBuf,
    },
    /// Ask for keys near others
    Fuzzy {
        /// How many queries
        #[arg(long, default_value_t = 500)]
        queries: u32,
        /// Name of the set
        #[arg(long)]
        set: String,
        /// Name of the queries
        #[arg(long)]
        near: String,
        /// Folder with NEAR.hits and a file SET.LAYOUT for each layout
        folder: PathBuf,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let engine = fs::canonicalize(&arguments.engine)?;
    let layouts = &arguments.layouts;
    let table = match &arguments.query {
        Query::Get { gets, sets, folder } => {
            let mut table = Profile::new(&engine, &["rows"], profile::GET, *gets);
            for set in sets {
                for layout in layouts {
                    let file = folder.join(format!("{set}.{layout}"));
                    let queries = folder.join(format!("{set}.hits"));
                    table.row(
                        vec![set.clone(), layout.clone()],
                        "get",
                        &file,
                        &queries,
                        &[],
                    )?;
                }
            }
            table
        }
        Query::Fuzzy {
            queries,
            set,
            near,
            folder,
        } => {
            let columns = ["#distance", "#exact characters"];
            let mut table = Profile::new(&engine, &columns, profile::FUZZY, *queries);
            for (distance, exact) in [(1, 2), (2, 2), (1, 1), (2, 1)] {
                for layout in layouts {
                    let file = folder.join(format!("{set}.{layout}"));
                    let queries = folder.join(format!("{near}.hits"));
                    let options = [
                        format!("--distance={distance}"),
                        format!("--minimum-prefix={exact}"),
                    ];
                    let row = vec![distance.to_string(), exact.to_string(), layout.clone()];
                    table.row(row, "fuzzy", &file, &queries, &options)?;
                }
            }
            table
        }
    };
    print!("{}", table.table.finish());
    Ok(())
}

/// A table of what queries take.
struct Profile<'a> {
    engine: &'a Path,
    parts: &'static Parts,
    queries: u32,
    table: Table,
}

impl<'a> Profile<'a> {
    /// With these columns before that of the layouts.
    fn new(engine: &'a Path, columns: &[&str], parts: &'static Parts, queries: u32) -> Self {
        let mut columns = columns.to_vec();
        columns.extend(["layout", "#instructions", "#mispredicted jumps"]);
        let names: Vec<String> = profile::names(parts)
            .map(|part| format!("#{part}"))
            .collect();
        columns.extend(names.iter().map(String::as_str));
        Profile {
            engine,
            parts,
            queries,
            table: Table::new(&columns),
        }
    }

    /// Asks the queries, and adds a row that starts so.
    fn row(
        &mut self,
        mut row: Vec<String>,
        operation: &str,
        file: &Path,
        queries: &Path,
        options: &[String],
    ) -> Result<()> {
        let [fewer, more] =
            PASSES.map(|passes| self.count(operation, file, queries, options, passes));
        let queries = f64::from((PASSES[1] - PASSES[0]) * self.queries);
        let costs = profile::per_query(&more?, &fewer?, queries);
        let sums = profile::by_part(&costs, &frames(self.engine, &costs)?, self.parts)?;
        let sum = |of: fn(&Cost) -> f64| sums.iter().map(of).sum();
        row.push(number(sum(|cost| cost.instructions), 0));
        row.push(number(sum(|cost| cost.mispredicted), 1));
        row.extend(sums.iter().map(|cost| number(cost.instructions, 0)));
        self.table.row(&row);
        Ok(())
    }

    /// Asks under callgrind.
    fn count(
        &self,
        operation: &str,
        file: &Path,
        queries: &Path,
        options: &[String],
        passes: u32,
    ) -> Result<Costs> {
        let dump = NamedTempFile::new()?;
        let mut words: Vec<String> = ["valgrind", "--tool=callgrind", "--branch-sim=yes"]
            .map(String::from)
            .into();
        words.extend(["--dump-instr=yes", "--compress-pos=no"].map(String::from));
        words.push(format!("--callgrind-out-file={}", dump.path().display()));
        words.extend([self.engine.display().to_string(), operation.into()]);
        words.extend([file, queries].map(|path| path.display().to_string()));
        words.extend(options.iter().cloned());
        words.extend([
            format!("--limit={}", self.queries),
            format!("--passes={passes}"),
        ]);
        process::run(&words, Stdio::null())?;
        profile::read(&fs::read_to_string(dump.path())?, self.engine)
    }
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
