//! Files of one commit, read in bulk.
//!
//! Each file is asked for twice in the same query: as an entry of its folder, which says whether it is a
//! file, a link or a submodule, and as an object, which has its text. A file whose text is not all of it
//! (binary, cut, not UTF-8) is asked of REST.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{self, StreamExt as _};
use octocrab::models::repos::Content;
use serde::Deserialize;
use serde_json::Value;

use super::client::checked;
use super::graphql::{Envelope, quoted};
use super::{ApiError, Client, RepositoryName, segment};

/// Files of one query: as many specs of the largest size as one answer may have bytes for.
const PER_QUERY: usize = 100;

/// Queries and requests that are made at once.
const AT_ONCE: usize = 4;

/// git's modes of a regular file: `100644` and `100755`.
const FILES: [u64; 2] = [0o100_644, 0o100_755];

/// What a commit holds at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtCommit {
    /// A file with these bytes.
    File(Vec<u8>),
    /// Nothing.
    Absent,
}

/// What came of each path: what is there, or the sentence that says why that is not known.
pub type Files = BTreeMap<String, Result<AtCommit, String>>;

/// Reads the files at `paths` (relative to `repository`, `/`-separated) as they are in `commit`, which is
/// a whole commit id.
pub async fn at_commit(
    client: &Client,
    repository: &RepositoryName,
    commit: &str,
    paths: &BTreeSet<String>,
) -> Files {
    let paths: Vec<&String> = paths.iter().collect();
    let chunks: Vec<Vec<String>> = paths
        .chunks(PER_QUERY)
        .map(|chunk| chunk.iter().map(|path| (*path).clone()).collect())
        .collect();
    stream::iter(chunks)
        .map(|chunk| async move { ask(client, repository, commit, &chunk).await })
        .buffer_unordered(AT_ONCE)
        .fold(Files::new(), |mut all, read| async move {
            all.extend(read);
            all
        })
        .await
}

async fn ask(
    client: &Client,
    repository: &RepositoryName,
    commit: &str,
    paths: &[String],
) -> Files {
    let answer = client.graphql(&query(repository, commit, paths)).await;
    let read = match answer {
        Ok(envelope) => read(&envelope, commit, paths),
        Err(error) => all(paths, &error.to_string()),
    };
    stream::iter(read)
        .map(|(path, told)| async move {
            let told = match told {
                Ok(Told::At(found)) => Ok(found),
                Ok(Told::NotWhole) => by_rest(client, repository, commit, &path).await,
                Err(why) => Err(why),
            };
            (path, told)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

/// The query: aliases are numbers of `paths`, so that no name from outside is one.
pub fn query(repository: &RepositoryName, commit: &str, paths: &[String]) -> String {
    let mut query = format!(
        "query {{ r: repository(owner: {}, name: {}) {{ o: object(oid: {}) {{ __typename }}",
        quoted(repository.owner()),
        quoted(repository.name()),
        quoted(commit)
    );
    for (number, path) in paths.iter().enumerate() {
        let (folder, _) = split(path);
        let _ = write!(
            query,
            " t{number}: object(expression: {}) {{ __typename ... on Tree {{ entries {{ name mode }} }} }} \
             f{number}: object(expression: {}) {{ __typename ... on Blob {{ byteSize isBinary isTruncated \
             text }} }}",
            quoted(&format!("{commit}:{folder}")),
            quoted(&format!("{commit}:{path}"))
        );
    }
    query.push_str(" } }");
    query
}

/// Folder and name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// What a query told of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// All of it.
    At(AtCommit),
    /// A file whose text was not told, or not all of it.
    NotWhole,
}

fn all(paths: &[String], why: &str) -> BTreeMap<String, Result<Told, String>> {
    let failed = paths.iter().map(|path| (path.clone(), Err(why.to_owned())));
    failed.collect()
}

/// What the answer to [`query`] says of each path. Any error leaves everything unknown: there is none that
/// a path of an existing commit can cause.
pub fn read(
    envelope: &Envelope,
    commit: &str,
    paths: &[String],
) -> BTreeMap<String, Result<Told, String>> {
    if let Some(error) = envelope.errors().first() {
        return all(paths, &error.sentence());
    }
    let data = envelope.data.as_ref();
    let Some(repository) = data
        .and_then(|data| data.get("r"))
        .filter(|it| it.is_object())
    else {
        return all(paths, "GitHub's GraphQL shows no such repository");
    };
    if repository.pointer("/o/__typename").and_then(Value::as_str) != Some("Commit") {
        return all(paths, &format!("GitHub shows no commit {commit}"));
    }
    let told = paths.iter().enumerate().map(|(number, path)| {
        let folder = repository.get(format!("t{number}"));
        let file = repository.get(format!("f{number}"));
        let told = match (folder, file) {
            (Some(folder), Some(file)) => one(path, folder, file),
            _ => Err("GitHub's GraphQL left out a part of the answer".to_owned()),
        };
        (path.clone(), told)
    });
    told.collect()
}

#[derive(Deserialize)]
struct TreeWire {
    #[serde(rename = "__typename")]
    kind: String,
    #[serde(default)]
    entries: Option<Vec<EntryWire>>,
}

#[derive(Deserialize)]
struct EntryWire {
    name: String,
    mode: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlobWire {
    #[serde(rename = "__typename")]
    kind: String,
    #[serde(default)]
    byte_size: Option<u64>,
    #[serde(default)]
    is_binary: Option<bool>,
    #[serde(default)]
    is_truncated: Option<bool>,
    #[serde(default)]
    text: Option<String>,
}

fn one(path: &str, folder: &Value, file: &Value) -> Result<Told, String> {
    let wrong = |error: serde_json::Error| {
        format!("GitHub's GraphQL answer about `{path}` cannot be read: {error}")
    };
    let folder = Option::<TreeWire>::deserialize(folder).map_err(wrong)?;
    let file = Option::<BlobWire>::deserialize(file).map_err(wrong)?;
    let (_, name) = split(path);
    let entries = match folder {
        Some(folder) if folder.kind == "Tree" => folder.entries.unwrap_or_default(),
        Some(_) | None => Vec::new(),
    };
    let mode = entries.iter().find(|it| it.name == name).map(|it| it.mode);
    match (mode, file) {
        (None, None) => Ok(Told::At(AtCommit::Absent)),
        (Some(mode), _) if !FILES.contains(&mode) => {
            Err(format!("`{path}` is not a file (git mode {mode:o})"))
        }
        (Some(_), Some(file)) if file.kind == "Blob" => Ok(text(file)),
        _ => Err(format!(
            "GitHub's GraphQL answer about `{path}` contradicts itself"
        )),
    }
}

/// The text, where it is the whole file: what GitHub could not decode it replaces, which changes the
/// size.
fn text(file: BlobWire) -> Told {
    let told = file.is_binary == Some(false) && file.is_truncated == Some(false);
    match file.text.filter(|_| told) {
        Some(text) if u64::try_from(text.len()).ok() == file.byte_size => {
            Told::At(AtCommit::File(text.into_bytes()))
        }
        _ => Told::NotWhole,
    }
}

/// Reads one file of a commit through REST.
///
/// # Errors
/// Why its bytes are not known.
pub async fn by_rest(
    client: &Client,
    repository: &RepositoryName,
    commit: &str,
    path: &str,
) -> Result<AtCommit, String> {
    let content = contents(client, repository, commit, path).await;
    let content = content.map_err(|error| error.to_string())?;
    if content.r#type == "file" && content.encoding.as_deref() == Some("none") {
        return blob(client, repository, &content.sha, path).await;
    }
    file(&content, path).map(AtCommit::File)
}

/// Reads a file that is larger than what comes with its description (1 MB; GitHub's "Get repository
/// content"): the object that the commit has at `path`.
async fn blob(
    client: &Client,
    repository: &RepositoryName,
    id: &str,
    path: &str,
) -> Result<AtCommit, String> {
    #[derive(Deserialize)]
    struct BlobOfRest {
        encoding: String,
        content: String,
    }
    let (owner, name) = (segment(repository.owner()), segment(repository.name()));
    let route = format!("/repos/{owner}/{name}/git/blobs/{}", segment(id));
    let blob: Result<BlobOfRest, ApiError> = client.get(&route, &[]).await;
    let blob = blob.map_err(|error| error.to_string())?;
    if blob.encoding != "base64" {
        return Err(format!("`{path}` is too large to be read through GitHub"));
    }
    decoded(&blob.content, path).map(AtCommit::File)
}

/// What REST says of a path. octocrab writes paths into addresses as they are, so it is encoded here.
///
/// # Errors
/// [`ApiError`].
pub async fn contents(
    client: &Client,
    repository: &RepositoryName,
    commit: &str,
    path: &str,
) -> Result<Content, ApiError> {
    let mut items = items(client, repository, commit, path).await?;
    match (items.pop(), items.is_empty()) {
        (Some(one), true) => Ok(one),
        _ => Err(ApiError::Unreadable(format!("`{path}` is a folder"))),
    }
}

/// The paths of all files of a commit, links among them, relative to the repository.
///
/// # Errors
/// [`ApiError`]; also where GitHub cuts the list, of which nothing would be known of what is left out.
pub async fn paths(
    client: &Client,
    repository: &RepositoryName,
    commit: &str,
) -> Result<BTreeSet<String>, ApiError> {
    #[derive(Deserialize)]
    struct Tree {
        tree: Vec<Entry>,
        truncated: bool,
    }
    #[derive(Deserialize)]
    struct Entry {
        path: String,
        #[serde(rename = "type")]
        kind: String,
    }
    let (owner, name) = (segment(repository.owner()), segment(repository.name()));
    let route = format!("/repos/{owner}/{name}/git/trees/{}", segment(commit));
    let listed: Tree = client.get(&route, &[("recursive", "1")]).await?;
    if listed.truncated {
        return Err(ApiError::Unreadable(
            "GitHub does not list all files of the commit, which are too many".to_owned(),
        ));
    }
    let files = listed.tree.into_iter().filter(|entry| entry.kind == "blob");
    Ok(files.map(|entry| entry.path).collect())
}

/// Whether a commit has a link or a submodule at `path`, rather than a folder or a file. Of a folder GitHub
/// lists what is in it.
///
/// # Errors
/// [`ApiError`].
pub async fn is_link(
    client: &Client,
    repository: &RepositoryName,
    commit: &str,
    path: &str,
) -> Result<bool, ApiError> {
    let items = items(client, repository, commit, path).await?;
    let mut own = items.iter().filter(|item| item.path == path);
    Ok(own.any(|item| matches!(item.r#type.as_str(), "symlink" | "submodule")))
}

async fn items(
    client: &Client,
    repository: &RepositoryName,
    commit: &str,
    path: &str,
) -> Result<Vec<Content>, ApiError> {
    let encoded: Vec<String> = path.split('/').map(segment).collect();
    let repository = client.api().repos(repository.owner(), repository.name());
    let asked = repository
        .get_content()
        .path(encoded.join("/"))
        .r#ref(commit);
    Ok(checked(asked.send().await)?.items)
}

/// The bytes of what GitHub answered about `path`. What is not in the answer is not an empty file.
///
/// # Errors
/// A sentence for people.
pub fn file(content: &Content, path: &str) -> Result<Vec<u8>, String> {
    if content.r#type != "file" {
        return Err(format!("`{path}` is not a file on the base branch"));
    }
    if content.encoding.as_deref() != Some("base64") {
        return Err(format!("`{path}` is too large on the base branch (1 MB)"));
    }
    let text = content
        .content
        .as_deref()
        .ok_or_else(|| format!("GitHub's answer about `{path}` holds no content"))?;
    decoded(text, path)
}

fn decoded(text: &str, path: &str) -> Result<Vec<u8>, String> {
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD
        .decode(text)
        .map_err(|error| format!("GitHub's answer about `{path}` is not base64: {error}"))
}

#[cfg(test)]
mod tests;
