//! Inputs that are one of several words.

/// What the step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// Verify the checkout.
    Scan,
    /// Publish another run's report.
    Report,
    /// Join the reports of shards.
    Merge,
}

/// When to comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum CommentWhen {
    /// Always.
    Always,
    /// While the verdict is no pass, and once when it is again.
    OnFailure,
    /// When the outcome differs from what the comment says.
    OnChange,
    /// Never.
    Never,
}

/// Whether to upload SARIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum UploadWhen {
    /// Where it can be.
    Auto,
    /// Always; a warning where it cannot be.
    Always,
    /// Never.
    Never,
}
