//! Values on their way into a file.

mod encoder;
mod section;

pub(crate) use encoder::check_completion;
pub use encoder::{Encoder, Input};
pub(crate) use section::ValueSection;
