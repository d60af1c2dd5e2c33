//! `keyfold completions`

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use super::Arguments;
use crate::error::Exit;
use crate::stdio::Output;

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
    let mut output = Output::new();
    let mut command = Arguments::command();
    clap_complete::generate(args.shell, &mut command, "keyfold", output.buffer());
    output.finish()?;
    Ok(Exit::Success)
}
