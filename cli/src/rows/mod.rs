//! Rows of input: from files to encoded rows, in order.
//!
//! One thread reads and unpacks blocks of whole rows, the workers encode the rows of a block each, and the
//! caller takes the encoded blocks in the order of the input. The bytes in flight are bounded.

mod batch;
mod block;
mod budget;
mod form;
mod json_lines;
mod pipeline;
mod row_encoder;

pub(crate) use batch::Batch;
pub(crate) use block::rows;
pub(crate) use form::Form;
pub(crate) use json_lines::MAX_FIELDS;
pub(crate) use pipeline::{Pipeline, Settings};
pub(crate) use row_encoder::{Manner, Shape};
