//! The report on a lock.

use std::collections::{BTreeMap, BTreeSet};

use dockyard_locks::{Alias, Pinned, Place, What};
use package_provenance::verify::Status;

use super::before::LockMemory;
use super::digests;
use super::elsewhere;
use super::entries::{Group, LockFile, as_spec, named, pinned_digests, span};
use super::hidden;
use super::parts::{placed, skeleton, via};
use super::required::{Asked, pin, required};
use crate::drift::Memory;
use crate::finding::{Draft, RuleId, Severity};
use crate::policy::evaluate::Facts;
use crate::policy::novelty::Novelty;
use crate::policy::pin::Pin;
use crate::report::assemble::{AllObserved, Besides, Judging, report_besides};
use crate::report::lock::{LockPackage, LockReport};

/// The report on `file`, of whose packages `all` was found out, against what is remembered of the lock.
pub fn report(
    file: &LockFile,
    all: &AllObserved,
    judging: Judging<'_>,
    before: &[&LockMemory],
) -> LockReport {
    let mut ordinals: BTreeMap<String, usize> = BTreeMap::new();
    let new = Novelty::New(BTreeSet::from([file.path.clone()]));
    let known = Novelty::New(BTreeSet::new());
    let mut packages = Vec::new();
    for group in file.groups() {
        let name = match &group.entry.what {
            What::Registry(pinned) => named(&pinned.package).0,
            What::Elsewhere(_) | What::Broken(_) => group.entry.name.clone(),
        };
        let ordinal = ordinals.entry(name.clone()).or_default();
        *ordinal += 1;
        // Two versions of one package are two findings, and each keeps its own over updates.
        let identity = if *ordinal == 1 {
            name
        } else {
            format!("{name} ({ordinal})")
        };
        packages.push(match &group.entry.what {
            What::Registry(pinned) => {
                let of_package = |memory: &&LockMemory| memory.of(group.entry, &pinned.package);
                let memories = before.iter().flat_map(of_package).collect::<Vec<Memory>>();
                let memories = (!before.is_empty()).then_some(memories);
                let novelty = match &memories {
                    None => judging.novelty,
                    Some(memories) if memories.is_empty() => &new,
                    Some(_) => &known,
                };
                let judging = Judging { novelty, ..judging };
                let is_new = memories.as_ref().map(Vec::is_empty);
                let memories = memories.unwrap_or_default();
                of_registry(
                    file,
                    &group,
                    pinned,
                    all,
                    judging,
                    (memories, is_new),
                    &identity,
                )
            }
            What::Elsewhere(_) | What::Broken(_) => {
                elsewhere::judge(file, &group, judging, before, &identity)
            }
        });
    }
    let notes: Vec<(Draft, Option<Severity>)> = file
        .lock
        .notes
        .iter()
        .map(|note| (beside(&note.place, &note.message), None))
        .collect();
    let mut whole = skeleton(file, Status::NotApplicable);
    whole.findings = judging.policy.weighed(&file.path, None, &notes);
    LockReport::new(file.lock.format, file.lock.entries.len(), whole, packages)
}

fn of_registry(
    file: &LockFile,
    group: &Group<'_>,
    pinned: &Pinned,
    all: &AllObserved,
    judging: Judging<'_>,
    (memories, is_new): (Vec<Memory>, Option<bool>),
    identity: &str,
) -> LockPackage {
    let spec = as_spec(&file.path, group.entry, pinned);
    let place = span(&group.entry.place);
    let mut drafts: Vec<Draft> = hidden::alias(file, group.entry, pinned, all)
        .into_iter()
        .collect();
    drafts.extend(hidden::own_lock(group.entry));
    if let Some(observed) = all.get(&pinned.package) {
        drafts.extend(digests::check(pinned, observed, place));
        drafts.extend(super::before::changed_digests(pinned, &memories, place));
    }
    // What stands under a name that nobody asked to be another's must be what is required of that name.
    let mut records = Vec::new();
    if let Some(Alias { folder, .. }) = &pinned.alias
        && !hidden::is_explained(file, pinned, all)
        && let Some(observed) = all.get(&pinned.package)
    {
        let real = Pin::Package(pinned.package.clone());
        let folder = pin(folder, Some(real.version()), pinned.package.ecosystem());
        let asked = Asked {
            path: &file.path,
            span: place,
            new: judging.novelty.of(&file.path),
            now: judging.now,
        };
        let names: Vec<Pin> = folder.into_iter().collect();
        let facts = Facts::of(observed);
        let evaluation = required(&judging.policy.blocks, asked, &names, &[real], &facts);
        drafts.extend(evaluation.drafts);
        records = evaluation.records;
    }
    let besides = Besides::Lock {
        drafts,
        identity: identity.to_owned(),
    };
    let mut report = report_besides(&spec, all, judging, &memories, besides);
    report.requirements.extend(records);
    placed(&mut report, group);
    LockPackage {
        report,
        entries: group.entries,
        via: via(group),
        alias: pinned.alias.as_ref().map(|alias| alias.folder.clone()),
        from: "registry",
        pinned: pinned_digests(&pinned.digests),
        new: is_new,
    }
}

/// What stands beside the entries and changes what is installed.
fn beside(place: &Place, message: &str) -> Draft {
    Draft {
        rule: RuleId::NonRegistryDependency,
        route: "lock[note]".to_owned(),
        span: span(place),
        message: message.to_owned(),
        help: "It is told and not obeyed: packages were looked up where this run is configured to look."
            .to_owned(),
    }
}
