//! Which specs a scan looks at: all, or with `changed-only` those that the pull request touches.

use super::action::Step;
use super::changed::Touched;
use super::checkout::Checkout;
use super::event::Event;
use super::inputs::ConfigInput;
use super::{Note, changed, since_base};
use crate::config::{FILE_NAME, Settings};
use crate::spec::discover::Found;

/// Paths whose change concerns every spec: the configuration and what it may name.
pub fn watched(step: &Step, checkout: &Checkout) -> Vec<String> {
    let inputs = &step.inputs;
    let config = match &inputs.config {
        ConfigInput::File(path) => Some(step.runner.workspace.join(path)),
        ConfigInput::Discover => Some(checkout.root.join(FILE_NAME)),
        ConfigInput::Ignore => None,
    };
    let named = [&inputs.trusted_root, &inputs.tuf_root, &inputs.evidence];
    let keys = inputs.npm_keys.iter().map(|keys| &keys.file);
    let named = named.into_iter().chain(keys).flatten();
    named
        .map(|path| step.runner.workspace.join(path))
        .chain(config)
        .filter_map(|path| checkout.tree_path(&path))
        .collect()
}

/// What the pull request touches, where anything rests on it.
///
/// # Errors
/// Why they are not known, for people.
pub async fn touched(
    step: &Step,
    checkout: &Checkout,
    settings: &Settings,
) -> Result<Touched, String> {
    let Event::PullRequest(request) = &step.event else {
        return Err("this run is not about a pull request".to_owned());
    };
    let narrows = step.inputs.changed_only;
    if !narrows && !since_base::is_wanted(step, settings) {
        return Err("nothing rests on them".to_owned());
    }
    let client = step
        .client
        .as_ref()
        .ok_or_else(|| "GITHUB_REPOSITORY is not set".to_owned())?;
    if !narrows && !client.has_token() {
        return Err("there is no token".to_owned());
    }
    let own = [step.runner.sha.as_deref(), Some(&request.head_sha)];
    match checkout.head() {
        Ok(head) if own.contains(&Some(&head)) => {}
        Ok(_) => return Err("what is checked out is not the pull request's commit".to_owned()),
        Err(error) => return Err(format!("what is checked out is not known ({error})")),
    }
    if narrows {
        changed::touched(client, request).await
    } else {
        changed::touched(&client.hurried(), request).await
    }
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
