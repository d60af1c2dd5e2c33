//! Cells of Arrow columns: keys, integers, and documents in `MessagePack`.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::DataType;
use keyfold_reader::msgpack::{
    write_array_header, write_bool, write_f32, write_f64, write_int, write_map_header, write_nil,
    write_str, write_uint,
};

/// A string, of whatever form of strings; nothing where it is null.
pub(super) fn text(column: &dyn Array, row: usize) -> Option<&[u8]> {
    if column.is_null(row) {
        return None;
    }
    Some(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).as_bytes(),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row).as_bytes(),
        DataType::Utf8View => column.as_string_view().value(row).as_bytes(),
        DataType::Binary => column.as_binary::<i32>().value(row),
        DataType::LargeBinary => column.as_binary::<i64>().value(row),
        DataType::BinaryView => column.as_binary_view().value(row),
        _ => return None,
    })
}

/// An integer from 0 on.
pub(super) fn integer(column: &dyn Array, row: usize) -> Result<u64, String> {
    if column.is_null(row) {
        return Err("the value is null".to_owned());
    }
    match whole(column, row) {
        Some(Whole::Unsigned(number)) => Ok(number),
        Some(Whole::Signed(number)) => u64::try_from(number)
            .map_err(|_| format!("the value {number} is not an integer from 0 on")),
        None => Err("the value is no integer".to_owned()),
    }
}

enum Whole {
    Signed(i64),
    Unsigned(u64),
}

fn whole(column: &dyn Array, row: usize) -> Option<Whole> {
    Some(match column.data_type() {
        DataType::Int8 => Whole::Signed(column.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => Whole::Signed(column.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Whole::Signed(column.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Whole::Signed(column.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => Whole::Unsigned(column.as_primitive::<UInt8Type>().value(row).into()),
        DataType::UInt16 => Whole::Unsigned(column.as_primitive::<UInt16Type>().value(row).into()),
        DataType::UInt32 => Whole::Unsigned(column.as_primitive::<UInt32Type>().value(row).into()),
        DataType::UInt64 => Whole::Unsigned(column.as_primitive::<UInt64Type>().value(row)),
        _ => return None,
    })
}

/// Whether cells of a type have a form in JSON. Times, decimals and bytes have several, of which none is chosen here.
pub(crate) fn check_document(data_type: &DataType) -> bool {
    match data_type {
        DataType::Null
        | DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Float16
        | DataType::Float32
        | DataType::Float64 => true,
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            check_document(item.data_type())
        }
        DataType::Struct(fields) => fields.iter().all(|field| check_document(field.data_type())),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => {
                matches!(fields[0].data_type(), DataType::Utf8 | DataType::LargeUtf8)
                    && check_document(fields[1].data_type())
            }
            _ => false,
        },
        other => other.is_integer(),
    }
}

/// Appends a cell as a document.
pub(crate) fn write_document(
    column: &dyn Array,
    row: usize,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    if column.is_null(row) {
        write_nil(out);
        return Ok(());
    }
    match column.data_type() {
        DataType::Null => write_nil(out),
        DataType::Boolean => write_bool(column.as_boolean().value(row), out),
        DataType::Float16 => {
            write_f32(column.as_primitive::<Float16Type>().value(row).into(), out);
        }
        DataType::Float32 => write_f32(column.as_primitive::<Float32Type>().value(row), out),
        DataType::Float64 => write_f64(column.as_primitive::<Float64Type>().value(row), out),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            write_str(text(column, row).unwrap_or_default(), out);
        }
        DataType::List(_) => write_list(&*column.as_list::<i32>().value(row), out)?,
        DataType::LargeList(_) => write_list(&*column.as_list::<i64>().value(row), out)?,
        DataType::FixedSizeList(..) => {
            write_list(&*column.as_fixed_size_list().value(row), out)?;
        }
        DataType::Struct(fields) => {
            let columns = column.as_struct();
            write_map_header(fields.len(), out);
            for (field, column) in fields.iter().zip(columns.columns()) {
                write_str(field.name().as_bytes(), out);
                write_document(&**column, row, out)?;
            }
        }
        DataType::Map(..) => {
            let entries = column.as_map().value(row);
            write_map_header(entries.len(), out);
            for entry in 0..entries.len() {
                let name =
                    text(&**entries.column(0), entry).ok_or("the name of a field is null")?;
                write_str(name, out);
                write_document(&**entries.column(1), entry, out)?;
            }
        }
        other => match whole(column, row) {
            Some(Whole::Signed(number)) => write_int(number, out),
            Some(Whole::Unsigned(number)) => write_uint(number, out),
            None => return Err(format!("a value of type {other} has no form in JSON")),
        },
    }
    Ok(())
}

fn write_list(items: &dyn Array, out: &mut Vec<u8>) -> Result<(), String> {
    write_array_header(items.len(), out);
    (0..items.len()).try_for_each(|item| write_document(items, item, out))
}
