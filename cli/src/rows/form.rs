//! The two forms rows come in.

use std::ffi::OsStr;
use std::path::Path;

use super::json_lines::each_member;

/// The form of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Literal bytes, parted by tabs.
    Tsv,
    /// A JSON object per row.
    JsonLines,
}

impl Form {
    /// The form that is printed: JSON lines if asked for.
    pub(crate) fn printed(json: bool) -> Self {
        if json { Form::JsonLines } else { Form::Tsv }
    }

    /// The form that a file's name tells; one of `.gz` and `.zst` is taken off first.
    pub(crate) fn of_name(path: &Path) -> Option<Self> {
        let packed = path
            .extension()
            .is_some_and(|e| is_one_of(e, &["gz", "zst"]));
        let name = if packed {
            Path::new(path.file_stem()?)
        } else {
            path
        };
        let extension = name.extension()?;
        if is_one_of(extension, &["tsv", "txt"]) {
            return Some(Form::Tsv);
        }
        is_one_of(extension, &["jsonl", "ndjson"]).then_some(Form::JsonLines)
    }

    /// The form that the first row tells: JSON lines if it is an object with a member that names a key, or in
    /// vectors a value.
    pub(crate) fn of_first_row(row: &[u8], vector: bool) -> Self {
        let names: [&[u8]; 2] = if vector {
            [b"value", b"value_b64"]
        } else {
            [b"key", b"key_b64"]
        };
        let mut found = false;
        let object = each_member(row, &mut Vec::new(), |name, _| {
            found |= names.contains(&name);
            Ok(())
        });
        if object.is_ok() && found {
            Form::JsonLines
        } else {
            Form::Tsv
        }
    }
}

fn is_one_of(extension: &OsStr, known: &[&str]) -> bool {
    known
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        for name in ["a.tsv", "a.TXT", "dir.jsonl/a.tsv.gz", "a.txt.zst"] {
            assert_eq!(Form::of_name(Path::new(name)), Some(Form::Tsv), "{name}");
        }
        for name in ["a.jsonl", "a.ndjson.gz", ".x.jsonl"] {
            assert_eq!(
                Form::of_name(Path::new(name)),
                Some(Form::JsonLines),
                "{name}"
            );
        }
        for name in ["a", "a.gz", "a.json", "a.csv", "a.jsonl.bz2"] {
            assert_eq!(Form::of_name(Path::new(name)), None, "{name}");
        }
    }

    #[test]
    fn first_rows_tell() {
        let keyed = |row: &str| Form::of_first_row(row.as_bytes(), false);
        for row in [
            r#"{"key":"a","value":1}"#,
            r#" { "value" : NaN , "key_b64" : "" } "#,
            r#"{"\u006bey":0}"#,
        ] {
            assert_eq!(keyed(row), Form::JsonLines, "{row}");
        }
        for row in [
            "",
            "a\t1",
            r#"{"value":1}"#,
            r#"{"key":1"#,
            "{\"key\":1}\t2",
            r#"[{"key":1}]"#,
            r#""key""#,
        ] {
            assert_eq!(keyed(row), Form::Tsv, "{row}");
        }
        assert_eq!(Form::of_first_row(br#"{"value":1}"#, true), Form::JsonLines);
        assert_eq!(Form::of_first_row(br#"{"key":1}"#, true), Form::Tsv);
    }
}
