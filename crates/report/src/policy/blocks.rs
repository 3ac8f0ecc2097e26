//! Everything that a configuration requires and exempts.

use super::exempt::Exemption;
use super::package_name::PackageName;
use super::require::Requirement;
use package_provenance::package::PackageVersion;

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
    /// Whether a requirement that may hold for `package` at `path` asks when it was published.
    pub fn ask_for_dates(&self, path: &str, package: &PackageVersion) -> bool {
        let name = PackageName::of_package(package);
        let mut requirements = self.requirements.iter();
        requirements.any(|one| one.min_age.is_some() && one.selects(path, Some(&name)))
    }

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
