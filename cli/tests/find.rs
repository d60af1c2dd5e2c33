//! `find`, and keys that are compiled folded

use crate::tool::Sandbox;

const PLACES: &str = "New York\tplace:US\nYork\tplace:GB\nYORK\tbrand\nstraße\troad\n";
const TEXT: &str = "From York to ＮＥＷ YORK, by New\u{A0}York, STRASSE. A new yorker.\n";

fn built(options: &str) -> impl Iterator<Item = Sandbox> {
    Sandbox::of_each_layout().inspect(move |sandbox| {
        sandbox.write("in.tsv", PLACES);
        sandbox.write("text.txt", TEXT);
        let arguments = format!("--kind string {options} -o in.kv in.tsv");
        sandbox.compile(&arguments).ok();
    })
}

fn check(sandbox: &Sandbox, arguments: &str, expected: &[&str]) {
    let ran = sandbox.run(arguments);
    let shown = String::from_utf8(ran.stdout).unwrap();
    let code = i32::from(expected.is_empty());
    assert_eq!((ran.code, &*ran.stderr), (Some(code), ""), "{arguments}");
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected, "{arguments}");
}

#[test]
fn keys_as_they_are() {
    for sandbox in built("") {
        check(
            &sandbox,
            "find in.kv text.txt",
            &[
                "5\t4\tYork\tplace:GB",
                "23\t4\tYORK\tbrand",
                "37\t4\tYork\tplace:GB",
            ],
        );
        check(
            &sandbox,
            "find in.kv text.txt --boundaries spaces",
            &["5\t4\tYork\tplace:GB"],
        );
        check(
            &sandbox,
            "find in.kv text.txt --limit 1 --json",
            &[
                r#"{"offset":5,"length":4,"char_offset":5,"char_length":4,"text":"York","key":"York","value":"place:GB"}"#,
            ],
        );
        let piped = sandbox.pipe("find in.kv --boundaries none", b"xNew Yorkx");
        assert_eq!(piped.stdout, b"1\t8\tNew York\tplace:US\n");
        let piped = sandbox.pipe("find in.kv --overlapping", b"New York");
        assert_eq!(
            piped.stdout,
            b"0\t8\tNew York\tplace:US\n4\t4\tYork\tplace:GB\n"
        );
        let piped = sandbox.pipe("find in.kv --overlapping=per-start", b"New York");
        assert_eq!(
            piped.stdout,
            b"0\t8\tNew York\tplace:US\n4\t4\tYork\tplace:GB\n"
        );
        let piped = sandbox.pipe("find in.kv", b"nothing");
        assert_eq!((piped.code, &*piped.stdout), (Some(1), &b""[..]));
        let piped = sandbox.pipe("find in.kv --annotate", b"To New York, York.\n");
        assert_eq!(piped.stdout, b"To [New York|place:US], [York|place:GB].\n");
        sandbox.write("more/b.txt", "York");
        sandbox.write("more/a.txt", "x York");
        check(
            &sandbox,
            "find in.kv more",
            &[
                "more/a.txt\t2\t4\tYork\tplace:GB",
                "more/b.txt\t0\t4\tYork\tplace:GB",
            ],
        );
    }
}

#[test]
fn keys_folded() {
    for sandbox in built("--fold-case --nfkc") {
        check(
            &sandbox,
            "find in.kv text.txt",
            &[
                "5\t4\tYork\tplace:GB",
                "5\t4\tYORK\tbrand",
                "13\t14\tNew York\tplace:US",
                "32\t9\tNew York\tplace:US",
                "43\t7\tstraße\troad",
            ],
        );
        let json = sandbox.run("find in.kv text.txt --json").ok();
        let wide = r#"{"offset":13,"length":14,"char_offset":13,"char_length":8,"text":"ＮＥＷ YORK","key":"New York","value":"place:US"}"#;
        assert!(
            String::from_utf8(json)
                .unwrap()
                .lines()
                .any(|row| row == wide)
        );
        let piped = sandbox.pipe("find in.kv --annotate", b"new york, york\n");
        assert_eq!(
            piped.stdout,
            b"[new york|place:US], [york|brand|place:GB]\n"
        );
        // keys are known by their spelling
        check(&sandbox, "get in.kv York", &["York\tplace:GB"]);
        check(&sandbox, "get in.kv york", &[]);
        check(
            &sandbox,
            "verify in.kv",
            &[String::from_utf8(sandbox.run("verify in.kv").stdout)
                .unwrap()
                .trim_end()],
        );
        let stats = String::from_utf8(sandbox.run("stats in.kv").stdout).unwrap();
        let rule = stats.lines().find_map(|row| row.strip_prefix("text rule"));
        assert_eq!(rule.map(str::trim), Some("fold-case,nfkc"));
        // a dump can be compiled again
        let dumped = String::from_utf8(sandbox.run("dump in.kv").stdout).unwrap();
        let mut rows: Vec<&str> = dumped.lines().collect();
        let mut given: Vec<&str> = PLACES.lines().collect();
        rows.sort_unstable();
        given.sort_unstable();
        assert_eq!(rows, given);
    }
}

#[test]
fn what_cannot_be_folded() {
    let sandbox = Sandbox::new();
    sandbox.write("in.tsv", "a\x1Bb\t1\n");
    let ran = sandbox.compile("--kind int --fold-case -o in.kf in.tsv");
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.stderr,
        "error: in.tsv:1: the key has a byte 0x1B, which parts folded keys from their spelling\n"
    );
    for arguments in [
        "--kind int --sorted",
        "--kind int --secondary tenant",
        "--kind vector",
    ] {
        let ran = sandbox.compile(&format!("{arguments} --nfkc -o in.kf in.tsv"));
        assert_eq!(ran.code, Some(2), "{arguments}");
        assert!(
            ran.stderr.contains("--fold-case and --nfkc are for"),
            "{}",
            ran.stderr
        );
    }
    sandbox.write("plain.tsv", "a\t1\n");
    sandbox.run("compile --kind int -o plain.kf plain.tsv").ok();
    sandbox
        .run("compile --kind int --nfkc -o folded.kf plain.tsv")
        .ok();
    let ran = sandbox.run("merge -o merged.kf plain.kf folded.kf");
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr
            .contains("the text rule is nfkc, but that of plain.kf is none"),
        "{}",
        ran.stderr
    );
}
