//! One engine asked about one file.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use crate::cgroup::Cgroup;
use crate::definitions::{Engine, Operation, fill};
use crate::process;
use crate::server::Server;
use crate::setting::{Setting, text};

/// What is asked, of whom.
#[derive(Debug)]
pub struct Question<'a> {
    /// Who is asked.
    pub engine: &'a Engine,
    /// The file it opens.
    pub file: &'a Path,
    /// What it is to do.
    pub operation: Operation,
    /// Keys, one per line, unless the operation needs none.
    pub queries: Option<&'a Path>,
    /// Options with their values.
    pub options: Vec<(&'static str, String)>,
    /// Memory that its process may use.
    pub within: Option<&'a Cgroup>,
}

impl Question<'_> {
    /// The command line of the engine, over its file or its server.
    pub fn command(&self, setting: &Setting, server: Option<&Server>) -> Result<Vec<String>> {
        let mut words = match self.within {
            Some(cgroup) => cgroup.enter(),
            None => Vec::new(),
        };
        words.extend(fill(&self.engine.query, &setting.words())?);
        let target = server.map_or(self.file, Server::socket);
        words.extend([self.operation.word().into(), text(target)]);
        words.extend(self.queries.map(text));
        for (name, value) in &self.options {
            words.extend([format!("--{name}"), value.clone()]);
        }
        Ok(words)
    }

    /// Runs the engine to its end; what it reports.
    pub fn ask<R: DeserializeOwned>(&self, setting: &Setting) -> Result<R> {
        let server = Server::start(setting, self.engine, self.file)?;
        let command = self.command(setting, server.as_ref())?;
        let outcome = process::run(&command, Stdio::null())?;
        serde_json::from_str(outcome.output.trim())
            .with_context(|| format!("{} does not report as it should", self.engine.name))
    }
}

/// The option that keeps slow engines from being asked everything.
pub fn limit(engine: &Engine) -> Option<(&'static str, String)> {
    let most = engine.most_queries?;
    Some(("limit", most.to_string()))
}
