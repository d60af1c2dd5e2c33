//! What the columns of record batches are.

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use keyfold_reader::ValueKind;
use pyo3::prelude::*;

use super::cell::check_document;
use super::columns::Columns;
use super::plan::{Plan, Value};
use crate::error::ArgumentError;

/// Which columns hold what.
pub(super) struct Layout {
    pub(super) kind: ValueKind,
    key: usize,
    secondary: Vec<usize>,
    values: Values,
}

/// The columns that make the value.
enum Values {
    None,
    Column(usize),
    Fields(Vec<(String, usize)>),
}

impl Layout {
    /// What the plan says of columns, and what follows from their types.
    pub(super) fn new(schema: &Schema, plan: &Plan) -> PyResult<Self> {
        let secondary = plan
            .secondary
            .iter()
            .map(|name| column(schema, name))
            .collect::<PyResult<Vec<_>>>()?;
        let mut free = (0..schema.fields().len()).filter(|index| !secondary.contains(index));
        let key = match &plan.key {
            Some(name) => column(schema, name)?,
            None => free
                .next()
                .ok_or_else(|| ArgumentError::new_err("there is no column for the keys"))?,
        };
        let rest: Vec<usize> = (0..schema.fields().len())
            .filter(|index| *index != key && !secondary.contains(index))
            .collect();
        let field_of = |index: &usize| (schema.field(*index).name().clone(), *index);
        let asked = plan.kind()?;
        let values = match &plan.value {
            Some(Value::Column(name)) => Values::Column(column(schema, name)?),
            Some(Value::Fields(names)) => {
                let indices = names.iter().map(|name| column(schema, name));
                let indices = indices.collect::<PyResult<Vec<_>>>()?;
                Values::Fields(indices.iter().map(field_of).collect())
            }
            None if asked == Some(ValueKind::KeyOnly) => Values::None,
            None => match rest.as_slice() {
                [] => Values::None,
                [one] => Values::Column(*one),
                several => Values::Fields(several.iter().map(field_of).collect()),
            },
        };
        let layout = Layout {
            kind: asked.unwrap_or_else(|| infer(schema, &values)),
            key,
            secondary,
            values,
        };
        layout.check(schema)?;
        Ok(layout)
    }

    /// Whether the columns are of types that fit.
    fn check(&self, schema: &Schema) -> PyResult<()> {
        let refuse = |field: &Field, needed: &str| {
            Err(ArgumentError::new_err(format!(
                "the column {:?} holds {}, but {needed}",
                field.name(),
                field.data_type()
            )))
        };
        for index in std::iter::once(self.key).chain(self.secondary.iter().copied()) {
            let field = schema.field(index);
            if !is_text(plain(field.data_type())) {
                return refuse(field, "keys are strings");
            }
        }
        let columns: Vec<&Field> = match &self.values {
            Values::None => Vec::new(),
            Values::Column(index) => vec![schema.field(*index)],
            Values::Fields(fields) => fields.iter().map(|(_, i)| schema.field(*i)).collect(),
        };
        if matches!(self.values, Values::Fields(_)) && self.kind != ValueKind::Json {
            let reason = format!(
                "several columns make a document, not a value of kind {}",
                self.kind
            );
            return Err(ArgumentError::new_err(reason));
        }
        if columns.is_empty() != (self.kind == ValueKind::KeyOnly) {
            let found = if columns.is_empty() {
                "no column"
            } else {
                "a column"
            };
            let reason = format!("there is {found} for the values, the kind is {}", self.kind);
            return Err(ArgumentError::new_err(reason));
        }
        for field in columns {
            let data_type = plain(field.data_type());
            let fits = match self.kind {
                ValueKind::KeyOnly => true,
                ValueKind::Int | ValueKind::Completion => data_type.is_integer(),
                ValueKind::String => is_text(data_type),
                ValueKind::FloatVector => is_list(data_type),
                ValueKind::Json => check_document(data_type),
            };
            if !fits {
                let needed = format!("the kind {} does not take these: cast it", self.kind);
                return refuse(field, &needed);
            }
        }
        Ok(())
    }

    /// The vectors of a batch, if that is what it holds.
    pub(super) fn vectors(&self, batch: &RecordBatch) -> Option<ArrayRef> {
        match (self.kind, &self.values) {
            (ValueKind::FloatVector, Values::Column(index)) => vectors(batch.column(*index)).ok(),
            _ => None,
        }
    }

    /// The columns of a batch, in forms that are read row by row.
    pub(super) fn columns(&self, batch: &RecordBatch) -> Result<Columns, ArrowError> {
        let unpacked = |index: usize| unpack(batch.column(index));
        Ok(Columns {
            kind: self.kind,
            key: unpacked(self.key)?,
            secondary: self
                .secondary
                .iter()
                .map(|index| unpacked(*index))
                .collect::<Result<_, _>>()?,
            names: match &self.values {
                Values::Fields(fields) => {
                    Some(fields.iter().map(|(name, _)| name.clone()).collect())
                }
                _ => None,
            },
            values: match &self.values {
                Values::None => Vec::new(),
                Values::Column(index) if self.kind == ValueKind::FloatVector => {
                    vec![vectors(batch.column(*index))?]
                }
                Values::Column(index) => vec![unpacked(*index)?],
                Values::Fields(fields) => fields
                    .iter()
                    .map(|(_, index)| unpacked(*index))
                    .collect::<Result<_, _>>()?,
            },
        })
    }
}

fn column(schema: &Schema, name: &str) -> PyResult<usize> {
    let found = schema.index_of(name);
    found.map_err(|_| ArgumentError::new_err(format!("there is no column {name:?}")))
}

/// The kind of values that columns make, if it is not said.
fn infer(schema: &Schema, values: &Values) -> ValueKind {
    let index = match values {
        Values::None => return ValueKind::KeyOnly,
        Values::Fields(_) => return ValueKind::Json,
        Values::Column(index) => *index,
    };
    match plain(schema.field(index).data_type()) {
        data_type if data_type.is_integer() => ValueKind::Int,
        data_type if is_text(data_type) => ValueKind::String,
        data_type if is_list(data_type) => ValueKind::FloatVector,
        _ => ValueKind::Json,
    }
}

/// The type of what a dictionary-encoded column stands for.
fn plain(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => values,
        other => other,
    }
}

fn is_text(data_type: &DataType) -> bool {
    use DataType::{Binary, BinaryView, LargeBinary, LargeUtf8, Utf8, Utf8View};
    matches!(
        data_type,
        Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView
    )
}

/// Whether a type is a list of floats.
fn is_list(data_type: &DataType) -> bool {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            item.data_type().is_floating()
        }
        _ => false,
    }
}

fn unpack(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match column.data_type() {
        DataType::Dictionary(_, values) => arrow_cast::cast(column, values),
        _ => Ok(column.clone()),
    }
}

/// A column of vectors, as a list of floats of 32 bits.
fn vectors(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    arrow_cast::cast(column, &DataType::new_large_list(DataType::Float32, true))
}
