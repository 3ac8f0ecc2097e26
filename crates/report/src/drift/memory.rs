//! What is remembered of a spec.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::build::Build;
use crate::report::before::{BeforeRecord, BeforeSource};
use crate::report::records::PublisherRecord;
use crate::spec::{DeclaredProvenance, SpecFile, SpecPackage, Subject};
use package_provenance::package::{Ecosystem, PackageVersion};
use package_provenance::verify::{Limit, Observed, Outcome, Status};

/// Where a memory comes from.
pub type Source = BeforeSource;

/// A package by its registry and its normalised name, whatever the version: that of a Go module is
/// without its major version, which its path repeats (<https://go.dev/ref/mod#major-version-suffixes>).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    ecosystem: Ecosystem,
    name: String,
}

impl Key {
    /// The key of a pinned package.
    pub fn of(package: &PackageVersion) -> Self {
        Self {
            ecosystem: package.ecosystem(),
            name: match package {
                PackageVersion::Npm(package) => package.name.as_str().to_owned(),
                PackageVersion::Pypi(package) => package.name.as_str().to_owned(),
                PackageVersion::Go(package) => package.path_of_every_major(),
            },
        }
    }
}

/// What is remembered of a spec.
#[derive(Debug, Clone)]
pub struct Memory {
    /// From where.
    pub source: Source,
    /// The package; nothing where the spec named none that can be used.
    pub package: Option<PackageVersion>,
    /// The version as it was written: untrusted text.
    pub version: Option<String>,
    /// What came of it.
    pub status: Status,
    /// Why nothing is known of it, where something could have been.
    pub undetermined: Option<String>,
    /// The builds that verified.
    pub builds: Vec<Build>,
    /// The publisher, where every build names the same.
    pub publisher: Option<Arc<PublisherRecord>>,
    /// The SLSA build level.
    pub slsa_build_level: Option<u8>,
    /// Whether verified evidence of each artifact was there, and its digest.
    pub artifacts: BTreeMap<String, Option<String>>,
    /// What the spec declared, where that is known.
    pub declared: Option<DeclaredProvenance>,
    /// The digests that a lock held the installer to; none where a spec pinned the package.
    pub locked: Option<Vec<String>>,
}

impl Memory {
    /// The base's spec, judged by this run; `observed` is what was found out of its package.
    pub fn base(spec: &SpecFile, observed: Option<&Observed>) -> Self {
        match (&spec.subject, observed) {
            (Subject::Package(package), Some(observed)) => Self {
                version: spec.version_text.clone(),
                declared: Some(package.declared.clone()),
                ..Self::of(Source::Base, package, accepted(package, observed))
            },
            (Subject::Package(package), None) => Self {
                package: Some(package.package.clone()),
                undetermined: Some("it was not looked at".to_owned()),
                declared: Some(package.declared.clone()),
                ..Self::without(Source::Base, spec, Status::Unknown)
            },
            (Subject::Skill(_), _) => Self::without(Source::Base, spec, Status::NotApplicable),
            (Subject::Unusable, _) => Self::without(Source::Base, spec, Status::Malformed),
        }
    }

    /// An earlier version of the package, which the registry has.
    pub fn registry(package: &PackageVersion, observed: &Observed) -> Self {
        Self::observed(Source::Registry, package, observed)
    }

    /// The history of `package`, which could not be looked at.
    pub fn unknown_history(package: &PackageVersion, cause: String) -> Self {
        Self {
            source: Source::Registry,
            package: Some(package.clone()),
            version: None,
            status: Status::Unknown,
            undetermined: Some(cause),
            builds: Vec::new(),
            publisher: None,
            slsa_build_level: None,
            artifacts: BTreeMap::new(),
            declared: None,
            locked: None,
        }
    }

    fn of(source: Source, spec: &SpecPackage, observed: &Observed) -> Self {
        Self::observed(source, &spec.package, observed)
    }

    fn observed(source: Source, package: &PackageVersion, observed: &Observed) -> Self {
        let unknown = observed.status == Status::Unknown;
        // What this program cannot know of any package is determined: it is the same on both sides.
        let supported = observed.limit != Limit::Unsupported;
        Self {
            source,
            version: Some(version(package)),
            package: Some(package.clone()),
            status: observed.status,
            undetermined: (unknown && supported).then(|| {
                let causes = crate::rules::causes(observed);
                causes.join("; ")
            }),
            builds: observed
                .builds
                .iter()
                .map(|build| Build::of(build.get()))
                .collect(),
            publisher: observed
                .publisher
                .as_ref()
                .map(|publisher| Arc::new(PublisherRecord::of(publisher.get()))),
            slsa_build_level: observed.slsa_build_level,
            artifacts: artifacts(observed),
            declared: None,
            locked: None,
        }
    }

    fn without(source: Source, spec: &SpecFile, status: Status) -> Self {
        Self {
            source,
            package: None,
            version: spec.version_text.clone(),
            status,
            undetermined: None,
            builds: Vec::new(),
            publisher: None,
            slsa_build_level: None,
            artifacts: BTreeMap::new(),
            declared: None,
            locked: None,
        }
    }

    /// Whether somebody's provenance was verified.
    pub(crate) const fn is_attested(&self) -> bool {
        matches!(self.status, Status::Verified | Status::Partial)
    }

    /// Whether a report shows it: a history that could not be looked at is nothing to show.
    pub fn is_shown(&self) -> bool {
        self.source != Source::Registry || self.undetermined.is_none()
    }

    /// As a report shows it.
    pub fn record(&self) -> BeforeRecord {
        BeforeRecord {
            source: self.source,
            version: self.version.clone(),
            status: self.status,
            publisher: self.publisher.clone(),
            digests: self
                .artifacts
                .iter()
                .filter_map(|(artifact, digest)| Some((artifact.clone(), digest.clone()?)))
                .collect(),
        }
    }

    /// Where it is from, as the end of a sentence.
    pub(crate) const fn place(&self) -> &'static str {
        match self.source {
            Source::Base => "on the base branch",
            Source::Baseline => "in the baseline report",
            Source::Registry => "in the registry",
        }
    }
}

fn accepted<'a>(package: &SpecPackage, observed: &'a Observed) -> &'a Observed {
    match package.declared.accepted_issuer() {
        Some(issuer) => observed.accepting(issuer),
        None => observed,
    }
}

/// The version as it was written.
fn version(package: &PackageVersion) -> String {
    match package {
        PackageVersion::Npm(package) => package.version.as_str().to_owned(),
        PackageVersion::Pypi(package) => package.version.written().to_owned(),
        PackageVersion::Go(package) => package.version.clone(),
    }
}

/// Each artifact with the digest that was verified of it, or nothing where no evidence of it verified.
pub(super) fn artifacts(observed: &Observed) -> BTreeMap<String, Option<String>> {
    let mut artifacts: BTreeMap<String, Option<String>> = BTreeMap::new();
    for evidence in &observed.evidence {
        let digest = match &evidence.outcome {
            Outcome::Verified(facts) => Some(facts.get().digest.to_string()),
            Outcome::Absent
            | Outcome::Invalid(_)
            | Outcome::Unknown(_)
            | Outcome::Unsupported(_) => None,
        };
        let known = artifacts.entry(evidence.artifact.clone()).or_default();
        if known.is_none() {
            *known = digest.filter(|digest| !digest.is_empty());
        }
    }
    artifacts
}

#[cfg(test)]
mod tests {
    use super::*;
    use package_provenance::package::GoPackage;

    #[test]
    fn another_major_version_of_a_go_module_is_the_same_package() {
        let key = |path: &str, version: &str| {
            Key::of(&PackageVersion::Go(
                GoPackage::parse(path, version).unwrap(),
            ))
        };
        let plain = key("example.com/acme/widget", "v1.2.3");
        assert_eq!(plain, key("example.com/acme/widget/v2", "v2.0.0"));
        assert_eq!(plain, key("example.com/acme/widget/v10", "v10.1.0"));
        assert_eq!(
            key("gopkg.in/yaml.v2", "v2.4.0"),
            key("gopkg.in/yaml.v3", "v3.0.1")
        );
        // Other packages, also one whose folder only looks like a major version.
        assert_ne!(plain, key("example.com/acme/gadget/v2", "v2.0.0"));
        assert_ne!(plain, key("example.com/acme/widget/v3", "v1.2.3"));
        assert_ne!(
            key("gopkg.in/yaml.v2", "v2.4.0"),
            key("gopkg.in/yamI.v3", "v3.0.1")
        );
        // An owner and a repository that look like one.
        assert_ne!(
            key("github.com/v2/widget", "v2.0.0+incompatible"),
            key("github.com/v3/widget", "v3.0.0+incompatible")
        );
        assert_ne!(
            key("github.com/acme/v2", "v2.0.0"),
            key("github.com/acme/v3", "v3.0.0")
        );
    }
}
