//! `keyfold index create`

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use keyfold_compiler::Format;
use keyfold_compiler::index::Settings;
use keyfold_reader::format::partitions::Partitions;
use keyfold_reader::index::Schema;

use super::target::Target;
use crate::commands::words;
use crate::error::Exit;

/// Make an empty index
///
/// The folder is made, too. Settings are kept in the index, and decide how all later commands write it.
///
/// An index that keeps types gives each field of its documents one type: int32, int64, float32, float64, string, bytes, bool or
/// json. A document with a field of another type is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold index create cities
  keyfold index create users --schema name=string --schema age=int32 --durability 100
  keyfold index create events --partitions 8 --separator / --setting table_bytes=16777216
  keyfold index create shared --format keyvi

Settings, with --setting: flush_interval (milliseconds), table_bytes, merge_width, max_segments, max_merges,
memory_limit, filter (on or off), and those that have options of their own")]
pub(crate) struct CreateArgs {
    /// Folder of the index
    folder: PathBuf,

    /// Type of a field; may be repeated, and implies --typed
    #[arg(long, value_name = "FIELD=TYPE")]
    schema: Vec<String>,

    /// Keep types: a field that is not declared keeps the type it is first seen with
    #[arg(long)]
    typed: bool,

    /// Layout of the segments: with `keyvi`, keyvi reads the index as well [default: native]
    #[arg(long, value_parser = ["native", "keyvi"])]
    format: Option<String>,

    /// What native segments are compiled for [default: fast]
    #[arg(long, value_parser = ["fast", "small"])]
    profile: Option<String>,

    /// When a write is on disk: `every-commit` before it is acknowledged, a number of milliseconds after which it is at the latest, or
    /// `none`, which leaves that to the system [default: every-commit]
    #[arg(long, value_name = "WHEN")]
    durability: Option<String>,

    /// Divide the index into so many parts, by a hash of the key
    #[arg(long, value_name = "N")]
    partitions: Option<u32>,

    /// Only what stands in a key before the first such byte decides on its part
    #[arg(long, value_name = "BYTE", value_parser = words::byte, requires = "partitions")]
    separator: Option<u8>,

    /// Any setting by its name; may be repeated
    #[arg(long = "setting", value_name = "NAME=VALUE")]
    settings: Vec<String>,
}

impl CreateArgs {
    fn settings(&self) -> Result<Settings> {
        let mut settings = Settings::default();
        for setting in &self.settings {
            let Some((name, value)) = setting.split_once('=') else {
                bail!("--setting {setting}: NAME=VALUE is needed");
            };
            settings.set(name, value)?;
        }
        let named = [
            ("format", &self.format),
            ("profile", &self.profile),
            ("durability", &self.durability),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                settings.set(name, value)?;
            }
        }
        if self.profile.is_some() && settings.format == Format::Keyvi {
            bail!("--profile is for native files: keyvi's layout has none");
        }
        settings.schema = self.schema()?;
        Ok(settings)
    }

    fn schema(&self) -> Result<Option<Schema>> {
        let mut schema = Schema::default();
        for field in &self.schema {
            // a name may hold the sign, a type does not
            let Some((name, kind)) = field.rsplit_once('=') else {
                bail!("--schema {field}: FIELD=TYPE is needed");
            };
            let kind = kind.parse().map_err(anyhow::Error::msg);
            let kind = kind.with_context(|| format!("--schema {field}"))?;
            if schema.get(name).is_some() {
                bail!("--schema {name} is given twice");
            }
            schema.insert(name, kind);
        }
        Ok((self.typed || !self.schema.is_empty()).then_some(schema))
    }
}

pub(crate) fn run(args: &CreateArgs) -> Result<Exit> {
    let separator = args.separator;
    let partitions = args.partitions.map(|of| Partitions { of, separator });
    Target::create(&args.folder, partitions, args.settings()?)?.close()?;
    Ok(Exit::Success)
}
