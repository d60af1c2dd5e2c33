//! What `compile` and `merge` are asked to do.

use std::collections::BTreeMap;

use keyfold_compiler::Options;
use keyfold_reader::{TextRule, ValueKind};
use pyo3::prelude::*;

use crate::error::{ArgumentError, OptionError, Raise};

/// The arguments, checked and completed by `keyfold/_compile.py`.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a call")]
pub(crate) struct Plan {
    kind: Option<String>,
    /// Options by the names of `Options::set`.
    options: BTreeMap<String, String>,
    on_duplicate: String,
    pub(super) vector_size: Option<usize>,
    pub(super) secondary: Vec<String>,
    fold_case: bool,
    nfkc: bool,
    manifest: String,
    /// Keys come in byte order.
    pub(super) sorted: bool,
    /// Rows that cannot be stored are left out.
    pub(super) skip: bool,
    pub(super) replace: bool,
    /// Rows are Arrow record batches, and which of their columns are what.
    pub(super) arrow: bool,
    pub(super) key: Option<String>,
    pub(super) value: Option<Value>,
}

/// The column of the values, or those that are fields of documents.
#[derive(FromPyObject)]
pub(super) enum Value {
    Column(String),
    Fields(Vec<String>),
}

impl Plan {
    /// The kind of values that is asked for.
    pub(super) fn kind(&self) -> PyResult<Option<ValueKind>> {
        let parse = |name: &String| {
            name.parse()
                .map_err(|_| ArgumentError::new_err(format!("there is no kind {name:?}")))
        };
        self.kind.as_ref().map(parse).transpose()
    }

    pub(super) fn options(&self, kind: ValueKind) -> PyResult<Options> {
        let mut options = Options::new(kind);
        for (name, value) in &self.options {
            options.set(name, value).raise()?;
        }
        let refused = |name, reason| OptionError::new_err(format!("option {name}: {reason}"));
        options.on_duplicate = self
            .on_duplicate
            .parse()
            .map_err(|reason| refused("on_duplicate", reason))?;
        if let Some(size) = self.vector_size {
            options.vector_size = size;
        }
        options.text_rule = TextRule {
            fold_case: self.fold_case,
            nfkc: self.nfkc,
        };
        if self.sorted && !(self.secondary.is_empty() && options.text_rule.is_none()) {
            let reason = "secondary keys and folded keys are sorted anew".to_owned();
            return Err(refused("sorted", reason));
        }
        options.secondary.clone_from(&self.secondary);
        options.manifest.clone_from(&self.manifest);
        Ok(options)
    }

    /// Whether the layout is asked for.
    pub(super) fn has_format(&self) -> bool {
        self.options.contains_key("format")
    }
}
