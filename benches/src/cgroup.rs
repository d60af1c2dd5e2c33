//! A memory control group: a process in it, and the pages of files that it touches first, get so much memory and no more.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::process;
use crate::setting::text;

/// Where groups of version 1 are.
const HIERARCHY: &str = "/sys/fs/cgroup/memory";

/// A group.
#[derive(Debug)]
pub enum Cgroup {
    /// A child of our own group, of version 1; it ends with this value.
    Folder(PathBuf),
    /// On systems without version 1: a scope that systemd makes for the command, with so many bytes.
    Scope(u64),
}

impl Cgroup {
    /// A group of so many bytes; an error where the system or the rights of this user do not allow it.
    pub fn new(bytes: u64) -> Result<Self> {
        let groups = fs::read_to_string("/proc/self/cgroup")?;
        let Some(ours) = own_group(&groups) else {
            let group = Cgroup::Scope(bytes);
            let mut trial = group.enter();
            trial.push("true".into());
            process::run(&trial, Stdio::null())?;
            return Ok(group);
        };
        let name = format!("keyfold-bench-{}", std::process::id());
        let folder = Path::new(HIERARCHY)
            .join(ours.trim_start_matches('/'))
            .join(name);
        fs::create_dir(&folder)
            .with_context(|| format!("cannot make the memory cgroup {}", folder.display()))?;
        let group = Cgroup::Folder(folder.clone());
        fs::write(folder.join("memory.limit_in_bytes"), bytes.to_string())
            .context("cannot limit a memory cgroup")?;
        Ok(group)
    }

    /// The beginning of a command line that runs the rest of it in the group.
    pub fn enter(&self) -> Vec<String> {
        match self {
            Cgroup::Folder(folder) => {
                let enter = r#"echo $$ > "$0" && exec "$@""#;
                let processes = text(&folder.join("cgroup.procs"));
                vec!["sh".into(), "-c".into(), enter.into(), processes]
            }
            Cgroup::Scope(bytes) => {
                let limit = format!("MemoryMax={bytes}");
                let words = ["systemd-run", "--scope", "--quiet", "-p", &limit, "--"];
                words.map(str::to_owned).to_vec()
            }
        }
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        if let Cgroup::Folder(folder) = self {
            // Processes that ended are out of it already; pages that remain go to the parent.
            let _left = fs::remove_dir(folder);
        }
    }
}

/// Our group in the hierarchy of version 1, from the text of `/proc/self/cgroup`.
fn own_group(groups: &str) -> Option<&str> {
    groups.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, group) = rest.split_once(':')?;
        controllers
            .split(',')
            .any(|controller| controller == "memory")
            .then_some(group)
    })
}

#[cfg(test)]
mod tests {
    use super::own_group;

    #[test]
    fn the_memory_controller_is_found() {
        assert_eq!(
            own_group("9:pids:/x\n4:memory,hugetlb:/a/b:c\n0::/\n"),
            Some("/a/b:c")
        );
        assert_eq!(own_group("0::/user.slice\n"), None);
    }
}
