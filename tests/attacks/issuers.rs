//! Certificates of providers that this program does not know: they accuse nobody, and they clear nobody.
//! A spec may accept the issuer of an enterprise on GitHub, exactly that one.

use dockyard_report::policy::Policy;
use dockyard_report::report::SpecReport;
use dockyard_report::report::assemble::{AllObserved, Judging, spec_report};
use dockyard_report::spec::parse;
use jiff::Timestamp;
use package_provenance::package::{NpmName, NpmPackage, NpmVersion, PackageVersion};
use package_provenance::verify::{Limit, Observed, Status};
use serde_json::json;
use testkit::{GithubIdentity, GitlabIdentity, NpmDraft, NpmStyle};

use crate::support::{Lab, NAME, VERSION, assert_refused, assert_verified, npm_package};

const ENTERPRISE: &str = "https://token.actions.githubusercontent.com/acme-inc";

fn draft(lab: &Lab, issuer: &str, repository: &str) -> NpmDraft {
    let identity = GithubIdentity {
        issuer: issuer.into(),
        ..GithubIdentity::new(repository)
    };
    NpmDraft::new(&lab.world, NAME, VERSION, &identity, NpmStyle::Current)
}

/// The report on a spec with this `provenance`.
fn report(provenance: &str, observed: &Observed) -> SpecReport {
    let yaml = format!(
        "spec: {{package: {NAME:?}, version: {VERSION:?}}}\nprovenance: {{{provenance}}}\n"
    );
    let file = parse::parse("npx/widget/spec.yaml", yaml.as_bytes());
    assert!(file.problems.is_empty(), "{:?}", file.problems);
    let all: AllObserved = [(
        PackageVersion::Npm(npm_package()),
        Box::new(observed.clone()),
    )]
    .into();
    spec_report(&file, &all, Judging::by(&policy(), Timestamp::UNIX_EPOCH))
}

fn policy() -> Policy {
    Policy::default()
}

fn rules(report: &SpecReport) -> Vec<&'static str> {
    report
        .findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect()
}

fn publisher(kind: &str, repository: &str) -> String {
    format!(
        "attestations: {{available: true, publisher: {{kind: {kind}, repository: {repository}}}}}"
    )
}

#[test]
fn an_unknown_provider_is_neither_a_failure_nor_a_pass() {
    let lab = Lab::new();
    for issuer in [
        ENTERPRISE,
        "https://agent.buildkite.com",
        "https://gitlab.archlinux.org",
        "https://token.actions.githubusercontent.com/",
    ] {
        let observed = lab.npm_draft(&draft(&lab, issuer, "acme/widget"));
        let reason =
            format!("verified, but by a provider that this program does not know: `{issuer}`");
        assert_refused(issuer, &observed, Status::Unknown, &reason);
        assert_eq!(observed.limit, Limit::Unsupported, "{issuer}");
        assert!(observed.builds.is_empty(), "{issuer}");
        let report = report(&publisher("GitHub", "acme/widget"), &observed);
        assert!(
            rules(&report).contains(&"verification-incomplete"),
            "{issuer}"
        );
        assert!(!rules(&report).contains(&"attestation-invalid"), "{issuer}");
    }
}

/// What is known to be wrong stays so, whoever signed.
#[test]
fn an_unknown_provider_hides_nothing() {
    let lab = Lab::new();
    let mut other = draft(&lab, ENTERPRISE, "acme/widget");
    other.provenance().statement["subject"][0]["name"] = json!("pkg:npm/other@1.0.0");
    let observed = lab.npm_draft(&other);
    assert_refused(
        "of something else",
        &observed,
        Status::Invalid,
        "it is about",
    );

    let mut unlogged = draft(&lab, ENTERPRISE, "acme/widget");
    unlogged.provenance().log.key = testkit::rekor::LogKey::Impostor;
    let observed = lab.npm_draft(&unlogged);
    assert_refused("not logged", &observed, Status::Invalid, "promise");
}

#[test]
fn a_declared_kind_differs_only_where_it_cannot_be_true() {
    let lab = Lab::new();
    let mismatch = "publisher-kind-mismatch";
    for (issuer, kind, differs) in [
        ("https://agent.buildkite.com", "GitHub", true),
        ("https://agent.buildkite.com", "GitLab", true),
        (ENTERPRISE, "GitHub", false),
        (ENTERPRISE, "GitLab", true),
        ("https://gitlab.archlinux.org", "GitLab", false),
        ("https://gitlab.archlinux.org", "GitHub", true),
    ] {
        let observed = lab.npm_draft(&draft(&lab, issuer, "acme/widget"));
        let report = report(&publisher(kind, "acme/widget"), &observed);
        assert_eq!(report.status, Status::Unknown, "{issuer} {kind}");
        assert_eq!(
            rules(&report).contains(&mismatch),
            differs,
            "{issuer} {kind}"
        );
    }
}

#[test]
fn help_names_cert_issuer() {
    let lab = Lab::new();
    for (issuer, help) in [
        (
            ENTERPRISE,
            "declare `cert_issuer` as `https://token.actions.githubusercontent.com/acme-inc`",
        ),
        (
            "https://gitlab.archlinux.org",
            "`cert_issuer` cannot accept it",
        ),
    ] {
        let observed = lab.npm_draft(&draft(&lab, issuer, "acme/widget"));
        let report = report("", &observed);
        let finding = report
            .findings
            .iter()
            .find(|finding| finding.rule.as_str() == "verification-incomplete")
            .unwrap();
        assert!(finding.help.contains(help), "{}", finding.help);
        assert!(finding.help.contains("another run will say the same"));
    }
}

#[test]
fn an_enterprise_is_accepted_by_its_exact_issuer_beside_a_pinned_publisher() {
    let lab = Lab::new();
    let observed = lab.npm_draft(&draft(&lab, ENTERPRISE, "acme/widget"));
    let pinned = publisher("GitHub", "acme/widget");
    let subject = "signer_identity: https://github.com/acme/widget/.github/workflows/release.yml";
    for accepted in [
        format!("cert_issuer: {ENTERPRISE:?}, {pinned}"),
        format!("cert_issuer: {ENTERPRISE:?}, {subject}"),
    ] {
        let report = report(&accepted, &observed);
        assert_eq!(report.status, Status::Verified, "{accepted}");
        assert_eq!(rules(&report), [""; 0], "{accepted}");
        let publisher = report.publisher.unwrap();
        assert_eq!(publisher.issuer, ENTERPRISE);
        assert_eq!(
            publisher.repository.as_deref(),
            Some("https://github.com/acme/widget")
        );
    }
    for other in [
        // Nothing that pins: every project of the enterprise would do.
        format!("cert_issuer: {ENTERPRISE:?}"),
        format!("cert_issuer: {ENTERPRISE:?}, attestations: {{available: true}}"),
        format!("cert_issuer: {ENTERPRISE:?}, signer_identity: .github/workflows/release.yml"),
        // Almost the issuer.
        format!("cert_issuer: \"{ENTERPRISE}/\", {pinned}"),
        format!("cert_issuer: \"{ENTERPRISE}x\", {pinned}"),
        format!("cert_issuer: \" {ENTERPRISE}\", {pinned}"),
        format!("cert_issuer: {:?}, {pinned}", ENTERPRISE.to_uppercase()),
        format!("cert_issuer: \"https://token.actions.githubusercontent.com\", {pinned}"),
        pinned,
    ] {
        let report = report(&other, &observed);
        assert_eq!(report.status, Status::Unknown, "{other}");
        assert!(report.publisher.is_none(), "{other}");
    }
}

/// An accepted issuer accepts no other project, no other kind and nothing that fails.
#[test]
fn an_accepted_issuer_clears_nothing_else() {
    let lab = Lab::new();
    let accepts = |issuer: &str, rest: &str| format!("cert_issuer: {issuer:?}, {rest}");
    let pinned = publisher("GitHub", "acme/widget");

    let stranger = lab.npm_draft(&draft(&lab, ENTERPRISE, "acme/evil"));
    let of_stranger = report(&accepts(ENTERPRISE, &pinned), &stranger);
    assert!(rules(&of_stranger).contains(&"publisher-repository-mismatch"));

    let mut lying = draft(&lab, ENTERPRISE, "acme/widget");
    lying.provenance().statement["predicate"]["buildDefinition"]["internalParameters"]["github"]
        ["event_name"] = json!("release");
    let lying = lab.npm_draft(&lying);
    let report_of_lie = report(&accepts(ENTERPRISE, &pinned), &lying);
    assert_eq!(report_of_lie.status, Status::Invalid);
    assert!(rules(&report_of_lie).contains(&"attestation-invalid"));

    let mut elsewhere = draft(&lab, ENTERPRISE, "acme/widget");
    elsewhere
        .provenance()
        .leaf()
        .identity
        .remove(5)
        .set(12, "https://git.acme.example/acme/widget");
    let elsewhere = lab.npm_draft(&elsewhere);
    let report_of_host = report(&accepts(ENTERPRISE, &pinned), &elsewhere);
    assert_eq!(
        report_of_host.status,
        Status::Invalid,
        "not on GitHub's host"
    );

    for issuer in [
        "https://gitlab.archlinux.org",
        "https://agent.buildkite.com",
    ] {
        let identity = GitlabIdentity {
            issuer: issuer.into(),
            ..GitlabIdentity::default()
        };
        let unknown = lab.npm_draft(&NpmDraft::gitlab(&lab.world, NAME, VERSION, &identity));
        let declared = accepts(issuer, &publisher("GitLab", "acme/tools/widget"));
        assert_eq!(
            report(&declared, &unknown).status,
            Status::Unknown,
            "{issuer}"
        );
    }

    let known = lab.npm_draft(&lab.draft());
    assert_verified("GitHub's own", &known);
    let report_of_known = report(&accepts(ENTERPRISE, &pinned), &known);
    assert!(rules(&report_of_known).contains(&"publisher-kind-mismatch"));
}

/// The upload of alerts is held back only for what may be gone the next time.
#[test]
fn what_may_be_gone_the_next_time_counts_before_what_is_not_known() {
    let lab = Lab::new();
    let mut release = lab
        .world
        .npm_release(&draft(&lab, ENTERPRISE, "acme/widget"));
    let pinned = publisher("GitHub", "acme/widget");
    let alone = lab.npm(&release);
    assert_eq!(report(&pinned, &alone).limit, Limit::Unsupported);

    release.attestations["attestations"]
        .as_array_mut()
        .unwrap()
        .retain(|one| one["predicateType"] == testkit::predicate::SLSA_V1);
    let mixed = lab.npm(&release);
    assert_refused("one kind", &mixed, Status::Unknown, "does not know");
    assert_eq!(mixed.limit, Limit::Outside);
    let accepted = format!("cert_issuer: {ENTERPRISE:?}, {pinned}");
    assert_eq!(report(&accepted, &mixed).status, Status::Unknown);
    assert_eq!(report(&accepted, &mixed).limit, Limit::Outside);
}

/// An override's publisher is nobody's declaration, so the issuer that the spec accepts is not accepted
/// there; and the two together are held back for the one that may be gone the next time.
#[test]
fn an_accepted_issuer_is_not_accepted_of_overrides() {
    let lab = Lab::new();
    let unknown = lab.npm_draft(&draft(&lab, ENTERPRISE, "acme/widget"));
    let yaml = format!(
        "metadata: {{name: w, protocol: npx}}\nspec:\n  package: {NAME:?}\n  version: {VERSION:?}\n  overrides: [{{package: \"@acme/dependency\", version: \"1.0.0\", reason: x}}]\nprovenance: {{cert_issuer: {ENTERPRISE:?}, {}}}\n",
        publisher("GitHub", "acme/widget")
    );
    let file = parse::parse("npx/widget/spec.yaml", yaml.as_bytes());
    assert!(file.problems.is_empty(), "{:?}", file.problems);
    let package = PackageVersion::Npm(npm_package());
    let dependency = PackageVersion::Npm(NpmPackage {
        name: NpmName::parse("@acme/dependency").unwrap(),
        version: NpmVersion::parse("1.0.0").unwrap(),
    });
    let judged = |dependency_observed: Observed| {
        let all: AllObserved = [
            (package.clone(), Box::new(unknown.clone())),
            (dependency.clone(), Box::new(dependency_observed)),
        ]
        .into();
        spec_report(
            &file,
            &all,
            Judging::by(&Policy::default(), Timestamp::UNIX_EPOCH),
        )
    };
    let report = judged(unknown.clone());
    assert_eq!(report.status, Status::Verified);
    assert_eq!(report.limit, Limit::Unsupported);
    assert!(rules(&report).contains(&"verification-incomplete"));
    let report = judged(Observed::undetermined("the registry is failing"));
    assert_eq!(report.limit, Limit::Outside);
}

/// An enterprise with an issuer of its own may have a registry of its own, which need not sign.
#[test]
fn a_registry_that_nobody_said_signs_is_not_asked_for_signatures() {
    let lab = Lab::new();
    let mut draft = draft(&lab, ENTERPRISE, "acme/widget");
    draft.signing_keys.clear();
    let accepting = format!(
        "cert_issuer: \"{ENTERPRISE}\", {}",
        publisher("GitHub", "acme/widget")
    );
    for (keyless, missing) in [(true, false), (false, true)] {
        let mut observed = lab.npm_draft(&draft);
        observed.mark_keyless(keyless);
        let report = report(&accepting, &observed);
        assert_eq!(report.status, Status::Verified, "{keyless}");
        let told = rules(&report).contains(&"registry-signature-missing");
        assert_eq!(told, missing, "{keyless}: {:?}", rules(&report));
    }
}
