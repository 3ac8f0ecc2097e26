//! Entries that no registry is asked about: what comes from elsewhere, and what cannot be read.

use dockyard_locks::{Digests, Elsewhere, ElsewhereKind, Entry, What};
use package_provenance::verify::Status;
use untrusted_text::quoted;

use super::before::{LockMemory, changed_elsewhere, digests_of};
use super::entries::{Group, LockFile, span};
use super::hidden;
use super::parts::{placed, skeleton, via};
use super::required::{Asked, Names, no_facts, required};
use crate::drift::Memory;
use crate::drift::worse::{Worse, Worsening};
use crate::finding::{Draft, RuleId, Severity};
use crate::policy::accept::{About, accept, held};
use crate::policy::exempt::day_of;
use crate::policy::pin::Pin;
use crate::report::assemble::Judging;
use crate::report::lock::LockPackage;

/// The report on an entry that no registry is asked about. Nobody proves anything of it, so that it meets no
/// requirement that asks for evidence, and where its package had provenance before, that is lost.
pub(super) fn judge(
    file: &LockFile,
    group: &Group<'_>,
    judging: Judging<'_>,
    before: &[&LockMemory],
    identity: &str,
) -> LockPackage {
    let (entry, policy) = (group.entry, judging.policy);
    let (elsewhere, (draft, status)) = match &entry.what {
        What::Elsewhere(elsewhere) => (Some(elsewhere), told(entry, elsewhere)),
        What::Broken(why) => (None, (Some((broken(entry, why), None)), Status::Malformed)),
        What::Registry(_) => (None, (None, Status::Unknown)),
    };
    let mut weighed: Vec<(Draft, Option<Severity>)> = draft.into_iter().collect();
    let mut report = skeleton(file, status);
    report.package = Some(entry.short_name().to_owned());
    report.version = elsewhere.and_then(|it| it.version.clone());
    let kind = elsewhere.map(|elsewhere| elsewhere.kind);
    let mut new = None;
    // The project's own folders are nobody else's, and what lies in a package's archive is that package.
    if !matches!(kind, Some(ElsewhereKind::Own | ElsewhereKind::Bundled)) {
        let names = Names::of(entry, elsewhere, file.ecosystem());
        let known = |memory: &&LockMemory| elsewhere.is_some_and(|it| memory.had(entry, it));
        new = (elsewhere.is_some() && !before.is_empty()).then(|| !before.iter().any(known));
        let asked = Asked {
            path: &file.path,
            span: span(&entry.place),
            new: new.or_else(|| judging.novelty.of(&file.path)),
            now: judging.now,
        };
        // What cannot be read fails by itself.
        let facts = no_facts(if elsewhere.is_some() {
            Status::None
        } else {
            status
        });
        let evaluation = required(&policy.blocks, asked, &names.pins, &[], &facts);
        weighed.extend(evaluation.drafts.into_iter().map(|draft| {
            let message = names.worded(&draft.message);
            (Draft { message, ..draft }, None)
        }));
        weighed.extend(hidden::own_lock(entry).map(|draft| (draft, None)));
        let changed = elsewhere.and_then(|it| changed_elsewhere(entry, it, before));
        weighed.extend(changed.map(|draft| (draft, None)));
        let unheld = elsewhere.and_then(|it| unheld(entry, it));
        weighed.extend(unheld.map(|draft| (draft, None)));
        report.requirements = evaluation.records;
        let memory = elsewhere.and_then(|it| remembered(entry, it, &names, before));
        if let Some(memory) = memory {
            if let Some((draft, worse)) = lost(entry, &memory) {
                report.worse.extend(worse.map(|what| Worse {
                    since: memory.source,
                    severity: policy.severity(draft.rule),
                    what,
                }));
                weighed.push((draft, None));
            }
            report.before = Some(Box::new(memory.record()));
        }
        report.identity = names.identity.map(Box::new);
    }
    let findings = policy.weighed(&file.path, Some(identity), &weighed);
    let about = About {
        path: &file.path,
        package: report.identity.as_deref(),
        unsupported: false,
    };
    let findings = held(findings, &report.requirements);
    report.findings = accept(findings, about, &policy.blocks, day_of(judging.now));
    placed(&mut report, group);
    LockPackage {
        report,
        entries: group.entries,
        via: via(group),
        alias: None,
        from: kind.map_or("unreadable", ElsewhereKind::name),
        pinned: elsewhere.map(digests_of).unwrap_or_default(),
        new,
    }
}

/// What is downloaded from an address, and held to no digest.
fn unheld(entry: &Entry, elsewhere: &Elsewhere) -> Option<Draft> {
    if !matches!(
        elsewhere.kind,
        ElsewhereKind::Url | ElsewhereKind::OtherRegistry
    ) {
        return None;
    }
    let is_partly = match &elsewhere.digests {
        Some(Digests::Files(files)) => files.iter().any(|file| file.sha256.is_err()),
        Some(Digests::Npm(_) | Digests::AnyFile(_) | Digests::GoZip(_)) | None => false,
    };
    (is_partly || digests_of(elsewhere).is_empty()).then(|| Draft {
        rule: RuleId::LockEntryWithoutIntegrity,
        route: "lock[integrity]".to_owned(),
        span: span(&entry.place),
        message: format!(
            "{} has no digest that holds the download: whatever is served is installed.",
            quoted(elsewhere.stated.as_deref().unwrap_or(entry.short_name()))
        ),
        help: "Make the lock anew, so that the installer writes a SHA-512 (npm) or a SHA-256 (Python)."
            .to_owned(),
    })
}

/// What the entry's package was when it came from a registry: with provenance, where one of its names had any.
fn remembered(
    entry: &Entry,
    elsewhere: &Elsewhere,
    names: &Names,
    before: &[&LockMemory],
) -> Option<Memory> {
    let packages = names.pins.iter().filter_map(|pin| match pin {
        Pin::Package(package) => Some(package),
        Pin::Skill(..) => None,
    });
    let mut all: Vec<Memory> = packages
        .flat_map(|package| {
            before
                .iter()
                .flat_map(|it| it.moved(entry, elsewhere, package))
        })
        .collect();
    // Provenance first, then what is not known.
    all.sort_by_key(|it| (!it.is_attested(), it.undetermined.is_none()));
    all.into_iter().next()
}

/// What is to be said where the package came from a registry before.
fn lost(entry: &Entry, memory: &Memory) -> Option<(Draft, Option<Worsening>)> {
    let package = memory.package.as_ref()?;
    let (name, place) = (quoted(entry.short_name()), memory.place());
    let draft = |rule, message: String, help: &str| Draft {
        rule,
        route: "lock[before]".to_owned(),
        span: span(&entry.place),
        message,
        help: help.to_owned(),
    };
    if memory.is_attested() {
        let message =
            format!("{name} no longer comes from the registry; {package} is verified {place}.");
        let help = "Whoever changes where a package comes from takes its provenance away. Go back to the registry's package, and find out who wrote this entry and why.";
        let draft = draft(RuleId::ProvenanceLost, message, help);
        return Some((draft, Some(Worsening::ProvenanceLost)));
    }
    let cause = memory.undetermined.as_ref()?;
    let message = format!(
        "{name} no longer comes from the registry, and whether it lost its provenance could not be determined, because {package} {place} could not be: {cause}."
    );
    let help = "This is neither a pass nor a failure: nothing was compared. Remove the cause and run again.";
    Some((draft(RuleId::VerificationIncomplete, message, help), None))
}

/// What is said of an entry that is of no registry, and how loudly where that is not the rule's own
/// severity. The project's own folders are nobody else's.
fn told(entry: &Entry, elsewhere: &Elsewhere) -> (Option<(Draft, Option<Severity>)>, Status) {
    let from = match elsewhere.kind {
        ElsewhereKind::Own => return (None, Status::NotApplicable),
        ElsewhereKind::Git => "a repository",
        ElsewhereKind::Url => "an address on the web",
        ElsewhereKind::File => "a file",
        ElsewhereKind::Link => "a folder",
        ElsewhereKind::Editable => "an editable folder",
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
