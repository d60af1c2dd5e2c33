//! JSON documents of a native file under construction.

mod column;
mod encode;
mod item;
mod leads;
mod number;
mod rows;
mod survey;

use std::collections::{HashMap, HashSet};

use keyfold_reader::format::native::code::Code;
use keyfold_reader::format::native::documents::FIRST_LEAD;
use keyfold_reader::format::native::shapes::{Column, Kind, Shape, ShapesWriter};

use self::column::Plan;
use self::item::{Item, item};
use self::leads::{Starts, Uses};
use self::rows::{NO_PIECE, Pieces, Rows};
use self::survey::{ROOT, Survey};
use super::estimate::{rough, times};
use super::hash::Hashing;
use crate::tokens::{TokenEncoder, TokenTable};

/// Most shapes.
const MAX_SHAPES: usize = 4096;

/// Bytes of a column in the table besides its name, and of a shape besides its holes.
const COLUMN_BYTES: f64 = 32.0;
const SHAPE_BYTES: f64 = 24.0;

/// What the documents of a file have in common, and how they are encoded; shared by any number of threads.
#[derive(Debug)]
pub(super) struct DocumentModel {
    columns: Vec<ColumnModel>,
    names: HashMap<Vec<u8>, u16, Hashing>,
    shapes: Vec<ShapeModel>,
    shape_numbers: HashMap<Vec<u16>, usize, Hashing>,
    /// The shape of documents that are no maps.
    scalar: Option<usize>,
    tokens: TokenEncoder,
    /// The table of shapes and that of tokens, as they stand in a file.
    table: Vec<u8>,
    token_table: Vec<u8>,
}

/// How values of a column are encoded.
#[derive(Debug)]
struct ColumnModel {
    kind: Kind,
    code: Code,
    exponent: u8,
    lowest: i64,
    element: u16,
    pieces: HashMap<Vec<u8>, u32, Hashing>,
}

/// How documents of a shape are encoded.
#[derive(Debug)]
struct ShapeModel {
    tail: Option<usize>,
    /// A bit for each hole that rows hold.
    bound: u64,
    /// What a document of the row's pieces begins with.
    rows: HashMap<Box<[u32]>, Vec<u8>, Hashing>,
    /// What other documents begin with.
    plain: Vec<u8>,
}

impl DocumentModel {
    /// The model for documents such as those of a sample, which stand one after the other and end at these offsets, when
    /// there are `ratio` times as many in all.
    pub(super) fn train(sample: &[u8], ends: &[usize], ratio: f64) -> Self {
        let survey = Survey::new(sample, ends);
        let plans: Vec<Plan<'_>> = survey
            .columns
            .iter()
            .map(|seen| Plan::new(seen, ratio))
            .collect();
        let kept = kept_columns(&survey, &plans, ratio);
        let texts = texts(&survey, &plans, &kept);
        let text_bytes: usize = texts.iter().map(|text| text.len()).sum();
        let tokens = TokenTable::train(texts, times(text_bytes, ratio));
        let mut token_table = Vec::new();
        tokens.write(&mut token_table);

        let mut writer = ShapesWriter::default();
        let columns = write_columns(&survey, &plans, &kept, &mut writer);
        let mut model = DocumentModel {
            names: names(&survey, &kept),
            columns,
            shapes: Vec::new(),
            shape_numbers: HashMap::default(),
            scalar: None,
            tokens: tokens.encoder(),
            table: Vec::new(),
            token_table,
        };
        model.add_shapes(&survey, &kept, ratio, &mut writer);
        writer.write(&mut model.table);
        model
    }

    /// The table of shapes as it stands in a file.
    pub(super) fn table(&self) -> &[u8] {
        &self.table
    }

    /// The token table as it stands in a file.
    pub(super) fn token_table(&self) -> &[u8] {
        &self.token_table
    }

    fn add_shapes(
        &mut self,
        survey: &Survey<'_>,
        kept: &[Option<u16>],
        ratio: f64,
        writer: &mut ShapesWriter,
    ) {
        let mut shapes: Vec<(Vec<u16>, &[usize])> = Vec::new();
        for (holes, documents) in &survey.shapes {
            let holes: Option<Vec<u16>> =
                holes.iter().map(|&hole| kept[usize::from(hole)]).collect();
            if let Some(holes) = holes
                && rough(documents.len()) * ratio * rough(holes.len())
                    > SHAPE_BYTES + 2.0 * rough(holes.len())
            {
                shapes.push((holes, documents));
            }
        }
        shapes.sort_by_key(|(_, documents)| std::cmp::Reverse(documents.len()));
        shapes.truncate(MAX_SHAPES - 1);
        let mut uses = Vec::new();
        let mut rows_of = Vec::new();
        for (holes, documents) in shapes {
            let found = self.pieces(survey, &holes, documents);
            let rows = Rows::choose(&found, ratio, 1 << 16);
            let in_rows: f64 = rows.rows.iter().map(|(_, uses)| uses).sum();
            uses.push(Uses {
                plain: rough(documents.len()) - in_rows,
                rows: rows.rows.iter().map(|(_, uses)| *uses).collect(),
            });
            self.add_shape(holes, true, &rows, writer);
            rows_of.push(rows);
        }
        let root = &survey.columns[usize::from(ROOT)];
        let scalars = root.values - root.maps;
        if self.columns[usize::from(ROOT)].kind != Kind::Document {
            self.scalar = Some(self.shapes.len());
            uses.push(Uses {
                plain: rough(scalars),
                rows: Vec::new(),
            });
            rows_of.push(Rows::default());
            self.add_shape(vec![ROOT], false, &Rows::default(), writer);
        }
        let (leads, starts) = leads::assign(&uses, FIRST_LEAD);
        writer.leads = leads;
        for ((shape, starts), rows) in self.shapes.iter_mut().zip(starts).zip(rows_of) {
            let Starts {
                plain,
                rows: starts,
            } = starts;
            shape.plain = plain;
            shape.rows = rows
                .rows
                .into_iter()
                .map(|(row, _)| row)
                .zip(starts)
                .collect();
        }
    }

    /// Adds a shape with its rows, the leads of which are not known yet.
    fn add_shape(&mut self, holes: Vec<u16>, is_map: bool, rows: &Rows, writer: &mut ShapesWriter) {
        let for_pieces: Vec<usize> = (0..holes.len())
            .filter(|&hole| self.columns[usize::from(holes[hole])].kind == Kind::Piece)
            .collect();
        let bound = rows
            .bound
            .iter()
            .fold(0u64, |bits, &hole| bits | 1 << for_pieces[hole]);
        let tail = self.tail(&holes);
        writer.shapes.push(Shape {
            first_hole: u32::try_from(writer.holes.len()).expect("few holes"),
            rows: u32::try_from(writer.rows.len()).expect("few rows"),
            bound,
            holes: u8::try_from(holes.len()).expect("64 at most"),
            tail: tail.map(|tail| u8::try_from(tail).expect("64 at most")),
            is_map,
        });
        writer.holes.extend_from_slice(&holes);
        for (row, _) in &rows.rows {
            for &piece in row {
                let piece = u16::try_from(piece).expect("few pieces");
                writer.rows.extend_from_slice(&piece.to_le_bytes());
            }
        }
        let number = self.shapes.len();
        if is_map {
            self.shape_numbers.insert(holes, number);
        }
        self.shapes.push(ShapeModel {
            tail,
            bound,
            rows: HashMap::default(),
            plain: Vec::new(),
        });
    }

    /// The last hole for text, if those behind it can be passed over without decoding them.
    fn tail(&self, holes: &[u16]) -> Option<usize> {
        let kind = |&hole: &usize| self.columns[usize::from(holes[hole])].kind;
        (0..holes.len())
            .rev()
            .take_while(|hole| !matches!(kind(hole), Kind::Document | Kind::Array))
            .find(|hole| kind(hole) == Kind::Text)
    }

    /// The pieces of all documents of a shape.
    fn pieces<'m>(&'m self, survey: &Survey<'_>, holes: &[u16], documents: &[usize]) -> Pieces<'m> {
        let columns: Vec<&ColumnModel> = holes
            .iter()
            .map(|&hole| &self.columns[usize::from(hole)])
            .collect();
        let mut numbers = Vec::new();
        for &start in documents {
            let mut at = survey.first_name(start);
            for column in &columns {
                let value = survey.skip(at);
                at = survey.skip(value);
                if column.kind == Kind::Piece {
                    let piece = column.pieces.get(survey.bytes(value..at));
                    numbers.push(piece.copied().unwrap_or(NO_PIECE));
                }
            }
        }
        let codes = columns.iter().filter(|column| column.kind == Kind::Piece);
        Pieces {
            codes: codes.map(|column| &column.code).collect(),
            numbers,
        }
    }
}

/// New numbers for the columns that save more bytes than they take; those used most get the lowest.
fn kept_columns(survey: &Survey<'_>, plans: &[Plan<'_>], ratio: f64) -> Vec<Option<u16>> {
    let mut order: Vec<usize> = (1..plans.len())
        .filter(|&column| {
            let seen = &survey.columns[column];
            let worth = 2.0 * rough(seen.values) * ratio;
            !seen.name.is_empty() && worth > COLUMN_BYTES + rough(seen.name.len())
        })
        .collect();
    order.sort_by_key(|&column| std::cmp::Reverse(survey.columns[column].values));
    order.insert(0, ROOT.into());
    // elements follow their arrays, at whatever depth
    let mut at = 0;
    while at < order.len() {
        let column = order[at];
        if plans[column].kind == Kind::Array
            && let Some(element) = survey.columns[column].element
            && element != ROOT
        {
            order.push(element.into());
        }
        at += 1;
    }
    let mut kept = vec![None; plans.len()];
    for (number, column) in order.into_iter().enumerate() {
        kept[column] = Some(u16::try_from(number).expect("few columns"));
    }
    kept
}

fn names(survey: &Survey<'_>, kept: &[Option<u16>]) -> HashMap<Vec<u8>, u16, Hashing> {
    survey
        .columns
        .iter()
        .zip(kept)
        .filter(|(seen, _)| !seen.name.is_empty())
        .filter_map(|(seen, &number)| Some((seen.name.to_vec(), number?)))
        .collect()
}

/// The texts that are going to be written as such.
fn texts<'s>(survey: &Survey<'s>, plans: &[Plan<'_>], kept: &[Option<u16>]) -> Vec<&'s [u8]> {
    let mut texts = survey.texts.clone();
    for ((seen, plan), kept) in survey.columns.iter().zip(plans).zip(kept) {
        if plan.kind == Kind::Piece && kept.is_some() {
            let pieces: HashSet<&[u8]> = plan.pieces.iter().copied().collect();
            let mut others: Vec<&[u8]> = seen
                .pieces
                .keys()
                .filter(|&piece| !pieces.contains(piece))
                .filter_map(|piece| match item(piece, 0) {
                    Some((Item::Text(text), _)) => Some(text),
                    _ => None,
                })
                .collect();
            others.sort_unstable();
            texts.extend(others);
        } else {
            texts.extend(&seen.texts);
        }
    }
    texts
}

/// Puts the columns and their pieces into the table.
fn write_columns(
    survey: &Survey<'_>,
    plans: &[Plan<'_>],
    kept: &[Option<u16>],
    writer: &mut ShapesWriter,
) -> Vec<ColumnModel> {
    let mut columns: Vec<(u16, usize)> = kept
        .iter()
        .enumerate()
        .filter_map(|(column, number)| Some(((*number)?, column)))
        .collect();
    columns.sort_unstable();
    let mut models: Vec<ColumnModel> = Vec::new();
    let mut bases = Vec::new();
    for &(_, column) in &columns {
        let plan = &plans[column];
        bases.push(match plan.kind {
            Kind::Piece => i64::try_from(writer.piece_ends.len()).expect("few pieces"),
            _ => plan.lowest,
        });
        for piece in &plan.pieces {
            writer.pieces.extend_from_slice(piece);
            let end = u32::try_from(writer.pieces.len()).expect("few pieces");
            writer.piece_ends.push(end);
        }
        let element = survey.columns[column].element.unwrap_or(ROOT);
        models.push(ColumnModel {
            kind: plan.kind,
            code: plan.code,
            exponent: plan.exponent,
            lowest: plan.lowest,
            element: kept[usize::from(element)].unwrap_or(ROOT),
            pieces: (0..)
                .zip(&plan.pieces)
                .map(|(number, piece)| (piece.to_vec(), number))
                .collect(),
        });
    }
    for ((model, base), (_, column)) in models.iter().zip(bases).zip(columns) {
        let name = survey.columns[column].name;
        writer.columns.push(Column {
            kind: model.kind,
            exponent: model.exponent,
            element: model.element,
            code: model.code,
            base,
            name: u32::try_from(writer.pieces.len()).expect("few names"),
            name_len: u16::try_from(name.len()).expect("short names"),
        });
        writer.pieces.extend_from_slice(name);
    }
    models
}
