//! Finding keys in running text.

mod boundaries;
mod filter;
mod finder;
mod folder;
mod glance;
mod pane;
mod rule;
mod spans;
mod spelled;
mod utf8;

pub use boundaries::Boundaries;
pub use finder::{Finder, Overlap};
pub use folder::Folder;
pub use rule::{SPELLING, SeparatorInKey, TextRule};
pub use spans::{Span, Spans};
