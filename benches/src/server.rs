//! A server that an engine asks through a socket.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::definitions::{Engine, fill};
use crate::setting::{Setting, text};

const PATIENCE: Duration = Duration::from_secs(60);

/// A running one; it ends with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    socket: PathBuf,
    // holds the socket
    _folder: TempDir,
}

impl Server {
    /// Starts the server of an engine that has one, over its file, and waits until its socket is there.
    pub fn start(setting: &Setting, engine: &Engine, file: &Path) -> Result<Option<Self>> {
        let Some(template) = &engine.serve else {
            return Ok(None);
        };
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("socket");
        let mut words = setting.words();
        words.extend([
            ("socket", text(&socket)),
            ("file", text(file)),
            ("folder", text(file.parent().context("no folder")?)),
            ("name", text(file.file_name().context("no name")?.as_ref())),
        ]);
        let words = fill(template, &words)?;
        let (program, arguments) = words.split_first().context("an empty command")?;
        ensure!(file.exists(), "{} is not there", file.display());
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let mut server = Self {
            child,
            socket,
            _folder: folder,
        };
        let begin = Instant::now();
        while !server.socket.exists() {
            if let Some(status) = server.child.try_wait()? {
                bail!("`{}` ended with {status}", words.join(" "));
            }
            ensure!(begin.elapsed() < PATIENCE, "{program} does not listen");
            sleep(Duration::from_millis(5));
        }
        Ok(Some(server))
    }

    /// Where it listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A child that has ended already leaves nothing to do.
        if self.child.kill().is_ok() {
            let _status = self.child.wait();
        }
    }
}
