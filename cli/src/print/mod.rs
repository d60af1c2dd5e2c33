//! What is found, as rows of text.

mod columns;
mod entry;
mod escape;
mod hit;
mod members;
mod rank;

pub(crate) use columns::Columns;
pub(crate) use entry::{Entry, Place};
use escape::escape_json;
pub(crate) use hit::Hit;
pub(crate) use members::Members;
pub(crate) use rank::Rank;

use crate::rows::Form;

/// Something that is printed as a row, in either form.
pub(crate) trait Row {
    /// Its columns.
    fn columns(&self, columns: &mut Columns<'_>) -> keyfold_reader::Result<()>;

    /// The members of its JSON object.
    fn members(&self, members: &mut Members<'_>) -> keyfold_reader::Result<()>;
}

/// Appends a row, ended. For a terminal, control bytes and what is not UTF-8 are escaped.
pub(crate) fn write_row(
    row: &impl Row,
    form: Form,
    terminal: bool,
    out: &mut Vec<u8>,
) -> keyfold_reader::Result<()> {
    if form == Form::Tsv {
        row.columns(&mut Columns::new(out, terminal))?;
    } else if terminal {
        let mut object = Vec::new();
        write_object(row, &mut object)?;
        escape_json(&object, out);
    } else {
        write_object(row, out)?;
    }
    out.push(b'\n');
    Ok(())
}

fn write_object(row: &impl Row, out: &mut Vec<u8>) -> keyfold_reader::Result<()> {
    let mut members = Members::new(out);
    row.members(&mut members)?;
    members.end();
    Ok(())
}
