//! A dictionary that is built, but not yet a file.

use std::fs::File;
use std::io::{self, Seek};
use std::path::Path;

use crate::error::Result;
use crate::generator::{Sections, Summary};
use crate::output::Output;

/// A dictionary that is built: what is left to do is to write it, to as many files as are wanted. Until then it takes up memory, or
/// space in the folder of the temporary files.
///
/// ```
/// use keyfold_compiler::{Compiler, Input, Options};
/// use keyfold_reader::{Dictionary, ValueKind};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("words.kf");
/// let mut words = Compiler::new(Options::new(ValueKind::Int))?;
/// words.add(b"fold", Input::Int(7))?;
/// let mut words = words.build()?;
/// words.set_manifest("one word");
/// words.write(&path, false)?;
/// assert_eq!(Dictionary::open(&path)?.manifest(), "one word");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Built {
    sections: Sections,
    /// What stands behind the dictionary: that of its secondary values.
    behind: Option<File>,
}

impl Built {
    pub(crate) fn new(sections: Sections, behind: Option<File>) -> Self {
        Built { sections, behind }
    }

    /// Replaces the manifest.
    pub fn set_manifest(&mut self, manifest: &str) {
        self.sections.set_manifest(manifest);
    }

    /// Writes the file. An existing one is replaced if `replace` says so, else it is an error.
    pub fn write(&mut self, path: &Path, replace: bool) -> Result<Summary> {
        self.publish(Output::create(path, replace)?)
    }

    pub(crate) fn publish(&mut self, output: Output) -> Result<Summary> {
        let Built { sections, behind } = self;
        let file_bytes = output.publish(|out| {
            sections.write(out)?;
            if let Some(behind) = behind {
                behind.rewind()?;
                io::copy(behind, out)?;
            }
            Ok(())
        })?;
        Ok(Summary {
            file_bytes,
            ..self.sections.summary()
        })
    }
}
