//! `keyfold find`

use std::io::{IsTerminal as _, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::{Context, Result};
use clap::ValueEnum;
use keyfold_reader::{Boundaries, Finder, Overlap, Span, Spans, Value, ValueKind};

use super::lookup::LookupArgs;
use crate::error::Exit;
use crate::input::{self, Source};
use crate::print::{Columns, Members, Row, write_row};
use crate::rows::Form;
use crate::stdio::Output;

/// Find keys in text
///
/// Prints a row `offset<TAB>length<TAB>key<TAB>value` for each place of a text where a key stands, in the order of the
/// text; both numbers count bytes. With several files each row starts with the file. JSON lines hold the text found, and where it
/// stands in characters, too.
///
/// The longest key counts, and matches do not overlap. Where the dictionary was compiled with --fold-case or --nfkc, text is folded
/// alike; keys are shown as they were spelled, and if several differ in nothing else, there is a row for each.
///
/// Text may be packed with gzip or zstd, and of any size. Exits with 0 if something was found, 1 if not, 2 after an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  keyfold find places.kf article.txt
  zcat articles.gz | keyfold find places.kf --json | jq .value
  keyfold find places.kf --annotate article.txt")]
pub(crate) struct FindArgs {
    /// File of the keys
    file: PathBuf,

    /// Texts: files, folders (all files in them), or `-` for standard input, which is read if none is given
    #[arg(value_name = "TEXT_FILE")]
    texts: Vec<PathBuf>,

    /// Where a match may start and end
    #[arg(long, value_enum, value_name = "WHERE", default_value_t = Where::Words)]
    boundaries: Where,

    /// Print matches that overlap too: all, or the longest at each place where one starts
    #[arg(
        long,
        value_enum,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "all"
    )]
    overlapping: Option<Which>,

    /// Print the text with its matches marked, which are [key|value] unless on a terminal; it is held in memory
    #[arg(long, conflicts_with_all = ["overlapping", "json", "limit"])]
    annotate: bool,

    /// Most matches to print for each text
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    #[command(flatten)]
    lookup: LookupArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Where {
    /// At word boundaries as Unicode has them
    Words,
    /// At spaces and the ends of the text, as in keyvi
    Spaces,
    /// Anywhere
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// All of them
    All,
    /// The longest at each place, as in keyvi
    PerStart,
}

pub(crate) fn run(args: &FindArgs) -> Result<Exit> {
    let entries = args.lookup.entries(&args.file)?;
    let finder = Finder::new(&entries.limit(args.limit.unwrap_or(u64::MAX)))?
        .boundaries(match args.boundaries {
            Where::Words => Boundaries::Words,
            Where::Spaces => Boundaries::Spaces,
            Where::None => Boundaries::None,
        })
        .overlap(match args.overlapping {
            None => Overlap::LeftmostLongest,
            Some(Which::All) => Overlap::All,
            Some(Which::PerStart) => Overlap::PerStart,
        });
    let sources = if args.texts.is_empty() {
        vec![Source::Stdin]
    } else {
        input::find(&args.texts)?
    };
    let mut output = Output::new();
    let mut exit = Exit::Missing;
    let searched = sources.iter().try_for_each(|source| {
        let name = source.name();
        let text = source
            .open(&Arc::new(AtomicU64::new(0)))
            .with_context(|| name.clone())?;
        let shown = (sources.len() > 1).then_some(&name[..]);
        let found = if args.annotate {
            annotate(&finder, text, &mut output)
        } else {
            print(finder.find_in(text), shown, args.lookup.form(), &mut output)
        };
        if found.with_context(|| name.clone())? {
            exit = Exit::Success;
        }
        Ok(())
    });
    // what was found before an error is shown
    output.finish()?;
    searched.map(|()| exit)
}

/// Prints matches; false if there are none.
fn print(
    mut spans: Spans<'_>,
    file: Option<&str>,
    form: Form,
    output: &mut Output,
) -> Result<bool> {
    let mut found = false;
    while spans.advance()? {
        found = true;
        let place = Place {
            file,
            span: spans.span(),
            text: spans.text(),
            key: spans.key(),
            value: spans.value(),
        };
        let terminal = output.is_terminal();
        write_row(&place, form, terminal, output.buffer())?;
        output.end_row()?;
    }
    Ok(found)
}

/// A match to be shown.
struct Place<'a> {
    /// Its file, where there are several.
    file: Option<&'a str>,
    span: Span,
    text: &'a [u8],
    key: &'a [u8],
    value: Value<'a>,
}

impl Row for Place<'_> {
    fn columns(&self, columns: &mut Columns<'_>) -> keyfold_reader::Result<()> {
        if let Some(file) = self.file {
            columns.text(file.as_bytes());
        }
        columns.number(self.span.start);
        columns.number(self.span.end - self.span.start);
        columns.text(self.key);
        columns.value(self.value)
    }

    fn members(&self, members: &mut Members<'_>) -> keyfold_reader::Result<()> {
        let Span {
            start,
            end,
            char_start,
            char_end,
        } = self.span;
        if let Some(file) = self.file {
            members.string("file", file.as_bytes());
        }
        members.plain("offset", start);
        members.plain("length", end - start);
        members.plain("char_offset", char_start);
        members.plain("char_length", char_end - char_start);
        members.string("text", self.text);
        members.string("key", self.key);
        members.value(self.value)
    }
}

/// Prints a text with its matches marked; false if there are none.
fn annotate(finder: &Finder, mut from: impl Read, output: &mut Output) -> Result<bool> {
    let mut text = Vec::new();
    from.read_to_end(&mut text)?;
    let mut marks = Marks {
        terminal: std::io::stdout().is_terminal(),
        open: false,
    };
    let mut spans = finder.find_all(&text);
    let mut shown = 0;
    let mut value = Vec::new();
    let mut found = false;
    while spans.advance()? {
        found = true;
        let Span { start, end, .. } = spans.span();
        let (start, end) = (usize::try_from(start)?, usize::try_from(end)?);
        if end > shown {
            marks.close(output.buffer());
            marks.write(&text[shown..start], output.buffer());
            marks.open(&text[start..end], output.buffer());
            shown = end;
        }
        if spans.value().kind() != ValueKind::KeyOnly {
            value.clear();
            spans.value().write_text(&mut value)?;
            marks.value(&value, output.buffer());
        }
    }
    marks.close(output.buffer());
    marks.write(&text[shown..], output.buffer());
    output.end_row()?;
    Ok(found)
}

/// How matches are marked: in colour on a terminal, else by brackets.
struct Marks {
    terminal: bool,
    /// Whether a match has been started.
    open: bool,
}

impl Marks {
    fn open(&mut self, text: &[u8], out: &mut Vec<u8>) {
        self.open = true;
        out.extend_from_slice(if self.terminal { b"\x1b[1;32m" } else { b"[" });
        self.write(text, out);
        if self.terminal {
            out.extend_from_slice(b"\x1b[0;2m");
        }
    }

    fn value(&self, value: &[u8], out: &mut Vec<u8>) {
        out.push(b'|');
        self.write(value, out);
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.open) {
            out.extend_from_slice(if self.terminal { b"\x1b[0m" } else { b"]" });
        }
    }

    /// Appends text; for a terminal, nothing in it moves the cursor but tabs and line ends.
    fn write(&self, text: &[u8], out: &mut Vec<u8>) {
        if !self.terminal {
            out.extend_from_slice(text);
            return;
        }
        for char in String::from_utf8_lossy(text).chars() {
            let moves = char.is_control() && char != '\n' && char != '\t';
            let char = if moves {
                char::REPLACEMENT_CHARACTER
            } else {
                char
            };
            out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}
