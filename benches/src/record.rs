//! The folder a run leaves behind: CSV per measurement, `environment.txt`, a README with the tables.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

/// A folder being filled.
#[derive(Debug)]
pub struct Record {
    folder: PathBuf,
    report: String,
}

impl Record {
    /// Makes the folder and writes the facts about the machine.
    pub fn create(folder: &Path, command: &str, facts: &str) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(folder.join("environment.txt"), facts)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let report = format!(
            "# {name}\n\nMade by `{command}`; do not edit. Times are medians over the rounds, peak memory is the largest of \
             them. Every\nprocess ran alone, the engines in turn. Each round stands in the CSV files, the machine in \
             `environment.txt`.\n\n```\n{facts}```\n"
        );
        Ok(Self {
            folder: folder.to_owned(),
            report,
        })
    }

    /// Adds one measurement: all samples as CSV, the table to the report.
    pub fn add<T: Serialize>(
        &mut self,
        name: &str,
        title: &str,
        samples: &[T],
        table: &str,
    ) -> Result<()> {
        let mut out = csv::Writer::from_path(self.folder.join(format!("{name}.csv")))?;
        for sample in samples {
            out.serialize(sample)?;
        }
        out.flush()?;
        write!(self.report, "\n## {title}\n\n{table}")?;
        fs::write(self.folder.join("README.md"), &self.report)?;
        println!("\n{title}\n\n{table}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_holds_csv_and_report() {
        #[derive(Serialize)]
        struct Sample {
            engine: &'static str,
            seconds: f64,
        }
        let folder = std::env::temp_dir().join(format!("keyfold-record-{}", std::process::id()));
        let mut record = Record::create(&folder, "make bench", "cores: 2\n").unwrap();
        record
            .add(
                "compile",
                "Compile",
                &[Sample {
                    engine: "a",
                    seconds: 0.5,
                }],
                "| x |\n",
            )
            .unwrap();
        assert_eq!(
            fs::read_to_string(folder.join("compile.csv")).unwrap(),
            "engine,seconds\na,0.5\n"
        );
        let report = fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(
            report.contains("make bench") && report.ends_with("## Compile\n\n| x |\n"),
            "{report}"
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
