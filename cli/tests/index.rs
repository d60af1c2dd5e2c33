//! Indexes: the commands that write them, and those that read them.

mod damage;
mod full;
mod killed;
mod load;
mod replay;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::tool::{KEYVI, Ran, Sandbox};

/// A number from the environment, for longer runs than those of every day.
fn number(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(default, |text| text.parse().unwrap())
}

/// The commands and how they see an index, in each layout, divided and not.
#[test]
fn what_is_written_is_read() {
    for layout in ["", "--profile small", KEYVI, "--partitions 3"] {
        let sandbox = Sandbox::new();
        sandbox.run(&format!("index create c {layout}")).ok();
        sandbox.write(
            "rows.tsv",
            "Oslo\t{\"n\":1,\"c\":\"NO\"}\nBergen\t{\"n\":2}\nParis\t{\"n\":3}\n",
        );
        let loaded = sandbox.run("index load c rows.tsv --acknowledge --group 2");
        assert!(
            loaded
                .stderr
                .starts_with("rows read 3 = written 3 + rejected 0\n"),
            "{layout}: {}",
            loaded.stderr
        );
        assert_eq!(loaded.text(), "2\n3\n");
        sandbox
            .run_with("index set c", &["Rome", "[1,2]", "Paris", "{\"n\":4}"])
            .ok();
        sandbox.run("index upsert c Oslo {\"n\":5,\"x\":null}").ok();
        sandbox.run("index delete c Bergen Nowhere").ok();
        let rows = "Oslo\t{\"n\":5,\"c\":\"NO\",\"x\":null}\nParis\t{\"n\":4}\nRome\t[1,2]\n";
        assert_eq!(sandbox.run("dump c").text(), rows, "{layout}");
        assert_eq!(sandbox.run("scan c").text(), rows);
        assert_eq!(
            sandbox.run("scan c --from P --limit 1").text(),
            "Paris\t{\"n\":4}\n"
        );
        for (command, found) in [
            ("index get c Rome", "Rome\t[1,2]\n"),
            (
                "get c Paris --json",
                "{\"key\":\"Paris\",\"value\":{\"n\":4}}\n",
            ),
            ("get c Oslo --fields x,n,no", "Oslo\t{\"x\":null,\"n\":5}\n"),
            ("near c Part", "Paris\t3\t{\"n\":4}\n"),
            ("fuzzy c Rone", "Rome\t1\t[1,2]\n"),
            ("complete c P", "Paris\t{\"n\":4}\n"),
            ("grep c ^R", "Rome\t[1,2]\n"),
        ] {
            assert_eq!(sandbox.run(command).text(), found, "{layout}: {command}");
        }
        let text = sandbox.pipe("find c --boundaries words", b"to Rome");
        assert_eq!(text.text(), "3\t4\tRome\t[1,2]\n");
        assert_eq!(sandbox.run("get c Bergen").code, Some(1));
        assert_eq!(sandbox.run("index get c Nowhere").code, Some(1));

        sandbox.run("index compact c --quiet").ok();
        assert_eq!(sandbox.run("dump c").text(), rows);
        let stats: serde_json::Value =
            serde_json::from_slice(&sandbox.run("index stats c --json").ok()).unwrap();
        assert_eq!(
            (&stats["keys"], &stats["deleted"]),
            (&3.into(), &0.into()),
            "{layout}: {stats}"
        );
        assert!(sandbox.run("stats c").text().contains("generation"));
        let sound = sandbox.run("index verify c").text();
        assert!(sound.starts_with("c: sound, checksums agree: 3 keys, 0 deleted"));
        assert_eq!(sandbox.run("verify c").text(), sound);

        sandbox.run("index delete c --all").ok();
        assert_eq!(sandbox.run("dump c").text(), "");
    }
}

#[test]
fn rows_of_standard_input_are_written_group_by_group() {
    let sandbox = Sandbox::new();
    sandbox.run("index create c").ok();
    let acknowledged = sandbox.pipe(
        "index set c - --acknowledge --group 2",
        b"a\t{\"n\":1}\nb\t2\nc\t3\n",
    );
    assert_eq!(acknowledged.text(), "2\n3\n");
    let acknowledged = sandbox.pipe("index upsert c --acknowledge", b"a\t{\"m\":2}\n");
    assert_eq!(acknowledged.text(), "1\n");
    sandbox.pipe("index delete c -", b"b\nno\n").ok();
    assert_eq!(sandbox.run("dump c").text(), "a\t{\"n\":1,\"m\":2}\nc\t3\n");
    // what came before a row that is wrong is written
    let ran = sandbox.pipe("index set c --group 10", b"d\t4\ne\n");
    assert_eq!(
        ran.error(),
        "error: <stdin>:2: there is no tab between key and document"
    );
    assert_eq!(sandbox.run("get c d").text(), "d\t4\n");
}

#[test]
fn fields_have_types_and_can_be_deleted() {
    let sandbox = Sandbox::new();
    sandbox
        .run("index create c --schema age=int32 --partitions 2")
        .ok();
    let error = sandbox.run("index set c a {\"age\":\"x\"}").error();
    assert_eq!(
        error,
        "error: field \"age\" is of type int32 and takes no string"
    );
    let rows = "a\t{\"age\":1,\"t_x\":1}\nb\t{\"age\":2.5}\nc\t{\"age\":3,\"t_y\":true}\nd\tx\n";
    sandbox.write("rows.tsv", rows);
    let ran = sandbox.run("index load c rows.tsv --skip-bad-rows bad.tsv");
    assert!(
        ran.stderr
            .starts_with("rows read 4 = written 2 + rejected 2\n"),
        "{}",
        ran.stderr
    );
    let mut bad: Vec<String> = String::from_utf8(sandbox.read("bad.tsv"))
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    bad.sort();
    assert_eq!(bad, ["b\t{\"age\":2.5}", "d\tx"]);
    let error = sandbox.run("index load c rows.tsv").error();
    assert!(error.starts_with("error: rows.tsv:2: field"), "{error}");

    sandbox.run("index delete c a --fields age").ok();
    assert_eq!(sandbox.run("get c a").text(), "a\t{\"t_x\":1}\n");
    sandbox.run("index delete c --fields t_* --everywhere").ok();
    assert_eq!(sandbox.run("dump c").text(), "a\t{}\nc\t{\"age\":3}\n");
    assert!(sandbox.run("stats c").text().contains("  age"));
}

#[test]
fn an_older_index_is_asked_with_a_newer_file() {
    let sandbox = Sandbox::new();
    sandbox.run("index create c").ok();
    sandbox.run("index set c a 1 b 2").ok();
    sandbox.write("rows.tsv", "b\t3\n");
    sandbox.run("compile --kind json -o new.kf rows.tsv").ok();
    let found = sandbox.run("grep new.kf . --over c").text();
    assert_eq!(found, "a\t1\nb\t3\n");
}

#[test]
fn a_watcher_sees_changes() {
    let sandbox = Sandbox::new();
    sandbox.run("index create c").ok();
    let mut command = sandbox.command();
    let mut watcher = command
        .args(["index", "watch", "c", "--changes", "1", "--interval", "5"])
        .spawn()
        .unwrap();
    let mut rows = BufReader::new(watcher.stdout.take().unwrap()).lines();
    let first = rows.next().unwrap().unwrap();
    assert!(first.ends_with("\t0\t0"), "{first}");
    sandbox.run("index set c a 1").ok();
    let second = rows.next().unwrap().unwrap();
    assert!(second.ends_with("\t1\t1"), "{second}");
    assert!(watcher.wait().unwrap().success());
}

#[test]
fn errors_say_what_is_wrong() {
    let sandbox = Sandbox::new();
    sandbox.run("index create c").ok();
    sandbox.run("index create p --partitions 2").ok();
    sandbox.write("plain/file", "");
    for (arguments, error) in [
        ("index create c", "c: there is an index already"),
        ("index create p", "p: there is an index already"),
        ("index create plain/file", "plain/file: not a directory"),
        (
            "index create d --schema a",
            "--schema a: FIELD=TYPE is needed",
        ),
        (
            "index create d --schema a=word",
            "--schema a=word: no type of field is named \"word\"",
        ),
        (
            "index create d --durability often",
            "option durability: \"often\" is none of none, every-commit, and a number of milliseconds",
        ),
        (
            "index create d --setting x=1",
            "option x: there is no such setting",
        ),
        (
            "index create d --partitions 0",
            "option partitions: 1 to 65536 are possible",
        ),
        (
            "index create d --format keyvi --profile small",
            "--profile is for native files: keyvi's layout has none",
        ),
        (
            "index set plain a 1",
            "plain: there is no index (hint: keyfold index create)",
        ),
        (
            "index flush nowhere",
            "nowhere: there is no index (hint: keyfold index create)",
        ),
        ("get plain a", "plain: there is no index"),
        ("verify plain", "plain: there is no index"),
        (
            "index set p/part-0000 a 1",
            "p/part-0000: this is a part of an index, which is to be written as a whole",
        ),
        ("index set c a", "a: a document is missing"),
        ("index set c a {", "the document of a: not JSON at byte 1"),
        ("index upsert c a 1", ""),
        (
            "rank c a",
            "c: keys of an index have no ordinals, since they change",
        ),
        (
            "merge -o m.kf c",
            "c: an index is merged in its place (hint: keyfold index compact)",
        ),
    ] {
        if error.is_empty() {
            // the first document of a key is what was given
            sandbox.run(arguments).ok();
            let again = sandbox.run(arguments).error();
            assert!(again.contains("a map of fields"), "{again}");
            continue;
        }
        let told = sandbox.run(arguments).error();
        assert!(
            told.starts_with(&format!("error: {error}")),
            "{arguments}: {told}"
        );
    }
    assert!(!sandbox.path("d").join("index.toc").exists());
}

#[test]
fn a_second_writer_is_refused_and_readers_are_not() {
    let sandbox = Sandbox::new();
    sandbox.run("index create c").ok();
    let mut command = sandbox.command();
    let mut writer = command
        .args(["index", "set", "c", "-", "--acknowledge"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = writer.stdin.take().unwrap();
    let mut stdout = BufReader::new(writer.stdout.take().unwrap());
    stdin.write_all(b"a\t1\n").unwrap();
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    for arguments in ["index set c b 2", "index compact c", "index flush c"] {
        let error = sandbox.run(arguments).error();
        assert!(
            error.starts_with("error: c/index.lock: another writer has the index open (hint: "),
            "{error}"
        );
    }
    sandbox.run("verify c").ok();
    sandbox.run("dump c").ok();
    drop(stdin);
    let ended = Ran::of(writer.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(sandbox.run("dump c").text(), "a\t1\n");
}

#[cfg(unix)]
#[test]
fn an_interrupted_writer_ends_in_order() {
    let sandbox = Sandbox::new();
    sandbox.run("index create c --durability none").ok();
    let mut command = sandbox.command();
    let mut writer = command
        .args(["index", "set", "c", "-", "--acknowledge"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = writer.stdin.take().unwrap();
    stdin.write_all(b"a\t1\n").unwrap();
    let mut stdout = BufReader::new(writer.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    let mut kill = Command::new("kill");
    let killed = kill.args(["-s", "INT", &writer.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let ran = Ran::of(writer.wait_with_output().unwrap());
    drop(stdin);
    assert_eq!(
        (ran.code, &*ran.stderr),
        (Some(130), "error: interrupted\n")
    );
    assert_eq!(sandbox.run("dump c").text(), "a\t1\n");
}

#[test]
fn small_segments_do_not_pile_up() {
    let sandbox = Sandbox::new();
    sandbox.run("index create c --durability none").ok();
    for n in 0..70 {
        sandbox.run(&format!("index set c k{n} {n}")).ok();
    }
    let stats: serde_json::Value =
        serde_json::from_slice(&sandbox.run("stats c --json").ok()).unwrap();
    assert!(stats["segments"].as_array().unwrap().len() <= 65, "{stats}");
    assert_eq!(sandbox.run("dump c").text().lines().count(), 70);
}
