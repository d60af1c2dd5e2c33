//! `keyfold stats`

mod index;
mod table;

use std::path::PathBuf;

use anyhow::Result;
use keyfold_reader::{Statistics, ValueVector};
use serde_json::json;

use self::table::Table;
use crate::error::Exit;
use crate::file::File;
use crate::size::grouped;
use crate::stdio;

/// Show what a file consists of
///
/// Layout, keys, states, values, compression, the rows it was built from, and its sections with their bytes and
/// their share of the file; of an index its generation, settings, segments, and the types of the fields.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  keyfold stats cities.kf --json | jq .bytes_per_key")]
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
        File::Index(index) => index::text(&index.snapshot(), &args.file, args.json)?,
        File::Dictionary(dictionary) => of_dictionary(&dictionary.statistics()?, args)?,
        File::Secondary(dictionary) => of_dictionary(&dictionary.dictionary().statistics()?, args)?,
    };
    stdio::print(&text)?;
    Ok(Exit::Success)
}

fn of_dictionary(stats: &Statistics, args: &StatsArgs) -> Result<String> {
    if args.json {
        return Ok(serde_json::to_string(stats)?);
    }
    let format = match stats.profile {
        Some(profile) => format!("{}, {profile}", stats.format),
        None => stats.format.clone(),
    };
    let mut table = Table::new(&args.file, &format, stats.kind, &stats.manifest);
    if let Some(rule) = &stats.text_rule {
        table.text("text rule", rule);
    }
    table.number("keys", stats.keys, "");
    table.number("states", stats.states, "");
    if let Some(fold) = stats.fold {
        table.number("  nodes", fold.nodes, "");
        table.number("  leaves", fold.leaves, "");
    }
    if let Some(slots) = stats.slots {
        let fill = format!("{:.2} % filled", 100.0 * slots.fill);
        table.number("slots", slots.count, &fill);
    }
    if stats.values > 0 {
        table.number(
            "values",
            stats.values,
            &format!("{} different", grouped(stats.unique_values)),
        );
    }
    table.compression(stats.compression.as_deref());
    if !stats.secondary_keys.is_empty() {
        let names = stats.secondary_keys.join(", ");
        table.number(
            "secondary values",
            stats.secondary_values,
            &format!("of {names}"),
        );
    }
    if let Some(rows) = stats.rows {
        let lost = [(rows.duplicates, "duplicates"), (rows.rejected, "rejected")];
        let lost = lost.map(|(count, what)| format!("{} {what}", grouped(count)));
        table.number("rows read", rows.read, &lost.join(", "));
    }
    table.text("checksums", if stats.checksums { "yes" } else { "no" });
    table.bytes("file size", stats.file_bytes);
    let more = [
        ("secondary values", stats.secondary_bytes),
        ("behind the end", stats.trailing_bytes),
    ];
    let more = more.into_iter().filter(|part| part.1 > 0);
    for (name, bytes) in stats
        .sections
        .iter()
        .map(|it| (it.name, it.bytes))
        .chain(more)
    {
        table.part(name, bytes, stats.file_bytes);
    }
    if let Some(bytes_per_key) = stats.bytes_per_key {
        table.text("bytes per key", &format!("{bytes_per_key:.2}"));
    }
    Ok(table.finish())
}

fn of_vector(vector: &ValueVector, args: &StatsArgs) -> Result<String> {
    let kind = File::Vector(vector.clone()).kind();
    let kind = clap::ValueEnum::to_possible_value(&kind)
        .map_or(String::new(), |v| v.get_name().to_owned());
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
    let mut table = Table::new(&args.file, "keyvi vector", &kind, vector.manifest());
    let different = format!("{} different", grouped(properties.unique_values));
    table.number("values", vector.len(), &different);
    table.compression(properties.compression.as_deref());
    table.bytes("file size", file_bytes);
    table.part("values", value_bytes, file_bytes);
    Ok(table.finish())
}
