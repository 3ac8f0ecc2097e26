//! Which specs a pull request or a merge queue adds, or makes pin another package: requirements for new packages hold
//! for them.

use std::collections::BTreeSet;

use crate::action::base::files::AtBase;
use crate::action::base::tip::Base;
use crate::action::event::Event;
use crate::action::event::changed::{self, Touched};
use crate::action::event::checkout::Checkout;
use crate::action::scope::own_commits;
use crate::action::step::Step;
use crate::discover::Found;
use crate::settings::Settings;
use dockyard_registry::github::files::Files;
use dockyard_report::policy::novelty::{Novelty, is_new};
use dockyard_report::spec::parse;

/// Which of the specs in the checkout are new, and what is in doubt about that. Nothing is asked where
/// no requirement depends on it; where nothing is proposed there is no base.
pub async fn of(
    step: &Step,
    settings: &Settings,
    touched: &Result<Touched, String>,
    found: &[Found],
    checkout: &Checkout,
    base: Option<&Base<'_>>,
) -> (Novelty, Option<String>) {
    let asked = settings
        .policy
        .blocks
        .requirements
        .iter()
        .any(|one| one.new);
    if !asked {
        return (Novelty::NoBase, None);
    }
    let new = match (&step.event, base) {
        (Event::PullRequest(_), Some(base)) => {
            of_pull_request(touched, found, checkout, base).await
        }
        (Event::MergeGroup { .. }, Some(base)) => of_group(step, found, checkout, base).await,
        _ => return (Novelty::NoBase, None),
    };
    match new {
        Ok(new) => (Novelty::New(new), None),
        Err(reason) => {
            let doubt = format!(
                "which packages are new could not be determined, and requirements of the \
                 configuration depend on it: {reason}"
            );
            (Novelty::NoBase, Some(doubt))
        }
    }
}

async fn of_pull_request(
    touched: &Result<Touched, String>,
    found: &[Found],
    checkout: &Checkout,
    base: &Base<'_>,
) -> Result<BTreeSet<String>, String> {
    let touched = touched.as_ref().map_err(Clone::clone)?;
    let prefix = checkout.prefix();
    certain(found, &touched.paths, checkout)?;
    let (mut new, mut changed) = (BTreeSet::new(), Vec::new());
    for spec in found {
        let path = format!("{prefix}{}", spec.path);
        if touched.added.contains(&path) {
            new.insert(spec.path.clone());
        } else if touched.paths.contains(&path) {
            changed.push(spec);
        }
    }
    if changed.is_empty() {
        return Ok(new);
    }
    let before = base.read_all(&paths(&changed, &prefix)).await?;
    new.extend(compared(&changed, &before, &prefix)?);
    Ok(new)
}

/// A merge queue has no list of what it touches, so that every spec is compared with the branch.
async fn of_group(
    step: &Step,
    found: &[Found],
    checkout: &Checkout,
    base: &Base<'_>,
) -> Result<BTreeSet<String>, String> {
    let head = checkout
        .head()
        .map_err(|error| format!("what is checked out is not known ({error})"))?;
    if !own_commits(step).contains(&Some(head.as_str())) {
        return Err("what is checked out is not the merge queue's commit".to_owned());
    }
    certain(found, &BTreeSet::new(), checkout)?;
    let (specs, prefix): (Vec<&Found>, _) = (found.iter().collect(), checkout.prefix());
    let before = base.read_all(&paths(&specs, &prefix)).await?;
    compared(&specs, &before, &prefix)
}

/// Whether GitHub names each spec by the path that it was found at.
fn certain(found: &[Found], touched: &BTreeSet<String>, checkout: &Checkout) -> Result<(), String> {
    match changed::uncertain(found, touched, &checkout.top, &checkout.prefix()) {
        Some(path) => Err(format!(
            "`{path}` is a link, or lies below a link or a submodule"
        )),
        None => Ok(()),
    }
}

fn paths(specs: &[&Found], prefix: &str) -> BTreeSet<String> {
    let paths = specs.iter().map(|spec| format!("{prefix}{}", spec.path));
    paths.collect()
}

/// Those of `specs` that pin something else than `before`.
fn compared(specs: &[&Found], before: &Files, prefix: &str) -> Result<BTreeSet<String>, String> {
    let mut new = BTreeSet::new();
    for spec in specs {
        let path = format!("{prefix}{}", spec.path);
        let before = match before.get(&path) {
            Some(Ok(AtBase::File(bytes))) => Some(parse::parse(&spec.path, bytes)),
            Some(Ok(AtBase::Absent)) => None,
            Some(Err(error)) => {
                return Err(format!(
                    "`{path}` could not be read from the base branch: {error}"
                ));
            }
            None => return Err(format!("`{path}` was not read from the base branch")),
        };
        let now = spec
            .content
            .as_deref()
            .ok()
            .map(|bytes| parse::parse(&spec.path, bytes));
        if is_new(before.as_ref(), now.as_ref()) {
            new.insert(spec.path.clone());
        }
    }
    Ok(new)
}
