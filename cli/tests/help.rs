//! docs/cli.md is the help text. `KEYFOLD_BLESS=1 cargo test -p keyfold-cli` writes it anew.

use std::path::Path;

use crate::tool::Sandbox;

const COMMANDS: [&str; 17] = [
    "compile",
    "get",
    "scan",
    "near",
    "fuzzy",
    "complete",
    "words",
    "grep",
    "find",
    "rank",
    "select",
    "dump",
    "stats",
    "merge",
    "verify",
    "index",
    "completions",
];

/// What stands below `index`.
const INDEX_COMMANDS: [&str; 11] = [
    "create", "load", "set", "upsert", "delete", "get", "flush", "compact", "stats", "verify",
    "watch",
];

/// All commands, also those below others.
fn commands() -> impl Iterator<Item = String> {
    let below = INDEX_COMMANDS.map(|command| format!("index {command}"));
    COMMANDS.map(str::to_owned).into_iter().chain(below)
}

fn document() -> String {
    let sandbox = Sandbox::new();
    let mut document =
        "# The command line\n\nThis is what `keyfold --help` and `keyfold COMMAND --help` say. \
        It is written by the tests of the crate, see `cli/tests/help.rs`.\n"
            .to_owned();
    for (title, arguments) in [("keyfold".to_owned(), "--help".to_owned())]
        .into_iter()
        .chain(
            commands().map(|command| (format!("keyfold {command}"), format!("{command} --help"))),
        )
    {
        let help = sandbox.run(&arguments).text();
        let lines: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
        document.extend([
            "\n## ",
            &title,
            "\n\n```text\n",
            &lines.join("\n"),
            "\n```\n",
        ]);
    }
    document
}

#[test]
fn the_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let document = document();
    if std::env::var_os("KEYFOLD_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &document).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == document,
        "docs/cli.md is not what --help says: KEYFOLD_BLESS=1 cargo test writes it"
    );
}

#[test]
fn every_command_is_in_the_document() {
    let sandbox = Sandbox::new();
    for (arguments, commands) in [("--help", &COMMANDS[..]), ("index --help", &INDEX_COMMANDS)] {
        assert_eq!(listed(&sandbox.run(arguments).text()), commands);
    }
}

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<&str> {
    let listed: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    listed
}

#[test]
fn every_command_has_an_example() {
    let sandbox = Sandbox::new();
    for command in commands() {
        let help = sandbox.run(&format!("{command} -h")).text();
        assert!(
            help.contains(&format!("keyfold {command} ")) && help.contains("\nExample"),
            "{help}"
        );
    }
}

#[test]
fn completions_exist_for_each_shell() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = sandbox.run(&format!("completions {shell}")).text();
        for name in COMMANDS
            .into_iter()
            .chain(["skip-bad-rows", "on-duplicate"])
        {
            assert!(script.contains(name), "{shell}: {name}");
        }
    }
}

#[test]
fn the_version_is_told() {
    let version = Sandbox::new().run("--version").text();
    assert_eq!(version, format!("keyfold {}\n", env!("CARGO_PKG_VERSION")));
}
