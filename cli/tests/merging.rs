//! `merge`

use crate::tool::{KEYVI, LAYOUTS, NATIVE, Sandbox};

fn build(sandbox: &Sandbox, name: &str, options: &str, rows: &str) {
    sandbox.write("rows.tsv", rows);
    sandbox
        .compile(&format!("{options} -o {name} rows.tsv"))
        .ok();
}

#[test]
fn the_newest_stays() {
    for (layout, append) in LAYOUTS
        .map(|layout| (layout, ""))
        .into_iter()
        .chain([(KEYVI, "--append")])
    {
        let sandbox = Sandbox::of(layout);
        build(&sandbox, "old.kv", "--kind string", "a\told\nb\told\n");
        build(&sandbox, "new.kv", "--kind string", "b\tnew\nc\tnew\n");
        let ran = sandbox.run(&format!(
            "merge -o out.kv old.kv new.kv --manifest text {append}"
        ));
        assert_eq!(
            ran.last_line(),
            "entries read 4 = keys written 3 + replaced 1 + deleted 0"
        );
        assert_eq!(
            sandbox.run("dump out.kv").text(),
            "a\told\nb\tnew\nc\tnew\n"
        );
        let stats = sandbox.run("stats out.kv --json").text();
        assert!(stats.contains(r#""manifest":"text""#), "{stats}");
        sandbox.run("verify out.kv").ok();
        let ran = sandbox.run("merge -o again.kv --quiet out.kv");
        assert_eq!((ran.code, &*ran.stderr), (Some(0), ""));
    }
}

#[test]
fn secondary_keys_are_merged() {
    for sandbox in Sandbox::of_each_layout() {
        let options = "--kind int --secondary tenant";
        build(&sandbox, "old.kv", options, "t1\ta\t1\nt2\ta\t1\n");
        build(&sandbox, "new.kv", options, "t0\ta\t2\nt2\ta\t2\n");
        sandbox.run("merge -o out.kv old.kv new.kv").ok();
        assert_eq!(
            sandbox.run("dump out.kv").text(),
            "t0\ta\t2\nt1\ta\t1\nt2\ta\t2\n"
        );
        build(&sandbox, "plain.kv", "--kind int", "a\t1\n");
        let error = sandbox.run("merge -o no.kv old.kv plain.kv").error();
        assert_eq!(
            error,
            "error: plain.kv: the secondary keys differ from those of old.kv"
        );
    }
}

/// The layout of a file, as `stats` says.
fn layout(sandbox: &Sandbox, name: &str) -> String {
    let stats = sandbox.run(&format!("stats {name} --json")).text();
    let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
    let profile = stats["profile"].as_str().unwrap_or_default();
    format!("{} {profile}", stats["format"].as_str().unwrap())
}

#[test]
fn the_inputs_decide_on_the_layout_unless_it_is_given() {
    let sandbox = Sandbox::new();
    for (name, layout) in [("keyvi", KEYVI), ("native", NATIVE)] {
        sandbox.write("rows.tsv", "b\tfirst\nba\tsecond\na\tfirst\n");
        sandbox
            .run(&format!(
                "compile --kind string {layout} -o {name} rows.tsv"
            ))
            .ok();
    }
    for (inputs, options, expected) in [
        ("keyvi keyvi", "", "keyvi 2 "),
        ("keyvi native", "", "native 1 fast"),
        ("native", "", "native 1 fast"),
        ("native native", "--profile small", "native 1 small"),
        ("keyvi", "--profile small", "native 1 small"),
        ("keyvi", "--format native", "native 1 fast"),
        ("native keyvi", "--format keyvi", "keyvi 2 "),
    ] {
        sandbox
            .run(&format!("merge --force -o out {options} {inputs}"))
            .ok();
        assert_eq!(layout(&sandbox, "out"), expected, "{inputs} {options}");
        assert_eq!(
            sandbox.run("dump out").text(),
            sandbox.run("dump keyvi").text()
        );
        sandbox.run("verify out").ok();
    }
    // there and back gives the same bytes
    sandbox.run("merge --format native -o there keyvi").ok();
    sandbox.run("merge --format keyvi -o back there").ok();
    sandbox.run("merge -o straight keyvi").ok();
    assert!(sandbox.read("back") == sandbox.read("straight"));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let sandbox = Sandbox::new();
    build(&sandbox, "int.kv", "--kind int", "a\t1\n");
    build(&sandbox, "key.kv", "--kind key-only", "a\n");
    build(&sandbox, "vector.kvv", "--kind string-vector", "a\n");
    let error = sandbox.run("merge -o out.kv int.kv key.kv").error();
    assert_eq!(
        error,
        "error: key.kv: the kind is key-only, but int.kv is int"
    );
    let error = sandbox.run("merge --append -o out.kv int.kv").error();
    assert_eq!(
        error,
        "error: option append: the values of native files cannot be copied whole"
    );
    let error = sandbox.run("merge -o out.kv vector.kvv").error();
    assert_eq!(error, "error: vector.kvv: a vector has no keys to merge by");
    sandbox.run("merge -o out.kv no.kv").error();
    sandbox.run("merge -o out.kv -").error();
    assert_eq!(
        sandbox.names(),
        ["int.kv", "key.kv", "rows.tsv", "vector.kvv"]
    );
}
