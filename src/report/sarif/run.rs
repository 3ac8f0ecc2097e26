//! The run around the results: the tool, what was trusted, and what could not be determined.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, MultiformatMessageString, Notification, PropertyBag,
    ReportingDescriptor, ReportingDescriptorReference, Result as SarifResult, ResultColumnKind,
    Run, RunAutomationDetails, Tool, ToolComponent, VersionControlDetails,
};

use super::{DEFAULT_CATEGORY, SOURCE_ROOT, SarifOptions, location, message, rules};
use crate::policy::{exit_code, undetermined};
use crate::report::lines::word;
use crate::report::links::Links;
use crate::report::{Report, SpecReport, Verdict};
use crate::rules::RuleId;

/// Most specs that are named one by one where many could not be determined.
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
}

impl Notice {
    const ALL: [Self; 6] = [
        Self::Undetermined,
        Self::NothingLookedAt,
        Self::ResultsLeftOut,
        Self::SettingChanged,
        Self::TrustProblem,
        Self::TrustNotRefreshed,
    ];

    const fn text(self) -> (i64, &'static str, &'static str, &'static str) {
        match self {
            Self::Undetermined => (
                0,
                "not-determined",
                "SpecUndetermined",
                "Something about a spec could not be determined, which is not a pass.",
            ),
            Self::NothingLookedAt => (
                1,
                "no-specs",
                "NothingLookedAt",
                "No spec was looked at, so nothing is known.",
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
    let open: Vec<&SpecReport> = report
        .specs
        .iter()
        .filter(|spec| undetermined(spec))
        .collect();
    let mut told: Vec<Notification> = open
        .iter()
        .take(MAX_NOTIFICATIONS)
        .map(|spec| about(spec, links))
        .collect();
    if let Some(more) = open
        .len()
        .checked_sub(MAX_NOTIFICATIONS)
        .filter(|more| *more > 0)
    {
        let text = format!("{more} more specs could not be determined.");
        told.push(Notice::Undetermined.notify("error", &text, None));
    }
    if report.specs.is_empty() {
        let text = "No spec was looked at, so nothing is known.";
        told.push(Notice::NothingLookedAt.notify("error", text, None));
    }
    if let Some(problem) = &report.trust.problem {
        told.push(Notice::TrustProblem.notify("error", problem, None));
    }
    if told.is_empty() && report.verdict == Verdict::Inconclusive {
        // Something about the run as a whole, such as whose configuration holds.
        let reasons = report.gate.changes.join("; ");
        let text = format!("The verdict is inconclusive, which is not a pass: {reasons}");
        told.push(Notice::Undetermined.notify("error", text.trim_end_matches([':', ' ']), None));
    }
    let complete = told.is_empty();
    if let Some(fallback) = &report.trust.fallback {
        told.push(Notice::TrustNotRefreshed.notify("warning", fallback, None));
    }
    if let Some(cut) = cut {
        told.push(Notice::ResultsLeftOut.notify("warning", cut, None));
    }
    let changed: Vec<Notification> = report
        .gate
        .changes
        .iter()
        .map(|change| Notice::SettingChanged.notify("note", change, None))
        .collect();
    Invocation::builder()
        .execution_successful(complete)
        .exit_code(i64::from(exit_code(report.verdict)))
        .exit_code_description(report.verdict.as_str())
        .tool_execution_notifications(told)
        .tool_configuration_notifications(changed)
        .build()
}

fn about(spec: &SpecReport, links: &Links) -> Notification {
    let text = format!(
        "{} could not be determined (status {}), which is not a pass.",
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
        ("trust", Value::from(report.trust.source)),
        ("trustAsOf", Value::from(report.trust.as_of.as_str())),
        ("failOn", Value::from(report.gate.fail_on)),
        ("failOnUnknown", Value::from(report.gate.fail_on_unknown)),
        ("evidence", Value::from(report.gate.evidence)),
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
