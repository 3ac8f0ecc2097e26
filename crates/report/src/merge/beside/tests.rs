use toml::de::DeTable;

use super::*;
use crate::policy::{Policy, read};
use crate::report::RequirementRecord;
use crate::report::assemble::{AllObserved, Judging, spec_report};
use crate::spec::parse::parse;
use package_provenance::verify::{Observed, Status};

const SPEC: &str = "metadata: {name: a, protocol: npx}\nspec:\n  package: \"@acme/a\"\n  version: \"1.2.3\"\n  overrides:\n    - {package: undici, version: 6.28.0, reason: x}\n    - {package: sdk, version: ^1, reason: x}\n";

const POLICY: &str = "[[require]]\npaths = [\"npx/*/spec.yaml\"]\nevidence = \"verified\"\n\n[[require]]\npackages = [\"npm:@acme/*\"]\nevidence = \"signed\"\n\n[[require]]\npackages = [\"npm:@other/*\"]\nevidence = \"signed\"\n\n[[require]]\nnew = true\nevidence = \"verified\"\n";

fn policy() -> Policy {
    let table = DeTable::parse(POLICY).unwrap();
    let require = table.get_ref().get("require").unwrap();
    Policy {
        blocks: Blocks {
            file: "dockyard-provenance.toml".to_owned(),
            requirements: read::requirements(require, POLICY).unwrap(),
            exemptions: Vec::new(),
        },
        ..Policy::default()
    }
}

/// A spec, and what an honest shard says of it.
fn honest(policy: &Policy) -> (SpecFile, SpecReport) {
    let spec = parse("npx/a/spec.yaml", SPEC.as_bytes());
    let Subject::Package(package) = &spec.subject else {
        panic!("{:?}", spec.problems);
    };
    let unseen = || Observed::undetermined("it was not looked at");
    let packages = std::iter::once(&package.package).chain(package.pinned_overrides());
    let all: AllObserved = packages
        .map(|it| (it.clone(), Box::new(unseen())))
        .collect();
    let now = "2026-11-26T12:00:00Z".parse().unwrap();
    let told = spec_report(&spec, &all, Judging::by(policy, now));
    (spec, told)
}

type Change<'a> = (&'a str, &'a dyn Fn(&mut SpecReport));

#[test]
fn overrides_and_requirements_are_those_that_are_here() {
    let policy = policy();
    let (spec, told) = honest(&policy);
    assert_eq!(told.overrides.len(), 2);
    let lines = |told: &SpecReport| -> Vec<usize> {
        told.requirements.iter().map(|it| it.config_line).collect()
    };
    assert_eq!(lines(&told), [1, 5, 13]);
    assert_eq!(same(&told, &spec, &policy.blocks), Ok(()));
    let other = "installs in place of dependencies is not what is there";
    let changes: [Change<'_>; 10] = [
        (other, &|told| told.overrides.clear()),
        (other, &|told| told.overrides.truncate(1)),
        (other, &|told| told.overrides.swap(0, 1)),
        (other, &|told| {
            told.overrides.push(told.overrides[0].clone());
        }),
        (other, &|told| {
            "evil".clone_into(&mut told.overrides[0].package);
        }),
        (other, &|told| {
            told.overrides[0].version = Some("6.28.1".to_owned());
        }),
        (other, &|told| {
            told.overrides[0].status = OverrideStatus::NotJudged;
        }),
        (other, &|told| {
            told.overrides[1].status = OverrideStatus::Of(Status::Verified);
        }),
        ("it leaves out that `npx/a/spec.yaml`", &|told| {
            told.requirements.remove(1);
        }),
        ("dockyard-provenance.toml:9, which does not hold", &|told| {
            told.requirements.push(RequirementRecord {
                config_line: 9,
                met: Some(true),
                unjudged: None,
            });
        }),
    ];
    for (says, change) in changes {
        let mut altered = told.clone();
        change(&mut altered);
        let refused = same(&altered, &spec, &policy.blocks).unwrap_err();
        let says = says.replace('`', "");
        assert!(refused.replace(['`', '"'], "").contains(&says), "{refused}");
    }
    // The control: which specs are new is not known here.
    let mut known = told;
    known.requirements.retain(|one| one.config_line != 13);
    assert_eq!(same(&known, &spec, &policy.blocks), Ok(()));
}
