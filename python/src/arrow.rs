//! Arrow arrays for Python.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int32Type, Int64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, FieldRef};
use numpy::{PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList, PyTuple};
use pyo3_arrow::ffi::{to_array_pycapsules, to_schema_pycapsule};

use crate::error::OptionError;

/// An Arrow array. `pyarrow.array(a)`, `polars.Series(a)` and others that know Arrow's `PyCapsule` interface take it without a
/// copy.
#[pyclass(frozen, module = "keyfold")]
pub(crate) struct ArrowArray {
    array: ArrayRef,
    field: FieldRef,
}

impl ArrowArray {
    pub(crate) fn new(array: ArrayRef) -> Self {
        let field = Arc::new(Field::new("", array.data_type().clone(), true));
        ArrowArray { array, field }
    }

    pub(crate) fn object(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(Bound::new(py, self)?.into_any())
    }
}

#[pymethods]
impl ArrowArray {
    fn __len__(&self) -> usize {
        self.array.len()
    }

    fn __repr__(&self) -> String {
        format!(
            "<keyfold.ArrowArray of {} x {}>",
            self.array.len(),
            self.array.data_type()
        )
    }

    /// The capsule of the array's type.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.field.as_ref())?)
    }

    /// The capsules of the array's type and of the array.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let field = self.field.clone();
        Ok(to_array_pycapsules(
            py,
            field,
            &self.array,
            requested_schema,
        )?)
    }

    /// The elements in a list; `None` for nulls.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.array.as_ref())
    }

    /// A `NumPy` array of numbers or bools without nulls, or of vectors, one row each.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let array = self.array.as_ref();
        if array.null_count() == 0 {
            match array.data_type() {
                DataType::UInt64 => {
                    let values = array.as_primitive::<UInt64Type>().values();
                    return Ok(PyArray1::from_slice(py, values).into_any());
                }
                DataType::Int32 => {
                    let values = array.as_primitive::<Int32Type>().values();
                    return Ok(PyArray1::from_slice(py, values).into_any());
                }
                DataType::Int64 => {
                    let values = array.as_primitive::<Int64Type>().values();
                    return Ok(PyArray1::from_slice(py, values).into_any());
                }
                DataType::Float32 => {
                    let values = array.as_primitive::<Float32Type>().values();
                    return Ok(PyArray1::from_slice(py, values).into_any());
                }
                DataType::Float64 => {
                    let values = array.as_primitive::<Float64Type>().values();
                    return Ok(PyArray1::from_slice(py, values).into_any());
                }
                DataType::Boolean => {
                    let values = array.as_boolean().values().iter();
                    return Ok(PyArray1::from_iter(py, values).into_any());
                }
                DataType::FixedSizeList(_, width) => {
                    let components = array.as_fixed_size_list().values();
                    let components = components.as_primitive::<Float32Type>().values();
                    let rows = PyArray1::from_slice(py, components);
                    let shape = [array.len(), usize::try_from(*width)?];
                    return Ok(rows.reshape(shape)?.into_any());
                }
                _ => {}
            }
        }
        Err(OptionError::new_err(
            "NumPy arrays are there for numbers, bools and vectors without nulls",
        ))
    }

    /// A `pyarrow.Array` of the same memory.
    fn to_pyarrow<'py>(this: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        this.py().import("pyarrow")?.call_method1("array", (this,))
    }
}

fn list<'py>(py: Python<'py>, array: &dyn Array) -> PyResult<Bound<'py, PyList>> {
    let elements = (0..array.len()).map(|index| element(py, array, index));
    PyList::new(py, elements.collect::<PyResult<Vec<_>>>()?)
}

/// An element as a Python object, of the types that our arrays have.
fn element<'py>(py: Python<'py>, array: &dyn Array, index: usize) -> PyResult<Bound<'py, PyAny>> {
    if array.is_null(index) {
        return Ok(py.None().into_bound(py));
    }
    Ok(match array.data_type() {
        DataType::UInt64 => {
            let value = array.as_primitive::<UInt64Type>().value(index);
            value.into_pyobject(py)?.into_any()
        }
        DataType::UInt32 => {
            let value = array.as_primitive::<UInt32Type>().value(index);
            value.into_pyobject(py)?.into_any()
        }
        DataType::Int32 => {
            let value = array.as_primitive::<Int32Type>().value(index);
            value.into_pyobject(py)?.into_any()
        }
        DataType::Int64 => {
            let value = array.as_primitive::<Int64Type>().value(index);
            value.into_pyobject(py)?.into_any()
        }
        DataType::Float64 => {
            let value = array.as_primitive::<Float64Type>().value(index);
            value.into_pyobject(py)?.into_any()
        }
        DataType::Binary => PyBytes::new(py, array.as_binary::<i32>().value(index)).into_any(),
        DataType::LargeBinary => PyBytes::new(py, array.as_binary::<i64>().value(index)).into_any(),
        DataType::Float32 => {
            let value = array.as_primitive::<Float32Type>().value(index);
            value.into_pyobject(py)?.into_any()
        }
        DataType::Boolean => {
            let value = array.as_boolean().value(index);
            value.into_pyobject(py)?.to_owned().into_any()
        }
        DataType::Utf8 => {
            let value = array.as_string::<i32>().value(index);
            value.into_pyobject(py)?.into_any()
        }
        DataType::LargeUtf8 => {
            let value = array.as_string::<i64>().value(index);
            value.into_pyobject(py)?.into_any()
        }
        DataType::FixedSizeList(..) => {
            list(py, &array.as_fixed_size_list().value(index))?.into_any()
        }
        DataType::List(_) => list(py, &array.as_list::<i32>().value(index))?.into_any(),
        DataType::Struct(fields) => {
            let dict = PyDict::new(py);
            for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                dict.set_item(field.name(), element(py, column, index)?)?;
            }
            dict.into_any()
        }
        // a column of nulls has no other elements
        _ => py.None().into_bound(py),
    })
}
