//! What a package has to show before it is built, and what dockhand's flags ask for.

/// What a package has to show before it is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// A digest that was verified.
    #[default]
    Strict,
    /// Nothing that fails: without provenance it is built unpinned, with or without a warning.
    Warn {
        /// Whether nothing is said of it.
        quiet: bool,
    },
    /// Nothing: it is not verified.
    Off,
}

/// The mode that dockhand's own flags ask for: `--check-provenance` fails a build, and
/// `--warn-no-provenance`, which is on by default there, warns.
pub fn mode_of(check: Option<bool>, warn: Option<bool>) -> Mode {
    match (check, warn) {
        (Some(true), _) | (None, None) => Mode::Strict,
        (Some(false) | None, Some(false)) => Mode::Warn { quiet: true },
        (Some(false), None) | (Some(false) | None, Some(true)) => Mode::Warn { quiet: false },
    }
}
