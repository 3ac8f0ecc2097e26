//! The commits of tags, asked in bulk: one GraphQL query for the tags of many repositories.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::graphql::{Envelope, quoted};
use super::{Client, SHARES, is_commit};
use package_provenance::evidence::git::{TagAnswer, tag_evidence_path};
use package_provenance::evidence::{FetchError, FetchProblem, Fetched};
use package_provenance::git::RepositoryTag;
use package_provenance::identity::Repository;

/// Most repositories of one query.
const PER_QUERY: usize = 200;

/// What is asked of a tag: of an annotated one also the commit.
const FRAGMENT: &str = "fragment tag on Ref { prefix name target { __typename oid ... on Tag { target { __typename oid } } } }";

/// What GitHub answers about each of `tags`, with `time` for each query and its retries, and
/// [`SHARES`] times that for everything. Nobody is asked without a token, or about another host.
pub async fn ask(
    client: &Client,
    tags: &BTreeSet<RepositoryTag>,
    time: Duration,
) -> BTreeMap<RepositoryTag, Fetched> {
    let host = client.host().filter(|_| client.has_token());
    let mut repositories: BTreeMap<&Repository, Vec<&RepositoryTag>> = BTreeMap::new();
    for tag in tags {
        let ours = host
            .as_deref()
            .is_some_and(|host| tag.repository.host() == host);
        if ours {
            repositories.entry(&tag.repository).or_default().push(tag);
        }
    }
    let client = client.within(time.saturating_mul(SHARES));
    let repositories: Vec<_> = repositories.into_iter().collect();
    let mut answers = BTreeMap::new();
    for chunk in repositories.chunks(PER_QUERY) {
        let told = match client.share(time).graphql(&query(chunk)).await {
            Ok(envelope) => read(chunk, &envelope),
            Err(error) => all(chunk, &error.to_string()),
        };
        answers.extend(told);
    }
    answers
}

type Asked<'a> = (&'a Repository, Vec<&'a RepositoryTag>);

/// Aliases are numbers, so that no name from outside is one.
fn query(repositories: &[Asked<'_>]) -> String {
    let mut query = String::from("query {");
    for (number, (repository, tags)) in repositories.iter().enumerate() {
        let path = repository.path();
        let (owner, name) = path.split_once('/').unwrap_or((path, ""));
        let _ = write!(
            query,
            " r{number}: repository(owner: {}, name: {}, followRenames: true) {{ nameWithOwner",
            quoted(owner),
            quoted(name)
        );
        for (number, tag) in tags.iter().enumerate() {
            let name = quoted(tag.name.as_str());
            let _ = write!(query, " t{number}: ref(qualifiedName: {name}) {{ ...tag }}");
        }
        query.push_str(" }");
    }
    let _ = write!(query, " }} {FRAGMENT}");
    query
}

/// What the answer to [`query`] says of each tag. Of a repository that an error is about nothing is known; an
/// error about none of them leaves everything unknown.
fn read(asked: &[Asked<'_>], envelope: &Envelope) -> BTreeMap<RepositoryTag, Fetched> {
    let errors = envelope.errors();
    if let Some(error) = errors.iter().find(|error| error.aliases().is_empty()) {
        return all(asked, &error.sentence());
    }
    let told = asked.iter().enumerate().flat_map(|(number, (_, tags))| {
        let alias = format!("r{number}");
        let error = errors
            .iter()
            .find(|error| error.aliases().first() == Some(&alias.as_str()));
        let data = envelope.data.as_ref().and_then(|data| data.get(&alias));
        let repository = match (error, data) {
            (Some(error), _) => Err(error.sentence()),
            (None, Some(found)) if found.is_object() => Ok(found),
            (None, _) => Err("GitHub's GraphQL left out a repository".to_owned()),
        };
        tags.iter().enumerate().map(move |(number, tag)| {
            let told = repository.as_ref().map_err(Clone::clone);
            let told = told.and_then(|found| one(tag, found.get(format!("t{number}"))));
            let fetched = match told {
                Ok(Some(bytes)) => Fetched::Found(bytes.into()),
                Ok(None) => Fetched::Missing,
                Err(why) => failed(tag, why),
            };
            ((*tag).clone(), fetched)
        })
    });
    told.collect()
}

#[derive(Deserialize)]
struct TagWire {
    prefix: String,
    name: String,
    target: Option<TargetWire>,
}

#[derive(Deserialize)]
struct TargetWire {
    #[serde(rename = "__typename")]
    kind: String,
    oid: String,
    #[serde(default)]
    target: Option<Box<TargetWire>>,
}

/// The document about `tag`; none where the repository has no such tag.
fn one(tag: &RepositoryTag, told: Option<&Value>) -> Result<Option<Vec<u8>>, String> {
    let told = told.ok_or("GitHub's GraphQL left out a part of the answer")?;
    let told = Option::<TagWire>::deserialize(told)
        .map_err(|error| format!("GitHub's GraphQL answer cannot be read: {error}"))?;
    let Some(told) = told else { return Ok(None) };
    let name = format!("{}{}", told.prefix, told.name);
    if name != tag.name.as_str() {
        return Err("GitHub answers about another tag".to_owned());
    }
    let object = told.target.ok_or("GitHub shows a tag of nothing")?;
    let commit = match object.target {
        Some(tagged) if object.kind == "Tag" => *tagged,
        _ => TargetWire {
            target: None,
            ..object
        },
    };
    if commit.kind != "Commit" || !is_commit(&commit.oid) {
        return Err("GitHub shows a tag that leads to no commit".to_owned());
    }
    let answer = TagAnswer {
        name,
        commit: commit.oid,
    };
    serde_json::to_vec(&answer)
        .map(Some)
        .map_err(|error| error.to_string())
}

fn all(asked: &[Asked<'_>], why: &str) -> BTreeMap<RepositoryTag, Fetched> {
    let tags = asked.iter().flat_map(|(_, tags)| tags);
    tags.map(|tag| ((*tag).clone(), failed(tag, why.to_owned())))
        .collect()
}

fn failed(tag: &RepositoryTag, why: String) -> Fetched {
    Fetched::Failed(FetchError {
        asked: tag_evidence_path(tag),
        problem: FetchProblem::Api(why),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use package_provenance::package::GoModule;

    fn tag(path: &str) -> RepositoryTag {
        RepositoryTag::of(&GoModule::parse(path, "v1.2.3").unwrap()).unwrap()
    }

    #[test]
    fn an_answer_is_about_the_tag_that_was_asked_for_or_nothing_is_known() {
        let (tool, nested) = (tag("github.com/acme/tool"), tag("github.com/acme/tool/cmd"));
        let other = tag("github.com/acme/gone");
        let asked = [
            (&tool.repository, vec![&tool, &nested]),
            (&other.repository, vec![&other]),
        ];
        let of = |answer: &str| {
            let envelope: Envelope = serde_json::from_str(answer).unwrap();
            let read = read(&asked, &envelope);
            [&tool, &nested, &other].map(|tag| match &read[tag] {
                Fetched::Found(bytes) => {
                    let told: TagAnswer = serde_json::from_slice(bytes).unwrap();
                    told.commit.get(..1).unwrap().to_owned()
                }
                Fetched::Missing => "none".to_owned(),
                Fetched::Failed(_) => "?".to_owned(),
            })
        };
        let (one, two) = ("1".repeat(40), "2".repeat(40));
        let plain = format!(
            r#"{{"prefix":"refs/tags/","name":"v1.2.3","target":{{"__typename":"Commit","oid":"{one}"}}}}"#
        );
        let annotated = format!(
            r#"{{"prefix":"refs/tags/","name":"cmd/v1.2.3","target":{{"__typename":"Tag","oid":"{one}",
            "target":{{"__typename":"Commit","oid":"{two}"}}}}}}"#
        );
        let whole = |first: &str, second: &str, errors: &str| {
            format!(
                r#"{{"data":{{"r0":{{"t0":{first},"t1":{second}}},"r1":null}},"errors":[{errors}]}}"#
            )
        };
        let gone = r#"{"message":"no","type":"NOT_FOUND","path":["r1"]}"#;
        assert_eq!(of(&whole(&plain, &annotated, gone)), ["1", "2", "?"]);
        assert_eq!(of(&whole("null", &annotated, gone)), ["none", "2", "?"]);
        // Of another tag, of nothing, of a tree; and what is left out.
        assert_eq!(of(&whole(&annotated, &annotated, gone)), ["?", "2", "?"]);
        let empty = plain.replace(r#""target":{"#, r#""target":null,"x":{"#);
        assert_eq!(of(&whole(&empty, "7", gone)), ["?", "?", "?"]);
        let tree = plain.replace("Commit", "Tree");
        assert_eq!(of(&whole(&tree, &annotated, gone)), ["?", "2", "?"]);
        assert_eq!(of(r#"{"data":{"r0":{}}}"#), ["?", "?", "?"]);
        let everything = r#"{"message":"slow","type":"RATE_LIMITED"}"#;
        assert_eq!(of(&whole(&plain, &annotated, everything)), ["?", "?", "?"]);
    }
}
