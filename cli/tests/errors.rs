//! Errors: exit code 2 and one line with cause and hint.

use keyfold_reader::format::native::pool::SLACK;

use crate::tool::{KEYVI, NATIVE, Ran, Sandbox};

#[test]
fn a_missing_file_is_named() {
    let sandbox = Sandbox::new();
    for arguments in [
        "get no.kv key",
        "scan no.kv",
        "dump no.kv",
        "stats no.kv",
        "verify no.kv",
    ] {
        let error = sandbox.run(arguments).error();
        assert_eq!(
            error, "error: no.kv: No such file or directory (os error 2)",
            "{arguments}"
        );
    }
    let error = sandbox.run("compile --kind int -o out.kv no.tsv").error();
    assert_eq!(
        error,
        "error: no.tsv: No such file or directory (os error 2)"
    );
    assert!(sandbox.names().is_empty());
}

#[test]
fn what_is_no_dictionary_is_said_so() {
    let sandbox = Sandbox::new();
    sandbox.write("text.kv", "hello, world\n");
    sandbox.write("empty.kv", "");
    for file in ["text.kv", "empty.kv"] {
        for command in ["get", "scan", "dump", "stats", "verify"] {
            let error = sandbox.run(&format!("{command} {file}")).error();
            assert!(
                error.starts_with(&format!("error: {file}: header at byte 0: ")),
                "{error}"
            );
        }
    }
}

#[test]
fn bad_rows_are_told_with_their_place() {
    let sandbox = Sandbox::new();
    let cases: [(&str, &[u8], &str); 14] = [
        ("int", b"no tab", "there is no tab between key and value"),
        (
            "int",
            b"{\"key\":",
            "there is no tab between key and value (hint: JSON lines need --input-format jsonl)",
        ),
        (
            "int",
            b"a\t-1",
            "the value \"-1\" is not an integer from 0 to 18446744073709551615",
        ),
        (
            "int",
            b"a\t18446744073709551616",
            "the value \"18446744073709551616\" is not an integer from 0 to 18446744073709551615",
        ),
        (
            "int",
            b"\t1",
            "the key is empty, which no dictionary can hold",
        ),
        (
            "completion",
            b"a\t1152921504606846976",
            "the value 1152921504606846976 is too large: a completion holds less than 2^60",
        ),
        (
            "string",
            b"a\tb\0c",
            "the string has a NUL at byte 1, which no dictionary can hold",
        ),
        (
            "json",
            b"a\tplain",
            "the value is not JSON at byte 0: a value is missing",
        ),
        (
            "json",
            b"a\t{\"b\":}",
            "the value is not JSON at byte 5: a value is missing",
        ),
        (
            "key-only",
            b"a\tb",
            "there is a tab, but the kind key-only takes no value",
        ),
        (
            "key-only",
            b"",
            "the key is empty, which no dictionary can hold",
        ),
        (
            "float-vector",
            b"a\t1,2,3",
            "the vector has 3 components, 2 are needed (hint: --vector-size 3)",
        ),
        (
            "float-vector",
            b"a\t1,x",
            "the value is not a float vector at byte 2: this is no number",
        ),
        (
            "vector",
            b"[1",
            "the value is not JSON at byte 2: a comma or closing bracket must follow",
        ),
    ];
    for (kind, row, reason) in cases {
        let good: &[u8] = match kind {
            "key-only" => b"good\n",
            "json" => b"good\t{}\n",
            "float-vector" => b"good\t1,2\n",
            "vector" => b"{}\n",
            _ => b"good\t1\n",
        };
        sandbox.write("rows.tsv", [good, good, row, b"\n", good].concat());
        let error = sandbox
            .run(&format!(
                "compile --kind {kind} --vector-size 2 -o out.kv rows.tsv"
            ))
            .error();
        assert_eq!(error, format!("error: rows.tsv:3: {reason}"));
        assert_eq!(sandbox.names(), ["rows.tsv"]);
    }
}

#[test]
fn bad_json_lines_are_told_with_their_place() {
    let sandbox = Sandbox::new();
    let cases = [
        ("int", "", "the row is empty"),
        (
            "int",
            "[1]",
            "the row is not JSON at byte 0: an object is needed",
        ),
        (
            "int",
            r#"{"key":"a","value":1} x"#,
            "the row is not JSON at byte 22: something follows the object",
        ),
        (
            "int",
            r#"{"key":"a" "value":1}"#,
            "the row is not JSON at byte 11: a comma or a closing brace is missing",
        ),
        ("int", r#"{"key":"a"}"#, "the row has no member value"),
        ("int", r#"{"value":1}"#, "the row has no member key"),
        (
            "int",
            r#"{"key":"a","key_b64":"YQ==","value":1}"#,
            "the row has two keys",
        ),
        (
            "int",
            r#"{"key":"a","value":1,"value":2}"#,
            "the row has two values",
        ),
        (
            "int",
            r#"{"key":1,"value":1}"#,
            r#"the member "key" is a number, not a string"#,
        ),
        (
            "int",
            r#"{"key":"a","value":"1"}"#,
            "the value is a string, an integer is needed",
        ),
        (
            "int",
            r#"{"key":"a","value":1.0}"#,
            r#"the value "1.0" is not an integer from 0 to 18446744073709551615"#,
        ),
        (
            "int",
            r#"{"key":"a","value":1,"extra":2}"#,
            r#"there is no member "extra" here"#,
        ),
        (
            "int",
            r#"{"key":"a","value_b64":"YQ=="}"#,
            "value_b64 holds bytes, but the kind is int",
        ),
        (
            "int",
            r#"{"key":"a","secondary":{},"value":1}"#,
            r#"there is no member "secondary" here (hint: --secondary names the secondary keys)"#,
        ),
        (
            "string",
            r#"{"key":"a","value":null}"#,
            r#"the member "value" is null, not a string"#,
        ),
        (
            "string",
            r#"{"key_b64":"a","value":"b"}"#,
            r#"the member "key_b64" is not base64: Invalid input length: 1"#,
        ),
        (
            "key-only",
            r#"{"key":"a","value":null}"#,
            "there is a value, but the kind key-only takes none",
        ),
        (
            "float-vector",
            r#"{"key":"a","value":"1,2"}"#,
            "the value is a string, an array of numbers is needed",
        ),
        (
            "float-vector",
            r#"{"key":"a","value":[1,[2]]}"#,
            "the value is not a float vector at byte 3: this is no number",
        ),
        (
            "vector",
            r#"{"key":"a","value":1}"#,
            r#"there is no member "key" here"#,
        ),
    ];
    for (kind, row, reason) in cases {
        sandbox.write("rows.jsonl", format!("{row}\n"));
        let error = sandbox
            .run(&format!(
                "compile --kind {kind} --vector-size 2 -o out.kv rows.jsonl"
            ))
            .error();
        assert_eq!(error, format!("error: rows.jsonl:1: {reason}"), "{row}");
    }
}

#[test]
fn options_are_checked() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "a\t1\n");
    for (arguments, reason) in [
        (
            "--kind int --option no_such=1",
            "option no_such: there is no such option",
        ),
        (
            "--kind int --option compression=lzma",
            "option compression: ",
        ),
        (
            "--kind int --option vector_size",
            "--option vector_size: NAME=VALUE is needed",
        ),
        (
            "--kind int --memory-limit 1000",
            "option memory_limit: at least 1 MiB is needed",
        ),
        (
            "--kind int --temporary-path nowhere",
            "nowhere: No such file or directory",
        ),
        (
            "--kind int --json-or-text",
            "--json-or-text is for JSON documents",
        ),
        ("--kind vector --sorted", "a vector has no keys"),
        (
            "--kind vector --format native",
            "a vector has one layout: --format and --profile are for dictionaries",
        ),
        (
            "--kind int --format keyvi --profile small",
            "--profile is for native files: keyvi's layout has none",
        ),
        (
            "--kind int --option format=lmdb",
            "option format: \"lmdb\" is neither native nor keyvi",
        ),
        ("--kind vector --secondary a", "a vector has no keys"),
        (
            "--kind int --secondary a,a",
            "--secondary a,a: names must differ",
        ),
        (
            "--kind int --secondary a,",
            "--secondary a,: names must differ, and none may be empty",
        ),
        (
            "--kind int --secondary a --sorted",
            "--sorted and --secondary exclude each other",
        ),
    ] {
        let error = sandbox
            .run(&format!("compile {arguments} -o out.kv rows.tsv"))
            .error();
        assert!(error.starts_with(&format!("error: {reason}")), "{error}");
        assert_eq!(sandbox.names(), ["rows.tsv"]);
    }
    for usage in [
        "",
        "compile",
        "compile --kind word -o out.kv rows.tsv",
        "get",
        "compile --kind int -o out.kv --format lmdb rows.tsv",
    ] {
        let ran = sandbox.run(usage);
        assert_eq!(ran.code, Some(2), "{usage}");
        assert!(ran.stdout.is_empty());
    }
    for (arguments, error) in [
        (
            "compile --kind int -o out.kv --memory-limit 3x rows.tsv",
            "invalid value '3x' for '--memory-limit <SIZE>': a size is a number with B, kB, MB, GB, TB, KiB, \
             MiB, GiB or TiB (hint: --help tells what there is)",
        ),
        (
            "compile --kind int rows.tsv",
            "the following required arguments were not provided: --output <FILE> (hint: --help tells what there is)",
        ),
        (
            "compile --sortet",
            "unexpected argument '--sortet' found (hint: a similar argument exists: '--sorted')",
        ),
        (
            "sort a.kv",
            "unrecognized subcommand 'sort' (hint: --help tells what there is)",
        ),
        (
            "compile --kind word -o out.kv rows.tsv",
            "invalid value 'word' for '--kind <KIND>' [possible values: key-only, int, completion, string, json, \
             float-vector, vector, string-vector] (hint: --help tells what there is)",
        ),
    ] {
        let ran = sandbox.run(arguments);
        assert_eq!(ran.stderr, format!("error: {error}\n"));
        assert_eq!(ran.code, Some(2));
    }
}

#[test]
fn repeated_keys_can_be_an_error() {
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write("rows.tsv", "a\t1\nb\t1\nb\t2\n");
        let hint = "(hint: --on-duplicate last or first keeps one of the rows)";
        let error = sandbox
            .compile("--kind int -o out.kv --on-duplicate error rows.tsv")
            .error();
        assert_eq!(error, format!("error: the key b came twice {hint}"));
        let error = sandbox
            .compile("--kind int -o out.kv --on-duplicate error --sorted rows.tsv")
            .error();
        assert_eq!(
            error,
            format!("error: rows.tsv:3: the key b came twice {hint}")
        );
        assert_eq!(sandbox.names(), ["rows.tsv"]);
    }
}

#[test]
fn a_key_out_of_order_is_told_with_its_place() {
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write("rows.tsv", "b\t1\nbad\nc\t1\na\t1\n");
        let ran = sandbox.compile("--kind int -o out.kv --sorted --skip-bad-rows rejects rows.tsv");
        assert_eq!(
            ran.error(),
            "error: rows.tsv:4: the key a came after c: the input is not in ascending byte order (hint: without \
         --sorted, keys may come in any order)"
        );
        assert_eq!(sandbox.names(), ["rejects", "rows.tsv"]);
    }
}

#[test]
fn damage_is_told_with_section_and_offset() {
    for (layout, states, behind) in [(KEYVI, 3, 3), (NATIVE, 2, SLACK + 1)] {
        let sandbox = Sandbox::of(layout);
        sandbox.write("rows.tsv", "a\tvalue\nb\tother\n");
        sandbox.compile("--kind string -o sound.kv rows.tsv").ok();
        let mut bytes = sandbox.read("sound.kv");
        let last = bytes.len() - behind;
        bytes[last] ^= 0x40;
        sandbox.write("damaged.kv", bytes);
        let ran = sandbox.run("verify damaged.kv sound.kv no.kv");
        assert_eq!(ran.code, Some(2));
        let lines: Vec<&str> = ran.stderr.lines().collect();
        assert!(
            lines[0].starts_with("error: damaged.kv: values at byte "),
            "{}",
            ran.stderr
        );
        assert_eq!(
            lines[1],
            "error: no.kv: No such file or directory (os error 2)"
        );
        let stdout = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(
            stdout,
            format!("sound.kv: sound, checksums agree: 2 keys, {states} states, 2 values\n")
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "a\t1\nbad\n");
    let compile = "compile --kind int --force -o in.kv --skip-bad-rows";
    let error = sandbox
        .run(&format!("{compile} /dev/full rows.tsv"))
        .error();
    assert_eq!(
        error,
        "error: /dev/full: No space left on device (os error 28)"
    );
    assert_eq!(sandbox.names(), ["rows.tsv"]);
    sandbox.run(&format!("{compile} rejects rows.tsv")).ok();
    for arguments in [
        "dump in.kv",
        "get in.kv a",
        "stats in.kv",
        "verify in.kv",
        "completions zsh",
    ] {
        let full = std::fs::File::create("/dev/full").unwrap();
        let mut command = sandbox.command();
        let ran = Ran::of(
            command
                .args(arguments.split(' '))
                .stdout(full)
                .output()
                .unwrap(),
        );
        assert_eq!(
            ran.error(),
            "error: standard output: No space left on device (os error 28)"
        );
    }
}
