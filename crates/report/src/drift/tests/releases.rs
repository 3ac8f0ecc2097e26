//! An earlier report: the files of a release, and reports that are none.

use std::collections::BTreeMap;

use super::stage::{Spec, Stage, acme, built, found, mallory, rules, written};
use crate::drift::{Baseline, Memory};
use crate::policy::Policy;
use crate::report::SpecReport;
use crate::report::assemble::{AllObserved, Judging, spec_report_since};
use crate::spec::{Subject, parse};
use package_provenance::evidence::{PypiRaw, RawEvidence};
use package_provenance::verify::{Observed, Status, verify};
use testkit::{PypiDraft, PypiFile, PypiPublisher};

fn loudness(report: &SpecReport) -> &'static str {
    let mut findings = report.findings.iter();
    let changed = findings.find(|finding| finding.rule.as_str() == "digest-changed");
    changed.unwrap().severity.as_str()
}

/// A `PyPI` release with these files, as it was and as it is.
fn pypi(stage: &Stage, before: &[PypiFile], after: &[PypiFile]) -> SpecReport {
    let yaml =
        "metadata: {name: widget, protocol: uvx}\nspec: {package: widget, version: \"1.2.3\"}\n";
    let file = parse::parse("uvx/widget/spec.yaml", yaml.as_bytes());
    let Subject::Package(spec) = &file.subject else {
        panic!("{:?}", file.problems)
    };
    let observe = |files: &[PypiFile]| -> AllObserved {
        let draft = PypiDraft {
            name: "widget".to_owned(),
            version: "1.2.3".to_owned(),
            files: files.to_vec(),
        };
        let release = stage.world.pypi_release_of(&draft);
        let provenance = release.provenance.iter();
        let raw = RawEvidence::Pypi(PypiRaw {
            index: found(&release.index),
            provenance: provenance
                .map(|(name, document)| (name.clone(), found(document)))
                .collect(),
            asked: BTreeMap::new(),
        });
        let observed = verify(&spec.package, &raw, &stage.trust, stage.world.now);
        [(spec.package.clone(), Box::new(observed))].into()
    };
    let report = spec_report_since(
        &file,
        &observe(before),
        Judging::by(&Policy::default(), jiff::Timestamp::UNIX_EPOCH),
        &[],
    );
    let baseline = Baseline::read(written(report).as_bytes()).unwrap();
    let memories: Vec<Memory> = baseline.of(&file.path).cloned().into_iter().collect();
    spec_report_since(
        &file,
        &observe(after),
        Judging::by(&Policy::default(), jiff::Timestamp::UNIX_EPOCH),
        &memories,
    )
}

#[test]
fn files_that_are_added_or_exchanged() {
    let stage = Stage::new();
    let github = PypiPublisher::Github(acme());
    let published = |name: &str| PypiFile::published(&stage.world, name, &github);
    let (sdist, wheel, late) = (
        published("widget-1.2.3.tar.gz"),
        published("widget-1.2.3-py3-none-any.whl"),
        published("widget-1.2.3-cp313-cp313-win_amd64.whl"),
    );
    let before = [sdist.clone(), wheel.clone()];
    let same = pypi(&stage, &before, &before);
    assert_eq!(rules(&same), [""; 0]);
    // The publisher adds a wheel.
    let added = pypi(
        &stage,
        &before,
        &[sdist.clone(), wheel.clone(), late.clone()],
    );
    assert_eq!(rules(&added), ["digest-changed"]);
    assert_eq!(loudness(&added), "note");
    assert!(added.worse.is_empty());
    // A thief does.
    let stranger = PypiFile::unattested(&late.filename);
    let stolen = pypi(&stage, &before, &[sdist.clone(), wheel.clone(), stranger]);
    assert_eq!(
        rules(&stolen),
        ["digest-changed", "partial-attestations"],
        "{stolen:#?}"
    );
    let other = PypiFile::published(
        &stage.world,
        &late.filename,
        &PypiPublisher::Github(mallory()),
    );
    let foreign = pypi(&stage, &before, &[sdist.clone(), wheel.clone(), other]);
    assert_eq!(
        rules(&foreign),
        [
            "digest-changed",
            "partial-attestations",
            "publisher-changed"
        ]
    );
    // The content of a file is exchanged.
    let mut exchanged = PypiFile::unattested(&wheel.filename);
    exchanged.sha256 = vec![7; 32];
    let statement = testkit::predicate::pypi_publish(&exchanged.subject());
    let mut signed = wheel.clone();
    signed.sha256.clone_from(&exchanged.sha256);
    signed.attestation().statement = statement;
    let exchanged = pypi(&stage, &before, &[sdist, signed]);
    assert_eq!(rules(&exchanged), ["digest-changed"], "{exchanged:#?}");
    assert_eq!(loudness(&exchanged), "error");
}

/// A skill of an earlier report is no package, and nothing is compared with it.
#[test]
fn a_report_with_a_skill_is_a_baseline() {
    let yaml = format!(
        "metadata:\n  name: a\nspec:\n  repository: https://github.com/acme/skills\n  ref: {}\n  path: skills/one\n",
        "a".repeat(40)
    );
    let file = parse::parse("skills/a/spec.yaml", yaml.as_bytes());
    let Subject::Skill(skill) = &file.subject else {
        panic!("{:?}", file.problems)
    };
    let policy = Policy::default();
    let judging = Judging::by(&policy, jiff::Timestamp::UNIX_EPOCH);
    for observed in [
        Observed::undetermined("the forge answered 503"),
        Observed {
            status: Status::Pinned,
            ..Observed::undetermined("")
        },
    ] {
        let all = [(skill.folder.clone(), observed)].into();
        let report = written(crate::report::skill::report(&file, skill, &all, judging));
        let baseline = Baseline::read(report.as_bytes()).unwrap();
        let memory = baseline.of(&file.path).unwrap();
        assert_eq!((&memory.package, &memory.undetermined), (&None, &None));
    }
}

#[test]
fn a_report_that_is_none_is_refused() {
    let stage = Stage::new();
    let spec = Spec::new("1.2.3", "", built(acme()));
    let file = spec.file();
    let observed = stage.npm(&file, &spec.release);
    let report = spec_report_since(
        &file,
        &observed,
        Judging::by(&Policy::default(), jiff::Timestamp::UNIX_EPOCH),
        &[],
    );
    let honest = written(report);
    assert_eq!(Baseline::read(honest.as_bytes()).unwrap().len(), 1);
    for (from, to, problem) in [
        (
            "\"schema_version\": 1",
            "\"schema_version\": 2",
            "version is 2",
        ),
        (
            "\"status\": \"verified\"",
            "\"status\": \"fine\"",
            "unknown word",
        ),
        (
            "\"outcome\": \"verified\"",
            "\"outcome\": \"ok\"",
            "unknown word",
        ),
        (
            "\"kind\": \"GitHub\"",
            "\"kind\": \"Forge\"",
            "unknown word",
        ),
        (
            "\"digest\": \"sha512:",
            "\"digest\": \"sha512:X",
            "a digest",
        ),
        ("npx/widget/spec.yaml", "../widget/spec.yaml", "no path"),
        (
            "\"version\": \"1.2.3\"",
            "\"version\": \"latest\"",
            "names no package",
        ),
        (
            "\"protocol\": \"npx\"",
            "\"protocol\": \"deno\"",
            "names no package",
        ),
        (
            "https://github.com/acme/widget\"",
            "https://github.com.evil.example/acme/widget\"",
            "is not on the host",
        ),
        (
            "\"slsa_build_level\": 2",
            "\"slsa_build_level\": 9",
            "level 9",
        ),
        ("\"specs\": [", "\"specs\": 7, \"x\": [", "not a report"),
    ] {
        assert!(honest.contains(from), "{from}");
        let changed = honest.replace(from, to);
        let error = Baseline::read(changed.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(problem), "{from}: {error}");
    }
    assert!(Baseline::read(b"").is_err());
}
