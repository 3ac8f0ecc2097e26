//! One spec, told in words: what was looked for, what was found, and what to do.

use super::attributed::Author;
use super::lines::{Lines, NOT_LOOKED_AT};
use super::names::override_name;
use super::style::word;
use super::table::package;
use super::{EvidenceRecord, PublisherRecord, Report, SpecReport};
use crate::finding::{Finding, RuleId, Severity};
use package_provenance::verify::{EvidenceKind, Status};

/// Tells the result of `spec`. `verbose` adds predicate types, digests, log entries and the
/// publisher's run and numbers.
pub fn render(spec: &SpecReport, report: &Report, verbose: bool) -> String {
    let mut lines = Lines::new(false);
    lines.line(0, &format!("Spec:    {}", spec.path));
    lines.line(0, &format!("Package: {}", package(spec)));
    lines.line(0, &format!("Looked for: {}", looked_for(spec)));
    lines.gap();
    lines.line(0, "Checks:");
    if spec.evidence.is_empty() {
        lines.line(
            2,
            if spec.open_findings().next().is_none() {
                "none were made; the status below says why"
            } else {
                "none could be made; the findings below say why"
            },
        );
    }
    for record in &spec.evidence {
        check(&mut lines, record, verbose);
    }
    lines.gap();
    publisher(&mut lines, spec, verbose);
    overrides(&mut lines, spec, verbose);
    lines.gap();
    if spec.open_findings().next().is_none() {
        lines.line(0, "Findings: none");
    } else {
        lines.line(0, "Findings:");
        for finding in spec.open_findings() {
            lines.finding(2, finding);
        }
    }
    lines.gap();
    lines.accepted(report);
    lines.line(
        0,
        &format!(
            "Status: {}: {}{}",
            word(spec.status),
            meaning(spec),
            reservation(spec)
        ),
    );
    lines.context(report.into());
    lines.verdict(report.into());
    lines.finish()
}

/// A verified package need not be the one that is declared: said where it could be overlooked.
fn reservation(spec: &SpecReport) -> &'static str {
    let open = spec
        .open_findings()
        .any(|finding| finding.severity > Severity::Note);
    if open && spec.status == Status::Verified {
        "; that does not settle the findings above"
    } else {
        ""
    }
}

fn looked_for(spec: &SpecReport) -> &'static str {
    if spec.status == Status::Malformed {
        return "nothing, because the spec cannot be used as it is";
    }
    if spec.status == Status::NotApplicable {
        return "nothing, because the spec names no package of a registry";
    }
    match spec.protocol.as_str() {
        "npx" => "npm's registry signature, its publish attestation and SLSA provenance",
        "uvx" => "an attestation of every sdist and wheel of the release (PEP 740)",
        "go" => "evidence of where the package was built",
        _ => "the commit in the history of the declared branch, and the skill's file in it",
    }
}

fn check(lines: &mut Lines, record: &EvidenceRecord, verbose: bool) {
    let kind = kind(record.kind);
    let reason = record
        .reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(": {reason}"));
    lines.line(
        2,
        &format!(
            "{:<8} {kind} of {}{reason}",
            record.outcome, record.artifact
        ),
    );
    if let Some(note) = &record.note {
        lines.line(11, &format!("note: {note}"));
    }
    if !verbose {
        return;
    }
    let index = record.log_index.map(|index| index.to_string());
    for (label, value) in [
        ("predicate type", record.predicate_type.as_deref()),
        ("digest", record.digest.as_deref()),
        ("logged at", record.logged_at.as_deref()),
        ("log index", index.as_deref()),
    ] {
        fact(lines, 11, label, value);
    }
}

const fn kind(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::NpmRegistrySignature => "npm registry signature",
        EvidenceKind::NpmPublishAttestation => "npm publish attestation",
        EvidenceKind::SlsaProvenance => "SLSA provenance",
        EvidenceKind::PypiPublishAttestation => "PyPI publish attestation",
        EvidenceKind::GoChecksum => "Go checksum database record",
        EvidenceKind::GitCommit => "git commit",
    }
}

fn publisher(lines: &mut Lines, spec: &SpecReport, verbose: bool) {
    let Some(publisher) = &spec.publisher else {
        several(lines, spec);
        return;
    };
    lines.line(0, "Publisher, as the signing certificate says:");
    let PublisherRecord {
        kind,
        repository,
        workflow,
        git_ref,
        commit,
        issuer,
        runner_environment,
        trigger,
        repository_id,
        owner_id,
        run_url,
        subject,
    } = publisher.as_ref();
    lines.line(2, &format!("kind: {kind}"));
    fact(lines, 2, "repository", repository.as_deref());
    fact(lines, 2, "workflow", workflow.as_deref());
    fact(lines, 2, "ref", git_ref.as_deref());
    fact(lines, 2, "commit", commit.as_deref());
    fact(lines, 2, "runner", runner_environment.as_deref());
    if verbose || repository.is_none() {
        lines.line(2, &format!("subject: {subject}"));
    }
    if verbose {
        lines.line(2, &format!("issuer: {issuer}"));
        fact(lines, 2, "trigger", trigger.as_deref());
        fact(lines, 2, "repository id", repository_id.as_deref());
        fact(lines, 2, "owner id", owner_id.as_deref());
        fact(lines, 2, "run", run_url.as_deref());
    }
    if let Some(level) = spec.slsa_build_level {
        lines.line(2, &format!("SLSA build level: {level}"));
    }
}

/// Who signed what, where no one publisher can be told.
fn several(lines: &mut Lines, spec: &SpecReport) {
    let mut signed = spec
        .evidence
        .iter()
        .filter_map(|record| Some((record, record.publisher.as_ref()?)))
        .peekable();
    if signed.peek().is_none() {
        lines.line(0, "Publisher: not known; nothing verified names one");
        return;
    }
    lines.line(0, "Publishers, as the signing certificates say:");
    for (record, publisher) in signed {
        let repository = publisher.repository.as_ref().unwrap_or(&publisher.subject);
        let workflow = publisher.workflow.as_ref();
        let workflow = workflow.map_or_else(String::new, |path| format!(", workflow {path}"));
        let kind = publisher.kind;
        lines.line(
            2,
            &format!("{}: {kind} {repository}{workflow}", record.artifact),
        );
    }
}

/// What is installed in place of dependencies.
fn overrides(lines: &mut Lines, spec: &SpecReport, verbose: bool) {
    if spec.overrides.is_empty() {
        return;
    }
    lines.gap();
    lines.line(
        0,
        "Overrides, which are installed in place of dependencies:",
    );
    for one in &spec.overrides {
        let name = override_name(spec, one);
        lines.line(
            2,
            &format!("{:<11} {name}", Author::ThisRun.override_status(one.status)),
        );
        if let Some(publisher) = &one.publisher {
            let source = publisher.repository.as_ref().unwrap_or(&publisher.subject);
            lines.line(14, &format!("built from {source}"));
        }
        if verbose {
            for record in &one.evidence {
                check(lines, record, verbose);
            }
        }
    }
    lines.line(2, NOT_LOOKED_AT);
}

fn fact(lines: &mut Lines, indent: usize, label: &str, value: Option<&str>) {
    if let Some(value) = value {
        lines.line(indent, &format!("{label}: {value}"));
    }
}

/// What a status says, in one sentence.
fn meaning(spec: &SpecReport) -> &'static str {
    let quarantined = |finding: &Finding| finding.rule == RuleId::QuarantinedProject;
    match spec.status {
        Status::Unknown if spec.open_findings().any(quarantined) => {
            "the registry has quarantined the project and withholds its files, so that nothing can be verified; not a pass"
        }
        Status::Verified => {
            "every required attestation verified, and the certificate names the publisher"
        }
        Status::Partial => {
            "some installable files of the release are attested, others are not, or their publishers differ"
        }
        Status::Signed => {
            "only the registry's signature verified: the content is what the registry published; where it was built is not proven"
        }
        Status::Pinned => {
            "the commit is in the history of the repository's own branch: the content is fixed; whether it is safe is not said"
        }
        Status::None => "the registry answered, and there is no evidence of where it was built",
        Status::Invalid => "evidence exists and fails verification: do not use this version",
        Status::NotFound => "the registry has no such package or version",
        Status::Unknown => "could not be determined, which is not a pass",
        Status::Malformed => "the spec cannot be used as it is",
        Status::NotApplicable => "the spec names no package of a registry",
    }
}
