//! Where reports can link to, and the addresses made of it.

/// Where reports can link to; everything optional. Plain data, made by the caller. What does not
/// look like what it should be is not linked to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The forge's address, such as `https://github.com`.
    pub server_url: Option<String>,
    /// The scanned repository, `owner/name`.
    pub repository: Option<String>,
    /// The scanned commit, in hexadecimal.
    pub head_sha: Option<String>,
    /// The run that made the report.
    pub run_url: Option<String>,
    /// The page of the rules that fits this version; each rule is an anchor of it.
    pub rules_url: Option<String>,
    /// The scanned root relative to the repository's: empty, or `sub/dir/` with a slash at its end.
    pub root_prefix: String,
}

/// A report that may have had to be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The report.
    pub text: String,
    /// What was left out, in one sentence. The report says it too.
    pub cut: Option<String>,
}
