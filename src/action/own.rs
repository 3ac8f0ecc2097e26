//! On events that have the repository's own rights, nothing but the repository's own content is looked at.

use super::Note;
use crate::action::event::Event;
use crate::action::event::checkout::Checkout;
use crate::action::step::Step;
use crate::discover::Found;
use crate::settings::Settings;

/// With rights of its own and a stranger's content, a run is only safe on the repository's own
/// commit; and then it says nothing about the stranger's.
pub(super) fn own_checkout(
    step: &Step,
    checkout: &Checkout,
    notes: &mut Vec<Note>,
) -> Result<(), String> {
    let base_sha = match &step.event {
        Event::Privileged { base_sha } => base_sha.as_deref(),
        Event::WorkflowRun(_) => None,
        Event::PullRequest(_) | Event::MergeGroup { .. } | Event::Other => return Ok(()),
    };
    let name = &step.runner.event_name;
    let refuse = |reason: &str| refusal(name, reason);
    let head = checkout
        .head()
        .map_err(|error| refuse(&format!("what is checked out is not known ({error})")))?;
    let own = [step.runner.sha.as_deref(), base_sha];
    if !own.contains(&Some(head.as_str())) {
        return Err(refuse("the checkout is not the base branch's"));
    }
    notes.push(format!(
        "on `{name}` this run looks at the base branch; it says nothing about a pull request"
    ));
    Ok(())
}

/// Beside the repository's own commit another checkout can lie, below the scanned folder or behind
/// a link: on such an event its specs and evidence are a stranger's.
pub(super) fn own_content(
    step: &Step,
    found: &[Found],
    settings: &Settings,
    checkout: &Checkout,
) -> Result<(), String> {
    match &step.event {
        Event::Privileged { .. } | Event::WorkflowRun(_) => {}
        Event::PullRequest(_) | Event::MergeGroup { .. } | Event::Other => return Ok(()),
    }
    let specs = found.iter().map(|spec| settings.root.join(&spec.path));
    let folders = specs.filter_map(|spec| Some((spec.parent()?.to_owned(), spec)));
    let evidence = settings.evidence.clone();
    let foreign = folders
        .flat_map(|(folder, spec)| [folder, spec])
        .chain(evidence)
        .find(|path| !checkout.holds(path));
    foreign.map_or(Ok(()), |path| {
        let path = path.strip_prefix(&checkout.top).unwrap_or(&path).display();
        let reason = format!("`{path}` is not of the base branch's checkout");
        Err(refusal(&step.runner.event_name, &reason))
    })
}

fn refusal(event: &str, reason: &str) -> String {
    format!(
        "refused on `{event}`: {reason}. Such a run has the repository's rights, and a checkout of a \
         pull request's code can take them over. Use `pull_request`, and for comments on forks' \
         pull requests the two stages of docs/action.md"
    )
}
