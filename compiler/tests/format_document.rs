//! The worked examples of `docs/format.md` are, byte for byte, what is written.

use std::fmt::Write as _;

use keyfold_compiler::{Format, Options};
use keyfold_reader::format::native::header::NativeHeader;
use keyfold_reader::format::properties::{ArrayProperties, Header};
use keyfold_reader::{Dictionary, ValueKind};

use crate::support::{Folder, Rows, compile, texts};

const DOCUMENT: &str = include_str!("../../docs/format.md");

/// Bytes per line of a dump.
const WIDTH: usize = 16;

/// The lines of the fenced block with this info string.
fn block(info: &str) -> impl Iterator<Item = &'static str> {
    let (_, rest) = DOCUMENT.split_once(&format!("```{info}\n")).unwrap();
    let (block, _) = rest.split_once("\n```").unwrap();
    block.lines()
}

fn rows(info: &str) -> Rows {
    block(info)
        .map(|row| row.split_once('\t').unwrap())
        .map(|(key, value)| (key.into(), value.into()))
        .collect()
}

/// The file that the document shows.
fn documented_file(info: &str) -> Vec<u8> {
    let mut file = Vec::new();
    let mut zeros = false;
    for line in block(info) {
        let bytes = line.split(';').next().unwrap();
        let mut words = bytes.split_whitespace();
        match words.next() {
            None => {}
            Some("*") => zeros = true,
            Some(offset) => {
                let offset = usize::from_str_radix(offset, 16).unwrap();
                if std::mem::take(&mut zeros) {
                    file.resize(offset, 0);
                }
                assert_eq!(file.len(), offset, "{line}");
                file.extend(words.map(|word| u8::from_str_radix(word, 16).unwrap()));
            }
        }
    }
    file
}

/// The offsets of labels, transitions and value properties.
fn sections(file: &[u8]) -> [usize; 3] {
    let (_, at) = Header::read(file, 0).unwrap();
    let (array, labels) = ArrayProperties::read(file, at).unwrap();
    let slots = usize::try_from(array.slots).unwrap();
    [labels, labels + slots, labels + 3 * slots]
}

/// Where the lines of a dump start anew.
fn starts(file: &[u8]) -> Vec<usize> {
    if let Ok((header, end)) = NativeHeader::read(file, 0) {
        let sections = header.sections.iter().map(|entry| entry.range.start);
        return [0, 8, 12, end - 8].into_iter().chain(sections).collect();
    }
    let (_, array) = Header::read(file, 0).unwrap();
    let [labels, words, values] = sections(file);
    vec![
        0,
        8,
        12,
        array,
        array + 4,
        labels,
        words,
        values,
        values + 4,
    ]
}

/// A file in the form of the document, without remarks.
fn dump(file: &[u8]) -> String {
    let starts = starts(file);
    let mut text = String::new();
    let mut zeros = false;
    for (i, &start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(file.len());
        for (j, line) in file[start..end].chunks(WIDTH).enumerate() {
            if line.iter().any(|&byte| byte != 0) {
                write!(text, "{:04X} ", start + WIDTH * j).unwrap();
                for byte in line {
                    write!(text, " {byte:02X}").unwrap();
                }
                text.push('\n');
            } else if !zeros {
                text.push_str("*\n");
            }
            zeros = line.iter().all(|&byte| byte == 0);
        }
    }
    write!(text, "{:04X}", file.len()).unwrap();
    text
}

#[test]
fn the_dump_is_the_file_of_the_rows() {
    let folder = Folder::new();
    for (kind, format, tsv, hexdump) in [
        (ValueKind::Json, Format::Keyvi, "tsv", "hexdump"),
        (
            ValueKind::Int,
            Format::Native,
            "tsv native",
            "hexdump native",
        ),
    ] {
        let path = folder.file("three");
        let mut options = Options::new(kind);
        options.format = format;
        compile(&options, &rows(tsv), &path);
        let file = std::fs::read(path).unwrap();
        assert!(
            documented_file(hexdump) == file,
            "docs/format.md shows another file than this:\n{}",
            dump(&file)
        );
        assert!(DOCUMENT.contains(&format!("give {} bytes", file.len())));
    }
}

#[test]
fn the_dump_reads_as_the_rows() {
    for (tsv, hexdump) in [("tsv", "hexdump"), ("tsv native", "hexdump native")] {
        let dictionary = Dictionary::from_bytes(documented_file(hexdump)).unwrap();
        assert_eq!(texts(&dictionary), rows(tsv));
        let soundness = dictionary.verify().unwrap();
        assert!(soundness.checksums);
        assert_eq!(soundness.keys, 3);
    }
}

#[test]
fn the_table_names_every_slot_in_use() {
    let file = documented_file("hexdump");
    let [labels, words, end] = sections(&file);
    let slots: Vec<(usize, u8, u16)> = file[labels..words]
        .iter()
        .zip(file[words..end].as_chunks::<2>().0)
        .map(|(&label, &word)| (label, u16::from_le_bytes(word)))
        .enumerate()
        .map(|(slot, (label, word))| (slot, label, word))
        .filter(|&(_, label, word)| label != 0 || word != 0)
        .collect();
    let (_, table) = DOCUMENT
        .split_once("| slot | label | word | role |\n")
        .unwrap();
    let documented: Vec<(usize, u8, u16)> = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [slot, label, word] = [cells[1], &cells[2][..2], cells[3]];
            (
                slot.parse().unwrap(),
                u8::from_str_radix(label, 16).unwrap(),
                u16::from_str_radix(word, 16).unwrap(),
            )
        })
        .collect();
    assert_eq!(documented, slots);
}
