//! No row is lost silently.

use crate::tool::Sandbox;

#[test]
fn every_row_is_accounted_for() {
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write("a.tsv", "a\t1\nbad row\nb\tx\na\t2");
        sandbox.write("b.tsv", "\t9\nc\t3\r\nd\t4\nd\t4\n");
        let ran = sandbox.compile("--kind int -o out.kv --skip-bad-rows rejects a.tsv b.tsv");
        assert_eq!(
            ran.stderr,
            "warning: a.tsv:2: there is no tab between key and value\n\
         warning: a.tsv:3: the value \"x\" is not an integer from 0 to 18446744073709551615\n\
         warning: b.tsv:1: the key is empty, which no dictionary can hold\n\
         warning: b.tsv:2: the value \"3\\r\" is not an integer from 0 to 18446744073709551615\n\
         rows read 8 = keys written 2 + duplicates 2 + rejected 4\n"
        );
        ran.ok();
        assert_eq!(sandbox.read("rejects"), b"bad row\nb\tx\n\t9\nc\t3\r\n");
        assert_eq!(sandbox.run("dump out.kv").text(), "a\t2\nd\t4\n");
        let stats = sandbox.run("stats out.kv --json").text();
        assert!(
            stats.contains(r#""rows":{"read":8,"duplicates":2,"rejected":4}"#),
            "{stats}"
        );
        sandbox.run("verify out.kv").ok();
    }
}

#[test]
fn many_bad_rows_are_counted() {
    let sandbox = Sandbox::new();
    let rows: String = (0..100_000)
        .map(|n| {
            if n % 3 == 0 {
                format!("bad {n}\n")
            } else {
                format!("{n}\t{n}\n")
            }
        })
        .collect();
    let bad: String = (0..100_000)
        .step_by(3)
        .map(|n| format!("bad {n}\n"))
        .collect();
    sandbox.write("rows.tsv", rows);
    let arguments =
        "compile --kind int -o out.kv --memory-limit 1MiB --skip-bad-rows rejects rows.tsv";
    let ran = sandbox.run(arguments);
    assert_eq!(ran.stderr.lines().count(), 7, "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with("warning: rows.tsv:1: "),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr
            .contains("warning: 33334 bad rows in all, see rejects\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        ran.last_line(),
        "rows read 100000 = keys written 66666 + duplicates 0 + rejected 33334"
    );
    assert_eq!(sandbox.read("rejects"), bad.as_bytes());
    let ran = sandbox.run(&format!("{arguments} --force --quiet"));
    assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
}

#[test]
fn the_place_of_a_late_bad_row_is_right() {
    let sandbox = Sandbox::new();
    let mut rows: String = (0..200_000).map(|n| format!("key {n}\t{n}\n")).collect();
    rows.push_str("bad\n");
    sandbox.write("rows.tsv", rows);
    let error = sandbox.run("compile --kind int -o out.kv rows.tsv").error();
    assert_eq!(
        error,
        "error: rows.tsv:200001: there is no tab between key and value"
    );
}

#[test]
fn the_first_bad_row_is_the_one_told() {
    let sandbox = Sandbox::new();
    let rows: String = (0..300_000)
        .map(|n| {
            if n % 50_000 == 49_999 {
                "bad\n".to_owned()
            } else {
                format!("{n}\t{n}\n")
            }
        })
        .collect();
    sandbox.write("rows.tsv", rows);
    for _ in 0..5 {
        let error = sandbox
            .run("compile --kind int -o out.kv --threads 4 rows.tsv")
            .error();
        assert_eq!(
            error,
            "error: rows.tsv:50000: there is no tab between key and value"
        );
    }
}

#[test]
fn rejects_are_there_even_if_none_or_if_the_build_fails() {
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write("good.tsv", "a\t1\n");
        sandbox
            .compile("--kind int -o out.kv --skip-bad-rows none good.tsv")
            .ok();
        assert_eq!(sandbox.read("none"), b"");

        sandbox.write("bad.tsv", "bad\na\t1\na\t2\n");
        sandbox
            .compile("--kind int -o no.kv --skip-bad-rows some --on-duplicate error bad.tsv")
            .error();
        assert_eq!(sandbox.read("some"), b"bad\n");
        assert!(!sandbox.path("no.kv").exists());
    }
}

#[test]
fn rejects_replace_nothing_without_force() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "bad\n");
    sandbox.write("rejects", "precious");
    let error = sandbox
        .run("compile --kind int -o out.kv --skip-bad-rows rejects rows.tsv")
        .error();
    assert_eq!(
        error,
        "error: rejects: the file exists (hint: --force replaces it)"
    );
    assert_eq!(sandbox.read("rejects"), b"precious");
    sandbox
        .run("compile --kind int -o out.kv --skip-bad-rows rejects --force rows.tsv")
        .ok();
    assert_eq!(sandbox.read("rejects"), b"bad\n");
    let error = sandbox
        .run("compile --kind int -o new.kv --skip-bad-rows rows.tsv --force rows.tsv")
        .error();
    assert_eq!(error, "error: rows.tsv: this input is to be written too");
    assert_eq!(sandbox.read("rows.tsv"), b"bad\n");
}

#[test]
fn duplicates_follow_the_policy() {
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write("rows.tsv", "b\t1\na\t1\nb\t2\na\t2\nb\t3\n");
        for (policy, expected) in [("last", "a\t2\nb\t3\n"), ("first", "a\t1\nb\t1\n")] {
            let ran = sandbox.compile(&format!(
                "--kind int -o out.kv --force --on-duplicate {policy} rows.tsv"
            ));
            assert_eq!(
                ran.last_line(),
                "rows read 5 = keys written 2 + duplicates 3 + rejected 0"
            );
            assert_eq!(sandbox.run("dump out.kv").text(), expected);
        }
    }
}

#[test]
fn duplicates_of_sorted_rows_follow_the_policy() {
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write("rows.tsv", "a\t1\na\t2\nb\t1\nb\t2\nb\t3\n");
        for (policy, expected) in [("last", "a\t2\nb\t3\n"), ("first", "a\t1\nb\t1\n")] {
            let ran = sandbox.compile(&format!(
                "--sorted --kind int -o out.kv --force --on-duplicate {policy} rows.tsv"
            ));
            assert_eq!(
                ran.last_line(),
                "rows read 5 = keys written 2 + duplicates 3 + rejected 0"
            );
            assert_eq!(sandbox.run("dump out.kv").text(), expected);
        }
    }
}

#[test]
fn vectors_count_values() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.txt", "1\n{\n[]");
    let ran = sandbox.run("compile --kind vector -o out.kvv --skip-bad-rows rejects rows.txt");
    assert_eq!(
        ran.last_line(),
        "rows read 3 = values written 2 + duplicates 0 + rejected 1"
    );
    assert_eq!(sandbox.read("rejects"), b"{\n");
    assert_eq!(sandbox.run("dump out.kvv").text(), "1\n[]\n");
}
