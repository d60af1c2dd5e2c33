//! What is said of an index.

use std::path::Path;

use anyhow::Result;
use keyfold_reader::format::toc::Details;
use keyfold_reader::index::{Schema, Snapshot};
use serde_json::{Map, Value};

use super::table::Table;
use crate::size::grouped;

/// A table, or one JSON object.
pub(super) fn text(snapshot: &Snapshot, path: &Path, json: bool) -> Result<String> {
    let stats = snapshot.statistics();
    let details = snapshot
        .parts()
        .iter()
        .find_map(|part| part.toc().details.as_ref());
    let fields: Map<String, Value> = snapshot
        .schema()
        .into_iter()
        .flat_map(Schema::iter)
        .map(|(field, kind)| (field.to_owned(), kind.name().into()))
        .collect();
    let typed = snapshot.schema().is_some();
    if json {
        let mut object = serde_json::to_value(&stats)?;
        object["settings"] = details.map(|details| details.settings.clone()).into();
        object["schema"] = typed.then_some(fields).into();
        return Ok(object.to_string());
    }
    let mut table = Table::new(path, &format(details), "json", "");
    table.number("generation", stats.generation, "");
    if snapshot.partitions().is_some() {
        table.number("parts", stats.parts, "");
    }
    let note = format!("{} deleted", grouped(stats.deleted));
    table.number("keys stored", stats.keys, &note);
    table.number("segments", stats.segments.len() as u64, "");
    table.bytes("size", stats.bytes);
    for segment in &stats.segments {
        table.part(&segment.name, segment.bytes, stats.bytes);
    }
    if stats.filter_bytes > 0 {
        table.bytes("filters", stats.filter_bytes);
    }
    if let Some(bytes_per_key) = stats.bytes_per_key {
        table.text("bytes per key", &format!("{bytes_per_key:.2}"));
    }
    for (name, value) in details.into_iter().flat_map(|details| &details.settings) {
        // told above
        if name != "format" {
            table.text(name, value.as_str().unwrap_or_default());
        }
    }
    if typed {
        table.number("fields", stats.fields, "");
    }
    for (field, kind) in &fields {
        table.text(&format!("  {field}"), kind.as_str().unwrap_or_default());
    }
    Ok(table.finish())
}

fn format(details: Option<&Details>) -> String {
    match details {
        None => "index of keyvi".to_owned(),
        Some(details) => format!("index, {} segments", details.format),
    }
}
