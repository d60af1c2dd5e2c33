//! How an index is written.

use std::time::Duration;

use keyfold_reader::ValueKind;
use keyfold_reader::index::Schema;
use serde_json::{Map, Value};

use super::durability::Durability;
use crate::error::{Error, Result};
use crate::options::{Format, MIN_MEMORY_LIMIT, Options, Profile};

/// How an index is written. The table of contents keeps them, but for the schema, which goes its own way.
///
/// What to choose is a trade between writing, reading and memory: fewer and larger segments make reads faster, at the cost
/// of rewriting entries more often.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The layout of new segments.
    pub format: Format,
    /// What native segments are compiled for.
    pub profile: Profile,
    /// What a call promises when it returns.
    pub durability: Durability,
    /// Bytes of memory that writes may take before they are compiled into a segment.
    pub table_bytes: usize,
    /// How long a write may wait for that, and so for readers to see it; zero: for ever.
    pub flush_interval: Duration,
    /// How many segments of about the same size lie side by side before they are merged; at least 2.
    pub merge_width: usize,
    /// From so many segments on, writes wait for merges.
    pub max_segments: usize,
    /// Merges that run at once. With 0 nothing happens in the background: the call that fills the table compiles it, and
    /// segments are merged only when that is asked for.
    pub max_merges: usize,
    /// Whether new segments get a filter, which spares most look-ups of keys that they do not store, for about nine bits per key.
    /// A segment gets none when its making would take more memory than `memory_limit`, at 40 bytes per key.
    pub filter: bool,
    /// Bytes of memory that the building of a segment may use.
    pub memory_limit: usize,
    /// The fields of the documents, if a field is to have one type in all of them: those that are declared, and others as they
    /// are first seen. Nothing: values are any MessagePack.
    pub schema: Option<Schema>,
}

impl Default for Settings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, Into::into);
        Settings {
            format: Format::default(),
            profile: Profile::default(),
            durability: Durability::default(),
            table_bytes: 64 << 20,
            flush_interval: Duration::from_secs(1),
            merge_width: 8,
            max_segments: 256,
            max_merges: (cores / 2).clamp(1, 8),
            filter: true,
            memory_limit: 256 << 20,
            schema: None,
        }
    }
}

/// The settings that have a name and a text.
const NAMES: [&str; 10] = [
    "format",
    "profile",
    "durability",
    "table_bytes",
    "flush_interval",
    "merge_width",
    "max_segments",
    "max_merges",
    "filter",
    "memory_limit",
];

impl Settings {
    /// Sets one by its name from text; sizes are in bytes, times in milliseconds.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let fail = |reason: String| Error::Option {
            name: name.to_owned(),
            reason,
        };
        let number = |least: usize| {
            let number = value
                .parse::<usize>()
                .map_err(|_| fail(format!("{value:?} is not a number")))?;
            if number < least {
                return Err(fail(format!("at least {least} is needed")));
            }
            Ok(number)
        };
        match name {
            "format" => self.format = value.parse().map_err(fail)?,
            "profile" => self.profile = value.parse().map_err(fail)?,
            "durability" => self.durability = value.parse().map_err(fail)?,
            "table_bytes" => self.table_bytes = number(1)?,
            "flush_interval" => self.flush_interval = Duration::from_millis(number(0)? as u64),
            "merge_width" => self.merge_width = number(2)?,
            "max_segments" => self.max_segments = number(2)?,
            "max_merges" => self.max_merges = number(0)?,
            "filter" => {
                self.filter = match value {
                    "on" => true,
                    "off" => false,
                    _ => return Err(fail(format!("{value:?} is neither on nor off"))),
                }
            }
            "memory_limit" => self.memory_limit = number(MIN_MEMORY_LIMIT)?,
            _ => return Err(fail("there is no such setting".to_owned())),
        }
        Ok(())
    }

    /// One by its name, as text.
    fn get(&self, name: &str) -> String {
        match name {
            "format" => self.format.name().to_owned(),
            "profile" => self.profile.name().to_owned(),
            "durability" => self.durability.to_string(),
            "table_bytes" => self.table_bytes.to_string(),
            "flush_interval" => self.flush_interval.as_millis().to_string(),
            "merge_width" => self.merge_width.to_string(),
            "max_segments" => self.max_segments.to_string(),
            "max_merges" => self.max_merges.to_string(),
            "filter" => if self.filter { "on" } else { "off" }.to_owned(),
            _ => self.memory_limit.to_string(),
        }
    }

    /// Whether they go together.
    pub(crate) fn check(&self) -> Result<()> {
        let mut copy = self.clone();
        NAMES
            .iter()
            .try_for_each(|name| copy.set(name, &self.get(name)))
    }

    /// As the table of contents keeps them.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let members = NAMES
            .iter()
            .map(|name| ((*name).to_owned(), self.get(name)));
        members.map(|(name, value)| (name, value.into())).collect()
    }

    /// Those of a table of contents. Names of later versions are passed over.
    pub(crate) fn from_json(members: &Map<String, Value>) -> Result<Self> {
        let mut settings = Settings::default();
        for name in NAMES {
            if let Some(value) = members.get(name).and_then(Value::as_str) {
                settings.set(name, value)?;
            }
        }
        Ok(settings)
    }

    /// The options that segments are built with.
    pub(crate) fn options(&self, scratch: std::path::PathBuf) -> Options {
        Options {
            format: self.format,
            profile: self.profile,
            memory_limit: self.memory_limit,
            temporary_path: scratch,
            ..Options::new(ValueKind::Json)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back() {
        let settings = Settings {
            format: Format::Keyvi,
            profile: Profile::Small,
            durability: Durability::Interval(Duration::from_millis(7)),
            flush_interval: Duration::ZERO,
            filter: false,
            ..Settings::default()
        };
        assert_eq!(Settings::from_json(&settings.to_json()).unwrap(), settings);
        settings.check().unwrap();
    }

    #[test]
    fn settings_that_do_not_fit_are_errors() {
        for (name, value) in [
            ("durability", "0"),
            ("durability", "always"),
            ("merge_width", "1"),
            ("memory_limit", "1000"),
            ("format", "kv"),
            ("filter", "1"),
            ("no_such", "1"),
        ] {
            let set = Settings::default().set(name, value);
            assert!(matches!(set, Err(Error::Option { .. })), "{name}={value}");
        }
        let narrow = Settings {
            merge_width: 0,
            ..Settings::default()
        };
        assert!(narrow.check().is_err());
    }
}
