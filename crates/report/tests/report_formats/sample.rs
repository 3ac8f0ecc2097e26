//! One report that goes through every renderer.

use std::sync::Arc;

use dockyard_report::finding::Location;
use dockyard_report::finding::Span;
use dockyard_report::finding::{Draft, RuleId};
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::{
    EvidenceOrigin, EvidenceOutcome, EvidenceRecord, Gate, Links, OverrideRecord, OverrideStatus,
    PublisherRecord, Report, SpecReport, TrustOrigin, TrustRecord,
};
use package_provenance::identity::PublisherKind;
use package_provenance::verify::{EvidenceKind, Limit, Status};

/// Everything that a terminal or a CI runner could be made to do with a name.
pub(crate) const HOSTILE: &str =
    "evil\u{1b}[2J\n::set-output name=x::y\r##[error]\u{202e}txt\u{200b}\u{9b}31m";

pub(crate) fn evidence(
    kind: EvidenceKind,
    outcome: EvidenceOutcome,
    reason: Option<&str>,
) -> EvidenceRecord {
    let verified = outcome == EvidenceOutcome::Verified;
    let provenance = verified && kind == EvidenceKind::SlsaProvenance;
    EvidenceRecord {
        kind,
        artifact: "widget@1.2.3".to_owned(),
        digest: verified.then(|| format!("sha512:{}", "ab".repeat(64)).into()),
        outcome,
        reason: reason.map(str::to_owned),
        predicate_type: provenance.then(|| "https://slsa.dev/provenance/v1".into()),
        attestation_digest: provenance.then(|| format!("sha256:{}", "cd".repeat(32))),
        logged_at: verified.then(|| "2026-10-01T12:00:00Z".to_owned()),
        log_index: verified.then_some(123_456_789),
        note: None,
        publisher: provenance.then(publisher),
        source: None,
    }
}

pub(crate) fn publisher() -> Arc<PublisherRecord> {
    Arc::new(PublisherRecord {
        kind: PublisherKind::GitHub,
        repository: Some("https://github.com/acme/widget".to_owned()),
        workflow: Some(".github/workflows/release.yml".to_owned()),
        git_ref: Some("refs/tags/v1.2.3".to_owned()),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        issuer: "https://token.actions.githubusercontent.com".to_owned(),
        runner_environment: Some("github-hosted".to_owned()),
        trigger: Some("push".to_owned()),
        repository_id: Some("1234".to_owned()),
        owner_id: Some("56".to_owned()),
        run_url: Some("https://github.com/acme/widget/actions/runs/1/attempts/1".to_owned()),
        subject: "https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1.2.3"
            .to_owned(),
    })
}

pub(crate) fn draft(rule: RuleId, line: usize, route: &str, message: &str, help: &str) -> Draft {
    Draft {
        rule,
        route: route.to_owned(),
        span: Span {
            start_line: line,
            start_column: 3,
            end_line: line,
            end_column: 10,
        },
        message: message.to_owned(),
        help: help.to_owned(),
    }
}

pub(crate) fn spec(policy: &Policy, path: &str, status: Status, drafts: &[Draft]) -> SpecReport {
    SpecReport {
        before: None,
        worse: Vec::new(),
        path: path.to_owned(),
        protocol: path.split('/').next().unwrap_or_default().to_owned(),
        package: Some("widget".to_owned()),
        version: Some("1.2.3".to_owned()),
        claimed: false,
        status,
        publisher: None,
        slsa_build_level: None,
        evidence: Vec::new(),
        overrides: Vec::new(),
        findings: policy.findings(path, Some("widget"), drafts),
        limit: Limit::Outside,
        requirements: Vec::new(),
        identity: None,
    }
}

/// An override in the spec at `path`, at the place of a [`draft`] about line 8.
pub(crate) fn overridden(
    path: &str,
    package: &str,
    version: Option<&str>,
    status: OverrideStatus,
) -> OverrideRecord {
    OverrideRecord {
        package: package.to_owned(),
        version: version.map(str::to_owned),
        status,
        publisher: None,
        evidence: Vec::new(),
        location: Location {
            path: path.to_owned(),
            start_line: 8,
            start_column: 3,
            end_line: 8,
            end_column: 10,
        },
    }
}

pub(crate) fn report(policy: &Policy, changes: &[&str], specs: Vec<SpecReport>) -> Report {
    let gate = Gate {
        fail_on: policy.fail_on,
        fail_on_unknown: policy.fail_on_unknown,
        config: (!changes.is_empty()).then(|| "dockyard-provenance.toml".to_owned()),
        base: None,
        evidence: EvidenceOrigin::Network,
        evidence_as_of: None,
        changes: changes.iter().map(|change| (*change).to_owned()).collect(),
        doubts: Vec::new(),
    };
    let trust = TrustRecord {
        source: TrustOrigin::Embedded,
        as_of: "2026-10-23".to_owned(),
        ..TrustRecord::default()
    };
    let mut report = Report::new(policy, trust, gate, specs);
    // Snapshots outlive releases.
    report.tool.version = "0.0.0";
    report
}

/// Everything that can be linked to.
pub(crate) fn links() -> Links {
    Links {
        server_url: Some("https://github.example".to_owned()),
        repository: Some("acme/catalog".to_owned()),
        head_sha: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        run_url: Some("https://github.example/acme/catalog/actions/runs/7".to_owned()),
        rules_url: Some("https://docs.example/rules.md".to_owned()),
        root_prefix: "catalog/".to_owned(),
    }
}

/// A good spec with all its facts.
pub(crate) fn good(policy: &Policy) -> SpecReport {
    use EvidenceOutcome::Verified;
    SpecReport {
        before: None,
        worse: Vec::new(),
        package: Some("@acme/widget".to_owned()),
        publisher: Some(publisher()),
        slsa_build_level: Some(2),
        evidence: vec![
            evidence(EvidenceKind::NpmRegistrySignature, Verified, None),
            evidence(EvidenceKind::NpmPublishAttestation, Verified, None),
            EvidenceRecord {
                note: Some("the log entry has the log's promise only".to_owned()),
                ..evidence(EvidenceKind::SlsaProvenance, Verified, None)
            },
        ],
        ..spec(policy, "npx/widget/spec.yaml", Status::Verified, &[])
    }
}

/// Most statuses, hostile text, and specs and findings in the wrong order.
pub(crate) fn sample(fail_on: FailOn) -> Report {
    let policy = Policy {
        fail_on,
        ..Policy::default()
    };
    let mismatch = [
        draft(
            RuleId::UndeclaredAttestations,
            12,
            "provenance",
            "the package has verified attestations that the spec does not declare",
            "add to the spec:\n  attestations:\n    available: true",
        ),
        draft(
            RuleId::PublisherRepositoryMismatch,
            9,
            "provenance.attestations.publisher.repository",
            "attested by acme/widget, declared as acne/widget",
            "compare both names letter by letter",
        ),
    ];
    let refused = [draft(
        RuleId::VerificationIncomplete,
        1,
        "spec.package",
        "https://pypi.org/simple/gadget/: the registry answered 403",
        "try again later",
    )];
    let broken = [draft(RuleId::SpecInvalid, 2, "spec", HOSTILE, HOSTILE)];
    let unproven = [draft(
        RuleId::NoProvenance,
        4,
        "spec.package",
        "nothing proves where widget 1.2.3 was built",
        "ask the project to publish with provenance",
    )];
    let mut wrong = good(&policy);
    "npx/acne/spec.yaml".clone_into(&mut wrong.path);
    wrong.findings = policy.findings(&wrong.path, Some("@acme/widget"), &mismatch);
    let mut unknown = spec(&policy, "uvx/gadget/spec.yaml", Status::Unknown, &refused);
    unknown.evidence = vec![evidence(
        EvidenceKind::PypiPublishAttestation,
        EvidenceOutcome::Unknown,
        Some("the registry answered 403"),
    )];
    let mut malformed = spec(&policy, "npx/broken/spec.yaml", Status::Malformed, &broken);
    malformed.package = Some(HOSTILE.to_owned());
    let mut skill = spec(&policy, "skills/x/spec.yaml", Status::NotApplicable, &[]);
    (skill.package, skill.version) = (None, None);
    let mut signed = spec(&policy, "npx/plain/spec.yaml", Status::Signed, &unproven);
    signed.evidence = vec![
        evidence(
            EvidenceKind::NpmRegistrySignature,
            EvidenceOutcome::Verified,
            None,
        ),
        evidence(EvidenceKind::SlsaProvenance, EvidenceOutcome::Absent, None),
    ];
    let changes: &[&str] = match fail_on {
        FailOn::Never => {
            &["fail-on is never (dockyard-provenance.toml): this run reports without failing"]
        }
        FailOn::Error | FailOn::Warning | FailOn::Note => &[],
    };
    let specs = vec![unknown, skill, good(&policy), wrong, malformed, signed];
    report(&policy, changes, specs)
}
