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
        "near out.kv key",
        "complete out.kv key --top 100000",
        "grep out.kv 9$",
        "get out.kv -",
        "fuzzy out.kv -",
    ] {
        // no row of the input is a key or near to one
        let nothing = arguments.ends_with('-');
        let mut command = sandbox.command();
        let stdin = std::fs::File::open(sandbox.path("rows.tsv")).unwrap();
        let mut child = command
            .args(arguments.split(' '))
            .stdin(stdin)
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        if !nothing {
            stdout.read_exact(&mut [0; 10]).unwrap();
        }
        drop(stdout);
        let ran = Ran::of(child.wait_with_output().unwrap());
        let expected = Some(i32::from(nothing));
        assert_eq!((ran.code, &*ran.stderr), (expected, ""), "{arguments}");
    }
}

#[test]
fn a_search_is_interrupted() {
    use std::os::unix::process::ExitStatusExt as _;
    let sandbox = Sandbox::new();
    let rows: String = (0..100_000).map(|n| format!("key {n:06}\n")).collect();
    sandbox.write("rows.tsv", &rows);
    sandbox
        .run("compile --kind key-only -o out.kv rows.tsv")
        .ok();
    for arguments in ["grep out.kv .", "complete out.kv k --top 100000"] {
        let mut command = sandbox.command();
        let mut child = command.args(arguments.split(' ')).spawn().unwrap();
        // more is found than the pipe holds, so that it is at work until all is read
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 10]).unwrap();
        let pid = child.id().to_string();
        let kill = Command::new("kill").args(["-s", "INT", &pid]).status();
        assert!(kill.unwrap().success());
        assert_eq!(child.wait().unwrap().signal(), Some(2));
    }
}

#[test]
fn answers_come_while_questions_are_still_asked() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.tsv", "a\t1\nb\t2\n");
    sandbox.run("compile --kind int -o out.kv rows.tsv").ok();
    for (command, answers) in [
        ("get", ["a\t1\n", "b\t2\n"]),
        ("fuzzy --distance 0", ["a\ta\t0\t1\n", "b\tb\t0\t2\n"]),
        ("complete", ["a\ta\t1\n", "b\tb\t2\n"]),
    ] {
        let mut child = sandbox
            .command()
            .args(command.split(' '))
            .arg("out.kv")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        for (question, answer) in ["a\n", "x\nb\n"].iter().zip(answers) {
            stdin.write_all(question.as_bytes()).unwrap();
            let mut shown = vec![0; answer.len()];
            stdout.read_exact(&mut shown).unwrap();
            assert_eq!(shown, answer.as_bytes());
        }
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}
