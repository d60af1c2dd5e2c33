//! The same rows and options give the same bytes.

use crate::tool::{KINDS, Random, Sandbox};

fn rows(kind: &str, random: &mut Random, count: usize) -> Vec<String> {
    (0..count)
        .map(|n| {
            let value = random.next();
            match kind {
                "key-only" => format!("{value:x} {n}\n"),
                "int" | "completion" => format!("{value:x} {n}\t{}\n", value >> 8),
                "string" => format!("{value:x} {n}\tvalue {}\n", value % 5000),
                "json" => format!(
                    "{value:x} {n}\t{{\"a\":[{}],\"b\":\"{value}\"}}\n",
                    value % 1000
                ),
                _ => format!("{value:x} {n}\t{}.5, {}\n", value % 100, value % 7),
            }
        })
        .collect()
}

#[test]
fn neither_order_nor_threads_matter() {
    for kind in KINDS {
        let sandbox = Sandbox::new();
        let mut random = Random::new(1);
        let mut rows = rows(kind, &mut random, 40_000);
        let mut first = None;
        for (threads, limit) in [(1, "1MiB"), (2, "1MiB"), (7, "1MiB")] {
            sandbox.write("rows.tsv", rows.concat());
            let options = format!(
                "--vector-size 2 --compression snappy --memory-limit {limit} --threads {threads}"
            );
            sandbox
                .run(&format!(
                    "compile --kind {kind} {options} --force -o out.kv rows.tsv"
                ))
                .ok();
            let built = sandbox.read("out.kv");
            assert!(
                *first.get_or_insert_with(|| built.clone()) == built,
                "{kind}, {threads} threads"
            );
            random.shuffle(&mut rows);
        }
        rows.sort();
        sandbox.write("rows.tsv", rows.concat());
        let options = "--vector-size 2 --compression snappy --memory-limit 1MiB --sorted";
        sandbox
            .run(&format!(
                "compile --kind {kind} {options} --force -o out.kv rows.tsv"
            ))
            .ok();
        assert!(first == Some(sandbox.read("out.kv")), "{kind}, sorted");
    }
}

#[test]
fn order_does_not_matter_below_secondary_keys() {
    let sandbox = Sandbox::new();
    let mut random = Random::new(2);
    let mut rows: Vec<String> = (0..20_000)
        .map(|n| format!("tenant {}\t\tkey {}\t{n}\n", n % 300, n / 300))
        .collect();
    let mut first = None;
    for threads in [1, 3] {
        sandbox.write("rows.tsv", rows.concat());
        let options = format!("--secondary tenant,user --memory-limit 2MiB --threads {threads}");
        sandbox
            .run(&format!(
                "compile --kind int {options} --force -o out.kv rows.tsv"
            ))
            .ok();
        let built = sandbox.read("out.kv");
        assert!(*first.get_or_insert_with(|| built.clone()) == built);
        random.shuffle(&mut rows);
    }
}

#[test]
fn the_order_of_files_does_not_matter() {
    let sandbox = Sandbox::new();
    sandbox.write("a.tsv", "b\t1\n");
    sandbox.write("b.jsonl", r#"{"key":"a","value":2}"#);
    sandbox
        .run("compile --kind int -o ab.kv a.tsv b.jsonl")
        .ok();
    sandbox
        .run("compile --kind int -o ba.kv b.jsonl a.tsv")
        .ok();
    assert_eq!(sandbox.read("ab.kv"), sandbox.read("ba.kv"));
}
