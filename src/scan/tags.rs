//! The tags of Go modules whose path names a repository on GitHub: what the proxies say of a module's commit
//! is held against them where GitHub may be asked. It only warns (docs/verification.md#d3).

use std::collections::{BTreeMap, BTreeSet};

use crate::settings::Settings;
use dockyard_registry::evidence_dir::EvidenceDir;
use dockyard_registry::github::{Client, tags};
use dockyard_registry::recording::Recording;
use package_provenance::evidence::Fetched;
use package_provenance::evidence::git::{MAX_ANSWER, tag_evidence_path};
use package_provenance::git::RepositoryTag;
use package_provenance::package::{GoPackage, PackageVersion};
use package_provenance::verify::{Observed, TagNow};

/// What is known of tags.
pub(super) struct Tags(BTreeMap<RepositoryTag, Fetched>);

/// Asks for the tags that `packages` may be made from: of every prefix of a path that may be the module,
/// before it is known which one it is, so that nothing waits. From recorded evidence what it has is taken;
/// without a network or a token nothing is known, and nothing is said of it.
pub(super) async fn ask(
    settings: &Settings,
    evidence: Option<&EvidenceDir>,
    packages: &BTreeSet<PackageVersion>,
    recording: Option<&Recording>,
) -> Tags {
    let wanted = wanted(settings, packages);
    let answers = match evidence {
        _ if wanted.is_empty() => BTreeMap::new(),
        Some(evidence) => recorded(evidence, wanted),
        None if settings.offline => BTreeMap::new(),
        None => asked(settings, &wanted).await,
    };
    if let Some(recording) = recording {
        for (tag, answer) in &answers {
            if !matches!(answer, Fetched::Failed(_)) {
                recording.record_answer(&tag_evidence_path(tag), answer);
            }
        }
    }
    Tags(answers)
}

fn wanted(settings: &Settings, packages: &BTreeSet<PackageVersion>) -> BTreeSet<RepositoryTag> {
    let go = packages.iter().filter_map(|package| match package {
        PackageVersion::Go(package) => Some(package),
        PackageVersion::Npm(_) | PackageVersion::Pypi(_) => None,
    });
    // About private modules nobody is asked.
    go.filter(|package| settings.go.sources.uncovered(package).is_none())
        .flat_map(GoPackage::modules)
        .filter_map(|module| RepositoryTag::of(&module))
        .collect()
}

fn recorded(
    evidence: &EvidenceDir,
    wanted: BTreeSet<RepositoryTag>,
) -> BTreeMap<RepositoryTag, Fetched> {
    let answers = wanted.into_iter().map(|tag| {
        let answer = evidence.recorded(&tag_evidence_path(&tag), MAX_ANSWER);
        (tag, answer)
    });
    // A run without a token recorded none.
    answers
        .filter(|(_, answer)| !matches!(answer, Fetched::Failed(_)))
        .collect()
}

async fn asked(
    settings: &Settings,
    wanted: &BTreeSet<RepositoryTag>,
) -> BTreeMap<RepositoryTag, Fetched> {
    let Some(token) = &settings.github.token else {
        return BTreeMap::new();
    };
    match Client::new(&settings.github.api, Some(token.expose())) {
        Ok(client) => tags::ask(&client, wanted, settings.timeout).await,
        // Said of the skills, where there are any.
        Err(_) => BTreeMap::new(),
    }
}

impl Tags {
    /// Says of each Go package where its tag is now. A note where that could not be had, for people.
    pub(super) fn tell(
        &self,
        observed: &mut BTreeMap<PackageVersion, Box<Observed>>,
    ) -> Option<String> {
        let mut unknown = Vec::new();
        for go in observed
            .values_mut()
            .filter_map(|observed| observed.go.as_mut())
        {
            let tag = RepositoryTag::of(&go.module);
            let Some((tag, answer)) = tag.and_then(|tag| self.0.get_key_value(&tag)) else {
                continue;
            };
            match TagNow::read(tag, answer) {
                Ok(now) => go.tag = Some(now),
                Err(why) => unknown.push(why),
            }
        }
        let first = unknown.first()?;
        let what = match unknown.len() {
            1 => "of one Go module".to_owned(),
            many => format!("of {many} Go modules"),
        };
        Some(format!(
            "the commit {what} was not held against the repository's tag: {first}"
        ))
    }
}
