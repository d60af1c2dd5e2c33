//! The folder a run leaves behind: CSV per measurement, `environment.txt`, a README with the tables.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

/// A folder being filled.
#[derive(Debug)]
pub struct Record {
    folder: PathBuf,
    head: String,
    summary: String,
    body: String,
}

impl Record {
    /// Makes the folder, empties it of what an earlier run recorded, and writes the facts about the machine.
    pub fn create(folder: &Path, command: &str, facts: &str) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|of| of == "csv" || of == "svg")
            {
                fs::remove_file(path)?;
            }
        }
        fs::write(folder.join("environment.txt"), facts)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let head = format!(
            "# {name}\n\nMade by `{command}`; do not edit. Times are medians over the rounds, peak memory is the largest of \
             them,\nwhat is promised of two engines the median of the ratios of each round. Every process ran alone, the \
             engines in turn.\nEach round stands in the CSV files, the machine in `environment.txt`.\n\n```\n{facts}```\n"
        );
        Ok(Self {
            folder: folder.to_owned(),
            head,
            summary: String::new(),
            body: String::new(),
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
        self.csv(name, samples)?;
        println!("\n{title}\n\n{table}");
        self.say(&format!("\n## {title}\n\n{table}"))
    }

    /// Adds samples without a table.
    pub fn csv<T: Serialize>(&self, name: &str, samples: &[T]) -> Result<()> {
        let mut out = csv::Writer::from_path(self.folder.join(format!("{name}.csv")))?;
        for sample in samples {
            out.serialize(sample)?;
        }
        Ok(out.flush()?)
    }

    /// Adds a picture; what shows it in the report.
    pub fn picture(&self, name: &str, title: &str, svg: &str) -> Result<String> {
        fs::write(self.folder.join(format!("{name}.svg")), svg)?;
        Ok(format!("\n![{title}]({name}.svg)\n"))
    }

    /// Puts this before all measurements, in place of what stood there.
    pub fn summarise(&mut self, text: &str) -> Result<()> {
        text.clone_into(&mut self.summary);
        self.write()
    }

    /// Appends to the report.
    pub fn say(&mut self, text: &str) -> Result<()> {
        self.body.push_str(text);
        self.write()
    }

    fn write(&self) -> Result<()> {
        let report = [&*self.head, &self.summary, &self.body].concat();
        Ok(fs::write(self.folder.join("README.md"), report)?)
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
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("old.csv"), "of another run").unwrap();
        let mut record = Record::create(folder, "make bench", "cores: 2\n").unwrap();
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
        let shown = record.picture("size", "Sizes", "<svg/>").unwrap();
        record.summarise("\nall is well\n").unwrap();
        record.say(&shown).unwrap();
        let report = fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(
            report.contains("make bench")
                && report.contains("```\n\nall is well\n\n## Compile")
                && report.ends_with("## Compile\n\n| x |\n\n![Sizes](size.svg)\n"),
            "{report}"
        );
        assert!(folder.join("size.svg").exists() && !folder.join("old.csv").exists());
    }
}
