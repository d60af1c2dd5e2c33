//! The index: a folder of dictionaries that count as one, which one process writes and any number read.

mod schema;

pub use schema::{FieldType, Misfit, Schema};
