//! Everything that a configuration requires and exempts.

use super::exempt::Exemption;
use super::require::Requirement;

/// The `[[require]]` and `[[exempt]]` blocks of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blocks {
    /// How the file is called in messages; empty where there is none.
    pub file: String,
    /// `[[require]]`, in the order of the file, which means nothing.
    pub requirements: Vec<Requirement>,
    /// `[[exempt]]`, in the order of the file, which means nothing.
    pub exemptions: Vec<Exemption>,
}

impl Blocks {
    /// `dockyard-provenance.toml:12`.
    pub fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.file)
    }

    /// `dockyard-provenance.toml:3 and :12`.
    pub fn places(&self, lines: &[usize]) -> String {
        let shown: Vec<String> = lines.iter().map(|line| format!(":{line}")).collect();
        format!("{}{}", self.file, shown.join(" and "))
    }
}
