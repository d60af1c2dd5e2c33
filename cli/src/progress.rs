//! Progress bars, on a terminal only.

use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{HumanFloatCount, ProgressBar, ProgressState, ProgressStyle};

/// How often the spinner moves while nothing is told.
const TICK: Duration = Duration::from_millis(200);

/// The bar of a phase of work; invisible on a pipe.
#[derive(Clone)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar over bytes of input, or a counter of them where their number is not known.
    pub(crate) fn over_bytes(total: Option<u64>, quiet: bool) -> Self {
        let style = match total {
            Some(_) => {
                "{msg:8} [{wide_bar:.cyan}] {bytes}/{total_bytes}  {binary_bytes_per_sec}  {eta} left"
            }
            None => "{msg:8} {spinner:.cyan} {bytes}  {binary_bytes_per_sec}",
        };
        Self::new(total, "reading", style, quiet)
    }

    /// A bar over entries.
    pub(crate) fn over_entries(total: u64, message: &'static str, quiet: bool) -> Self {
        let style = "{msg:8} [{wide_bar:.cyan}] {human_pos}/{human_len}  {rate}  {eta} left";
        Self::new(Some(total), message, style, quiet)
    }

    fn new(total: Option<u64>, message: &'static str, style: &str, quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return Bar(ProgressBar::hidden());
        }
        let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
        let style = ProgressStyle::with_template(style).expect("the template is right");
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            // fractions of an entry per second tell nobody anything
            let _shown = write!(out, "{:.0}/s", HumanFloatCount(state.per_sec()));
        };
        bar.set_style(style.progress_chars("━╸ ").with_key("rate", rate));
        bar.set_message(message);
        bar.enable_steady_tick(TICK);
        Bar(bar)
    }

    pub(crate) fn set_position(&self, position: u64) {
        self.0.set_position(position);
    }

    /// Prints a line on standard error, above the bar.
    pub(crate) fn note(&self, line: &str) {
        self.0.suspend(|| eprintln!("{line}"));
    }

    /// Takes the bar off the screen.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
