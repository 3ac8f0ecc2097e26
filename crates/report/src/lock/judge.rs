//! The report on a lock.

use std::collections::{BTreeMap, BTreeSet};

use dockyard_locks::{Elsewhere, ElsewhereKind, Entry, Pinned, Place, What};
use package_provenance::verify::{Limit, Status};
use untrusted_text::quoted;

use super::before::LockMemory;
use super::digests;
use super::entries::{Group, LockFile, as_spec, named, pinned_digests, protocol, span};
use super::hidden;
use crate::drift::Memory;
use crate::finding::{Draft, RuleId, Severity};
use crate::policy::Policy;
use crate::policy::novelty::Novelty;
use crate::report::assemble::{AllObserved, Besides, Judging, report_besides};
use crate::report::lock::{LockPackage, LockReport};
use crate::report::spec::SpecReport;

/// Most names of the way to a package that a message shows.
const MOST_SHOWN: usize = 6;

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
            What::Elsewhere(elsewhere) => {
                let (draft, status) = elsewhere_draft(group.entry, elsewhere);
                plain(file, &group, draft, status, judging.policy, &identity)
            }
            What::Broken(why) => {
                let draft = broken(group.entry, why);
                let status = Status::Malformed;
                plain(
                    file,
                    &group,
                    Some((draft, None)),
                    status,
                    judging.policy,
                    &identity,
                )
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
    let mut drafts: Vec<Draft> = hidden::alias(group.entry, pinned).into_iter().collect();
    drafts.extend(hidden::own_lock(group.entry));
    if let Some(observed) = all.get(&pinned.package) {
        drafts.extend(digests::check(pinned, observed, place));
        drafts.extend(super::before::changed_digests(pinned, &memories, place));
    }
    let besides = Besides::Lock {
        drafts,
        identity: identity.to_owned(),
    };
    let mut report = report_besides(&spec, all, judging, &memories, besides);
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

/// An entry that no registry is asked about.
fn plain(
    file: &LockFile,
    group: &Group<'_>,
    draft: Option<(Draft, Option<Severity>)>,
    status: Status,
    policy: &Policy,
    identity: &str,
) -> LockPackage {
    let mut report = skeleton(file, status);
    report.package = Some(group.entry.short_name().to_owned());
    let drafts: Vec<_> = draft.into_iter().collect();
    report.findings = policy.weighed(&file.path, Some(identity), &drafts);
    placed(&mut report, group);
    LockPackage {
        report,
        entries: group.entries,
        via: via(group),
        alias: None,
        from: match &group.entry.what {
            What::Elsewhere(elsewhere) => elsewhere.kind.name(),
            What::Registry(_) => "registry",
            What::Broken(_) => "unreadable",
        },
        pinned: Vec::new(),
        new: None,
    }
}

/// Findings name the file that the entry stands in, which may be included, and how the package came in.
fn placed(report: &mut SpecReport, group: &Group<'_>) {
    let came_in = way(&group.via, group.entry.short_name());
    for finding in &mut report.findings {
        // What a spec declares, a lock claims (PEP 751).
        for (spec, lock) in [("The spec ", "The lock "), ("the spec ", "the lock ")] {
            finding.message = finding.message.replace(spec, lock);
        }
        group
            .entry
            .place
            .path
            .as_ref()
            .clone_into(&mut finding.location.path);
        if finding.severity > Severity::Note
            && let Some(came_in) = &came_in
        {
            finding.message.push_str(came_in);
        }
    }
}

fn via(group: &Group<'_>) -> Vec<String> {
    group.via.iter().map(|name| (*name).to_owned()).collect()
}

/// ` It comes in by a › b › c.`; nothing of what the project asks for itself.
fn way(via: &[&str], name: &str) -> Option<String> {
    if via.is_empty() {
        return None;
    }
    let shown: Vec<&str> = if via.len() <= MOST_SHOWN {
        via.to_vec()
    } else {
        let (first, rest) = via.split_at(2);
        let last = rest.get(rest.len() - (MOST_SHOWN - 3)..).unwrap_or(rest);
        first.iter().chain(&["…"]).chain(last).copied().collect()
    };
    Some(format!(" It comes in by {} › {name}.", shown.join(" › ")))
}

fn skeleton(file: &LockFile, status: Status) -> SpecReport {
    SpecReport {
        path: file.path.clone(),
        protocol: protocol(file.ecosystem()).as_str().to_owned(),
        package: None,
        version: None,
        claimed: false,
        status,
        publisher: None,
        slsa_build_level: None,
        requirements: Vec::new(),
        evidence: Vec::new(),
        overrides: Vec::new(),
        before: None,
        findings: Vec::new(),
        worse: Vec::new(),
        limit: Limit::Outside,
        identity: None,
    }
}

/// What is said of an entry that is of no registry, and how loudly where that is not the rule's own
/// severity. The project's own folders are nobody else's.
fn elsewhere_draft(
    entry: &Entry,
    elsewhere: &Elsewhere,
) -> (Option<(Draft, Option<Severity>)>, Status) {
    let from = match elsewhere.kind {
        ElsewhereKind::Own => return (None, Status::NotApplicable),
        ElsewhereKind::Git => "a repository",
        ElsewhereKind::Url => "an address on the web",
        ElsewhereKind::File => "a file",
        ElsewhereKind::Link => "a folder",
        ElsewhereKind::Editable => "a folder that can be edited",
        ElsewhereKind::Bundled => "inside another package",
        ElsewhereKind::OtherRegistry => "another registry than the configured one",
    };
    let name = elsewhere.stated.as_deref().unwrap_or(entry.short_name());
    let bundled = elsewhere.kind == ElsewhereKind::Bundled;
    let (help, severity) = if bundled {
        let help = "What is verified of the package around it holds for its content; nothing is known of where it was built.";
        (help, Some(Severity::Note))
    } else {
        let help = "Nothing was looked up: no registry signs what comes from there. Depend on a published version, or look at what is fetched.";
        (help, None)
    };
    let shown = if elsewhere.shown.is_empty() {
        String::new()
    } else {
        format!(": {}", quoted(&elsewhere.shown))
    };
    let draft = Draft {
        rule: RuleId::NonRegistryDependency,
        route: format!("lock[{}]", elsewhere.kind.name()),
        span: span(&entry.place),
        message: format!("{} comes from {from}{shown}.", quoted(name)),
        help: help.to_owned(),
    };
    (Some((draft, severity)), Status::NotApplicable)
}

fn broken(entry: &Entry, why: &str) -> Draft {
    Draft {
        rule: RuleId::SpecInvalid,
        route: "lock[entry]".to_owned(),
        span: span(&entry.place),
        message: format!("{} cannot be judged: {why}.", quoted(&entry.name)),
        help: "It may be installed all the same. Make the lock anew, or remove the entry."
            .to_owned(),
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
