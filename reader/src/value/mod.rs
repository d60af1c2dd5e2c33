//! Values: what a key leads to, and the forms it can be had in.

mod compression;
mod float_vector;
mod json_parse;
mod json_print;
mod kind;
pub mod msgpack;
mod native;
mod store;
mod view;

pub use compression::{Compression, Compressor, DecompressError};
pub use float_vector::{FloatError, parse_floats, write_floats_exact, write_floats_g};
pub use json_parse::{
    JsonError, Precision, json_or_text_to_msgpack, json_skip, json_string, json_to_msgpack,
};
pub use json_print::{MsgpackError, msgpack_to_json, skip_msgpack, write_json_string};
pub use kind::ValueKind;
pub use msgpack::{MsgpackToken, read_msgpack};
pub(crate) use native::NativeValues;
pub use store::{Blob, MAX_VALUE_LEN, ValueStore};
pub use view::Value;
