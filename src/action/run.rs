//! The step: from the runner's variables to the exit code.

use std::io::Write;
use std::path::Path;

use jiff::Timestamp;

use super::Note;
use super::comment::pulls;
use super::relay::workflow_run;
use super::runner::files;
use super::upload::deliver;
use crate::action::api::client::Client;
use crate::action::comment::publish::{self, Publication};
use crate::action::event::compared::Compared;
use crate::action::event::{self, Event};
use crate::action::inputs::{self, Inputs, Lookup, Mode};
use crate::action::outputs::{self, Values};
use crate::action::runner::{Runner, RunnerFiles};
use crate::action::scan::{self, Scanned};
use crate::action::step::Step;
use crate::action::suggest::review;
use crate::logging;
use crate::settings::{Environment, user_files};
use crate::write::to_stream;
use dockyard_report::policy::{FailOn, Tally, exit_code};
use dockyard_report::report::github::{escape_data, escape_property};
use dockyard_report::report::{Links, Report, Verdict, table};
use untrusted_text as text;

/// Longest line of the log.
const MAX_LINE: usize = 1_000;

/// Why the step could not do its work: every reason on a line of its own. Exit 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ActionError(String);

/// Runs the step and says its exit code, the same as the command line's. Writes the log, with the
/// runner's commands, to `out`.
///
/// # Errors
/// [`ActionError`] where the step could not do its work; it has been said to the runner too.
pub async fn run(
    lookup: Lookup<'_>,
    environment: &Environment,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<u8, ActionError> {
    // Before anything else is printed.
    if let Some(token) = inputs::raw_token(lookup) {
        let command = format!("::add-mask::{}\n", escape_data(token.trim()));
        say(out, &command).map_err(|reasons| ActionError(reasons.join("\n")))?;
    }
    let (step, mut reasons) = match prepare(lookup) {
        Ok(step) => match act(&step, lookup, environment, now, out).await {
            Ok(code) => return Ok(code),
            Err(reasons) => (Some(Box::new(step)), reasons),
        },
        Err(unready) => (unready.step, unready.reasons),
    };
    if let Some(step) = step {
        let notes = pulls::put_right(&step, &reasons).await;
        reasons.extend(notes);
    }
    refuse(lookup, &reasons, out);
    Err(ActionError(reasons.join("\n")))
}

/// A step that cannot be done.
struct Unready {
    reasons: Vec<String>,
    /// What is known of it all the same, where that is enough to put a comment right.
    step: Option<Box<Step>>,
}

impl From<Vec<String>> for Unready {
    fn from(reasons: Vec<String>) -> Self {
        let step = None;
        Self { reasons, step }
    }
}

/// Reads everything, and tells every mistake at once.
fn prepare(lookup: Lookup<'_>) -> Result<Step, Unready> {
    let runner = Runner::read(lookup);
    let workspace = runner.as_ref().map(|runner| runner.workspace.clone());
    match (inputs::read(lookup, &workspace.unwrap_or_default()), runner) {
        (Ok(inputs), Ok(runner)) => join(inputs, runner).map_err(|error| vec![error].into()),
        (Err(mistakes), Ok(runner)) => {
            let step = mistakes.rest.and_then(|inputs| join(*inputs, runner).ok());
            Err(Unready {
                reasons: mistakes.told,
                step: step.map(Box::new),
            })
        }
        (inputs, Err(wrong)) => {
            let mut reasons = inputs
                .err()
                .map(|mistakes| mistakes.told)
                .unwrap_or_default();
            reasons.extend(wrong);
            Err(reasons.into())
        }
    }
}

fn join(inputs: Inputs, runner: Runner) -> Result<Step, String> {
    let payload = match &runner.event_path {
        Some(path) if event::needs_payload(&runner.event_name) => files::payload(path)?,
        // A push has little to say, and can be judged without.
        Some(path) if runner.event_name == "push" => files::payload(path).unwrap_or_default(),
        _ => Vec::new(),
    };
    let event = event::parse(&runner.event_name, &payload)?;
    let compared = Compared::of(&event, &runner.event_name, &payload);
    let repository = runner.repository.clone();
    let client = repository
        .map(|repository| Client::new(&runner.api_url, inputs.token.as_ref(), repository))
        .transpose()?;
    Ok(Step {
        inputs,
        runner,
        event,
        compared,
        client,
    })
}

async fn act(
    step: &Step,
    lookup: Lookup<'_>,
    environment: &Environment,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<u8, Vec<String>> {
    let directives = environment.rust_log.as_deref();
    let directives = step.runner.debug.then_some(logging::DEBUG).or(directives);
    logging::start(
        directives,
        step.inputs.options.output.verbose || step.runner.debug,
    )
    .map_err(|error| vec![error.to_string()])?;
    match (step.inputs.mode, &step.event) {
        (Mode::Merge, Event::WorkflowRun(_)) => Err(vec![
            "`mode: merge` joins the shards of its own run, and `workflow_run` is about another"
                .to_owned(),
        ]),
        (Mode::Scan | Mode::Merge, _) => {
            let mut environment = environment.clone();
            // As on the command line: recorded evidence is asked of nobody.
            if step.inputs.options.registries.evidence.is_none() {
                let root = step.runner.workspace.join(&step.inputs.root);
                environment.files = user_files::read(&root, &environment, lookup)
                    .map_err(|error| vec![error.to_string()])?;
            }
            let scanned = scan::run(step, &environment, now).await?;
            say(out, &scanned.table)?;
            finish_scan(step, scanned, out).await
        }
        (Mode::Report, Event::WorkflowRun(run)) => report(step, run, out).await,
        (Mode::Report, _) => Err(vec![
            "`mode: report` is for workflows that run on `workflow_run`".to_owned(),
        ]),
    }
}

async fn finish_scan(
    step: &Step,
    scanned: Scanned,
    out: &mut impl Write,
) -> Result<u8, Vec<String>> {
    let Scanned { report, links, .. } = &scanned;
    let mut notes = scanned.notes.clone();
    let proposed = review::suggest(step, &scanned, &mut notes).await;
    let publication = Publication {
        report: report.into(),
        base: scanned.base.as_ref(),
        links,
        heading: scanned.heading,
        proposed: &proposed,
        footer: "",
    };
    let mut values = outputs::of(report);
    deliver::files(step, &scanned, &mut values, &mut notes).map_err(|error| vec![error])?;
    deliver::upload(step, &scanned, &mut values, &mut notes).await;
    pulls::comment(step, &publication, &mut values, &mut notes).await;
    if step.inputs.annotations {
        let options = dockyard_report::report::github::AnnotationOptions {
            links,
            base: scanned.base.as_ref(),
        };
        say(
            out,
            &dockyard_report::report::github::render(report, &options),
        )?;
    }
    let code = code(step, report, scanned.incomplete, &mut notes);
    conclude(step, &publication, &values, &mut notes, out)?;
    Ok(code)
}

/// Publishes another run's report.
async fn report(
    step: &Step,
    run: &event::WorkflowRun,
    out: &mut impl Write,
) -> Result<u8, Vec<String>> {
    let mut notes = Vec::new();
    let path = step.runner.workspace.join(&step.inputs.report_file);
    let report = workflow_run::read(&path, run, &step.inputs, &mut notes);
    let report = report.map_err(|error| vec![error])?;
    // What nobody else takes is here.
    say(out, &table::render(&report, scan::of_log(false)))?;
    let repository = step.runner.repository.as_ref();
    let links = Links {
        server_url: Some(step.runner.server_url.clone()),
        repository: repository.map(crate::action::api::RepositoryName::full),
        head_sha: Some(run.head_sha.clone()),
        ..Links::default()
    };
    let footer = repository.map_or_else(String::new, |repository| {
        workflow_run::footer(&step.runner.server_url, repository, run)
    });
    let publication = Publication {
        report: (&report).into(),
        base: None,
        links: &links,
        heading: workflow_run::HEADING,
        proposed: "",
        footer: &footer,
    };
    let mut values = outputs::of(report.claims());
    pulls::comment(step, &publication, &mut values, &mut notes).await;
    notes.push(
        "the report is the pull request's own word; nothing of it was verified in this run"
            .to_owned(),
    );
    let code = code(step, report.claims(), false, &mut notes);
    conclude(step, &publication, &values, &mut notes, out)?;
    Ok(code)
}

/// The exit code. `warn-only` lets findings pass, never what could not be determined: a spec, whose
/// configuration holds, whether the trust material can be relied on, whether every shard has reported.
fn code(step: &Step, report: &Report, incomplete: bool, notes: &mut Vec<Note>) -> u8 {
    if !step.inputs.warn_only || report.verdict != Verdict::Fail {
        return exit_code(report.verdict);
    }
    let fail_on = report.gate.fail_on;
    let tally = Tally::of(report.judged(), fail_on);
    let doubt = !report.gate.doubts.is_empty();
    let claimed = report.specs.iter().any(|spec| spec.claimed) && fail_on != FailOn::Never;
    let open = (tally.undetermined_specs > 0 || doubt) && report.gate.fail_on_unknown
        || (doubt && claimed)
        || tally.undetermined_claims > 0;
    // As without `warn-only`: `fail-on-unknown` is about specs, not about what they are judged by.
    if open || incomplete || report.trust.problem.is_some() {
        notes.push(
            "warn-only: findings do not fail the step, what could not be determined does"
                .to_owned(),
        );
        return exit_code(Verdict::Inconclusive);
    }
    notes.push("warn-only: the verdict is `fail`, and the step does not fail".to_owned());
    exit_code(Verdict::Pass)
}

/// Summary, outputs and notes. None of them changes the exit code.
fn conclude(
    step: &Step,
    publication: &Publication<'_>,
    values: &Values,
    notes: &mut Vec<Note>,
    out: &mut impl Write,
) -> Result<(), Vec<String>> {
    if step.inputs.summary {
        let written = publish::summary(&step.runner.files, Some(publication), notes);
        notes.extend(written.unwrap_or_else(Some));
    }
    if let Some(path) = &step.runner.files.output {
        notes.extend(write_outputs(path, values).err());
    }
    let lines: Vec<String> = notes
        .iter()
        .map(|note| format!("{}\n", text::terminal(&format!("note: {note}"), MAX_LINE)))
        .collect();
    say(out, &lines.concat())
}

fn write_outputs(path: &Path, values: &Values) -> Result<(), Note> {
    files::append(path, &outputs::render(values, fastrand::u64(..)))
}

/// Tells the runner why the step could not do its work. The exit code tells where this fails.
fn refuse(lookup: Lookup<'_>, reasons: &[String], out: &mut impl Write) {
    let title = escape_property("dockyard-provenance could not run");
    let lines: Vec<String> = reasons
        .iter()
        .take(5)
        .map(|reason| {
            let reason = escape_data(&text::terminal(reason, MAX_LINE));
            format!("::error title={title}::{reason}\n")
        })
        .collect();
    let _ = say(out, &lines.concat());
    let files = RunnerFiles::read(lookup);
    let values = Values::from([("verdict", outputs::ERROR.to_owned())]);
    let output = files.output.as_ref();
    let _ = output.map(|path| write_outputs(path, &values));
    let _ = publish::summary(&files, None, reasons);
}

fn say(out: &mut impl Write, text: &str) -> Result<(), Vec<String>> {
    to_stream(out, text).map_err(|error| vec![error.to_string()])
}
