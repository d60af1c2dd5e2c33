//! `get`, `scan`, `stats`

use crate::tool::Sandbox;

fn built(kind: &str, rows: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rows.jsonl", rows);
    sandbox
        .run(&format!(
            "compile --kind {kind} --vector-size 2 -o in.kv rows.jsonl"
        ))
        .ok();
    sandbox
}

#[test]
fn get_answers_in_the_order_asked() {
    let sandbox = built(
        "int",
        "{\"key\":\"a\",\"value\":1}\n{\"key\":\"b\",\"value\":2}\n",
    );
    assert_eq!(sandbox.run("get in.kv b a b").text(), "b\t2\na\t1\nb\t2\n");
    let ran = sandbox.run("get in.kv b c a");
    assert_eq!(
        (ran.code, &ran.stdout[..], &*ran.stderr),
        (Some(1), &b"b\t2\na\t1\n"[..], "")
    );
    for arguments in ["get in.kv", "get in.kv -"] {
        assert_eq!(sandbox.pipe(arguments, b"b\na").text(), "b\t2\na\t1\n");
        let ran = sandbox.pipe(arguments, b"\na\na\r\n");
        assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b"a\t1\n"[..]));
        let ran = sandbox.pipe(arguments, &[&b"k".repeat(1_000_000)[..], b"\nb\n"].concat());
        assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b"b\t2\n"[..]));
    }
    assert_eq!(sandbox.pipe("get in.kv", b"").code, Some(0));
}

#[test]
fn forms_of_answers() {
    let cases = [
        (
            "key-only",
            r#"{"key":"k"}"#,
            "k\n",
            r#"{"key":"k"}"#,
            &b""[..],
        ),
        (
            "int",
            r#"{"key":"k","value":300}"#,
            "k\t300\n",
            r#"{"key":"k","value":300}"#,
            b"300",
        ),
        (
            "string",
            r#"{"key":"k","value":"é\t"}"#,
            "k\té\t\n",
            r#"{"key":"k","value":"é\t"}"#,
            "é\t".as_bytes(),
        ),
        (
            "string",
            r#"{"key":"k","value_b64":"wyA="}"#,
            "",
            r#"{"key":"k","value_b64":"wyA="}"#,
            b"\xC3 ",
        ),
        (
            "json",
            r#"{"key":"k","value":{"a":[1.50]}}"#,
            "k\t{\"a\":[1.5]}\n",
            r#"{"key":"k","value":{"a":[1.5]}}"#,
            b"\x81\xA1a\x91\xCB\x3F\xF8\0\0\0\0\0\0",
        ),
        (
            "json",
            "{\"key\":\"k\",\"value\":\"\u{7f}\"}",
            "k\t\"\u{7f}\"\n",
            "{\"key\":\"k\",\"value\":\"\u{7f}\"}",
            b"\xA1\x7f",
        ),
        (
            "float-vector",
            r#"{"key":"k","value":[1,-0.1]}"#,
            "k\t1, -0.1\n",
            r#"{"key":"k","value":[1,-0.1]}"#,
            b"\0\0\x80\x3F\xCD\xCC\xCC\xBD",
        ),
    ];
    for (kind, row, text, json, raw) in cases {
        let sandbox = built(kind, row);
        if !text.is_empty() {
            assert_eq!(sandbox.run("get in.kv k").text(), text);
            assert_eq!(sandbox.run("scan in.kv").text(), text);
        }
        assert_eq!(
            sandbox.run("get in.kv k --json").text(),
            format!("{json}\n")
        );
        assert_eq!(sandbox.run("scan in.kv --json").text(), format!("{json}\n"));
        assert_eq!(sandbox.run("get in.kv k k --raw").ok(), raw.repeat(2));
        assert_eq!(sandbox.run("scan in.kv --keys-only").text(), "k\n");
    }
}

#[test]
fn scans_within_bounds() {
    let rows: String = ["a", "ab", "abc", "b", "ba", "c"]
        .map(|key| format!("{{\"key\":\"{key}\"}}\n"))
        .concat();
    let sandbox = built("key-only", &rows);
    for (arguments, expected) in [
        ("", "a ab abc b ba c"),
        ("--prefix a", "a ab abc"),
        ("--prefix ab --limit 1", "ab"),
        ("--prefix abcd", ""),
        ("--from ab", "ab abc b ba c"),
        ("--from aba --to b", "abc"),
        ("--to ab", "a"),
        ("--prefix a --from ab --to abc", "ab"),
        ("--prefix b --from a --to z", "b ba"),
        ("--prefix a --from b", ""),
        ("--from b --to a", ""),
        ("--limit 0", ""),
        ("--from b --limit 2", "b ba"),
    ] {
        let found = sandbox.run(&format!("scan in.kv {arguments}")).text();
        assert_eq!(
            found.split_whitespace().collect::<Vec<_>>().join(" "),
            expected,
            "{arguments}"
        );
    }
}

#[cfg(unix)]
#[test]
fn arguments_may_be_any_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = built(
        "int",
        "{\"key_b64\":\"/2E=\",\"value\":1}\n{\"key_b64\":\"/2I=\",\"value\":2}\n",
    );
    let run = |arguments: &[u8]| {
        let arguments = arguments.split(|&byte| byte == b' ').map(OsStr::from_bytes);
        sandbox.command().args(arguments).output().unwrap().stdout
    };
    assert_eq!(run(b"get in.kv \xFFb"), b"\xFFb\t2\n");
    assert_eq!(run(b"scan in.kv --prefix \xFF"), b"\xFFa\t1\n\xFFb\t2\n");
    assert_eq!(
        run(b"scan in.kv --from \xFFaa --json"),
        b"{\"key_b64\":\"/2I=\",\"value\":2}\n"
    );
}

#[test]
fn secondary_keys_are_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "rows.tsv",
        "t1\tu1\ta\t1\nt1\t\ta\t2\nt2\tu1\tb\t3\nt1\tu1\tc\t4\n",
    );
    sandbox
        .run("compile --kind int --secondary tenant,user -o in.kv rows.tsv")
        .ok();
    let under = "--secondary tenant=t1 --secondary user=";
    assert_eq!(
        sandbox.run(&format!("get in.kv {under}u1 a c")).text(),
        "a\t1\nc\t4\n"
    );
    assert_eq!(
        sandbox.run(&format!("get in.kv {under} a")).text(),
        "a\t2\n"
    );
    assert_eq!(sandbox.run(&format!("get in.kv {under}u1 b")).code, Some(1));
    assert_eq!(
        sandbox.run(&format!("get in.kv {under}nobody a")).code,
        Some(1)
    );
    assert_eq!(
        sandbox
            .run(&format!("scan in.kv {under}u1 --json --from b"))
            .text(),
        "{\"key\":\"c\",\"value\":4}\n"
    );
    assert_eq!(sandbox.run(&format!("scan in.kv {under}nobody")).text(), "");

    let all = "t1\t\ta\t2\nt1\tu1\ta\t1\nt1\tu1\tc\t4\nt2\tu1\tb\t3\n";
    assert_eq!(sandbox.run("scan in.kv").text(), all);
    assert_eq!(sandbox.run("dump in.kv").text(), all);
    assert_eq!(
        sandbox.run("scan in.kv --json --limit 1").text(),
        "{\"key\":\"a\",\"secondary\":{\"tenant\":\"t1\",\"user\":\"\"},\"value\":2}\n"
    );
    assert_eq!(
        sandbox.run("scan in.kv --keys-only --limit 2").text(),
        "t1\t\ta\nt1\tu1\ta\n"
    );

    for (arguments, error) in [
        (
            "get in.kv a",
            "in.kv: keys stand under secondary keys (hint: --secondary tenant=VALUE --secondary user=VALUE)",
        ),
        (
            "get in.kv --secondary user=u1 a",
            "in.kv: keys stand under secondary keys (hint: --secondary tenant=VALUE)",
        ),
        (
            "scan in.kv --prefix a",
            "in.kv: keys stand under secondary keys (hint: --secondary tenant=VALUE --secondary user=VALUE)",
        ),
        (
            "get in.kv --secondary town=x a",
            "in.kv: there is no secondary key town, only tenant, user",
        ),
        (
            "get in.kv --secondary user=x --secondary user=y a",
            "--secondary user is given twice",
        ),
        (
            "get in.kv --secondary user a",
            "--secondary user: NAME=VALUE is needed",
        ),
    ] {
        assert_eq!(sandbox.run(arguments).error(), format!("error: {error}"));
    }
    let plain = built("int", r#"{"key":"a","value":1}"#);
    let error = plain.run("get in.kv --secondary user=x a").error();
    assert_eq!(
        error,
        "error: in.kv: there are no secondary keys in this file"
    );
}

#[test]
fn vectors_are_asked_by_position() {
    let sandbox = built("vector", "{\"value\":{\"a\":1}}\n{\"value\":null}\n");
    assert_eq!(
        sandbox.run("get in.kv 1 0").text(),
        "1\tnull\n0\t{\"a\":1}\n"
    );
    assert_eq!(
        sandbox.run("get in.kv 1 --json").text(),
        "{\"index\":1,\"value\":null}\n"
    );
    assert_eq!(sandbox.run("get in.kv 2").code, Some(1));
    assert_eq!(
        sandbox.run("get in.kv one").error(),
        "error: one: not a position in a vector"
    );
    let error = sandbox.run("scan in.kv").error();
    assert_eq!(
        error,
        "error: in.kv: a vector has no keys (hint: get takes positions, dump lists all values)"
    );
    assert!(
        sandbox
            .run("verify in.kv")
            .text()
            .starts_with("in.kv: sound, structure only")
    );
    assert!(
        sandbox
            .run("stats in.kv --json")
            .text()
            .contains(r#""kind":"vector","values":2"#)
    );
}

#[expect(clippy::cast_precision_loss, reason = "a small file")]
#[test]
fn stats_for_people_and_machines() {
    let sandbox = built(
        "json",
        "{\"key\":\"a\",\"value\":{}}\n{\"key\":\"b\",\"value\":{}}\n",
    );
    let text = sandbox.run("stats in.kv").text();
    let size = sandbox.read("in.kv").len();
    let file_size = format!("{},{:03}", size / 1000, size % 1000);
    for (name, said) in [
        ("kind", "json"),
        ("keys", "2"),
        ("values", "2 1 different"),
        ("compression", "none"),
        ("rows", "read 2 0 duplicates, 0 rejected"),
        (
            "file",
            &format!("size {file_size} {:.2} KiB", size as f64 / 1024.0),
        ),
    ] {
        let words = |row: &str| {
            row.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let expected = [vec![name.to_owned()], words(said)].concat();
        assert!(
            text.lines().any(|row| words(row) == expected),
            "{name}: {text}"
        );
    }
    let json = sandbox.run("stats in.kv --json").text();
    let object: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(object["keys"], 2);
    assert_eq!(object["file_bytes"], size);
    assert_eq!(object["checksums"], true);
    let parts = [
        "header_bytes",
        "label_bytes",
        "transition_bytes",
        "value_bytes",
    ];
    assert_eq!(
        parts
            .iter()
            .map(|part| object[*part].as_u64().unwrap())
            .sum::<u64>(),
        size as u64
    );
}
