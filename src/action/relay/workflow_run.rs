//! `report` mode: publishing, with the repository's rights, what a pull request's own run found
//! without them (`docs/decisions/0009-reports-of-forks.md`).
//!
//! The report comes out of an artifact that the pull request's workflow made, so that anybody may
//! have written it: it is shown as told, and proves nothing. Which pull request it is shown on
//! comes from the event and from GitHub, never from the artifact.

use serde::Deserialize;

use crate::action::Note;
use crate::action::api::RepositoryName;
use crate::action::api::client::Client;
use crate::action::event::WorkflowRun;
use crate::action::inputs::Inputs;
use crate::action::runner::files;
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::{ForeignReport, Verdict, foreign};

/// What has to have started the run that is published.
pub const EVENT: &str = "pull_request";

/// Results of a run: nothing failed; something did. The others, such as `cancelled`, are nobody's
/// findings.
const SUCCESS: &str = "success";
const FAILURE: &str = "failure";

/// Open pull requests of one branch.
const PER_PAGE: &str = "100";

#[derive(Deserialize)]
struct PullWire {
    number: u64,
    head: HeadWire,
}

#[derive(Deserialize)]
struct HeadWire {
    sha: String,
    repo: Option<RepoWire>,
}

#[derive(Deserialize)]
struct RepoWire {
    full_name: String,
}

/// What the check is called where it only repeats.
pub const HEADING: &str = "Package provenance, as reported by the pull request's own run";

/// Says below the report where it comes from.
pub fn footer(server: &str, repository: &RepositoryName, run: &WorkflowRun) -> String {
    let server = server.trim_end_matches('/');
    let (name, id) = (repository.full(), run.id);
    format!(
        "\n\n---\nThis report was made by [a run of the pull request's own workflow]({server}/{name}/actions/runs/{id}) \
         for commit {}, and is repeated here unverified: whoever can change that workflow can change \
         the report. The run's own result is what counts.\n",
        run.head_sha
    )
}

/// The policy of this step, by its own inputs: what the report was judged by in the other run is told
/// and does not hold here.
fn policy(inputs: &Inputs) -> Policy {
    let (gate, default) = (&inputs.options.gate, Policy::default());
    Policy {
        fail_on: gate.fail_on.unwrap_or(default.fail_on),
        fail_on_unknown: gate.fail_on_unknown.unwrap_or(default.fail_on_unknown),
        ..default
    }
}

/// The settings of this step that are not the default, a sentence each.
fn changes(policy: &Policy, inputs: &Inputs) -> Vec<String> {
    let fail_on = policy.fail_on;
    let never = if fail_on == FailOn::Never {
        ": this run reports without failing"
    } else {
        ""
    };
    let threshold = format!("fail-on is {} (input){never}", fail_on.as_str());
    [
        (fail_on != FailOn::default()).then_some(threshold),
        (!policy.fail_on_unknown).then(|| {
            format!(
                "fail-on-unknown is false (input){}",
                fail_on.unknown_passes()
            )
        }),
        inputs
            .warn_only
            .then(|| "warn-only is true (input): findings do not fail the step".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Reads the report of `run` from the file at `path`, and judges what it says by `inputs`.
///
/// # Errors
/// Why it cannot be shown, for people.
pub fn read(
    path: &std::path::Path,
    run: &WorkflowRun,
    inputs: &Inputs,
    notes: &mut Vec<Note>,
) -> Result<ForeignReport, String> {
    if run.event != EVENT {
        return Err(format!(
            "`mode: report` publishes what runs on `pull_request` found, and this run was started \
             by `{}`; add `if: github.event.workflow_run.event == 'pull_request'`",
            run.event
        ));
    }
    let bytes = files::bounded(path, foreign::MAX_BYTES).map_err(|error| {
        format!("the pull request's run left no report, or it was not fetched: {error}")
    })?;
    let policy = policy(inputs);
    let mut report = ForeignReport::read(&bytes, &policy)
        .map_err(|error| format!("the report {} cannot be used: {error}", path.display()))?;
    report.judged_with(changes(&policy, inputs));
    if let Some(note) = contradiction(run, &report) {
        report.contradict(note.clone());
        notes.push(note);
    }
    Ok(report)
}

/// Where the report and the result of the run that made it cannot both be right. A pass here of a run
/// that failed is one only where this step's own inputs make it one: where by the default policy the
/// report is none, so that what it tells explains the failure.
fn contradiction(run: &WorkflowRun, report: &ForeignReport) -> Option<String> {
    let explained = run.conclusion == FAILURE && report.default_verdict() != Verdict::Pass;
    let says = if run.conclusion == SUCCESS {
        return None;
    } else if report.own_verdict() == Verdict::Pass {
        "says `pass`"
    } else if report.claims().verdict == Verdict::Pass && !explained {
        "is a pass by this step's inputs"
    } else {
        return None;
    };
    Some(format!(
        "the report {says}, and the run that made it ended with `{}`",
        run.conclusion
    ))
}

/// The pull requests whose newest commit the run was about, in order, at least one: one branch can be
/// proposed for several.
///
/// # Errors
/// Why there is none to comment on.
pub async fn pull_requests(client: &Client, run: &WorkflowRun) -> Result<Vec<u64>, Note> {
    let head = format!("{}:{}", run.head_repository.owner(), run.head_branch);
    let pulls: Vec<PullWire> = client
        .get(
            "pulls",
            &[("state", "open"), ("head", &head), ("per_page", PER_PAGE)],
        )
        .await
        .map_err(|error| format!("the pull request could not be found: {error}"))?;
    let ours = |pull: &&PullWire| {
        let repository = pull.head.repo.as_ref();
        let repository = repository.and_then(|repo| RepositoryName::parse(&repo.full_name));
        pull.head.sha == run.head_sha
            && repository.is_some_and(|repository| repository.is(&run.head_repository))
    };
    let mut numbers: Vec<u64> = pulls.iter().filter(ours).map(|pull| pull.number).collect();
    numbers.sort_unstable();
    if numbers.is_empty() {
        return Err(format!(
            "no open pull request has {} as its newest commit, so there is nothing to comment on",
            run.head_sha
        ));
    }
    Ok(numbers)
}
