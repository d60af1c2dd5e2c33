//! Traversals: the order in which the keys of an automaton are met.

mod descent;
mod lexicographic;

pub(crate) use descent::Descent;
pub(in crate::fsa) use descent::Hits;
pub use lexicographic::Lexicographic;
