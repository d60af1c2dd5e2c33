//! A file under construction, of whatever sort.

use std::path::Path;

use keyfold_compiler::{
    Callback, Chunk, Compiler, Error, Generator, Options, Result, Summary, VectorWriter,
};

use crate::kind::Kind;

/// One of the compiler's builders.
pub(crate) enum Build {
    Compiler(Box<Compiler>),
    Generator(Box<Generator>),
    Vector(Box<VectorWriter>),
}

impl Build {
    /// The builder for a kind of file; `sorted` input is written as it comes.
    pub(crate) fn new(kind: Kind, sorted: bool, options: Options) -> Result<Self> {
        if kind.is_vector() {
            return Ok(Build::Vector(Box::new(VectorWriter::new(options)?)));
        }
        if sorted {
            return Ok(Build::Generator(Box::new(Generator::new(options)?)));
        }
        Ok(Build::Compiler(Box::new(Compiler::new(options)?)))
    }

    pub(crate) fn on_progress(&mut self, callback: Callback) {
        match self {
            Build::Compiler(compiler) => compiler.on_progress(callback),
            Build::Generator(generator) => generator.on_progress(callback),
            // short at its end; in between the caller looks itself
            Build::Vector(_) => {}
        }
    }

    /// Whether the rows of a chunk are wanted in the order of their keys, not in that of the input.
    pub(crate) fn sorts(&self) -> bool {
        matches!(self, Build::Compiler(_))
    }

    /// Adds the rows of a chunk.
    pub(crate) fn add(&mut self, chunk: &mut Chunk) -> Result<(), Refusal> {
        match self {
            Build::Compiler(compiler) => compiler
                .add_chunk(chunk)
                .map_err(|error| Refusal { row: None, error }),
            Build::Generator(generator) => {
                each_row(chunk, |key, value| generator.add_encoded(key, value))
            }
            Build::Vector(vector) => each_row(chunk, |_, value| vector.push_encoded(value)),
        }
    }

    /// Counts a row that was set aside.
    pub(crate) fn reject(&mut self) {
        match self {
            Build::Compiler(compiler) => compiler.reject(),
            Build::Generator(generator) => generator.reject(),
            Build::Vector(vector) => vector.reject(),
        }
    }

    pub(crate) fn finish(self, path: &Path, replace: bool) -> Result<Summary> {
        match self {
            Build::Compiler(compiler) => compiler.finish(path, replace),
            Build::Generator(generator) => generator.finish(path, replace),
            Build::Vector(vector) => vector.finish(path, replace),
        }
    }
}

/// Why the rows of a chunk were not all added.
pub(crate) struct Refusal {
    /// The number of the row that did not fit, where rows are added in the order of the input.
    pub(crate) row: Option<u64>,
    pub(crate) error: Error,
}

fn each_row(chunk: &Chunk, mut add: impl FnMut(&[u8], &[u8]) -> Result<()>) -> Result<(), Refusal> {
    for (row, (key, value)) in (0..).zip(chunk.rows()) {
        add(key, value).map_err(|error| Refusal {
            row: Some(row),
            error,
        })?;
    }
    Ok(())
}
