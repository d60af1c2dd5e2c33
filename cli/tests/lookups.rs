//! `near`, `fuzzy`, `complete`, `words`, `grep`

use crate::tool::Sandbox;

/// The same rows in a file `in.kv` of each layout.
fn built(options: &str, rows: &str) -> impl Iterator<Item = Sandbox> {
    Sandbox::of_each_layout().inspect(move |sandbox| {
        build(sandbox, "in.kv", options, rows);
    })
}

fn build(sandbox: &Sandbox, name: &str, options: &str, rows: &str) {
    sandbox.write("rows.tsv", rows);
    sandbox
        .compile(&format!("{options} -o {name} rows.tsv"))
        .ok();
}

const WORDS: &str =
    "light\t50\nlights\t7\nlighthouse\t9\nslight\t20\nnight\t40\nlihgt\t1\nüber\t3\nuber\t3\n";

/// What these arguments print in each file: nothing is an exit code of 1.
fn check(sandbox: &Sandbox, cases: &[(&str, &str)]) {
    for (arguments, expected) in cases {
        let ran = sandbox.run(arguments);
        let code = i32::from(expected.is_empty());
        let shown = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(
            (
                shown.trim_end().replace('\t', ":").replace('\n', " "),
                ran.code,
                &*ran.stderr
            ),
            ((*expected).to_owned(), Some(code), ""),
            "{arguments}"
        );
    }
}

#[test]
fn fuzzy_finds_keys_a_few_edits_away() {
    for sandbox in built("--kind completion", WORDS) {
        check(
            &sandbox,
            &[
                (
                    "fuzzy in.kv light",
                    "light:0:50 lights:1:7 lihgt:1:1 night:1:40 slight:1:20",
                ),
                (
                    "fuzzy in.kv light --best",
                    "light:0:50 night:1:40 slight:1:20 lights:1:7 lihgt:1:1",
                ),
                (
                    "fuzzy in.kv light --best --limit 2",
                    "light:0:50 night:1:40",
                ),
                ("fuzzy in.kv light --limit 2", "light:0:50 lights:1:7"),
                ("fuzzy in.kv light --distance 0", "light:0:50"),
                (
                    "fuzzy in.kv light --minimum-prefix 2",
                    "light:0:50 lights:1:7 lihgt:1:1",
                ),
                ("fuzzy in.kv ligth --distance 1", "light:1:50"),
                ("fuzzy in.kv über", "uber:1:3 über:0:3"),
                ("fuzzy in.kv über --minimum-prefix 1", "über:0:3"),
                ("fuzzy in.kv l --minimum-prefix 2", ""),
                ("fuzzy in.kv nothing", ""),
                ("fuzzy in.kv light --limit 0", ""),
            ],
        );
    }
}

#[test]
fn complete_gives_the_heaviest_first() {
    for sandbox in built("--kind completion", WORDS) {
        check(
            &sandbox,
            &[
                ("complete in.kv l", "light:50 lighthouse:9 lights:7 lihgt:1"),
                ("complete in.kv l --top 2", "light:50 lighthouse:9"),
                ("complete in.kv l --limit 1", "light:50"),
                (
                    "complete in.kv l --minimum-weight 8",
                    "light:50 lighthouse:9",
                ),
                ("complete in.kv light", "light:50 lighthouse:9 lights:7"),
                ("complete in.kv lightt", ""),
                (
                    "complete in.kv lihg --distance 1",
                    "lihgt:0:1 light:1:50 lighthouse:1:9 lights:1:7",
                ),
                ("complete in.kv ihg --distance 1 --top 1", "lihgt:1:1"),
                (
                    "complete in.kv nihg --distance 2 --minimum-prefix 1 --minimum-weight 2",
                    "night:1:40",
                ),
            ],
        );
        let all = sandbox.run_with("complete in.kv --top 100", &[""]).text();
        assert_eq!(
            all,
            "light\t50\nnight\t40\nslight\t20\nlighthouse\t9\nlights\t7\nuber\t3\nüber\t3\nlihgt\t1\n"
        );
    }
    for sandbox in built("--kind string", "b\tx\nab\ty\na\tz\n") {
        check(&sandbox, &[("complete in.kv a", "a:z ab:y")]);
    }
}

#[test]
fn near_finds_what_starts_alike() {
    let rows = "u4pruyd\t1\nu4pruyf\t2\nu4prz00\t3\nu4x0000\t4\nu5\t5\nu4\t6\n";
    for sandbox in built("--kind int", rows) {
        check(
            &sandbox,
            &[
                ("near in.kv u4pruyk", "u4:2:6 u4pruyd:6:1 u4pruyf:6:2"),
                (
                    "near in.kv u4pruyk --minimum-prefix 3",
                    "u4pruyd:6:1 u4pruyf:6:2",
                ),
                (
                    "near in.kv u4pruyk --minimum-prefix 3 --greedy",
                    "u4pruyd:6:1 u4pruyf:6:2 u4prz00:4:3",
                ),
                (
                    "near in.kv u4pruyk --minimum-prefix 3 --greedy --limit 1",
                    "u4pruyd:6:1",
                ),
                (
                    "near in.kv u4y",
                    "u4:2:6 u4pruyd:2:1 u4pruyf:2:2 u4prz00:2:3 u4x0000:2:4",
                ),
                ("near in.kv u", ""),
                ("near in.kv v4", ""),
            ],
        );
    }
}

#[test]
fn words_completes_whatever_order_they_come_in() {
    let rows: String = [
        ("new york city", 80),
        ("new york\\u001bnew york city", 80),
        ("york new\\u001bnew york city", 80),
        ("new york city\\u001bnew york city", 80),
        ("new york", 20),
        ("york new\\u001bnew york", 20),
        ("newark", 30),
    ]
    .map(|(key, weight)| format!("{{\"key\":\"{key}\",\"value\":{weight}}}\n"))
    .concat();
    for sandbox in Sandbox::of_each_layout() {
        sandbox.write("rows.jsonl", &rows);
        sandbox
            .compile("--kind completion -o in.kv rows.jsonl")
            .ok();
        let asked = |query: &str, arguments: &str| {
            let ran = sandbox.run_with(&format!("words in.kv {arguments}"), &[query]);
            assert_eq!(ran.stderr, "");
            (ran.code, String::from_utf8(ran.stdout).unwrap())
        };
        let found = |rows: &str| (Some(0), rows.to_owned());
        let nothing = (Some(1), String::new());
        let both = found("new york city\t80\nnew york\t20\n");
        assert_eq!(asked("york n", ""), both);
        assert_eq!(asked("york n", "--separator 27"), both);
        assert_eq!(asked("york n", "--top 1"), found("new york city\t80\n"));
        let heavy = asked("york n", "--minimum-weight 21");
        assert_eq!(heavy, found("new york city\t80\n"));
        assert_eq!(asked("new y", ""), both);
        assert_eq!(asked("york new c", ""), found("new york city\t80\n"));
        assert_eq!(asked("ne", ""), found("newark\t30\n"));
        assert_eq!(asked("york x", ""), nothing);
        assert_eq!(asked("yorj n", ""), nothing);
        assert_eq!(
            asked("yorj ne", "--distance 1"),
            found("new york city\t1\t80\nnew york\t1\t20\n")
        );
        assert_eq!(asked("york n", "--separator |"), nothing);
    }
}

#[test]
fn grep_searches_by_a_pattern() {
    for sandbox in built("--kind completion", WORDS) {
        check(
            &sandbox,
            &[
                ("grep in.kv ^l.*s$", "lights:7"),
                ("grep in.kv ight[sh]", "lighthouse:9 lights:7"),
                ("grep in.kv ^.ber$", "uber:3 über:3"),
                ("grep in.kv (?i)LIGHT$", "light:50 slight:20"),
                (
                    "grep in.kv ight --from light --to night --limit 2",
                    "light:50 lighthouse:9",
                ),
                ("grep in.kv ight --from lights --to night", "lights:7"),
                (
                    "grep in.kv ight --prefix ligh",
                    "light:50 lighthouse:9 lights:7",
                ),
                ("grep in.kv ^x", ""),
                ("grep in.kv --glob l*t", "light:50 lihgt:1"),
                ("grep in.kv --glob [!u]?er", "über:3"),
                ("grep in.kv --glob ?ber", "uber:3 über:3"),
                ("grep in.kv --subsequence lhs", "lighthouse:9 lights:7"),
                ("grep in.kv ^über", "über:3"),
            ],
        );
        assert_eq!(
            sandbox.run("grep in.kv --json ^n").text(),
            "{\"key\":\"night\",\"value\":40}\n"
        );
    }
}

#[test]
fn several_queries_are_told_apart() {
    for sandbox in built("--kind completion", WORDS) {
        let ran = sandbox.run("fuzzy in.kv uber x slight --distance 0");
        assert_eq!(
            (ran.code, &*String::from_utf8_lossy(&ran.stdout)),
            (Some(1), "uber\tuber\t0\t3\nslight\tslight\t0\t20\n")
        );
        for arguments in ["complete in.kv --top 1", "complete in.kv --top 1 -"] {
            assert_eq!(
                sandbox.pipe(arguments, b"ni\nl").text(),
                "ni\tnight\t40\nl\tlight\t50\n"
            );
            assert_eq!(sandbox.pipe(arguments, b"").code, Some(0));
            assert_eq!(sandbox.pipe(arguments, b"zz\n").code, Some(1));
        }
        assert_eq!(
            sandbox.run("fuzzy in.kv --json ubr").text(),
            "{\"query\":\"ubr\",\"key\":\"uber\",\"score\":1,\"value\":3}\n"
        );
        assert_eq!(
            sandbox.run("complete in.kv --json n").text(),
            "{\"query\":\"n\",\"key\":\"night\",\"value\":40}\n"
        );
        let ran = sandbox.pipe("fuzzy in.kv --json --distance 2", b"\xFFni\xFEght\n");
        assert_eq!(
            String::from_utf8(ran.stdout).unwrap(),
            "{\"query_b64\":\"/25p/mdodA==\",\"key\":\"night\",\"score\":2,\"value\":40}\n"
        );
        let long = [&b"l".repeat(1_000_000)[..], b"\nnight\n"].concat();
        let ran = sandbox.pipe("fuzzy in.kv --distance 0", &long);
        assert_eq!(
            (ran.code, &ran.stdout[..]),
            (Some(1), &b"night\tnight\t0\t40\n"[..])
        );
    }
    for sandbox in built("--kind key-only", "ab\nac\n") {
        check(
            &sandbox,
            &[
                ("fuzzy in.kv ab", "ab:0 ac:1"),
                ("complete in.kv a", "ab ac"),
                ("grep in.kv b", "ab"),
            ],
        );
    }
}

#[test]
fn secondary_values_are_asked_under() {
    let rows = "t1\tlight\t5\nt1\tlights\t6\nt2\tlight\t7\n";
    for sandbox in built("--kind completion --secondary tenant", rows) {
        check(
            &sandbox,
            &[
                ("fuzzy in.kv --secondary tenant=t1 lght", "light:1:5"),
                ("complete in.kv --secondary tenant=t1 l", "lights:6 light:5"),
                ("complete in.kv --secondary tenant=t2 l", "light:7"),
                (
                    "near in.kv --secondary tenant=t1 lightx",
                    "light:5:5 lights:5:6",
                ),
                ("words in.kv --secondary tenant=t2 li", "light:7"),
                ("grep in.kv --secondary tenant=t1 ^l.*t$", "light:5"),
                ("complete in.kv --secondary tenant=nobody l", ""),
            ],
        );
        for (command, error) in [
            (
                "in.kv",
                "in.kv: keys stand under secondary keys (hint: --secondary tenant=VALUE)",
            ),
            (
                "in.kv --secondary user=u",
                "in.kv: there is no secondary key user, only tenant",
            ),
        ] {
            for lookup in ["near", "fuzzy", "complete", "words", "grep"] {
                let ran = sandbox.run(&format!("{lookup} {command} light"));
                assert_eq!(ran.error(), format!("error: {error}"));
            }
        }
    }
}

#[test]
fn several_dictionaries_count_as_one() {
    for sandbox in Sandbox::of_each_layout() {
        build(
            &sandbox,
            "oldest.kv",
            "--kind completion",
            "light\t9\nnight\t2\nright\t1\n",
        );
        build(
            &sandbox,
            "older.kv",
            "--kind completion",
            "light\t1\nlight x\t4\nsight\t3\n",
        );
        build(
            &sandbox,
            "in.kv",
            "--kind completion",
            "light\t2\nmight\t5\n",
        );
        // MessagePack: a list of one string
        sandbox.write("older.kv.dk", b"\x91\xA5sight");
        sandbox.write("in.kv.dk", b"\x91\xA5might");
        let over = "--over older.kv --over oldest.kv";
        check(
            &sandbox,
            &[
                ("fuzzy in.kv light", "light:0:2 might:1:5"),
                (
                    &format!("fuzzy in.kv {over} light"),
                    "light:0:2 night:1:2 right:1:1",
                ),
                (
                    &format!("fuzzy in.kv {over} light --best --limit 2"),
                    "light:0:2 night:1:2",
                ),
                ("fuzzy oldest.kv --over in.kv light --limit 1", "light:0:9"),
                (&format!("complete in.kv {over} l"), "light x:4 light:2"),
                (
                    &format!("near in.kv {over} lightly"),
                    "light:5:2 light x:5:4",
                ),
                (&format!("words in.kv {over} light"), "light:2"),
                (
                    &format!("grep in.kv {over} ight$"),
                    "light:2 night:2 right:1",
                ),
                (&format!("grep in.kv {over} s"), ""),
            ],
        );
        sandbox.write("older.kv.dk", b"\x92\xA5sight");
        let error = sandbox.run(&format!("fuzzy in.kv {over} light")).error();
        assert_eq!(
            error,
            "error: older.kv.dk: damaged deleted keys at byte 7: not a MessagePack string"
        );
        build(
            &sandbox,
            "tenants.kv",
            "--kind int --secondary tenant",
            "t\tlight\t1\n",
        );
        let error = sandbox.run("fuzzy in.kv --over tenants.kv light").error();
        assert_eq!(
            error,
            "error: tenants.kv: keys stand under secondary keys (hint: --secondary tenant=VALUE)"
        );
        build(&sandbox, "ints.kv", "--kind int", "light\t1\n");
        let error = sandbox.run("grep in.kv --over ints.kv light").error();
        assert_eq!(
            error,
            "error: ints.kv: the kind is int, but in.kv is completion"
        );
        sandbox.write("tenants.kv.dk", b"\x91\xA5light");
        let error = sandbox
            .run("fuzzy tenants.kv --over tenants.kv --secondary tenant=t light")
            .error();
        assert_eq!(
            error,
            "error: tenants.kv: there are secondary keys: a list of deleted keys cannot say below which values"
        );
    }
}

#[test]
fn what_cannot_be_asked_is_said() {
    let sandbox = Sandbox::new();
    build(&sandbox, "in.kv", "--kind int", "light\t1\n");
    sandbox.run("compile --kind vector -o in.kvv rows.tsv");
    sandbox.write("rows.jsonl", "{\"value\":1}\n");
    sandbox
        .run("compile --kind vector --force -o in.kvv rows.jsonl")
        .ok();
    for command in ["near", "fuzzy", "complete", "words", "grep"] {
        let error = sandbox.run(&format!("{command} in.kvv light")).error();
        assert_eq!(
            error,
            "error: in.kvv: a vector has no keys (hint: get takes positions)"
        );
        let error = sandbox.run(&format!("{command} no.kv light")).error();
        assert_eq!(
            error,
            "error: no.kv: No such file or directory (os error 2)"
        );
        let error = sandbox
            .run(&format!("{command} in.kv --over no.kv light"))
            .error();
        assert_eq!(
            error,
            "error: no.kv: No such file or directory (os error 2)"
        );
        let error = sandbox
            .run(&format!("{command} in.kv --secondary user=x light"))
            .error();
        assert_eq!(
            error,
            "error: in.kv: there are no secondary keys in this file"
        );
    }
    for command in ["fuzzy", "complete", "words"] {
        let error = sandbox
            .run(&format!("{command} in.kv --distance 5 light"))
            .error();
        assert_eq!(
            error,
            "error: an edit distance of 5: at most 4 can be asked for"
        );
    }
    for (pattern, error) in [
        ("a(b", "pattern a(b: unclosed group, at byte 1"),
        (
            "[z-a]",
            "pattern [z-a]: invalid character class range, the start must be <= the end, at byte 1",
        ),
        ("--glob [a", "pattern [a: a bracket is not closed"),
        (
            "(?:\\w{50}){50}",
            "heap usage during NFA compilation exceeded limit of 16777216",
        ),
    ] {
        let ran = sandbox.run(&format!("grep in.kv {pattern}"));
        assert_eq!(ran.error(), format!("error: {error}"));
    }
    for (arguments, error) in [
        ("complete in.kv --minimum-prefix 1 l", "--distance <N>"),
        ("grep in.kv --glob --subsequence l", "--subsequence"),
        ("words in.kv --separator xy l", "one byte is needed"),
        ("words in.kv --separator 256 l", "one byte is needed"),
    ] {
        let ran = sandbox.run(arguments);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains(error), "{}", ran.stderr);
    }
}
