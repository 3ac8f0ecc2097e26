//! The same publisher, building another way.

use super::build::Build;
use super::difference::Difference;
use super::memory::Memory;
use super::worse::Worsening;
use crate::finding::{Draft, RuleId};
use crate::rules::build::maintainers_only;
use crate::spec::SpecPackage;
use package_provenance::identity::GitRef;
use package_provenance::verify::Observed;

/// The runner that the publisher controls.
const SELF_HOSTED: &str = "self-hosted";

/// One way in which a build is less trustworthy, and the rule of this run alone that says so.
struct Weakness {
    said: String,
    by: Option<RuleId>,
}

/// What differs between builds of `same` publishers, before and now.
pub(super) fn check(
    spec: &SpecPackage,
    observed: &Observed,
    memory: &Memory,
    same: &[(Build, Build)],
) -> Vec<Difference> {
    let mut differences: Vec<Difference> = Vec::new();
    let changed = same
        .iter()
        .find_map(|(before, now)| workflow(spec, memory, before, now));
    differences.extend(changed);
    let mut weaknesses: Vec<Weakness> = Vec::new();
    for (before, now) in same {
        for weakness in weaker(before, now) {
            if !weaknesses.iter().any(|known| known.said == weakness.said) {
                weaknesses.push(weakness);
            }
        }
    }
    weaknesses.extend(level(observed, memory, same));
    // Each way that another rule tells of is a difference of its own, so that only what nobody tells of is
    // told here.
    let (told, untold): (Vec<_>, Vec<_>) = weaknesses.into_iter().partition(|one| one.by.is_some());
    differences.extend(told.into_iter().map(|one| {
        let by = one.by.into_iter().collect::<Vec<_>>();
        weakened(spec, memory, &[one.said], &by)
    }));
    if !untold.is_empty() {
        let said: Vec<String> = untold.into_iter().map(|one| one.said).collect();
        differences.push(weakened(spec, memory, &said, &[]));
    }
    differences
}

fn weakened(spec: &SpecPackage, memory: &Memory, said: &[String], by: &[RuleId]) -> Difference {
    let draft = Draft {
        rule: RuleId::BuildWeakened,
        route: "spec.version".to_owned(),
        span: spec.version_span,
        message: format!(
            "{} was built in a less trustworthy way than the version {}: {}.",
            spec.package,
            memory.place(),
            said.join("; ")
        ),
        help: "Look at the run that built it, and ask the project why it changed.".to_owned(),
    };
    Difference {
        detail: said.join("; "),
        ..Difference::new(Worsening::BuildWeakened, draft, by)
    }
}

fn weaker(before: &Build, now: &Build) -> Vec<Weakness> {
    let mut weaknesses = Vec::new();
    let hosted = before
        .runner
        .as_deref()
        .filter(|runner| *runner != SELF_HOSTED);
    if let (Some(hosted), Some(SELF_HOSTED)) = (hosted, now.runner.as_deref()) {
        weaknesses.push(Weakness {
            said: format!("on a self-hosted runner instead of a {hosted} one"),
            by: Some(RuleId::SelfHostedRunner),
        });
    }
    let safe = |build: &Build| {
        let trigger = build.trigger.as_deref()?;
        Some((trigger.to_owned(), maintainers_only(build.kind, trigger)))
    };
    if let (Some((was, true)), Some((is, false))) = (safe(before), safe(now)) {
        weaknesses.push(Weakness {
            said: format!("started by `{is}` instead of `{was}`"),
            by: Some(RuleId::RiskyBuildTrigger),
        });
    }
    if let (Some(was), Some(is)) = (&before.git_ref, &now.git_ref) {
        let proposed = is.is_proposed() && !was.is_proposed();
        let untagged =
            matches!(was, GitRef::Tag(_)) && matches!(is, GitRef::Branch(_) | GitRef::Other(_));
        if proposed || untagged {
            weaknesses.push(Weakness {
                said: format!("from `{is}` instead of `{was}`"),
                by: Some(RuleId::UnexpectedBuildRef),
            });
        }
    }
    weaknesses
}

/// A lower level; that of another runner is no difference on top.
fn level(observed: &Observed, memory: &Memory, same: &[(Build, Build)]) -> Option<Weakness> {
    let (was, is) = (memory.slsa_build_level?, observed.slsa_build_level?);
    let moved = same.iter().any(|(before, now)| before.runner != now.runner);
    (is < was && !moved).then(|| Weakness {
        said: format!("SLSA build level {is} instead of {was}"),
        by: None,
    })
}

/// Another workflow of the same repository, or another signer. Where one side names none, nothing
/// differs.
fn workflow(
    spec: &SpecPackage,
    memory: &Memory,
    before: &Build,
    now: &Build,
) -> Option<Difference> {
    let differ = |was: &Option<String>, is: &Option<String>| {
        let (was, is) = (was.as_ref()?, is.as_ref()?);
        (was != is).then(|| format!("`{is}` instead of `{was}`"))
    };
    let built = differ(&before.workflow, &now.workflow).map(|how| format!("built by {how}"));
    let signed = || differ(&before.signer, &now.signer).map(|how| format!("signed by {how}"));
    let how = built.or_else(signed)?;
    let draft = Draft {
        rule: RuleId::WorkflowChanged,
        route: "spec.version".to_owned(),
        span: spec.version_span,
        message: format!(
            "{} was {how}, which is the workflow of the version {}.",
            spec.package,
            memory.place()
        ),
        help: "Whoever can push to some branch of the repository can add a workflow. Look at the new one, and declare it.".to_owned(),
    };
    Some(Difference::new(
        Worsening::WorkflowChanged,
        draft,
        &[RuleId::PublisherWorkflowMismatch],
    ))
}
