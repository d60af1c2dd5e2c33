//! Places that take no more: a file that may not grow, a full disk, one that is read only.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::replay::{Model, Verb, Work, contents};
use crate::tool::{Ran, Random, Sandbox};

/// What was acknowledged is there, and no more than one group beside.
#[track_caller]
fn check(sandbox: &Sandbox, work: &Work, ran: &Ran, reason: &str) {
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.last_line().contains(reason), "{}", ran.stderr);
    let told = String::from_utf8(ran.stdout.clone()).unwrap();
    let rows = told.lines().last().map_or(0, |row| row.parse().unwrap());
    let acknowledged = work.groups_of(rows);
    sandbox.run("index flush c").ok();
    let found = contents(sandbox, "c");
    let mut model = Model::new();
    work.apply(&mut model, 0, acknowledged);
    let mut one_more = model.clone();
    work.apply(&mut one_more, acknowledged, acknowledged + 1);
    assert!(found == model || found == one_more, "{acknowledged} groups");
    assert!(acknowledged > 0);
}

#[test]
fn a_log_that_may_not_grow_loses_nothing() {
    let sandbox = Sandbox::new();
    sandbox
        .run("index create c --setting flush_interval=0")
        .ok();
    let work = Work::random(Verb::Load, 3000, 10, &mut Random::new(5));
    sandbox.write("rows.tsv", work.text());
    // the signal that ends a process else is ignored, as by most servers
    let script = "trap '' XFSZ; ulimit -f 256; exec \"$@\"";
    let binary = sandbox.command().get_program().to_owned();
    let mut limited = Command::new("sh");
    limited.args(["-c", script, "sh"]).arg(binary);
    limited.args(work.arguments("c").split(' '));
    limited.current_dir(sandbox.path("."));
    limited.stdin(std::fs::File::open(sandbox.path("rows.tsv")).unwrap());
    limited.stdout(Stdio::piped()).stderr(Stdio::piped());
    let ran = Ran::of(limited.output().unwrap());
    check(&sandbox, &work, &ran, "File too large");
}

/// A small disk of its own, where one may be mounted.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &Path) -> Option<Self> {
        std::fs::create_dir(folder).unwrap();
        let disk = Disk(folder.to_owned());
        disk.run(&["-t", "tmpfs", "-o", "size=512k", "tmpfs"])
            .then_some(disk)
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(self.run(&["-o", &options]));
    }

    fn run(&self, arguments: &[&str]) -> bool {
        let mut mount = Command::new("mount");
        mount.args(arguments).arg(&self.0).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg(&self.0).status();
    }
}

/// Only root may mount a disk; for anyone else a folder that may not be written to is all that can be shown.
#[test]
fn a_full_disk_loses_nothing_and_one_that_is_read_only_is_read() {
    let sandbox = Sandbox::new();
    let Some(disk) = Disk::mount(&sandbox.path("c")) else {
        return read_only_folder(&sandbox);
    };
    sandbox
        .run("index create c --setting flush_interval=0")
        .ok();
    let work = Work::random(Verb::Load, 5000, 10, &mut Random::new(6));
    let ran = sandbox.pipe(&work.arguments("c"), &work.text());
    disk.remount("size=64m");
    check(&sandbox, &work, &ran, "No space left on device");
    disk.remount("ro");
    let error = sandbox.run("index set c a 1").error();
    assert!(error.contains("Read-only file system"), "{error}");
    sandbox.run("get c last").ok();
    sandbox.run("verify c").ok();
}

fn read_only_folder(sandbox: &Sandbox) {
    use std::os::unix::fs::PermissionsExt;

    sandbox.run("index create c/i").ok();
    sandbox.run("index set c/i a 1").ok();
    let set = |mode| {
        let folder = sandbox.path("c/i");
        std::fs::set_permissions(folder, PermissionsExt::from_mode(mode)).unwrap();
    };
    set(0o555);
    let error = sandbox.run("index set c/i a 2").error();
    let read = sandbox.run("get c/i a");
    set(0o755);
    assert!(error.contains("Permission denied"), "{error}");
    assert_eq!(read.text(), "a\t1\n");
}
