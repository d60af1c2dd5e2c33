//! Traversals: the order in which the keys of an automaton are met.

mod lexicographic;

pub use lexicographic::Lexicographic;
