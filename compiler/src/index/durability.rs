//! What a writer promises when a call returns.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What has become of a write when the call that made it returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// Nothing is ever synced. A process that is killed loses what it wrote since the log was last handed to the system, a second
    /// at most. A power failure may leave an index that cannot be opened.
    None,
    /// The log is synced at this interval: a process that is killed and a power failure lose no more than what was written since.
    Interval(Duration),
    /// The log is synced before a call returns. Calls of several threads share one sync.
    #[default]
    EveryCommit,
}

impl Durability {
    /// Whether files are synced at all.
    pub(crate) fn syncs(self) -> bool {
        self != Durability::None
    }

    /// How often the log is looked after, if the writers do not do it themselves.
    pub(crate) fn interval(self) -> Option<Duration> {
        match self {
            Durability::None => Some(Duration::from_secs(1)),
            Durability::Interval(interval) => Some(interval),
            Durability::EveryCommit => None,
        }
    }
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Durability::None => f.write_str("none"),
            Durability::Interval(interval) => write!(f, "{}", interval.as_millis()),
            Durability::EveryCommit => f.write_str("every-commit"),
        }
    }
}

impl FromStr for Durability {
    type Err = String;

    /// `none`, `every-commit`, or an interval in milliseconds.
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "none" => Ok(Durability::None),
            "every-commit" => Ok(Durability::EveryCommit),
            _ => match name.parse() {
                Ok(0) | Err(_) => Err(format!(
                    "{name:?} is none of none, every-commit, and a number of milliseconds"
                )),
                Ok(milliseconds) => Ok(Durability::Interval(Duration::from_millis(milliseconds))),
            },
        }
    }
}
