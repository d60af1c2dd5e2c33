//! The options that say which layout a file gets.

use anyhow::{Result, bail};
use clap::ValueEnum;
use keyfold_compiler::{Format, Options, Profile};

/// Layout and profile, as `compile` and `merge` take them.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct LayoutArgs {
    /// Layout of the file [default: native; keyvi for a merge of keyvi files alone]
    #[arg(long, value_enum)]
    format: Option<FormatName>,

    /// What a native file is compiled for [default: fast]
    #[arg(long, value_enum)]
    profile: Option<ProfileName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// Our own, smaller and faster, with ordinals; such files are named .kf
    Native,
    /// That of keyvi 0.7, which keyvi reads as well; such files are named .kv
    Keyvi,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ProfileName {
    /// The fastest look-ups
    Fast,
    /// The smallest file
    Small,
}

impl LayoutArgs {
    /// Whether nothing was given.
    pub(crate) fn is_empty(self) -> bool {
        self.format.is_none() && self.profile.is_none()
    }

    /// Sets the options; without a format it is `default`.
    pub(crate) fn apply(self, options: &mut Options, default: Format) -> Result<()> {
        options.format = match self.format {
            None if self.profile.is_some() => Format::Native,
            None => default,
            Some(FormatName::Native) => Format::Native,
            Some(FormatName::Keyvi) => Format::Keyvi,
        };
        if self.profile.is_some() && options.format == Format::Keyvi {
            bail!("--profile is for native files: keyvi's layout has none");
        }
        options.profile = match self.profile {
            None => options.profile,
            Some(ProfileName::Fast) => Profile::Fast,
            Some(ProfileName::Small) => Profile::Small,
        };
        Ok(())
    }
}
