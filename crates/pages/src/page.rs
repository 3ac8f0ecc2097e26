//! The page: one HTML file that opens from a disk, without a script, a picture or anything else to fetch.
//!
//! Names, messages and addresses in it were chosen by strangers. Each is neutralised first
//! ([`untrusted_text::terminal`]), then escaped by the template; an address is taken apart and written anew
//! ([`dockyard_report::report::links`]). The content security policy allows the page's own style, by its
//! digest, and nothing else.

mod origin;
mod sentences;
mod trend;

use askama::Template;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dockyard_report::finding::Severity;
use dockyard_report::policy::FailOn;
use dockyard_report::report::links::docs;
use dockyard_report::report::style::{count, word};
use dockyard_report::report::{ExemptionState, Links};
use jiff::civil::Date;
use package_provenance::verify::Status;
use untrusted_text::terminal;

use self::sentences::{Verdict, verdict};
use self::trend::{GROUPS, HEIGHT, Trend, WIDTH};
use crate::coverage::{Coverage, Packages};
use crate::history::History;
use crate::stored::{StoredExemption, StoredFinding, StoredReport, StoredSpec};
use crate::table::ecosystem;

/// The style; its digest is in the policy of the page.
const STYLE: &str = include_str!("../templates/style.css");

/// Longest text of a stranger that is shown, in characters.
const MAX_TEXT: usize = 400;

/// Most findings that are listed: the report holds them all.
const MAX_FINDINGS: usize = 1_000;

/// What a page is made of.
#[derive(Debug, Clone, Copy)]
pub struct PageSource<'a> {
    /// The report.
    pub report: &'a StoredReport,
    /// Earlier days.
    pub history: Option<&'a History>,
    /// What can be linked to.
    pub links: &'a Links,
    /// The day on which the page is made.
    pub day: Date,
}

/// Text, with the page that it leads to.
struct Linked {
    text: String,
    url: Option<String>,
}

impl Linked {
    fn plain(text: String) -> Self {
        Self { text, url: None }
    }

    fn to(text: &str, url: String) -> Self {
        Self {
            text: text.to_owned(),
            url: Some(url),
        }
    }
}

struct Row {
    name: String,
    numbers: Packages,
}

struct FindingRow {
    place: Linked,
    rule: Linked,
    severity: Severity,
    message: String,
}

struct AcceptedRow {
    path: String,
    package: String,
    rules: String,
    reason: String,
    owner: String,
    expires: String,
}

struct SpecRow {
    place: Linked,
    package: String,
    status: &'static str,
    style: &'static str,
    level: String,
    origin: Vec<Linked>,
    findings: String,
}

#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    policy: String,
    style: &'a str,
    title: String,
    repository: Option<Linked>,
    commit: Option<String>,
    day: Date,
    tool: String,
    trust: String,
    config: Option<String>,
    changes: Vec<String>,
    verdict: Verdict,
    rows: Vec<Row>,
    coverage: &'a Coverage,
    trend: Option<Trend>,
    groups: [(&'static str, &'static str); 5],
    width: u32,
    height: u32,
    has_history: bool,
    failing: Vec<FindingRow>,
    failing_more: usize,
    doubts: Vec<String>,
    open: Vec<FindingRow>,
    open_more: usize,
    accepted: Vec<AcceptedRow>,
    specs: Vec<SpecRow>,
    manual: String,
}

/// The page.
///
/// # Errors
/// What the template cannot write, which no report causes.
pub fn render(source: PageSource<'_>) -> Result<String, askama::Error> {
    let PageSource {
        report,
        history,
        links,
        day,
    } = source;
    let coverage = Coverage::of(report);
    let rows = coverage.packages.iter().map(|(folder, numbers)| Row {
        name: ecosystem(folder),
        numbers: *numbers,
    });
    let repository = links.repository.as_deref().map(shown);
    let title = repository.as_ref().map_or_else(
        || "Provenance of packages".to_owned(),
        |name| format!("Provenance of packages in {name}"),
    );
    let threshold = match report.fail_on {
        FailOn::Never => FailOn::Error,
        set @ (FailOn::Error | FailOn::Warning | FailOn::Note) => set,
    };
    let fails = |finding: &StoredFinding| {
        !finding.exempted && !is_open(finding) && threshold.includes(finding.severity)
    };
    let (failing, failing_more) = findings(report, links, fails);
    let (open, open_more) = findings(report, links, is_open);
    let page = Page {
        policy: policy(),
        style: STYLE,
        title,
        repository: repository.map(|text| Linked {
            text,
            url: links.repository_url(),
        }),
        commit: links
            .commit()
            .map(|commit| commit.chars().take(7).collect()),
        day,
        tool: shown(&report.tool_version),
        trust: shown(&format!(
            "{}, as of {}",
            report.trust_source.as_str(),
            report.trust_as_of
        )),
        config: report.config.as_deref().map(shown),
        changes: report.changes.iter().map(|each| shown(each)).collect(),
        verdict: verdict(report, &coverage),
        rows: rows.collect(),
        coverage: &coverage,
        trend: history.and_then(Trend::of),
        groups: GROUPS.map(|(style, name, _)| (style, name)),
        width: WIDTH,
        height: HEIGHT,
        has_history: history.is_some(),
        failing,
        failing_more,
        doubts: report
            .trust_problem
            .iter()
            .chain(&report.doubts)
            .map(|each| shown(each))
            .collect(),
        open,
        open_more,
        accepted: accepted(&report.exemptions),
        specs: report
            .specs
            .iter()
            .map(|spec| spec_row(report, spec, links))
            .collect(),
        manual: docs("page.md"),
    };
    page.render()
}

/// `text` of a stranger, in one line without anything hidden.
fn shown(text: &str) -> String {
    terminal(text, MAX_TEXT)
}

fn policy() -> String {
    let style = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
}

/// A finding that tells of something that could not be determined.
fn is_open(finding: &StoredFinding) -> bool {
    finding.rule == dockyard_report::finding::RuleId::VerificationIncomplete
}

/// The findings that `wanted` selects, of the configuration first and of lock files last, and how many more there are.
fn findings(
    report: &StoredReport,
    links: &Links,
    wanted: impl Fn(&StoredFinding) -> bool,
) -> (Vec<FindingRow>, usize) {
    let of_config = report.config_findings.iter().map(|finding| {
        let path = report.config.as_deref().unwrap_or("the configuration");
        (Linked::plain(shown(path)), finding)
    });
    let of_specs = report.specs.iter().flat_map(|spec| {
        let place = |finding: &StoredFinding| Linked {
            text: shown(spec.place()),
            url: links.line_url(&spec.path, finding.location.start_line),
        };
        spec.findings
            .iter()
            .map(move |finding| (place(finding), finding))
    });
    let of_locks = report.locks.iter().flat_map(|lock| {
        lock.all_findings().map(|(package, finding)| {
            let named = package.map_or_else(String::new, |one| format!(": {}", one.named()));
            let place = Linked {
                text: shown(&format!("{}{named}", lock.path)),
                url: links.line_url(&lock.path, finding.location.start_line),
            };
            (place, finding)
        })
    });
    let all = of_config
        .chain(of_specs)
        .chain(of_locks)
        .filter(|(_, finding)| wanted(finding));
    let mut rows: Vec<FindingRow> = all
        .map(|(place, finding)| FindingRow {
            place,
            rule: Linked::to(finding.rule.as_str(), links.rule_url(finding.rule)),
            severity: finding.severity,
            message: shown(&finding.message),
        })
        .collect();
    let more = rows.len().saturating_sub(MAX_FINDINGS);
    rows.truncate(MAX_FINDINGS);
    (rows, more)
}

/// The exemptions whose last day is not over, the one that ends first at the top.
fn accepted(exemptions: &[StoredExemption]) -> Vec<AcceptedRow> {
    let mut held: Vec<&StoredExemption> = exemptions
        .iter()
        .filter(|one| one.state != ExemptionState::Expired)
        .collect();
    held.sort_by(|a, b| a.expires.cmp(&b.expires));
    held.into_iter()
        .map(|one| {
            let rules: Vec<&str> = one.rules.iter().map(|rule| rule.as_str()).collect();
            let version = one.version.iter().map(|version| format!("@{version}"));
            AcceptedRow {
                path: shown(&one.path),
                package: shown(&format!("{}{}", one.package, version.collect::<String>())),
                rules: rules.join(", "),
                reason: shown(&one.reason),
                owner: shown(&one.owner),
                expires: shown(&one.expires),
            }
        })
        .collect()
}

fn spec_row(report: &StoredReport, spec: &StoredSpec, links: &Links) -> SpecRow {
    let of = |severity| {
        let found = spec.findings.iter();
        let found = found.filter(|one| one.severity == severity && !one.exempted);
        (found.count(), severity)
    };
    let mut parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .map(of)
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, severity)| count(number, severity.as_str()))
        .collect();
    let accepted = spec.findings.iter().filter(|one| one.exempted).count();
    parts.extend((accepted > 0).then(|| format!("{accepted} accepted")));
    let style = if report.is_open(spec) {
        "unknown"
    } else if spec.status == Status::Verified && !report.is_clean(spec) {
        // Nothing is green beside an error.
        "partial"
    } else {
        let group = GROUPS
            .iter()
            .find(|(_, _, statuses)| statuses.contains(&spec.status));
        group.map_or("none", |(style, _, _)| style)
    };
    SpecRow {
        place: Linked {
            text: shown(spec.place()),
            url: links.line_url(&spec.path, 1),
        },
        package: shown(&spec.named()),
        status: word(spec.status),
        style,
        level: spec
            .slsa_build_level
            .map(|level| format!("L{level}"))
            .unwrap_or_default(),
        origin: origin::origin(report, spec),
        findings: parts.join(", "),
    }
}

#[cfg(test)]
mod tests;
