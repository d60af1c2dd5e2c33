//! Values on their way into a file.

mod encoder;
mod native;
mod section;
mod seen;

pub use encoder::{Encoder, Input};
pub(crate) use encoder::{check_completion, read_int};
pub(crate) use native::{ValueModel, ValueWriter};
pub(crate) use section::ValueSection;
