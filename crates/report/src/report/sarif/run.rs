//! The run around the results: the tool, what was trusted, and what could not be determined.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, MultiformatMessageString, Notification, PropertyBag,
    ReportingDescriptor, ReportingDescriptorReference, Result as SarifResult, ResultColumnKind,
    Run, RunAutomationDetails, Tool, ToolComponent, VersionControlDetails,
};

use super::{DEFAULT_CATEGORY, SOURCE_ROOT, SarifOptions, location, message, rules};
use crate::finding::RuleId;
use crate::policy::{exit_code, undetermined};
use crate::report::accepted;
use crate::report::links::{Links, docs};
use crate::report::style::word;
use crate::report::table::package;
use crate::report::verdict::nothing;
use crate::report::{ExemptionState, Report, SpecReport, Verdict, tree};

/// Most notifications of one kind; of the others their number is told.
const MAX_NOTIFICATIONS: usize = 100;

/// What the run can say of itself: index, id, name, meaning.
#[derive(Clone, Copy)]
enum Notice {
    Undetermined,
    NothingLookedAt,
    ResultsLeftOut,
    SettingChanged,
    TrustProblem,
    TrustNotRefreshed,
    NothingToVerify,
    Accepted,
    Configuration,
    Locks,
}

impl Notice {
    const ALL: [Self; 10] = [
        Self::Undetermined,
        Self::NothingLookedAt,
        Self::ResultsLeftOut,
        Self::SettingChanged,
        Self::TrustProblem,
        Self::TrustNotRefreshed,
        Self::NothingToVerify,
        Self::Accepted,
        Self::Configuration,
        Self::Locks,
    ];

    const fn text(self) -> (i64, &'static str, &'static str, &'static str) {
        match self {
            Self::Undetermined => (
                0,
                "not-determined",
                "SpecUndetermined",
                "Something about a spec or about the run could not be determined, which is not a pass.",
            ),
            Self::NothingLookedAt => (
                1,
                "no-specs",
                "NothingLookedAt",
                "No spec was checked, so nothing is known.",
            ),
            Self::ResultsLeftOut => (
                2,
                "results-cut",
                "ResultsLeftOut",
                "There are more results than code scanning takes.",
            ),
            Self::SettingChanged => (
                3,
                "setting",
                "SettingChanged",
                "A setting that can change the verdict is not the default.",
            ),
            Self::TrustProblem => (
                4,
                "trust-problem",
                "TrustProblem",
                "The trust material cannot be relied on, so no verdict that rests on it is a pass.",
            ),
            Self::TrustNotRefreshed => (
                5,
                "trust-not-refreshed",
                "TrustNotRefreshed",
                "The trust material could not be refreshed; older material was used.",
            ),
            Self::NothingToVerify => (
                6,
                "nothing-to-verify",
                "NothingToVerify",
                "All specs were found, and none of them was this run's business.",
            ),
            Self::Accepted => (
                7,
                "accepted",
                "FindingsAccepted",
                "The configuration accepts findings until a day; they are not among the results.",
            ),
            Self::Configuration => (
                8,
                "configuration",
                "ConfigurationFinding",
                "A requirement or an exemption of the configuration is of no use, or over.",
            ),
            Self::Locks => (
                9,
                "locks",
                "LockNumbers",
                "What a lock file has, in numbers; of its findings the first of each rule are results.",
            ),
        }
    }

    fn descriptor(self) -> ReportingDescriptor {
        let (_, id, name, meaning) = self.text();
        let text = || MultiformatMessageString::builder().text(meaning).build();
        ReportingDescriptor::builder()
            .id(id)
            .name(name)
            .short_description(text())
            .full_description(text())
            .help(text())
            .help_uri(format!("{}#notifications", docs("reports.md")))
            .build()
    }

    fn notify(self, level: &str, text: &str, place: Option<Location>) -> Notification {
        let (index, id, _, _) = self.text();
        Notification {
            descriptor: Some(
                ReportingDescriptorReference::builder()
                    .id(id)
                    .index(index)
                    .build(),
            ),
            level: Some(Value::from(level)),
            locations: place.map(|place| vec![place]),
            ..Notification::builder().message(message(text)).build()
        }
    }
}

/// The one run of the file.
pub(super) fn run(
    report: &Report,
    results: Vec<SarifResult>,
    cut: Option<&str>,
    options: &SarifOptions<'_>,
) -> Run {
    let links = options.links;
    let base = ArtifactLocation::builder()
        .description(message("The repository's root folder"))
        .build();
    Run {
        automation_details: Some(
            RunAutomationDetails::builder()
                .id(category(options.category))
                .build(),
        ),
        version_control_provenance: version_control(links).map(|details| vec![details]),
        ..Run::builder()
            .tool(tool(report, links))
            .results(results)
            .column_kind(ResultColumnKind::UnicodeCodePoints.to_string())
            .original_uri_base_ids(BTreeMap::from([(SOURCE_ROOT.to_owned(), base)]))
            .invocations(vec![invocation(report, cut, links)])
            .properties(properties(report))
            .build()
    }
}

fn category(category: &str) -> String {
    let category = category.trim_end_matches('/');
    if category.is_empty() {
        DEFAULT_CATEGORY.to_owned()
    } else {
        format!("{category}/")
    }
}

fn tool(report: &Report, links: &Links) -> Tool {
    let driver = ToolComponent::builder()
        .name(report.tool.name)
        .version(report.tool.version)
        .semantic_version(report.tool.version)
        .information_uri(information(links))
        .rules(rules::rules(links))
        .notifications(Notice::ALL.map(Notice::descriptor).to_vec())
        .build();
    Tool::builder().driver(driver).build()
}

/// The page of the rules, without a rule.
fn information(links: &Links) -> String {
    let uri = links.rule_url(RuleId::SpecInvalid);
    uri.split_once('#')
        .map_or(uri.clone(), |(page, _)| page.to_owned())
}

fn version_control(links: &Links) -> Option<VersionControlDetails> {
    let (repository, commit) = (links.repository_url()?, links.commit()?);
    Some(
        VersionControlDetails::builder()
            .repository_uri(repository)
            .revision_id(commit)
            .mapped_to(ArtifactLocation::builder().uri_base_id(SOURCE_ROOT).build())
            .build(),
    )
}

fn invocation(report: &Report, cut: Option<&str>, links: &Links) -> Invocation {
    let open = report.judged().filter(|spec| undetermined(spec));
    let mut told = first(
        open,
        |spec| about(spec, links),
        |more| {
            let text = format!("{more} more specs could not be determined.");
            Notice::Undetermined.notify("error", &text, None)
        },
    );
    told.extend(first(
        report.gate.doubts.iter(),
        |doubt| Notice::Undetermined.notify("error", doubt, None),
        |more| {
            let text = format!("{more} more reasons are in the JSON report.");
            Notice::Undetermined.notify("error", &text, None)
        },
    ));
    let nothing = nothing(report).filter(|_| report.verdict == Verdict::Pass);
    if let Some(nothing) = nothing {
        let text = format!("Nothing to verify: {nothing}.");
        told.push(Notice::NothingToVerify.notify("note", &text, None));
    } else if report.specs.is_empty() && report.locks.is_empty() {
        let text = "No spec was checked, so nothing is known.";
        told.push(Notice::NothingLookedAt.notify("error", text, None));
    }
    let numbers = tree::numbers(report.into());
    told.extend(
        numbers
            .iter()
            .map(|line| Notice::Locks.notify("note", line, None)),
    );
    if let Some(problem) = &report.trust.problem {
        told.push(Notice::TrustProblem.notify("error", problem, None));
    }
    if let Some(fallback) = &report.trust.fallback {
        told.push(Notice::TrustNotRefreshed.notify("warning", fallback, None));
    }
    if let Some(cut) = cut {
        told.push(Notice::ResultsLeftOut.notify("warning", cut, None));
    }
    told.extend(first(
        accepted::in_force(report)
            .into_iter()
            .filter(|record| record.state == ExemptionState::Used),
        |record| Notice::Accepted.notify("note", &accepted::sentence(record), None),
        |more| {
            let text = format!("{more} more exemptions are in the JSON report.");
            Notice::Accepted.notify("note", &text, None)
        },
    ));
    let mut changed = first(
        report.config_findings.iter(),
        |finding| {
            let place = &finding.location;
            let text = format!(
                "{} ({}:{}): {}",
                finding.rule, place.path, place.start_line, finding.message
            );
            Notice::Configuration.notify(finding.severity.as_str(), &text, None)
        },
        |more| {
            let text = format!("{more} more findings are in the JSON report.");
            Notice::Configuration.notify("warning", &text, None)
        },
    );
    changed.extend(first(
        report.gate.changes.iter(),
        |change| Notice::SettingChanged.notify("note", change, None),
        |more| {
            let text = format!("{more} more settings are in the JSON report.");
            Notice::SettingChanged.notify("note", &text, None)
        },
    ));
    Invocation::builder()
        .execution_successful(report.is_determined())
        .exit_code(i64::from(exit_code(report.verdict)))
        .exit_code_description(report.verdict.as_str())
        .tool_execution_notifications(told)
        .tool_configuration_notifications(changed)
        .build()
}

/// The first [`MAX_NOTIFICATIONS`] of `all`, and one that says how many more there are.
fn first<T>(
    all: impl Iterator<Item = T>,
    one: impl Fn(T) -> Notification,
    rest: impl Fn(usize) -> Notification,
) -> Vec<Notification> {
    let mut all = all;
    let mut told: Vec<Notification> = all.by_ref().take(MAX_NOTIFICATIONS).map(one).collect();
    let more = all.count();
    told.extend((more > 0).then(|| rest(more)));
    told
}

fn about(spec: &SpecReport, links: &Links) -> Notification {
    let of_lock = match (&spec.package, spec.path.ends_with("/spec.yaml")) {
        (Some(_), false) => format!(" ({})", package(spec)),
        _ => String::new(),
    };
    let text = format!(
        "{}{of_lock} could not be determined (status {}), which is not a pass.",
        spec.path,
        word(spec.status)
    );
    let place = location(&spec.path, (1, 1, 2), links);
    Notice::Undetermined.notify("error", &text, Some(place))
}

/// What the JSON report says of the whole run.
fn properties(report: &Report) -> PropertyBag {
    let facts = [
        ("verdict", Value::from(report.verdict.as_str())),
        ("determined", Value::from(report.is_determined())),
        ("trust", Value::from(report.trust.source.as_str())),
        ("trustAsOf", Value::from(report.trust.as_of.as_str())),
        ("failOn", Value::from(report.gate.fail_on.as_str())),
        ("failOnUnknown", Value::from(report.gate.fail_on_unknown)),
        ("evidence", Value::from(report.gate.evidence.as_str())),
    ];
    PropertyBag::builder()
        .additional_properties(
            facts
                .map(|(key, value)| (key.to_owned(), value))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
        )
        .build()
}
