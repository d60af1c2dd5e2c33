//! Facts about the machine and the tools that belong beside numbers.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use crate::setting::Setting;

/// One fact per line.
pub fn facts(setting: &Setting) -> String {
    let mut out = String::new();
    let python = [
        "-c",
        "import platform, importlib.metadata as of; print(of.version('keyvi'), 'on Python', platform.python_version())",
    ];
    let library =
        |package| said(Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]));
    let facts = [
        ("processor", field("/proc/cpuinfo", "model name")),
        (
            "cores",
            std::thread::available_parallelism()
                .map_or_else(|_| String::new(), |count| count.to_string()),
        ),
        ("memory", field("/proc/meminfo", "MemTotal")),
        ("kernel", read("/proc/sys/kernel/osrelease")),
        ("load before", read("/proc/loadavg")),
        ("rustc", said(Command::new("rustc").arg("--version"))),
        ("C++ compiler", said(Command::new("c++").arg("--version"))),
        (
            "keyfold",
            said(Command::new(&setting.keyfold).arg("--version")),
        ),
        ("keyfold commit", commit(&setting.root)),
        (
            "keyvi (PyPI)",
            said(Command::new(&setting.python).args(python)),
        ),
        ("redis-server", library("redis-server")),
        ("RocksDB", library("librocksdb-dev")),
        ("marisa", library("libmarisa-dev")),
        (
            "crates",
            [
                "keyvi",
                "fst",
                "redb",
                "heed",
                "lmdb-master-sys",
                "rocksdb",
                "redis",
            ]
            .map(|name| locked(&setting.root, name))
            .join(", "),
        ),
        (
            "read-ahead, KiB",
            read_ahead(&setting.work).unwrap_or_default(),
        ),
    ];
    for (name, fact) in facts {
        writeln!(out, "{name}: {fact}").expect("writing to a string");
    }
    out
}

/// A name for the record that tells the sort of machine and not which one.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{}-{cores}cpu", std::env::consts::ARCH)
}

/// Today, as `2026-01-31`.
pub fn today() -> String {
    said(Command::new("date").args(["-u", "+%Y-%m-%d"]))
}

fn commit(root: &Path) -> String {
    let head =
        said(
            Command::new("git")
                .arg("-C")
                .arg(root)
                .args(["rev-parse", "--short=12", "HEAD"]),
        );
    let changes = said(Command::new("git").arg("-C").arg(root).args([
        "status",
        "--porcelain",
        "--untracked-files=no",
    ]));
    if changes.is_empty() {
        head
    } else {
        format!("{head} and changes")
    }
}

/// A crate of the engines, with its version.
fn locked(root: &Path, name: &str) -> String {
    let lock = read_all(root.join("benches/engines/Cargo.lock"));
    let entry = format!("name = \"{name}\"\nversion = \"");
    let version = lock
        .split_once(&entry)
        .and_then(|(_, rest)| rest.split('"').next());
    format!("{name} {}", version.unwrap_or_default())
}

/// How much the system reads ahead on the disk that holds a folder.
fn read_ahead(folder: &Path) -> Option<String> {
    let device = fs::metadata(folder).ok()?.dev();
    let (major, minor) = (device >> 8, device & 0xff);
    let file = format!("/sys/dev/block/{major}:{minor}/queue/read_ahead_kb");
    fs::read_to_string(file)
        .ok()
        .map(|text| text.trim().to_owned())
}

fn field(path: &str, name: &str) -> String {
    read_all(path)
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .map(|rest| rest.trim_start_matches([' ', '\t', ':']).to_owned())
        .unwrap_or_default()
}

fn read(path: &str) -> String {
    read_all(path).lines().next().unwrap_or_default().to_owned()
}

fn read_all(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// First line of what a command prints; nothing if it is not there.
fn said(command: &mut Command) -> String {
    command
        .output()
        .map(|output| {
            String::from_utf8_lossy(&output.stdout)
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .unwrap_or_default()
}
