//! What a shard's report says of a spec, held against the spec as it is here.

use crate::drift::worse::Worsening;
use crate::finding::{Finding, RuleId, Severity};
use crate::policy::{Policy, location};
use crate::report::{EvidenceOutcome, SpecReport};
use crate::spec::{SpecFile, Subject};
use package_provenance::verify::Status;
use untrusted_text::quoted;

/// Whether `told` is about `spec` as it is here, by a policy as here.
pub(super) fn same(told: &SpecReport, spec: &SpecFile, policy: &Policy) -> Result<(), String> {
    let (package, version) = match &spec.subject {
        Subject::Skill(skill) => (
            Some(skill.folder.repository.path().to_owned()),
            Some(skill.folder.commit.to_string()),
        ),
        Subject::Package(_) | Subject::Unusable => {
            (spec.package_text.clone(), spec.version_text.clone())
        }
    };
    let here = (spec.protocol.as_str(), &package, &version, spec.claimed);
    if here
        != (
            told.protocol.as_str(),
            &told.package,
            &told.version,
            told.claimed,
        )
    {
        let path = quoted(&told.path);
        return Err(format!(
            "what it says that {path} pins or claims is not what is there"
        ));
    }
    // What is wrong with the file itself is known here.
    let left_out = spec.problems.iter().find(|draft| {
        let place = location(&spec.path, draft.span);
        let mut findings = told.findings.iter();
        !findings.any(|finding| finding.rule == draft.rule && finding.location == place)
    });
    if let Some(draft) = left_out {
        let path = quoted(&told.path);
        return Err(format!("it leaves out that {path} has a `{}`", draft.rule));
    }
    let has = |outcome| told.evidence.iter().any(|one| one.outcome == outcome);
    let shown = told.publisher.is_some() && has(EvidenceOutcome::Verified);
    if told.status == Status::Verified && (!shown || has(EvidenceOutcome::Invalid)) {
        let path = quoted(&told.path);
        return Err(format!("it calls {path} verified, and its evidence is not"));
    }
    // What became worse is weighed by how it did; nothing else weighs less than the policy says, but for what a
    // scan itself tells as a note.
    let lowered = told.findings.iter().find(|finding| {
        let of_drift = Worsening::of_rule(finding.rule).is_some();
        let lower = finding.severity < policy.severity(finding.rule);
        !of_drift && lower && !may_be_note(told, finding, policy)
    });
    if let Some(finding) = lowered {
        return Err(format!(
            "{}: `{}` is a {} there, and the configuration says {}",
            quoted(&told.path),
            finding.rule,
            finding.severity,
            policy.severity(finding.rule)
        ));
    }
    let elsewhere = told.findings.iter().map(|finding| &finding.location);
    let overrides = told.overrides.iter().map(|one| &one.location);
    if elsewhere
        .chain(overrides)
        .any(|place| place.path != told.path)
    {
        return Err(format!(
            "it says of {} what is about another file",
            quoted(&told.path)
        ));
    }
    Ok(())
}

/// Whether a scan tells `finding` as a note, whatever the policy says of its rule: a file that the same publisher
/// added, and what is not known of the registry's history and of binaries for each platform.
fn may_be_note(told: &SpecReport, finding: &Finding, policy: &Policy) -> bool {
    if finding.severity != Severity::Note {
        return false;
    }
    if finding.rule != RuleId::DigestChanged {
        return matches!(
            finding.rule,
            RuleId::UnattestedPlatformPackage | RuleId::ProvenanceDroppedUpstream
        );
    }
    let mut worse = told.worse.iter();
    let is_changed = worse.any(|it| it.what == Worsening::ContentChanged);
    let loud = |other: &Finding| {
        other.rule == finding.rule && other.severity >= policy.severity(other.rule)
    };
    !is_changed || told.findings.iter().any(loud)
}
