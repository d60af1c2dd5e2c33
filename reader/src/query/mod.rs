//! The queries, one file each: methods of [`Entries`](crate::Entries) and the walks behind them.

mod bag;
mod best;
mod complete;
mod endings;
mod floor;
mod fuzzy;
mod ground;
mod heap;
mod heaviest;
pub mod keyvi;
mod lone;
mod multiword;
mod near;
mod nearest;
mod normalize;
mod queue;
mod search;
mod texts;
mod weighted;

pub use complete::Completion;
pub(crate) use search::Search;
