//! Files appear whole or not at all, and replace nothing unasked.

use crate::tool::{Ran, Sandbox};

#[test]
fn nothing_is_replaced_without_force() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "a\t1\n");
    sandbox.run("compile --kind int -o in.kv rows.tsv").ok();
    sandbox.write("out.kv", "precious");
    for command in [
        "compile --kind int -o out.kv rows.tsv",
        "merge -o out.kv in.kv in.kv",
        "dump -o out.kv in.kv",
    ] {
        let error = sandbox.run(command).error();
        assert_eq!(
            error, "error: out.kv: the file exists (hint: --force replaces it)",
            "{command}"
        );
        assert_eq!(sandbox.read("out.kv"), b"precious");
    }
    for command in [
        "compile --kind int -o out.kv rows.tsv",
        "merge -o out.kv in.kv in.kv",
        "dump -o out.kv in.kv",
    ] {
        sandbox.write("out.kv", "precious");
        sandbox.run(&format!("{command} --force")).ok();
        assert_ne!(sandbox.read("out.kv"), b"precious");
    }
    assert_eq!(sandbox.names(), ["in.kv", "out.kv", "rows.tsv"]);
}

#[test]
fn a_failed_build_leaves_an_existing_file_as_it_was() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "a\t1\nbad\n");
    sandbox.write("out.kv", "precious");
    sandbox
        .run("compile --kind int --force -o out.kv rows.tsv")
        .error();
    assert_eq!(sandbox.read("out.kv"), b"precious");
    assert_eq!(sandbox.names(), ["out.kv", "rows.tsv"]);
}

/// Tests may run as root, who can write into any folder with the bit for it unset: /proc takes no files from
/// anybody, nor does a path below a file.
#[test]
fn a_folder_that_takes_no_files_is_found_out_before_the_work() {
    let sandbox = Sandbox::new();
    sandbox.write("bad.tsv", "bad\n");
    for target in ["/proc/out.kv", "bad.tsv/out.kv", "nowhere/out.kv", "."] {
        for force in ["", "--force"] {
            let error = sandbox
                .run(&format!("compile --kind int {force} -o {target} bad.tsv"))
                .error();
            assert!(!error.contains("no tab"), "{error}");
        }
    }
    assert_eq!(sandbox.names(), ["bad.tsv"]);
    let error = sandbox.run("compile --kind int -o - bad.tsv").error();
    assert_eq!(
        error,
        "error: -: a file that appears whole cannot go to standard output"
    );
}

#[test]
fn an_input_is_not_replaced_by_the_output() {
    let sandbox = Sandbox::new();
    sandbox.write("data/rows.tsv", "a\t1\n");
    let error = sandbox
        .run("compile --kind int --force -o data/rows.tsv data")
        .error();
    assert_eq!(
        error,
        "error: data/rows.tsv: this input is to be written too"
    );
    assert_eq!(sandbox.read("data/rows.tsv"), b"a\t1\n");
}

#[test]
fn a_name_decides_on_the_form_of_a_dump() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "a\t1\n");
    sandbox.run("compile --kind int -o in.kv rows.tsv").ok();
    sandbox.run("dump -o out.jsonl in.kv").ok();
    sandbox.run("dump -o out.txt in.kv").ok();
    sandbox.run("dump -o out in.kv --output-format jsonl").ok();
    assert_eq!(sandbox.read("out.jsonl"), b"{\"key\":\"a\",\"value\":1}\n");
    assert_eq!(sandbox.read("out.txt"), b"a\t1\n");
    assert_eq!(sandbox.read("out"), b"{\"key\":\"a\",\"value\":1}\n");
    assert_eq!(sandbox.run("dump -o - in.kv").text(), "a\t1\n");

    sandbox.write("rows.jsonl", r#"{"key":"a\nb","value":1}"#);
    sandbox
        .run("compile --kind int -o in.kv --force rows.jsonl")
        .ok();
    let error = sandbox.run("dump -o new.tsv in.kv").error();
    assert_eq!(
        error,
        "error: in.kv: not every entry fits TSV (hint: --output-format jsonl)"
    );
    assert!(!sandbox.path("new.tsv").exists());
}

#[cfg(unix)]
#[test]
fn files_have_the_permissions_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "a\t1\n");
    sandbox.run("compile --kind int -o out.kv rows.tsv").ok();
    sandbox.run("dump -o out.tsv out.kv").ok();
    let mode = |name: &str| {
        std::fs::metadata(sandbox.path(name))
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("out.kv"), mode("rows.tsv"));
    assert_eq!(mode("out.tsv"), mode("rows.tsv"));
}

/// A limit on file sizes stands in for a full disk: both refuse a write in the middle of the output.
#[cfg(unix)]
#[test]
fn a_write_that_is_refused_leaves_nothing_behind() {
    use std::process::Command;

    let sandbox = Sandbox::new();
    let rows: String = (0..60_000u32)
        .map(|i| format!("{:x}\t{i}\n", i.wrapping_mul(2_654_435_761)))
        .collect();
    sandbox.write("rows.tsv", rows);
    sandbox.write("out.kv", "precious");
    for temporary_limit in ["", "--memory-limit 1MiB"] {
        let compile = format!("compile --kind int --force -o out.kv {temporary_limit} rows.tsv");
        let output = Command::new("sh")
            .current_dir(sandbox.path("."))
            .args([
                "-c",
                "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"",
                env!("CARGO_BIN_EXE_keyfold"),
            ])
            .args(compile.split_whitespace())
            .output()
            .unwrap();
        let error = Ran::of(output).error();
        assert!(error.contains("File too large"), "{error}");
        assert_eq!(sandbox.read("out.kv"), b"precious");
        assert_eq!(sandbox.names(), ["out.kv", "rows.tsv"]);
    }
}
