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
    assert_eq!(same(&told, &spec, &policy.blocks, &Novelty::NoBase), Ok(()));
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
        let refused = same(&altered, &spec, &policy.blocks, &Novelty::NoBase).unwrap_err();
        let says = says.replace('`', "");
        assert!(refused.replace(['`', '"'], "").contains(&says), "{refused}");
    }
}

fn new(paths: &[&str]) -> Novelty {
    Novelty::New(paths.iter().map(|path| (*path).to_owned()).collect())
}

/// Which specs are new is known from the base that this run has too.
#[test]
fn a_requirement_for_new_packages_holds_where_the_spec_is_new_here() {
    let policy = policy();
    let (spec, without_base) = honest(&policy);
    let (fresh, known, unknown) = (new(&["npx/a/spec.yaml"]), new(&[]), Novelty::NoBase);
    let with = |unjudged: Option<Option<Unjudged>>| {
        let mut told = without_base.clone();
        match unjudged {
            Some(unjudged) => told.requirements[2].unjudged = unjudged,
            None => told.requirements.truncate(2),
        }
        told
    };
    let judged = with(Some(Some(Unjudged::Undetermined)));
    let (baseless, left_out) = (with(Some(Some(Unjudged::NoBase))), with(None));
    let check = |told: &SpecReport, novelty| same(told, &spec, &policy.blocks, novelty);
    // The honest ones.
    assert_eq!(check(&judged, &fresh), Ok(()));
    assert_eq!(check(&left_out, &known), Ok(()));
    assert_eq!(check(&baseless, &unknown), Ok(()));
    for (told, novelty, says) in [
        (&left_out, &fresh, "it leaves out"),
        (&left_out, &unknown, "it leaves out"),
        (&baseless, &fresh, "not what follows"),
        (&judged, &unknown, "not what follows"),
        (&judged, &known, "does not hold for it"),
        (&baseless, &known, "does not hold for it"),
    ] {
        let refused = check(told, novelty).unwrap_err();
        assert!(refused.contains(says), "{refused}");
    }
}

#[test]
fn what_became_of_a_requirement_follows_from_the_rest() {
    let mut policy = policy();
    policy.blocks.requirements[0].slsa = Some(3);
    let (spec, honest) = honest(&policy);
    let check = |change: &dyn Fn(&mut SpecReport)| {
        let mut told = honest.clone();
        change(&mut told);
        same(&told, &spec, &policy.blocks, &Novelty::NoBase)
    };
    let became = |met| RequirementRecord {
        config_line: 1,
        met,
        unjudged: None,
    };
    let verified = |told: &mut SpecReport, level| {
        told.status = Status::Verified;
        told.slsa_build_level = level;
        told.requirements[0] = became(Some(true));
    };
    let changes: [&dyn Fn(&mut SpecReport); 7] = [
        &|told| told.requirements[0] = became(Some(true)),
        &|told| {
            verified(told, Some(3));
            told.status = Status::Signed;
        },
        &|told| verified(told, Some(2)),
        &|told| verified(told, None),
        // Not met, and no finding says so.
        &|told| told.requirements[0] = became(Some(false)),
        // In another order than the configuration's.
        &|told| told.requirements.swap(0, 1),
        &|told| told.requirements[0].unjudged = Some(Unjudged::NoBase),
    ];
    for change in changes {
        let refused = check(change).unwrap_err();
        assert!(refused.contains("not what follows"), "{refused}");
    }
    // The controls: what does follow.
    assert_eq!(check(&|told| verified(told, Some(3))), Ok(()));
    let unmet = |told: &mut SpecReport| {
        told.status = Status::Signed;
        told.requirements[0] = became(Some(false));
        told.findings[0].rule = RuleId::EvidenceBelowPolicy;
    };
    assert_eq!(check(&unmet), Ok(()));
}
