//! Trees as people read them: numbers first, then only what is wrong or worth a look.

use std::collections::BTreeMap;

use super::attributed::{Attributed, Author};
use super::coverage::counted_by_status;
use super::lock::LockReport;
use super::order::of_lock;
use super::style::count;
use crate::finding::Severity;

/// Most lock files whose numbers are told.
const MOST_LOCKS: usize = 20;

/// The numbers of each lock file, a line each; of very many the first.
pub(super) fn numbers(report: Attributed<'_>) -> Vec<String> {
    let locks = &report.report().locks;
    let shown = locks.iter().take(MOST_LOCKS);
    let mut lines: Vec<String> = shown.map(|lock| of(lock, report.author())).collect();
    let more = locks.len().saturating_sub(MOST_LOCKS);
    lines.extend((more > 0).then(|| format!("and {}", count(more, "more lock file"))));
    lines
}

/// `package-lock.json: 981 packages in 1024 entries: 120 verified · 861 signed only · 3 from elsewhere;
/// 1 error, 2 warnings, 861 notes (the notes are in the JSON report)`.
fn of(lock: &LockReport, author: Author) -> String {
    let path = lock.path();
    if lock.entries == 0 {
        return format!("{path}: the lock has no entries, so that nothing is known");
    }
    let packages = lock.of_registry().count();
    let mut line = format!(
        "{path}: {} of a registry in {}",
        count(packages, "package"),
        if lock.entries == 1 {
            "1 entry".to_owned()
        } else {
            format!("{} entries", lock.entries)
        }
    );
    let mut statuses = BTreeMap::new();
    for package in lock.of_registry() {
        *statuses.entry(package.report.status).or_default() += 1;
    }
    let mut parts = counted_by_status(&statuses, author);
    let mut elsewhere: BTreeMap<&str, usize> = BTreeMap::new();
    for package in lock.packages.iter().filter(|it| it.from != "registry") {
        *elsewhere.entry(package.from).or_default() += 1;
    }
    parts.extend(elsewhere.iter().map(|(from, number)| match *from {
        "own" => format!("{number} of the project itself"),
        "unreadable" => format!("{number} unreadable"),
        "bundled" => format!("{number} bundled"),
        "other-registry" => format!("{number} from other registries"),
        from => format!("{number} from {from}"),
    }));
    if !parts.is_empty() {
        line.push_str(": ");
        line.push_str(&parts.join(" · "));
    }
    if let Some(new) = lock.new_packages() {
        line.extend([" · ", &new.to_string(), " new"]);
    }
    let found: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| (severity, lock.of_severity(severity)))
        .filter(|(_, number)| *number > 0)
        .map(|(severity, number)| count(number, severity.as_str()))
        .collect();
    if !found.is_empty() {
        line.push_str("; ");
        line.push_str(&found.join(", "));
        let told = of_lock(lock).len();
        let all = lock.of_severity(Severity::Error) + lock.of_severity(Severity::Warning);
        if told < all || lock.of_severity(Severity::Note) > 0 {
            line.extend([
                " (",
                &told.to_string(),
                " listed, all are in the JSON report)",
            ]);
        }
    }
    line
}
