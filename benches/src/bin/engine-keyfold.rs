//! keyfold's runner for the query protocol.
#![forbid(unsafe_code)]

use anyhow::Result;
use clap::Parser;
use keyfold_benches::query::{Arguments, Form, Operation, measure};
use keyfold_reader::{Dictionary, Value};

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let text = std::fs::read(&arguments.queries)?;
    let queries: Vec<&[u8]> = text
        .split(|&byte| byte == b'\n')
        .filter(|query| !query.is_empty())
        .collect();
    let dictionary = Dictionary::open(&arguments.file)?;
    let report = match arguments.operation {
        // One closure per form, so that nothing is decided per key.
        Operation::Get => match arguments.value {
            Form::None => measure(&queries, arguments.passes, |key| {
                Ok(dictionary.get(key)?.map(|_| []))
            })?,
            Form::Packed => measure(&queries, arguments.passes, |key| {
                Ok(dictionary.get(key)?.map(Value::msgpack).transpose()?)
            })?,
            Form::Text => measure(&queries, arguments.passes, |key| {
                Ok(dictionary.get(key)?.map(Value::text).transpose()?)
            })?,
        },
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}
