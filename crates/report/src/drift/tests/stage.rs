//! A virtual Sigstore, specs, and what is said of them.

use crate::drift::{Baseline, Memory};
use crate::policy::{FailOn, Policy};
use crate::report::assemble::{AllObserved, Judging, spec_report_since};
use crate::report::{EvidenceOrigin, Gate, Report, SpecReport, TrustRecord, json};
use crate::spec::{SpecFile, Subject, parse};
use package_provenance::evidence::{Fetched, NpmRaw, RawEvidence};
use package_provenance::trust::{TrustDocument, TrustMaterial, TrustSource};
use package_provenance::verify::{Observed, verify};
use testkit::{GithubIdentity, NpmDraft, NpmStyle, World};

pub(super) struct Stage {
    pub(super) world: World,
    pub(super) trust: TrustMaterial,
}

/// What a registry has of the package that a spec pins.
pub(super) enum Release {
    /// Built by this job.
    Built(Box<GithubIdentity>),
    /// Signed by the registry alone.
    Signed,
    /// Not there.
    Missing,
    /// The registry does not answer.
    Silent,
}

impl Stage {
    pub(super) fn new() -> Self {
        let world = World::new();
        let (root, keys) = (world.trusted_root_json(), world.npm_keys_json());
        let document = |name, json| TrustDocument { name, json };
        let trust = TrustMaterial::new(
            document("trusted root", root.as_bytes()),
            document("npm keys", keys.as_bytes()),
            TrustSource::File,
        );
        Self {
            trust: trust.unwrap(),
            world,
        }
    }

    pub(super) fn npm(&self, file: &SpecFile, release: &Release) -> AllObserved {
        let Subject::Package(spec) = &file.subject else {
            return AllObserved::new();
        };
        let (name, version) = (
            file.package_text.as_deref().unwrap(),
            file.version_text.as_deref().unwrap(),
        );
        let draft = match release {
            Release::Built(identity) => {
                NpmDraft::new(&self.world, name, version, identity, NpmStyle::Current)
            }
            Release::Signed => NpmDraft::signed_only(&self.world, name, version),
            Release::Missing => {
                return [(spec.package.clone(), Box::new(self.missing(spec)))].into();
            }
            Release::Silent => {
                let observed = Observed::undetermined("the registry answered 503");
                return [(spec.package.clone(), Box::new(observed))].into();
            }
        };
        let release = self.world.npm_release(&draft);
        let raw = RawEvidence::Npm(NpmRaw {
            manifest: found(&release.manifest),
            attestations: found(&release.attestations),
            packument: None,
        });
        let observed = verify(&spec.package, &raw, &self.trust, self.world.now);
        [(spec.package.clone(), Box::new(observed))].into()
    }

    pub(super) fn missing(&self, spec: &crate::spec::SpecPackage) -> Observed {
        let raw = RawEvidence::Npm(NpmRaw {
            manifest: Fetched::Missing,
            attestations: Fetched::Missing,
            packument: Some(Fetched::Missing),
        });
        verify(&spec.package, &raw, &self.trust, self.world.now)
    }

    /// The report on `after`, where `before` is what the base has.
    pub(super) fn since_base(&self, before: &Spec, after: &Spec) -> SpecReport {
        let (old, new) = (before.file(), after.file());
        let observed = self.npm(&old, &before.release);
        let memory = Memory::base(&old, observed.values().next().map(AsRef::as_ref));
        let all = self.npm(&new, &after.release);
        spec_report_since(
            &new,
            &all,
            Judging::by(&Policy::default(), jiff::Timestamp::UNIX_EPOCH),
            &[memory],
        )
    }

    /// The same, where `before` is in an earlier report.
    pub(super) fn since_baseline(&self, before: &Spec, after: &Spec) -> SpecReport {
        let old = before.file();
        let observed = self.npm(&old, &before.release);
        let report = spec_report_since(
            &old,
            &observed,
            Judging::by(&Policy::default(), jiff::Timestamp::UNIX_EPOCH),
            &[],
        );
        let baseline = Baseline::read(written(report).as_bytes()).unwrap();
        let new = after.file();
        let all = self.npm(&new, &after.release);
        let memories: Vec<Memory> = baseline.of(&new.path).cloned().into_iter().collect();
        spec_report_since(
            &new,
            &all,
            Judging::by(&Policy::default(), jiff::Timestamp::UNIX_EPOCH),
            &memories,
        )
    }
}

pub(super) fn found(document: &serde_json::Value) -> Fetched {
    if document.is_null() {
        return Fetched::Missing;
    }
    Fetched::Found(document.to_string().into_bytes().into())
}

/// A report on one spec, as it is written to a file.
pub(super) fn written(spec: SpecReport) -> String {
    let gate = Gate {
        fail_on: FailOn::Error,
        fail_on_unknown: true,
        config: None,
        base: None,
        evidence: EvidenceOrigin::Network,
        evidence_as_of: None,
        changes: Vec::new(),
        doubts: Vec::new(),
    };
    let report = Report::new(&Policy::default(), TrustRecord::default(), gate, vec![spec]);
    json::render(&report).unwrap()
}

pub(super) struct Spec {
    pub(super) package: &'static str,
    pub(super) version: &'static str,
    pub(super) declared: String,
    pub(super) release: Release,
}

impl Spec {
    pub(super) fn new(
        version: &'static str,
        declared: impl Into<String>,
        release: Release,
    ) -> Self {
        Self {
            package: "@acme/widget",
            version,
            declared: declared.into(),
            release,
        }
    }

    pub(super) fn of(self, package: &'static str) -> Self {
        Self { package, ..self }
    }

    pub(super) fn file(&self) -> SpecFile {
        let Self {
            package,
            version,
            declared,
            ..
        } = self;
        let yaml = format!(
            "metadata: {{name: widget, protocol: npx}}\nspec:\n  package: {package:?}\n  version: {version:?}\n{declared}"
        );
        let file = parse::parse("npx/widget/spec.yaml", yaml.as_bytes());
        assert_eq!(file.problems, [], "{yaml}");
        file
    }
}

/// A declared publisher, with more keys.
pub(super) fn declared(repository: &str, more: &str) -> String {
    format!(
        "provenance:\n  attestations:\n    available: true\n    publisher:\n      kind: GitHub\n      repository: {repository}\n{more}"
    )
}

pub(super) fn acme() -> GithubIdentity {
    GithubIdentity::new("acme/widget")
}

pub(super) fn mallory() -> GithubIdentity {
    GithubIdentity {
        repository_id: "999".into(),
        owner_id: "998".into(),
        ..GithubIdentity::new("mallory/widget")
    }
}

pub(super) fn built(identity: GithubIdentity) -> Release {
    Release::Built(Box::new(identity))
}

pub(super) fn rules(report: &SpecReport) -> Vec<&'static str> {
    let findings = report.findings.iter();
    let mut rules: Vec<&str> = findings
        .map(|finding| finding.rule.as_str())
        // What is said of the version alone, with or without a memory.
        .filter(|rule| !["no-provenance", "undeclared-attestations"].contains(rule))
        .collect();
    rules.sort_unstable();
    rules
}
