//! Where rows come from.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::tool::Sandbox;

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 1).unwrap()
}

fn rows(count: usize) -> Vec<u8> {
    (0..count)
        .flat_map(|n| format!("key {n}\tvalue {}\n", n % 1000).into_bytes())
        .collect()
}

#[test]
fn packed_files_are_unpacked_whatever_their_name() {
    let sandbox = Sandbox::new();
    let plain = rows(60_000);
    sandbox.write("plain.tsv", &plain);
    sandbox
        .run("compile --kind string -o plain.kv plain.tsv")
        .ok();
    let expected = sandbox.read("plain.kv");
    let (left, right) = plain.split_at(12_345);
    let packed = [
        ("rows.tsv.gz", gzip(&plain)),
        ("rows.tsv.zst", zstd(&plain)),
        ("rows", gzip(&plain)),
        ("rows.tsv", zstd(&plain)),
        ("members.gz", [gzip(left), gzip(right)].concat()),
        ("frames.zst", [zstd(left), zstd(right)].concat()),
        ("not-packed.tsv.gz", plain.clone()),
    ];
    for (name, content) in packed {
        sandbox.write(name, &content);
        sandbox
            .run(&format!("compile --kind string --force -o out.kv {name}"))
            .ok();
        assert!(sandbox.read("out.kv") == expected, "{name}");
        sandbox
            .pipe("compile --kind string --force -o out.kv -", &content)
            .ok();
        assert!(
            sandbox.read("out.kv") == expected,
            "{name} on standard input"
        );
    }
}

#[test]
fn packed_files_cut_short_are_errors() {
    let sandbox = Sandbox::new();
    let plain = rows(5000);
    for (name, whole) in [("cut.tsv.gz", gzip(&plain)), ("cut.tsv.zst", zstd(&plain))] {
        for len in [whole.len() / 2, whole.len() - 1] {
            sandbox.write(name, &whole[..len]);
            let error = sandbox
                .run(&format!("compile --kind string -o out.kv {name}"))
                .error();
            assert!(error.starts_with(&format!("error: {name}: ")), "{error}");
            assert!(!sandbox.path("out.kv").exists());
        }
    }
}

#[test]
fn folders_are_read_by_name() {
    let sandbox = Sandbox::new();
    sandbox.write("in put/b.tsv", "k\tb\nb\t1\n");
    sandbox.write("in put/a/z.jsonl", r#"{"key":"k","value":"a"}"#);
    sandbox.write("in put/c.tsv.gz", gzip(b"k\tc\nc\t1"));
    sandbox.write("first.tsv", "k\tfirst\nfirst\t1");
    let ran = sandbox.run_with(
        "compile --kind string -o",
        &["out put.kv", "first.tsv", "in put"],
    );
    assert_eq!(
        ran.last_line(),
        "rows read 7 = keys written 4 + duplicates 3 + rejected 0"
    );
    let dump = sandbox.run_with("dump", &["out put.kv"]).text();
    assert_eq!(dump, "b\t1\nc\t1\nfirst\t1\nk\tc\n");

    std::fs::create_dir(sandbox.path("empty")).unwrap();
    let error = sandbox.run("compile --kind string -o out.kv empty").error();
    assert_eq!(error, "error: empty: no files in this folder");
}

#[test]
fn standard_input_is_told_apart_by_its_first_row() {
    let sandbox = Sandbox::new();
    sandbox
        .pipe("compile --kind string -o a.kv -", b"k\tv\n")
        .ok();
    sandbox
        .pipe(
            "compile --kind string -o b.kv -",
            b"{\"key\":\"k\",\"value\":\"v\"}\n",
        )
        .ok();
    assert!(sandbox.read("a.kv") == sandbox.read("b.kv"));
    let error = sandbox
        .pipe("compile --kind int -o c.kv -", b"k\tv\n")
        .error();
    assert!(
        error.starts_with("error: <stdin>:1: the value \"v\" is not an integer"),
        "{error}"
    );
    let error = sandbox.run("compile --kind int -o c.kv - -").error();
    assert_eq!(error, "error: -: standard input can be read only once");
    // a form that is asked for is not guessed
    sandbox
        .pipe(
            "compile --kind key-only --input-format tsv -o d.kv -",
            b"{\"key\":\"k\"}\n",
        )
        .ok();
    assert_eq!(sandbox.run("scan d.kv").text(), "{\"key\":\"k\"}\n");
}

#[test]
fn an_error_does_not_wait_for_the_rest_of_standard_input() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command();
    let command = command.args(["compile", "--kind", "int", "-o", "out.kv", "bad.tsv", "-"]);
    sandbox.write("bad.tsv", "bad\n");
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    // held open until the process has ended
    let stdin = child.stdin.take();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    drop(stdin);
}

#[test]
fn rows_longer_than_a_block_are_read() {
    let sandbox = Sandbox::new();
    let long = "x".repeat(5_000_000);
    sandbox.write(
        "rows.tsv",
        format!("a\t1\nlong\t{long}\nz\t2\nlonger\t{long}{long}"),
    );
    sandbox
        .run("compile --kind string -o out.kv --memory-limit 64MiB rows.tsv")
        .ok();
    assert_eq!(
        sandbox.run("get out.kv longer --raw").ok().len(),
        10_000_000
    );
    assert_eq!(sandbox.run("get out.kv a z").text(), "a\t1\nz\t2\n");
}

#[test]
fn an_empty_input_gives_an_empty_file() {
    let sandbox = Sandbox::new();
    for kind in [
        "key-only",
        "int",
        "completion",
        "string",
        "json",
        "float-vector",
        "vector",
        "string-vector",
    ] {
        let ran = sandbox.pipe(&format!("compile --kind {kind} --force -o out.kv -"), b"");
        assert!(
            ran.last_line().starts_with("rows read 0 = "),
            "{}",
            ran.stderr
        );
        assert_eq!(sandbox.run("dump out.kv").text(), "");
        sandbox.run("verify out.kv").ok();
        sandbox.run("stats out.kv").ok();
        assert_eq!(sandbox.run("get out.kv 0").code, Some(1));
    }
}

#[test]
fn json_lines_follow_the_dialect() {
    let sandbox = Sandbox::new();
    let rows = concat!(
        r#" {"value": {"b":1,"a":[NaN,-Infinity,18446744073709551615,123456789012345678901234567890],"b":2} ,"key":"order"} "#,
        "\r\n",
        r#"{"key":"\u00fc\ud83d\ude00\n","value":"\ttab"}"#,
        "\n",
        r#"{"key_b64":"/wA=","value_b64":"eyJhIjoxfQ=="}"#,
    );
    sandbox.write("rows.jsonl", rows);
    sandbox.run("compile --kind json -o out.kv rows.jsonl").ok();
    assert_eq!(
        sandbox.run("dump out.kv").text(),
        concat!(
            r#"{"key":"order","value":{"b":1,"a":[NaN,-Infinity,18446744073709551615,1.2345678901234568e29],"b":2}}"#,
            "\n",
            r#"{"key":"ü😀\n","value":"\ttab"}"#,
            "\n",
            r#"{"key_b64":"/wA=","value":{"a":1}}"#,
            "\n"
        )
    );
}

#[test]
fn text_that_is_not_json_can_be_kept() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "a\tplain text\nb\t{\"c\":1}\nd\t\n");
    sandbox
        .run("compile --kind json -o out.kv --json-or-text rows.tsv")
        .ok();
    assert_eq!(
        sandbox.run("dump out.kv").text(),
        "a\t\"plain text\"\nb\t{\"c\":1}\nd\t\"\"\n"
    );
}
