//! `get`, `scan`, `stats`

use crate::tool::{KEYVI, NATIVE, Sandbox};

/// A folder with a file `in.kv` of these rows.
fn built_in(sandbox: Sandbox, kind: &str, rows: &str) -> Sandbox {
    sandbox.write("rows.jsonl", rows);
    sandbox
        .compile(&format!(
            "--kind {kind} --vector-size 2 -o in.kv rows.jsonl"
        ))
        .ok();
    sandbox
}

fn built(kind: &str, rows: &str) -> Sandbox {
    built_in(Sandbox::new(), kind, rows)
}

/// The same in each layout.
fn built_in_each_layout(kind: &str, rows: &str) -> impl Iterator<Item = Sandbox> {
    Sandbox::of_each_layout().map(move |sandbox| built_in(sandbox, kind, rows))
}

#[test]
fn get_answers_in_the_order_asked() {
    let rows = "{\"key\":\"a\",\"value\":1}\n{\"key\":\"b\",\"value\":2}\n";
    for sandbox in built_in_each_layout("int", rows) {
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
        for sandbox in built_in_each_layout(kind, row) {
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
}

#[test]
fn scans_within_bounds() {
    let rows: String = ["a", "ab", "abc", "b", "ba", "c"]
        .map(|key| format!("{{\"key\":\"{key}\"}}\n"))
        .concat();
    for sandbox in built_in_each_layout("key-only", &rows) {
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
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write(
            "rows.tsv",
            "t1\tu1\ta\t1\nt1\t\ta\t2\nt2\tu1\tb\t3\nt1\tu1\tc\t4\n",
        );
        sandbox
            .compile("--kind int --secondary tenant,user -o in.kv rows.tsv")
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

#[test]
fn keys_are_numbered() {
    let rows: String = ["a", "ab", "b", "ba"]
        .map(|key| format!("{{\"key\":\"{key}\",\"value\":\"is {key}\"}}\n"))
        .concat();
    for sandbox in
        [NATIVE, "--profile small"].map(|layout| built_in(Sandbox::of(layout), "string", &rows))
    {
        let ran = sandbox.run("rank in.kv ba a");
        assert_eq!(ran.text(), "ba\t3\na\t0\n");
        let ran = sandbox.run("rank in.kv aa b zz");
        assert_eq!(
            (ran.code, &ran.stdout[..]),
            (Some(1), &b"aa\t1\nb\t2\nzz\t4\n"[..])
        );
        let ran = sandbox.run("rank in.kv --json aa ab");
        assert_eq!(
            String::from_utf8(ran.stdout).unwrap(),
            "{\"key\":\"aa\",\"rank\":1,\"stored\":false}\n{\"key\":\"ab\",\"rank\":1,\"stored\":true}\n"
        );
        assert_eq!(
            sandbox.run("select in.kv 3 0").text(),
            "ba\tis ba\na\tis a\n"
        );
        assert_eq!(sandbox.run("select in.kv 1 --keys-only").text(), "ab\n");
        assert_eq!(
            sandbox.run("select in.kv --json 2").text(),
            "{\"key\":\"b\",\"value\":\"is b\"}\n"
        );
        let ran = sandbox.run("select in.kv 4 3 18446744073709551615");
        assert_eq!((ran.code, &ran.stdout[..]), (Some(1), &b"ba\tis ba\n"[..]));
        for arguments in ["select in.kv --keys-only", "select in.kv --keys-only -"] {
            assert_eq!(sandbox.pipe(arguments, b"0\n2").text(), "a\nb\n");
        }
        assert_eq!(sandbox.pipe("rank in.kv", b"b\n").text(), "b\t2\n");
        for ordinal in ["x", "-", "1.0", "18446744073709551616"] {
            let ran = sandbox.run(&format!("select in.kv 0 {ordinal}"));
            assert_eq!(ran.stdout, b"a\tis a\n");
            assert_eq!(ran.error(), format!("error: {ordinal}: not an ordinal"));
        }
    }
}

#[test]
fn files_without_ordinals_say_so() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "t\ta\t1\n");
    for (options, reason) in [
        (
            "--kind string --format keyvi",
            "a keyvi file has no ordinals: compile it to the native layout",
        ),
        (
            "--kind int --secondary tenant",
            "keys below secondary keys have no ordinals",
        ),
        (
            "--kind string-vector",
            "a vector has no keys (hint: get takes positions)",
        ),
    ] {
        sandbox
            .run(&format!("compile {options} --force -o in.kv rows.tsv"))
            .ok();
        for arguments in ["rank in.kv a", "select in.kv 0"] {
            assert_eq!(
                sandbox.run(arguments).error(),
                format!("error: in.kv: {reason}")
            );
        }
    }
}

/// The words of a text, row by row.
fn words(text: &str) -> Vec<Vec<&str>> {
    text.lines()
        .map(|row| row.split_whitespace().collect())
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "a small file")]
#[test]
fn stats_for_people_and_machines() {
    let rows = "{\"key\":\"a\",\"value\":{}}\n{\"key\":\"b\",\"value\":{}}\n";
    for sandbox in built_in_each_layout("json", rows) {
        let json = sandbox.run("stats in.kv --json").text();
        let object: serde_json::Value = serde_json::from_str(&json).unwrap();
        let size = sandbox.read("in.kv").len();
        assert_eq!(object["keys"], 2);
        assert_eq!(object["file_bytes"], size);
        assert_eq!(object["checksums"], true);
        let sections = object["sections"].as_array().unwrap();
        let bytes = |part: &serde_json::Value| part["bytes"].as_u64().unwrap();
        assert_eq!(sections.iter().map(bytes).sum::<u64>(), size as u64);
        let [keys, values] =
            ["key_bytes", "value_bytes"].map(|name| object[name].as_u64().unwrap());
        assert_eq!(bytes(&sections[0]) + keys + values, size as u64);

        let text = sandbox.run("stats in.kv").text();
        let file_size = format!("{},{:03}", size / 1000, size % 1000);
        let human = format!("{:.2} KiB", size as f64 / 1024.0);
        let mut expected = vec![
            "kind json".to_owned(),
            "keys 2".to_owned(),
            "values 2 1 different".to_owned(),
            "rows read 2 0 duplicates, 0 rejected".to_owned(),
            "checksums yes".to_owned(),
            format!("file size {file_size} {human}"),
        ];
        expected.extend(if sandbox.layout() == KEYVI {
            let slots = &object["slots"];
            let [count, fill] = ["count", "fill"].map(|name| slots[name].as_f64().unwrap());
            vec![
                "format keyvi 2".to_owned(),
                "compression none".to_owned(),
                format!("slots {count} {:.2} % filled", 100.0 * fill),
            ]
        } else {
            let profile = object["profile"].as_str().unwrap();
            assert_eq!(object["fold"]["leaves"], 1);
            assert!(sandbox.layout().ends_with(profile));
            vec![
                format!("format native 1, {profile}"),
                "states 2".to_owned(),
                "nodes 1".to_owned(),
                "leaves 1".to_owned(),
            ]
        });
        expected.extend(sections.iter().map(|part| {
            let share = 100.0 * bytes(part) as f64 / size as f64;
            format!("{} {share:.1} %", part["name"].as_str().unwrap())
        }));
        for row in expected {
            let row: Vec<&str> = row.split(' ').collect();
            // sections: the name and the share, between them the size
            let found = words(&text).iter().any(|words| {
                *words == row
                    || row.ends_with(&["%"])
                        && words.starts_with(&row[..row.len() - 2])
                        && words.ends_with(&row[row.len() - 2..])
            });
            assert!(found, "{row:?}: {text}");
        }
    }
}
