//! `merge`

use crate::tool::Sandbox;

fn build(sandbox: &Sandbox, name: &str, options: &str, rows: &str) {
    sandbox.write("rows.tsv", rows);
    sandbox
        .run(&format!("compile {options} -o {name} rows.tsv"))
        .ok();
}

#[test]
fn the_newest_stays() {
    for append in ["", "--append"] {
        let sandbox = Sandbox::new();
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
    let sandbox = Sandbox::new();
    build(
        &sandbox,
        "old.kv",
        "--kind int --secondary tenant",
        "t1\ta\t1\nt2\ta\t1\n",
    );
    build(
        &sandbox,
        "new.kv",
        "--kind int --secondary tenant",
        "t0\ta\t2\nt2\ta\t2\n",
    );
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
    let error = sandbox.run("merge -o out.kv vector.kvv").error();
    assert_eq!(error, "error: vector.kvv: a vector has no keys to merge by");
    sandbox.run("merge -o out.kv no.kv").error();
    sandbox.run("merge -o out.kv -").error();
    assert_eq!(
        sandbox.names(),
        ["int.kv", "key.kv", "rows.tsv", "vector.kvv"]
    );
}
