//! How far a scan is: a bar on standard error, for people who watch a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::settings::{Environment, Settings};
use package_provenance::package::PackageVersion;
use untrusted_text as text;

/// Longest package name shown, in characters.
const MAX_NAME: usize = 60;
const TEMPLATE: &str = "{bar:24} {pos}/{len} packages  {msg}";

/// Told of every package that is done. It takes itself away when it is dropped.
#[derive(Debug)]
pub struct Progress(ProgressBar);

/// Whether somebody watches: standard error is a terminal that can move its cursor, this is no CI
/// job, and nothing else is written there.
pub fn is_watched(
    settings: &Settings,
    environment: &Environment,
    stderr_is_terminal: bool,
) -> bool {
    stderr_is_terminal
        && !environment.ci
        && !environment.dumb_terminal
        && environment.rust_log.is_none()
        && !settings.output.quiet
        && !settings.output.verbose
}

impl Progress {
    /// Shows nothing.
    pub fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    /// Draws on standard error.
    pub fn on_stderr() -> Self {
        Self::drawn_on(ProgressDrawTarget::stderr())
    }

    fn drawn_on(target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// So many packages are looked at from now on.
    pub fn begin(&self, packages: usize) {
        self.0
            .set_length(u64::try_from(packages).unwrap_or(u64::MAX));
        self.0.tick();
    }

    /// One package is done.
    pub fn done(&self, package: &PackageVersion) {
        // Counted first: the message is what is drawn at once.
        self.0.inc(1);
        self.0
            .set_message(text::terminal(&package.to_string(), MAX_NAME));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests;
