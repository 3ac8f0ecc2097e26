//! Which specs a pull request adds, or makes pin another package: requirements for new packages hold
//! for them.

use std::collections::BTreeSet;

use crate::action::base::files::{AtBase, BaseFiles};
use crate::action::event::Event;
use crate::action::event::changed::{self, Touched};
use crate::action::event::checkout::Checkout;
use crate::action::step::Step;
use crate::discover::Found;
use crate::settings::Settings;
use dockyard_report::policy::novelty::{Novelty, is_new};
use dockyard_report::spec::parse;

/// Most specs that are read from the base.
const MAX_SPECS: usize = 20;

/// Which of the specs in the checkout are new, and what is in doubt about that. Nothing is asked where
/// no requirement depends on it; without a pull request there is no base.
pub async fn of(
    step: &Step,
    settings: &Settings,
    touched: &Result<Touched, String>,
    found: &[Found],
    checkout: &Checkout,
) -> (Novelty, Option<String>) {
    let asked = settings
        .policy
        .blocks
        .requirements
        .iter()
        .any(|one| one.new);
    if !asked || !matches!(step.event, Event::PullRequest(_)) {
        return (Novelty::NoBase, None);
    }
    match read(step, touched, found, checkout).await {
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

async fn read(
    step: &Step,
    touched: &Result<Touched, String>,
    found: &[Found],
    checkout: &Checkout,
) -> Result<BTreeSet<String>, String> {
    let touched = touched.as_ref().map_err(Clone::clone)?;
    let prefix = checkout.prefix();
    if let Some(path) = changed::uncertain(found, &touched.paths, &checkout.top, &prefix) {
        return Err(format!(
            "`{path}` is a link, or lies below a link or a submodule"
        ));
    }
    let (mut new, mut changed) = (BTreeSet::new(), Vec::new());
    for spec in found {
        let path = format!("{prefix}{}", spec.path);
        if touched.added.contains(&path) {
            new.insert(spec.path.clone());
        } else if touched.paths.contains(&path) {
            changed.push((path, spec));
        }
    }
    if changed.is_empty() {
        return Ok(new);
    }
    if changed.len() > MAX_SPECS {
        return Err(format!(
            "the pull request changes {} specs, and at most {MAX_SPECS} are read from the base branch",
            changed.len()
        ));
    }
    let (Event::PullRequest(request), Some(client)) = (&step.event, &step.client) else {
        return Err("GITHUB_REPOSITORY is not set".to_owned());
    };
    let client = client.hurried();
    let base = BaseFiles::new(&client, &request.base_sha);
    for (path, spec) in changed {
        let before = match base.read(&path).await? {
            AtBase::File(bytes) => Some(parse::parse(&spec.path, &bytes)),
            AtBase::Absent => None,
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
