//! dump, compile, dump gives the same text, whatever bytes are in keys and values.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyfold_reader::{Dictionary, ValueVector};

use crate::tool::{KINDS, Random, Sandbox};

/// Bytes that mean something somewhere: in rows, in JSON, in UTF-8, in C.
const HOSTILE: &[u8] = b"\t\n\r\0 \"\\{}[],:ab1.\x7f\x80\xc3\xa9\xff\x1f\x8b\x08";
/// The same without what parts rows.
const LITERAL: &[u8] = b"\r\0 \"\\{}[],:ab1.\x7f\x80\xc3\xa9\xff";

/// Dumps, compiles the text from a file without a telling name and from standard input, and dumps those.
fn assert_comes_back(sandbox: &Sandbox, options: &str) -> Vec<u8> {
    let text = sandbox.run("dump in.kv").ok();
    sandbox.write("text", &text);
    sandbox
        .compile(&format!("{options} --force -o file.kv text"))
        .ok();
    let piped = format!(
        "compile {} {options} --force -o piped.kv -",
        sandbox.layout()
    );
    sandbox.pipe(&piped, &text).ok();
    for again in ["file.kv", "piped.kv"] {
        assert!(
            sandbox.run(&format!("dump {again}")).ok() == text,
            "{options}"
        );
    }
    assert!(sandbox.read("file.kv") == sandbox.read("piped.kv"));
    text
}

fn is_json_lines(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n')
        .all(|row| row.is_empty() || row.starts_with(b"{\""))
}

/// A JSON document of the dialect, without line ends.
fn json(random: &mut Random, depth: usize) -> String {
    match random.below(if depth > 3 { 9 } else { 11 }) {
        0 => "null".to_owned(),
        1 => "true".to_owned(),
        2 => random.next().to_string(),
        3 => format!("-{}", random.next() >> 1),
        4 => [
            "NaN",
            "Infinity",
            "-Infinity",
            "-0.0",
            "1e300",
            "1e-320",
            "123456789012345678901234567890",
        ][random.below(7)]
        .to_owned(),
        5 => format!(
            "{}.{}e{}",
            random.below(100),
            random.below(1000),
            random.below(30)
        ),
        6 => r#""\u0000\n\t\u001f\"\\/""#.to_owned(),
        7 => r#""ü😀\ud83d\ude00 \u007f""#.to_owned(),
        8 => "[]".to_owned(),
        9 => format!("[{},{}]", json(random, depth + 1), json(random, depth + 1)),
        _ => format!(
            r#"{{"a":{},"a":{},"":{}}}"#,
            json(random, depth + 1),
            json(random, depth + 1),
            json(random, depth + 1)
        ),
    }
}

fn float(random: &mut Random) -> String {
    let special = [
        "NaN",
        "-NaN",
        "Infinity",
        "-Infinity",
        "-0.0",
        "1e-45",
        "3.4028235e38",
        "1.1754942e-38",
    ];
    match random.below(16) {
        at @ 0..8 => special[at].to_owned(),
        _ => loop {
            let bits = u32::try_from(random.next() >> 32).unwrap();
            let float = f32::from_bits(bits);
            if float.is_finite() {
                break format!("{float:e}");
            }
        },
    }
}

/// A value as a member of a row.
fn value(kind: &str, random: &mut Random, alphabet: &[u8]) -> String {
    match kind {
        "key-only" => String::new(),
        "int" => format!(r#","value":{}"#, random.next()),
        "completion" => format!(r#","value":{}"#, random.next() >> 4),
        "json" => format!(r#","value":{}"#, json(random, 0)),
        "float-vector" => format!(
            r#","value":[{}, {},{}]"#,
            float(random),
            float(random),
            float(random)
        ),
        _ => {
            let mut text = random.bytes(alphabet, 12);
            text.retain(|&byte| byte != 0);
            format!(r#","value_b64":"{}""#, STANDARD.encode(text))
        }
    }
}

#[test]
fn any_bytes() {
    for kind in KINDS {
        for (seed, alphabet) in [(1, HOSTILE), (2, LITERAL), (3, b"ab")] {
            let mut random = Random::new(seed);
            let mut rows = BTreeMap::new();
            for _ in 0..3000 {
                let mut key = random.bytes(alphabet, 9);
                key.push(b'x');
                rows.insert(key, value(kind, &mut random, alphabet));
            }
            let text: String = rows
                .iter()
                .map(|(key, value)| {
                    format!("{{\"key_b64\":\"{}\"{value}}}\n", STANDARD.encode(key))
                })
                .collect();
            let mut dumps = Vec::new();
            for sandbox in Sandbox::of_each_layout() {
                sandbox.write("rows.jsonl", &text);
                let options = format!("--kind {kind} --vector-size 3");
                sandbox
                    .compile(&format!("{options} -o in.kv rows.jsonl"))
                    .ok();
                let dictionary = Dictionary::open(sandbox.path("in.kv")).unwrap();
                let keys: Vec<Vec<u8>> = dictionary.keys().map(Result::unwrap).collect();
                assert!(keys.iter().eq(rows.keys()), "{kind}");
                let dump = assert_comes_back(&sandbox, &options);
                assert_eq!(is_json_lines(&dump), alphabet == HOSTILE, "{kind}");
                dumps.push(dump);
            }
            assert!(dumps.iter().all(|dump| *dump == dumps[0]), "{kind}");
        }
    }
}

#[test]
fn values_come_back_exactly() {
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write(
            "rows.tsv",
            "nan\tnan, -NaN\ntiny\t1e-45,-0\nthird\t0.33333334,16777216\n",
        );
        sandbox
            .compile("--kind float-vector --vector-size 2 -o in.kv rows.tsv")
            .ok();
        let text = assert_comes_back(&sandbox, "--kind float-vector --vector-size 2");
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "nan\tnan, -nan\nthird\t0.33333334, 16777216\ntiny\t1e-45, -0\n"
        );
        let bits = |name: &str, key: &[u8]| -> Vec<u32> {
            let dictionary = Dictionary::open(sandbox.path(name)).unwrap();
            let floats = dictionary.get(key).unwrap().unwrap().floats().unwrap();
            floats.into_iter().map(f32::to_bits).collect()
        };
        for key in [&b"nan"[..], b"tiny", b"third"] {
            assert_eq!(bits("in.kv", key), bits("file.kv", key));
        }
        sandbox.run("dump in.kv -o lines.jsonl").ok();
        sandbox
            .compile("--kind float-vector --vector-size 2 -o lined.kv lines.jsonl")
            .ok();
        assert!(sandbox.read("lined.kv") == sandbox.read("in.kv"));
    }
}

#[test]
fn single_precision_and_compression_do_not_show() {
    let mut random = Random::new(9);
    let rows: String = (0..500)
        .map(|n| format!("key {n}\t{}\n", json(&mut random, 0)))
        .collect();
    for options in [
        "--compression zstd",
        "--compression zlib --compression-threshold 0",
        "--minimization off",
    ] {
        for sandbox in Sandbox::of_each_layout() {
            sandbox.write("rows.tsv", &rows);
            for precision in ["double", "single"] {
                let options =
                    format!("--kind json {options} --floating-point-precision {precision}");
                sandbox
                    .compile(&format!("{options} --force -o in.kv rows.tsv"))
                    .ok();
                assert_comes_back(&sandbox, &options);
            }
        }
    }
}

/// First rows that would be taken for something else, were they printed as they are.
#[test]
fn misleading_first_rows() {
    let cases: [(&str, &[u8], &str); 7] = [
        ("key-only", br#"{"key":"a"}"#, ""),
        ("key-only", br#"{"key_b64":1}"#, ""),
        ("key-only", b"\x1f\x8b\x08 gzip?", ""),
        ("key-only", b"\x28\xb5\x2f\xfd", ""),
        ("string", br#"{"key":"a", "b""#, r": 1}"),
        ("string", br#"{"key":"a","#, r#""value":"b"}"#),
        ("json", br#"{"key":"a","x":"#, "1"),
    ];
    for (kind, key, text) in cases {
        let sandbox = Sandbox::new();
        let value = match kind {
            "key-only" => String::new(),
            "string" => format!(r#","value_b64":"{}""#, STANDARD.encode(text)),
            _ => format!(r#","value":{text}"#),
        };
        let row = |key: &[u8]| format!("{{\"key_b64\":\"{}\"{value}}}\n", STANDARD.encode(key));
        sandbox.write("rows.jsonl", row(key) + &row(b"~ the last"));
        sandbox
            .run(&format!("compile --kind {kind} -o in.kv rows.jsonl"))
            .ok();
        assert_comes_back(&sandbox, &format!("--kind {kind}"));
        assert_eq!(
            Dictionary::open(sandbox.path("file.kv"))
                .unwrap()
                .first()
                .unwrap()
                .unwrap()
                .key,
            key
        );
    }
}

#[test]
fn secondary_keys() {
    for (seed, alphabet) in [(1, HOSTILE), (2, LITERAL)] {
        for kind in KINDS {
            let mut random = Random::new(seed);
            let mut rows = Vec::new();
            for n in 0..800 {
                let (a, b) = (random.bytes(alphabet, 2), random.bytes(b"ab\xC3\xA9", 2));
                let key = [&random.bytes(alphabet, 5)[..], b"x"].concat();
                let [a, b, key] = [a, b, key].map(|bytes| STANDARD.encode(bytes));
                let value = value(kind, &mut random, alphabet);
                let fields = if n % 2 == 0 {
                    format!(r#""secondary_b64":{{"b \"":"{b}","a":"{a}"}}"#)
                } else {
                    format!(r#""secondary":{{"a":"plain"}},"secondary_b64":{{"b \"":"{b}"}}"#)
                };
                rows.push(format!("{{{fields},\"key_b64\":\"{key}\"{value}}}\n"));
            }
            for sandbox in Sandbox::of_each_layout() {
                sandbox.write("rows.jsonl", rows.concat());
                let compile = |to: &str, from: &str| {
                    let layout = sandbox.layout();
                    let options = format!("--kind {kind} --vector-size 3 -o {to} {from}");
                    let arguments = format!("compile {layout} {options} --secondary");
                    sandbox.run_with(&arguments, &["a,b \""]).ok();
                };
                compile("in.kv", "rows.jsonl");
                let text = sandbox.run("dump in.kv").ok();
                assert_eq!(is_json_lines(&text), alphabet == HOSTILE, "{kind}");
                sandbox.write("text", &text);
                compile("again.kv", "text");
                assert!(sandbox.run("dump again.kv").ok() == text, "{kind}");
                sandbox.run("verify in.kv again.kv").ok();
            }
        }
    }
}

#[test]
fn vectors() {
    let sandbox = Sandbox::new();
    let mut random = Random::new(4);
    let documents: String = (0..500).map(|_| json(&mut random, 0) + "\n").collect();
    for first in ["1\n", "{\"value\":1}\n", "{\"value\":1} \n", "[\"\\n\"]\n"] {
        sandbox.write("rows.tsv", [first, &documents].concat());
        sandbox
            .run("compile --kind vector --force -o in.kv rows.tsv")
            .ok();
        assert_comes_back(&sandbox, "--kind vector");
        sandbox.run("verify file.kv").ok();
    }
    for alphabet in [HOSTILE, LITERAL, &b"{}"[..]] {
        let mut texts: Vec<Vec<u8>> = (0..500).map(|_| random.bytes(alphabet, 9)).collect();
        for text in &mut texts {
            text.retain(|&byte| byte != 0);
        }
        let rows: String = texts
            .iter()
            .map(|text| format!("{{\"value_b64\":\"{}\"}}\n", STANDARD.encode(text)))
            .collect();
        sandbox.write("rows.jsonl", rows);
        sandbox
            .run("compile --kind string-vector --force -o in.kv rows.jsonl")
            .ok();
        let dump = assert_comes_back(&sandbox, "--kind string-vector");
        assert_eq!(
            is_json_lines(&dump) && !dump.starts_with(b"{}"),
            alphabet == HOSTILE
        );
        let vector = ValueVector::open(sandbox.path("file.kv")).unwrap();
        for (index, text) in texts.iter().enumerate() {
            let value = vector.get(index as u64).unwrap().unwrap();
            assert_eq!(*value.raw().unwrap().unwrap().payload, **text);
        }
    }
}
