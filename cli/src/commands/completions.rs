//! `keyfold completions`

use std::io::Write as _;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use super::Arguments;
use crate::error::Exit;

/// Print a script that completes the command line in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  keyfold completions bash > ~/.local/share/bash-completion/completions/keyfold")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut Arguments::command(),
        "keyfold",
        &mut script,
    );
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Success)
}
