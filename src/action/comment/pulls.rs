//! Which pull requests a step comments on, and what becomes of their comments.

use crate::action::Note;
use crate::action::api::client::Client;
use crate::action::comment::publish::Publication;
use crate::action::comment::sticky::{self, About, Undone};
use crate::action::event::Event;
use crate::action::inputs::{CommentWhen, Mode};
use crate::action::outputs::Values;
use crate::action::relay::workflow_run;
use crate::action::step::Step;

/// What the check is called.
pub const HEADING: &str = "Package provenance";

/// Most pull requests with the same newest commit that are commented on.
const MAX_PULL_REQUESTS: usize = 10;

/// Pull requests that are commented on, and the commit that was judged.
struct Targets<'a> {
    numbers: Vec<u64>,
    head_sha: &'a str,
}

impl Targets<'_> {
    fn each(&self) -> impl Iterator<Item = About<'_>> {
        let head_sha = self.head_sha;
        let numbers = self.numbers.iter().take(MAX_PULL_REQUESTS);
        numbers.map(move |number| About {
            number: *number,
            head_sha,
        })
    }

    /// What a note is about, where there are several.
    fn named(&self, about: About<'_>, note: &str) -> Note {
        if self.numbers.len() > 1 {
            format!("pull request {}: {note}", about.number)
        } else {
            note.to_owned()
        }
    }
}

/// Sees to the comments on `publication`.
pub async fn comment(
    step: &Step,
    publication: &Publication<'_>,
    values: &mut Values,
    notes: &mut Vec<Note>,
) {
    if !is_about_pull_requests(step) || step.inputs.comment == CommentWhen::Never {
        return;
    }
    let Some(client) = with_token(step) else {
        notes.push("no comment: there is no token".to_owned());
        return;
    };
    let targets = match targets(step, client).await {
        Ok(targets) => targets,
        Err(note) => {
            notes.push(note);
            return;
        }
    };
    let more = targets.numbers.len().saturating_sub(MAX_PULL_REQUESTS);
    if more > 0 {
        notes.push(format!(
            "{more} more pull requests have this commit and get no comment"
        ));
    }
    for about in targets.each() {
        let mut own = Vec::new();
        match sticky::comment(client, &step.inputs, about, publication, &mut own).await {
            Ok(Some(url)) => drop(values.entry("comment-url").or_insert(url)),
            Ok(None) => {}
            Err(note) => own.push(format!("{note}; the run's {} holds the report", kept(step))),
        }
        for note in own {
            let note = targets.named(about, &note);
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
}

/// Where the report is to be found in any case.
fn kept(step: &Step) -> &'static str {
    if step.inputs.summary && step.runner.files.summary.is_some() {
        "summary"
    } else {
        "log"
    }
}

/// A comment of an earlier run must not stand where this one could not be done, for these
/// `reasons`. Says what could not be put right.
pub async fn put_right(step: &Step, reasons: &[String]) -> Vec<Note> {
    let client = with_token(step).filter(|_| step.inputs.comment != CommentWhen::Never);
    let Some(client) = client.filter(|_| is_about_pull_requests(step)) else {
        return Vec::new();
    };
    let targets = match targets(step, client).await {
        Ok(targets) => targets,
        Err(note) => return vec![note],
    };
    let run_url = step.runner.run_url();
    // GitHub masks secrets in logs and summaries, and not in comments.
    let token = step.inputs.token.as_ref();
    let reasons: Vec<Note> = reasons
        .iter()
        .map(|reason| match token {
            Some(token) => reason.replace(token.reveal(), "***"),
            None => reason.clone(),
        })
        .collect();
    let undone = Undone {
        heading: match step.inputs.mode {
            Mode::Scan | Mode::Merge => HEADING,
            Mode::Report => workflow_run::HEADING,
        },
        run_url: run_url.as_deref(),
        reasons: &reasons,
    };
    let mut notes = Vec::new();
    for about in targets.each() {
        let done = sticky::could_not_run(client, &step.inputs, about, undone).await;
        notes.extend(done.err().map(|note| targets.named(about, &note)));
    }
    notes
}

fn with_token(step: &Step) -> Option<&Client> {
    step.client.as_ref().filter(|client| client.has_token())
}

fn is_about_pull_requests(step: &Step) -> bool {
    match (&step.event, step.inputs.mode) {
        (Event::PullRequest(_), _) => true,
        (Event::WorkflowRun(run), Mode::Report) => run.event == workflow_run::EVENT,
        (Event::WorkflowRun(_), Mode::Scan | Mode::Merge)
        | (Event::MergeGroup { .. } | Event::Privileged { .. } | Event::Other, _) => false,
    }
}

async fn targets<'a>(step: &'a Step, client: &Client) -> Result<Targets<'a>, Note> {
    match &step.event {
        Event::PullRequest(request) => Ok(Targets {
            numbers: vec![request.number],
            head_sha: &request.head_sha,
        }),
        Event::WorkflowRun(run) => Ok(Targets {
            numbers: workflow_run::pull_requests(client, run).await?,
            head_sha: &run.head_sha,
        }),
        Event::MergeGroup { .. } | Event::Privileged { .. } | Event::Other => Ok(Targets {
            numbers: Vec::new(),
            head_sha: "",
        }),
    }
}
