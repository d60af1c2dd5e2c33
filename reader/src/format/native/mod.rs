//! The native layout: every byte of a native file stands in this module.

pub mod alphabet;
pub mod bits;
pub mod code;
pub mod documents;
pub mod grams;
pub mod header;
pub mod ints;
pub mod leaf;
pub mod node;
pub mod offsets;
pub mod pool;
pub mod shapes;
pub mod slots;
pub mod tokens;
