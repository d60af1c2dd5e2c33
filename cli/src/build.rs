//! A file under construction, of whatever sort.

use std::path::Path;

use keyfold_compiler::{Callback, Compiler, Generator, Options, Result, Summary, VectorWriter};

use crate::kind::Kind;
use crate::rows::EncodedRow;

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

    #[inline]
    pub(crate) fn add(&mut self, row: &EncodedRow<'_>) -> Result<()> {
        match self {
            Build::Compiler(compiler) => compiler.add_encoded(&row.fields, row.key, row.value),
            Build::Generator(generator) => generator.add_encoded(row.key, row.value),
            Build::Vector(vector) => vector.push_encoded(row.value),
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
