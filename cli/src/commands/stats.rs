//! `keyfold stats`

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use keyfold_reader::{Statistics, ValueVector};
use serde_json::json;

use crate::error::Exit;
use crate::file::File;
use crate::size::{grouped, human};

/// Show what a file consists of
///
/// Keys, states, bytes by section, fill of the sparse array, bytes per key, values, compression, and the rows
/// it was built from.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  keyfold stats cities.kv --json | jq .bytes_per_key")]
pub(crate) struct StatsArgs {
    /// File to look into
    file: PathBuf,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &StatsArgs) -> Result<Exit> {
    let text = match File::open(&args.file)? {
        File::Vector(vector) => of_vector(&vector, args)?,
        File::Dictionary(dictionary) => of_dictionary(&dictionary.statistics()?, args)?,
        File::Secondary(dictionary) => of_dictionary(&dictionary.entries().statistics()?, args)?,
    };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(Exit::Success)
}

fn of_dictionary(stats: &Statistics, args: &StatsArgs) -> Result<String> {
    if args.json {
        return Ok(serde_json::to_string(stats)?);
    }
    let mut table = Table::default();
    table.text("file", &args.file.display().to_string());
    table.text("format", &stats.format);
    table.text("kind", stats.kind);
    if !stats.manifest.is_empty() {
        table.text("manifest", &stats.manifest);
    }
    table.number("keys", stats.keys);
    table.number("states", stats.states);
    table.text("slots", &format!("{}, {:.1} % filled", grouped(stats.slots), 100.0 * stats.fill));
    if stats.values > 0 {
        let (values, unique) = (grouped(stats.values), grouped(stats.unique_values));
        table.text("values", &format!("{values}, {unique} stored"));
    }
    if let Some(compression) = &stats.compression {
        table.text("compression", if compression.is_empty() { "none" } else { compression });
    }
    if !stats.secondary_keys.is_empty() {
        let (names, values) = (stats.secondary_keys.join(", "), grouped(stats.secondary_values));
        table.text("secondary keys", &format!("{names}, {values} values"));
    }
    if let Some(rows) = stats.rows {
        let read = format!("{} read", grouped(rows.read));
        let (duplicates, rejected) = (grouped(rows.duplicates), grouped(rows.rejected));
        table.text("rows", &format!("{read}, {duplicates} duplicates, {rejected} rejected"));
    }
    table.text("checksums", if stats.checksums { "yes" } else { "no" });
    table.bytes("file size", stats.file_bytes);
    table.bytes("  header", stats.header_bytes);
    table.bytes("  labels", stats.label_bytes);
    table.bytes("  transitions", stats.transition_bytes);
    table.bytes("  values", stats.value_bytes);
    if stats.secondary_bytes > 0 {
        table.bytes("  secondary", stats.secondary_bytes);
    }
    if stats.trailing_bytes > 0 {
        table.bytes("  behind the end", stats.trailing_bytes);
    }
    if let Some(bytes_per_key) = stats.bytes_per_key {
        table.text("bytes per key", &format!("{bytes_per_key:.2}"));
    }
    Ok(table.finish())
}

fn of_vector(vector: &ValueVector, args: &StatsArgs) -> Result<String> {
    let kind = File::Vector(vector.clone()).kind();
    let kind = clap::ValueEnum::to_possible_value(&kind).map_or(String::new(), |v| v.get_name().to_owned());
    let properties = vector.values().properties();
    let file_bytes = std::fs::metadata(vector.path())?.len();
    let value_bytes = vector.values().section().len() as u64;
    if args.json {
        let object = json!({
            "format": "keyvi vector",
            "kind": kind,
            "values": vector.len(),
            "unique_values": properties.unique_values,
            "file_bytes": file_bytes,
            "value_bytes": value_bytes,
            "compression": properties.compression,
            "manifest": vector.manifest(),
        });
        return Ok(object.to_string());
    }
    let mut table = Table::default();
    table.text("file", &args.file.display().to_string());
    table.text("format", "keyvi vector");
    table.text("kind", &kind);
    if !vector.manifest().is_empty() {
        table.text("manifest", vector.manifest());
    }
    let (values, unique) = (grouped(vector.len()), grouped(properties.unique_values));
    table.text("values", &format!("{values}, {unique} stored"));
    if let Some(compression) = &properties.compression {
        table.text("compression", if compression.is_empty() { "none" } else { compression });
    }
    table.bytes("file size", file_bytes);
    table.bytes("  values", value_bytes);
    Ok(table.finish())
}

/// Rows of a name and what is said of it.
#[derive(Default)]
struct Table {
    rows: Vec<(String, String)>,
}

impl Table {
    fn text(&mut self, name: &str, text: &str) {
        // a manifest may hold anything
        let text = text.replace(char::is_control, " ");
        self.rows.push((name.to_owned(), text));
    }

    fn number(&mut self, name: &str, number: u64) {
        self.text(name, &grouped(number));
    }

    fn bytes(&mut self, name: &str, bytes: u64) {
        self.text(name, &format!("{} ({})", grouped(bytes), human(bytes)));
    }

    fn finish(self) -> String {
        let width = self.rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        let rows: Vec<String> = self.rows.iter().map(|(name, text)| format!("{name:width$}  {text}")).collect();
        rows.join("\n")
    }
}
