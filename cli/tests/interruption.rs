//! Ends that the user makes: Ctrl-C, a closed pipe.
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use crate::tool::{Ran, Sandbox};

#[test]
fn an_interrupted_build_leaves_nothing_behind() {
    for signal in ["INT", "TERM"] {
        for kind in ["string", "string-vector"] {
            let sandbox = Sandbox::new();
            let mut command = sandbox.command();
            let arguments = [
                "compile",
                "--kind",
                kind,
                "--memory-limit",
                "1MiB",
                "-o",
                "out.kv",
                "-",
            ];
            let mut child = command
                .args(arguments)
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdin = child.stdin.take().unwrap();
            // more than the memory limit, so that it is at work when all is written
            for n in 0..200_000 {
                writeln!(stdin, "key {n}\tvalue {n} {n} {n}").unwrap();
            }
            let pid = child.id().to_string();
            assert!(
                Command::new("kill")
                    .args(["-s", signal, &pid])
                    .status()
                    .unwrap()
                    .success()
            );
            let ran = Ran::of(child.wait_with_output().unwrap());
            drop(stdin);
            assert_eq!(
                (ran.code, &*ran.stderr),
                (Some(130), "error: interrupted\n")
            );
            assert!(sandbox.names().is_empty(), "{:?}", sandbox.names());
        }
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let sandbox = Sandbox::new();
    let rows: String = (0..100_000)
        .map(|n| format!("key {n:06}\tvalue {n}\n"))
        .collect();
    sandbox.write("rows.tsv", &rows);
    sandbox.run("compile --kind string -o out.kv rows.tsv").ok();
    for arguments in [
        "dump out.kv",
        "scan out.kv",
        "scan out.kv --json",
        "get out.kv -",
    ] {
        let mut command = sandbox.command();
        let stdin = std::fs::File::open(sandbox.path("rows.tsv")).unwrap();
        let mut child = command
            .args(arguments.split(' '))
            .stdin(stdin)
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        if !arguments.starts_with("get") {
            stdout.read_exact(&mut [0; 10]).unwrap();
        }
        drop(stdout);
        let ran = Ran::of(child.wait_with_output().unwrap());
        // no row of the input is a key, so that nothing is written by get
        let expected = if arguments.starts_with("get") {
            Some(1)
        } else {
            Some(0)
        };
        assert_eq!((ran.code, &*ran.stderr), (expected, ""), "{arguments}");
    }
}

#[test]
fn answers_come_while_questions_are_still_asked() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "a\t1\nb\t2\n");
    sandbox.run("compile --kind int -o out.kv rows.tsv").ok();
    let mut child = sandbox
        .command()
        .args(["get", "out.kv"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    for (question, answer) in [("a\n", "a\t1\n"), ("x\nb\n", "b\t2\n")] {
        stdin.write_all(question.as_bytes()).unwrap();
        let mut shown = vec![0; answer.len()];
        stdout.read_exact(&mut shown).unwrap();
        assert_eq!(shown, answer.as_bytes());
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
