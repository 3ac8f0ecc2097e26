//! Skills: what GitHub says of the commits that they pin.

use std::collections::{BTreeMap, BTreeSet};

use crate::settings::Settings;
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::github::{Client, folders};
use dockyard_registry::recording::Recording;
use dockyard_report::report::skill::AllFolders;
use dockyard_report::spec::{SpecFile, Subject};
use package_provenance::evidence::git::{MAX_ANSWER, evidence_path};
use package_provenance::evidence::{FetchError, FetchProblem, Fetched};
use package_provenance::git::PinnedFolder;
use package_provenance::verify::verify_folder;

/// What was found out about the folder of every skill among `specs`: from recorded evidence, from GitHub,
/// or nothing, where neither may be asked. What is answered is recorded.
pub(super) async fn observe(
    settings: &Settings,
    evidence: Option<&EvidenceDir>,
    specs: &[SpecFile],
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
    let mut observed = AllFolders::new();
    for (folder, answer) in answers {
        if let Some(recording) = recording {
            recording.record_answer(&evidence_path(&folder), &answer);
        }
        let judged = verify_folder(&folder, &answer);
        observed.insert(folder, judged);
    }
    observed
}

/// Every folder once, however many specs pin it.
fn wanted(specs: &[SpecFile]) -> BTreeSet<PinnedFolder> {
    let folders = specs.iter().filter_map(|spec| match &spec.subject {
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
