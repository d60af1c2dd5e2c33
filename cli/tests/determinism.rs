//! The same rows and options give the same bytes.

use crate::tool::{KEYVI, KINDS, Random, Sandbox};

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

/// Builds a file of the rows, already in place, and gives its bytes.
fn built(sandbox: &Sandbox, kind: &str, options: &str) -> Vec<u8> {
    let limits = "--vector-size 2 --compression snappy --memory-limit 1MiB";
    let arguments = format!("--kind {kind} {limits} {options} --force -o out.kv rows.tsv");
    sandbox.compile(&arguments).ok();
    sandbox.read("out.kv")
}

#[test]
fn neither_order_nor_threads_matter() {
    let runs = KINDS.map(|kind| Sandbox::of_each_layout().map(move |sandbox| (kind, sandbox)));
    for (kind, sandbox) in runs.into_iter().flatten() {
        let mut random = Random::new(1);
        let mut rows = rows(kind, &mut random, 40_000);
        let mut first = None;
        for threads in [1, 2, 7] {
            sandbox.write("rows.tsv", rows.concat());
            let built = built(&sandbox, kind, &format!("--threads {threads}"));
            assert!(
                *first.get_or_insert_with(|| built.clone()) == built,
                "{kind}, {threads} threads, {}",
                sandbox.layout()
            );
            random.shuffle(&mut rows);
        }
        let dump = sandbox.run("dump out.kv").ok();
        rows.sort();
        sandbox.write("rows.tsv", rows.concat());
        let [sorted, again] =
            [1, 3].map(|threads| built(&sandbox, kind, &format!("--sorted --threads {threads}")));
        assert!(sorted == again, "{kind}, sorted, {}", sandbox.layout());
        // a native file is fitted to its rows, of which fewer are known beforehand where they are not sorted
        if sandbox.layout() == KEYVI {
            assert!(first == Some(sorted), "{kind}, sorted");
        }
        assert!(dump == sandbox.run("dump out.kv").ok(), "{kind}, sorted");
    }
}

#[test]
fn order_does_not_matter_below_secondary_keys() {
    for sandbox in Sandbox::of_each_layout() {
        let mut random = Random::new(2);
        let mut rows: Vec<String> = (0..20_000)
            .map(|n| format!("tenant {}\t\tkey {}\t{n}\n", n % 300, n / 300))
            .collect();
        let mut first = None;
        for threads in [1, 3] {
            sandbox.write("rows.tsv", rows.concat());
            let options =
                format!("--secondary tenant,user --memory-limit 2MiB --threads {threads}");
            sandbox
                .compile(&format!("--kind int {options} --force -o out.kv rows.tsv"))
                .ok();
            let built = sandbox.read("out.kv");
            assert!(*first.get_or_insert_with(|| built.clone()) == built);
            random.shuffle(&mut rows);
        }
    }
}

#[test]
fn the_order_of_files_does_not_matter() {
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write("a.tsv", "b\t1\n");
        sandbox.write("b.jsonl", r#"{"key":"a","value":2}"#);
        sandbox.compile("--kind int -o ab.kv a.tsv b.jsonl").ok();
        sandbox.compile("--kind int -o ba.kv b.jsonl a.tsv").ok();
        assert_eq!(sandbox.read("ab.kv"), sandbox.read("ba.kv"));
    }
}
