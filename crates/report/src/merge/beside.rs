//! What a shard's report says beside a spec's package: its overrides, and the requirements that hold for it.

use std::collections::BTreeMap;

use crate::policy::blocks::Blocks;
use crate::policy::package_name::PackageName;
use crate::policy::pin::Pin;
use crate::report::{OverrideStatus, SpecReport};
use crate::rules::overrides::{Judgement, judge};
use crate::spec::{SpecFile, Subject};
use untrusted_text::quoted;

/// Whether `told` has the overrides of `spec` as it is here, and the requirements of `blocks` that select it.
pub(super) fn same(told: &SpecReport, spec: &SpecFile, blocks: &Blocks) -> Result<(), String> {
    if !same_overrides(told, spec) {
        return Err(format!(
            "what it says that {} installs in place of dependencies is not what is there",
            quoted(&spec.path)
        ));
    }
    same_requirements(told, spec, blocks)
}

/// Whether each override is told, in the spec's order, and looked up where the spec pins one version.
fn same_overrides(told: &SpecReport, spec: &SpecFile) -> bool {
    let Subject::Package(package) = &spec.subject else {
        return told.overrides.is_empty();
    };
    let mut pairs = told.overrides.iter().zip(&package.overrides);
    told.overrides.len() == package.overrides.len()
        && pairs.all(|(told, here)| {
            let judged = match judge(package, here) {
                Judgement::Refused(_) => told.status == OverrideStatus::Refused,
                Judgement::NotJudged => told.status == OverrideStatus::NotJudged,
                Judgement::LookedUp(_) => matches!(told.status, OverrideStatus::Of(_)),
            };
            judged && (&told.package, &told.version) == (&here.package, &here.version)
        })
}

/// Whether as many requirements of each line are told as select the spec. Those for new packages may be
/// told or not: which specs are new is not known here.
fn same_requirements(told: &SpecReport, spec: &SpecFile, blocks: &Blocks) -> Result<(), String> {
    let name = Pin::of(spec).as_ref().map(PackageName::of);
    let mut lines: BTreeMap<usize, Expected> = BTreeMap::new();
    for one in &blocks.requirements {
        if one.selects(&spec.path, name.as_ref()) {
            let expected = lines.entry(one.line()).or_default();
            expected.least += usize::from(!one.new);
            expected.most += 1;
        }
    }
    for one in &told.requirements {
        lines.entry(one.config_line).or_default().told += 1;
    }
    let path = quoted(&spec.path);
    for (line, expected) in lines {
        let place = blocks.place(line);
        if expected.told < expected.least {
            return Err(format!(
                "it leaves out that {path} has to meet the requirement {place}"
            ));
        }
        if expected.told > expected.most {
            return Err(format!(
                "it says of {path} what became of the requirement {place}, which does not hold for it"
            ));
        }
    }
    Ok(())
}

/// How often a line of the configuration may be told of, and is.
#[derive(Default)]
struct Expected {
    least: usize,
    most: usize,
    told: usize,
}

#[cfg(test)]
mod tests;
