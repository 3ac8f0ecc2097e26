//! Repositories, the files of commits, and how commits lie to each other, as REST tells of them.

use super::documents;
use super::message::Answer;
use super::reply::{ok, refuse};
use super::state::Repository;

/// What the repository is.
pub(super) fn repository(repository: &Repository, name: &str) -> Answer {
    let mut document = documents::repository(name);
    document["id"] = repository.id(name).into();
    document["archived"] = repository.history.archived.into();
    document["disabled"] = repository.history.disabled.into();
    document["default_branch"] = repository.default_branch().into();
    ok(document)
}

/// Where a repository that was renamed is to be asked for; GitHub names it by its number.
pub(super) fn moved(new: &str, path: &str) -> Answer {
    let id = documents::user_id(new);
    let address = format!("{}/repositories/{id}/{path}", documents::SITE);
    let mut answer = refuse(301, "Moved Permanently");
    answer.headers.push(("location", address));
    answer
}

/// All files of a commit.
pub(super) fn tree(repository: &Repository, name: &str, commit: &str) -> Answer {
    let files = repository.files.keys().chain(repository.links.keys());
    let paths: std::collections::BTreeSet<&str> = files
        .filter(|(known, _)| known == commit)
        .map(|(_, path)| path.as_str())
        .collect();
    if paths.is_empty() && commit != documents::BASE {
        return refuse(404, "Not Found");
    }
    ok(documents::tree(
        name,
        commit,
        &paths,
        repository.knobs.cut_trees,
    ))
}

/// `BASE...HEAD`: the base a commit or a full ref name, the head a commit.
pub(super) fn compare(repository: &Repository, name: &str, range: &str) -> Answer {
    let Some((named, head)) = range.split_once("...") else {
        return refuse(404, "Not Found");
    };
    let base = repository
        .object(named)
        .or_else(|| repository.reference(named));
    let (Some(base), Some(_)) = (base, repository.object(head)) else {
        return refuse(404, "Not Found");
    };
    let base = &base.peeled();
    match (
        repository.compare(base, head),
        repository.merge_base(base, head),
    ) {
        (Some(status), Some(merge_base)) => ok(documents::comparison(
            name,
            &status.to_ascii_lowercase(),
            (base, head),
            &merge_base,
        )),
        _ => refuse(
            404,
            &format!("No common ancestor between {named} and {head}."),
        ),
    }
}
