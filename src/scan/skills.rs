//! Skills: what GitHub says of the commits that they pin.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::settings::Settings;
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::github::{Client, folders};
use dockyard_registry::recording::Recording;
use dockyard_report::report::skill::AllFolders;
use dockyard_report::spec::{SpecFile, Subject};
use package_provenance::evidence::git::{MAX_ANSWER, evidence_path};
use package_provenance::evidence::{FetchError, FetchProblem, Fetched};
use package_provenance::git::PinnedFolder;
use package_provenance::verify::{Observed, verify_folder};

/// Why recorded answers of GitHub decide nothing where a pull request can put them.
const UNSIGNED: &str = "what the recorded evidence says of skills is not signed by anybody, and whoever \
     changes the checkout can change it; name a folder outside of it with --evidence";

/// What was found out about the folder of every skill among `specs`: from recorded evidence, from GitHub,
/// or nothing, where neither may be asked. What is answered is recorded.
pub(super) async fn observe(
    settings: &Settings,
    evidence: Option<&EvidenceDir>,
    specs: impl Iterator<Item = &SpecFile>,
    recording: Option<&Recording>,
) -> AllFolders {
    let wanted = wanted(specs);
    let answers = match evidence {
        _ if wanted.is_empty() => BTreeMap::new(),
        Some(evidence) => each(&wanted, |folder| {
            evidence.recorded(&evidence_path(folder), MAX_ANSWER)
        }),
        None if settings.offline => each(&wanted, |folder| failed(folder, FetchProblem::Offline)),
        None => ask(settings, &wanted).await,
    };
    let unsigned = evidence.is_some() && !is_out_of_reach(settings);
    let mut observed = AllFolders::new();
    for (folder, answer) in answers {
        if let Some(recording) = recording {
            recording.record_answer(&evidence_path(&folder), &answer);
        }
        let judged = match &answer {
            Fetched::Found(_) | Fetched::Missing if unsigned => Observed::undetermined(UNSIGNED),
            Fetched::Found(_) | Fetched::Missing | Fetched::Failed(_) => {
                verify_folder(&folder, &answer)
            }
        };
        observed.insert(folder, judged);
    }
    observed
}

/// Whether the recorded answers of this run lie where nobody who changes the checkout can put them: in a
/// folder that a flag or an input names, and outside, by its name and by where links lead.
fn is_out_of_reach(settings: &Settings) -> bool {
    let Some(folder) = settings.evidence.as_deref() else {
        return true;
    };
    settings.evidence_by_flag && lies_outside(folder, &settings.root)
}

/// Whether neither of `folder` and the checkout around `root` holds the other. What cannot be resolved
/// does not.
fn lies_outside(folder: &Path, root: &Path) -> bool {
    let resolved = |path: &Path| fs::canonicalize(path).ok();
    let plain = |path: &Path| {
        let named = std::path::absolute(path).ok()?;
        // A folder whose name leads up is where that leads.
        let up = named.components().any(|part| part == Component::ParentDir);
        if up { resolved(path) } else { Some(named) }
    };
    let apart = |both: Option<(PathBuf, PathBuf)>| {
        both.is_some_and(|(folder, root)| {
            let top = top_of(&root);
            !folder.starts_with(&top) && !top.starts_with(&folder)
        })
    };
    apart(resolved(folder).zip(resolved(root))) && apart(plain(folder).zip(plain(root)))
}

/// The innermost folder around `root` with a `.git`, or `root` itself.
fn top_of(root: &Path) -> PathBuf {
    let mut above = root.ancestors().filter(|it| it.join(".git").exists());
    above.next().unwrap_or(root).to_owned()
}

/// Every folder once, however many specs pin it.
fn wanted<'a>(specs: impl Iterator<Item = &'a SpecFile>) -> BTreeSet<PinnedFolder> {
    let folders = specs.filter_map(|spec| match &spec.subject {
        Subject::Skill(skill) => Some(skill.folder.clone()),
        Subject::Package(_) | Subject::Unusable => None,
    });
    folders.collect()
}

async fn ask(
    settings: &Settings,
    wanted: &BTreeSet<PinnedFolder>,
) -> BTreeMap<PinnedFolder, Fetched> {
    let token = settings
        .github
        .token
        .as_ref()
        .map(dockyard_registry::credentials::Secret::expose);
    match Client::new(&settings.github.api, token) {
        Ok(client) => folders::ask(&client, wanted, settings.timeout).await,
        Err(why) => each(wanted, |folder| {
            failed(folder, FetchProblem::Api(why.clone()))
        }),
    }
}

fn each(
    wanted: &BTreeSet<PinnedFolder>,
    answer: impl Fn(&PinnedFolder) -> Fetched,
) -> BTreeMap<PinnedFolder, Fetched> {
    let answers = wanted.iter().map(|folder| (folder.clone(), answer(folder)));
    answers.collect()
}

fn failed(folder: &PinnedFolder, problem: FetchProblem) -> Fetched {
    let asked = folder.repository.url();
    Fetched::Failed(FetchError { asked, problem })
}

#[cfg(test)]
mod tests;
