//! Which specs a scan looks at: all, or with `changed-only` those that the pull request touches.

use super::Note;
use super::event::changed;
use crate::action::event::Event;
use crate::action::event::changed::{Touched, Unlisted};
use crate::action::event::checkout::Checkout;
use crate::action::step::Step;
use crate::discover::Found;
use crate::settings::{ConfigChoice, FILE_NAME, Settings};

/// Paths whose change concerns every spec: the configuration and what it may name.
pub fn watched(step: &Step, checkout: &Checkout) -> Vec<String> {
    let options = &step.inputs.options;
    let config = match options.gate.config() {
        ConfigChoice::File(path) => Some(path),
        ConfigChoice::Discover => Some(checkout.root.join(FILE_NAME)),
        ConfigChoice::Ignore | ConfigChoice::Given { .. } => None,
    };
    let (trust, evidence) = (&options.trust, &options.registries.evidence);
    let named = [&trust.trusted_root, &trust.tuf.tuf_root, evidence];
    let keys = trust.npm_keys.iter().map(|keys| &keys.file);
    let named = named.into_iter().chain(keys).flatten().cloned();
    named
        .chain(config)
        .filter_map(|path| checkout.tree_path(&path))
        .collect()
}

/// GitHub's list of what the pull request touches. It is asked for on every pull request, because a
/// spec that is touched must not be missed.
///
/// # Errors
/// Why it cannot be had or relied upon.
pub async fn listed(step: &Step) -> Result<Touched, Unlisted> {
    let Event::PullRequest(request) = &step.event else {
        return Err("this run is not about a pull request".to_owned().into());
    };
    let narrows = step.inputs.changed_only;
    let client = step
        .client
        .as_ref()
        .ok_or_else(|| "GITHUB_REPOSITORY is not set".to_owned())?;
    if !narrows && !client.has_token() {
        return Err("there is no token".to_owned().into());
    }
    if narrows {
        changed::touched(client, request).await
    } else {
        changed::touched(&client.hurried(), request).await
    }
}

/// The commits that are the event's: the one that it names, and the pull request's own.
pub fn own_commits(step: &Step) -> [Option<&str>; 2] {
    let request = match &step.event {
        Event::PullRequest(request) => Some(request.head_sha.as_str()),
        Event::MergeGroup { .. }
        | Event::WorkflowRun(_)
        | Event::Privileged { .. }
        | Event::Other => None,
    };
    [step.runner.sha.as_deref(), request]
}

/// What of the list can be relied upon for what is checked out.
///
/// # Errors
/// Why it says nothing about it, for people.
pub fn touched(
    step: &Step,
    checkout: &Checkout,
    listed: Result<Touched, Unlisted>,
) -> Result<Touched, String> {
    let touched = listed.map_err(|unlisted| unlisted.reason)?;
    match checkout.head() {
        Ok(head) if own_commits(step).contains(&Some(&head)) => Ok(touched),
        Ok(_) => Err("what is checked out is not the pull request's commit".to_owned()),
        Err(error) => Err(format!("what is checked out is not known ({error})")),
    }
}

/// What is in doubt where the pull request is to be merged into another branch by now: it would be
/// judged by a configuration that is not its own.
pub fn other_base(listed: &Result<Touched, Unlisted>) -> Option<String> {
    let branch = listed.as_ref().err()?.other_base.as_deref()?;
    Some(format!(
        "the pull request is to be merged into `{branch}` by now, whose configuration holds for it, \
         and this run is about another branch. Let a new run judge it: push to it, or let the \
         workflow listen to `edited`"
    ))
}

/// With `changed-only`, what the pull request touches; otherwise, and whenever that is not certain,
/// everything.
pub fn narrow(
    step: &Step,
    found: Vec<Found>,
    checkout: &Checkout,
    settings: &Settings,
    touched: Result<Touched, String>,
    watched: &[String],
    notes: &mut Vec<Note>,
) -> Vec<Found> {
    if !step.inputs.changed_only {
        return found;
    }
    let evidence = settings.evidence.as_deref();
    let evidence = evidence.and_then(|folder| checkout.tree_path(folder));
    let watched: Vec<&String> = watched.iter().chain(&evidence).collect();
    let touched = touched.and_then(|touched| {
        let touched = touched.paths;
        let shared = touched.iter().find(|path| {
            let below = |folder: &&String| {
                let rest = path.strip_prefix(folder.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            watched.iter().any(below)
        });
        match shared {
            Some(path) => Err(format!("the pull request changes `{path}`")),
            None => Ok(touched),
        }
    });
    match touched {
        Ok(touched) => changed::select(found, &touched, &checkout.top, &checkout.prefix()),
        Err(reason) => {
            notes.push(format!(
                "changed-only: every spec is looked at, because {reason}"
            ));
            found
        }
    }
}
