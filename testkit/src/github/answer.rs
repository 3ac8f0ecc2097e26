//! What each endpoint does.

use serde_json::json;

use super::documents;
use super::git;
use super::graphql;
use super::message::{Answer, Request};
use super::reply::{ok, page, query, refuse, who};
use super::reviews;
use super::state::{Call, CodeScanning, Comment, Knobs, REPOSITORY, Repository, Sarif, State};

/// Longest comment, in characters.
const MAX_BODY: usize = 65_536;

pub(super) fn answer(request: &Request, state: &State) -> Answer {
    if request.path == "/user" {
        return user(request);
    }
    if matches!(request.path.as_str(), "/graphql" | "/api/graphql") {
        return graphql::answer(request, state);
    }
    let Some((name, path)) = split(&request.path) else {
        return refuse(404, "Not Found");
    };
    state.with(|repositories| {
        let Some(repository) = repositories.get_mut(&name) else {
            return refuse(404, "Not Found");
        };
        repository.calls.push(Call {
            method: request.method.clone(),
            path: path.clone(),
            authorization: request.authorization.clone(),
            agent: request.agent.clone(),
        });
        let fault = repository.knobs.faults.iter_mut().find(|fault| {
            let held = path.contains(fault.path) || (path.is_empty() && fault.path == REPOSITORY);
            fault.times > 0 && fault.method == request.method && held
        });
        let fault = fault.map(|fault| {
            fault.times -= 1;
            fault.clone()
        });
        let Some(fault) = fault else {
            return route(repository, &name, &path, request);
        };
        if fault.done {
            route(repository, &name, &path, request);
        }
        let mut answer = refuse(fault.status, "This went wrong on purpose");
        answer.headers = fault.headers;
        answer
    })
}

/// `/repos/{owner}/{name}/{rest}`.
fn split(path: &str) -> Option<(String, String)> {
    let mut parts = path.strip_prefix("/repos/")?.splitn(3, '/');
    let (owner, name) = (parts.next()?, parts.next()?);
    let rest = parts.next().unwrap_or_default();
    Some((format!("{owner}/{name}"), rest.to_owned()))
}

fn user(request: &Request) -> Answer {
    match who(request) {
        None => refuse(401, "Requires authentication"),
        Some((_, "Bot")) => refuse(403, "Resource not accessible by integration"),
        Some((login, kind)) => ok(documents::user(&login, kind)),
    }
}

/// What is refused, whatever is asked for.
fn refused(repository: &Repository, path: &str, request: &Request) -> Option<Answer> {
    let (knobs, writes) = (&repository.knobs, request.method != "GET");
    if knobs.hidden {
        return Some(refuse(404, "Not Found"));
    }
    let forbidden = knobs.forbidden || (writes && knobs.read_only);
    if forbidden || !may(knobs, &request.method, path) {
        return Some(refuse(403, "Resource not accessible by integration"));
    }
    if knobs.locked && writes && path.contains("comments") {
        let message = "Unable to create comment because issue is locked.";
        return Some(refuse(403, message));
    }
    if let Some(new) = &repository.history.renamed {
        return Some(git::moved(new, path));
    }
    let anonymous = writes && who(request).is_none();
    anonymous.then(|| refuse(401, "Requires authentication"))
}

fn route(repository: &mut Repository, name: &str, path: &str, request: &Request) -> Answer {
    if let Some(answer) = refused(repository, path, request) {
        return answer;
    }
    let author = who(request);
    let base_branch = &*repository
        .knobs
        .base_branch
        .clone()
        .unwrap_or("main".to_owned());
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", [""]) => git::repository(repository, name),
        ("GET", ["git", "ref", "heads", branch @ ..]) => {
            let branch = branch.join("/");
            match repository.branches.get(&branch) {
                Some(Some(commit)) => ok(documents::git_ref(name, &branch, commit)),
                None if branch == base_branch => {
                    ok(documents::git_ref(name, &branch, documents::BASE))
                }
                Some(None) | None => refuse(404, "Not Found"),
            }
        }
        ("GET", ["git", "blobs", id]) => {
            let blob = repository
                .files
                .values()
                .find(|it| documents::blob_id(it) == *id);
            blob.map_or_else(|| refuse(404, "Not Found"), |it| ok(documents::blob(it)))
        }
        ("GET", ["git", "trees", commit]) => git::tree(repository, name, commit),
        ("GET", ["compare", range @ ..]) => git::compare(repository, name, &range.join("/")),
        ("GET", ["contents", file @ ..]) => content(repository, name, &file.join("/"), request),
        ("GET", ["issues", number, "comments"]) => {
            let of = number.parse().unwrap_or(0);
            let comments = repository.comments.iter();
            let comments = comments.filter(|comment| comment.pull == of);
            page(
                request,
                comments.map(|comment| documents::comment(name, comment)),
            )
        }
        ("POST", ["issues", number, "comments"]) => create(
            repository,
            name,
            number.parse().unwrap_or(0),
            request,
            author,
        ),
        ("PATCH", ["issues", "comments", id]) => {
            rewrite(repository, name, id.parse().unwrap_or(0), request)
        }
        ("GET", ["pulls"]) => {
            let pulls = repository.pulls.iter().filter(|(_, pull)| {
                let owner = pull.head_repository.split('/').next().unwrap_or_default();
                let head = format!("{owner}:{}", pull.head_branch);
                pull.open && query(request, "head").is_none_or(|wanted| wanted == head)
            });
            page(
                request,
                pulls.map(|(number, pull)| documents::pull(name, *number, pull, base_branch)),
            )
        }
        ("GET", ["pulls", number]) => match pull(repository, number) {
            Some((number, pull)) => ok(documents::pull(name, number, pull, base_branch)),
            None => refuse(404, "Not Found"),
        },
        ("GET", ["pulls", number, "files"]) => match pull(repository, number) {
            Some((_, pull)) => page(
                request,
                pull.files.iter().map(|file| {
                    let diff = repository.patches.get(&file.0);
                    documents::diff_entry(name, file, status_of(repository, pull, file), diff)
                }),
            ),
            None => refuse(404, "Not Found"),
        },
        ("GET" | "POST", ["pulls", number, "comments" | "reviews"]) => reviews::answer(
            repository,
            name,
            number.parse().unwrap_or(0),
            request,
            author,
        ),
        ("POST", ["code-scanning", "sarifs"]) => upload(repository, name, request),
        ("GET", ["code-scanning", "sarifs", id]) => status(repository, name, id),
        _ => refuse(404, "Not Found"),
    }
}

/// Whether the job's permissions allow it.
fn may(knobs: &Knobs, method: &str, path: &str) -> bool {
    let Some(permissions) = &knobs.permissions else {
        return true;
    };
    let scope = match path.split('/').next() {
        Some("contents" | "git" | "compare") => "contents",
        Some("issues" | "pulls") => "pull-requests",
        Some("code-scanning") => "security-events",
        // What every token may: `metadata`.
        _ => return true,
    };
    match permissions.get(scope).map(String::as_str) {
        Some("write") => true,
        Some("read") => method == "GET",
        _ => false,
    }
}

fn pull<'a>(repository: &'a Repository, number: &str) -> Option<(u64, &'a super::Pull)> {
    let number = number.parse().ok()?;
    Some((number, repository.pulls.get(&number)?))
}

/// What a pull request does to a file.
fn status_of(
    repository: &Repository,
    pull: &super::Pull,
    file: &(String, Option<String>),
) -> &'static str {
    match file {
        (name, _) if pull.removed.contains(name) => "removed",
        (_, Some(_)) => "renamed",
        (name, None) if is_new(repository, name) => "added",
        _ => "modified",
    }
}

/// Whether the base, where it is known, has no such file.
fn is_new(repository: &Repository, path: &str) -> bool {
    let mut known = repository
        .files
        .keys()
        .filter(|(commit, _)| commit == documents::BASE)
        .peekable();
    known.peek().is_some() && known.all(|(_, file)| file != path)
}

fn content(repository: &Repository, name: &str, path: &str, request: &Request) -> Answer {
    let sha = query(request, "ref").unwrap_or("main").to_owned();
    if !repository.files.keys().any(|(known, _)| *known == sha) {
        return refuse(404, &format!("No commit found for the ref {sha}"));
    }
    let place = (sha, path.to_owned());
    if let Some(target) = repository.links.get(&place) {
        return ok(documents::link(name, path, target));
    }
    match repository.files.get(&place) {
        Some(bytes) => ok(documents::content(name, path, bytes)),
        None => refuse(404, "Not Found"),
    }
}

fn text(request: &Request) -> Option<String> {
    let body = request.body["body"].as_str()?.to_owned();
    (body.chars().count() <= MAX_BODY).then_some(body)
}

fn create(
    repository: &mut Repository,
    name: &str,
    pull: u64,
    request: &Request,
    author: Option<(String, &'static str)>,
) -> Answer {
    let (Some(body), Some((login, kind))) = (text(request), author) else {
        return invalid("body is too long (maximum is 65536 characters)");
    };
    if let Some(mut other) = repository.knobs.racing.take() {
        other.id = next(repository);
        repository.comments.push(other);
    }
    let comment = Comment {
        id: next(repository),
        pull,
        login,
        kind: kind.to_owned(),
        body,
        edits: 0,
    };
    let document = documents::comment(name, &comment);
    repository.comments.push(comment);
    Answer {
        status: 201,
        ..ok(document)
    }
}

/// The number of the next comment: it grows, whatever is deleted.
fn next(repository: &Repository) -> u64 {
    let last = repository.comments.iter().map(|comment| comment.id).max();
    last.map_or(1000, |last| 1000.max(last + 1))
}

fn rewrite(repository: &mut Repository, name: &str, id: u64, request: &Request) -> Answer {
    let Some(body) = text(request) else {
        return invalid("body is too long (maximum is 65536 characters)");
    };
    let comment = repository.comments.iter_mut().find(|known| known.id == id);
    let Some(comment) = comment else {
        return refuse(404, "Not Found");
    };
    comment.body = body;
    comment.edits += 1;
    ok(documents::comment(name, comment))
}

fn upload(repository: &mut Repository, name: &str, request: &Request) -> Answer {
    match repository.knobs.code_scanning {
        CodeScanning::On => {}
        CodeScanning::Missing => return refuse(404, "Not Found"),
        CodeScanning::Disabled => {
            let message = "Code scanning is not enabled for this repository. Please enable code \
                           scanning in the repository settings.";
            return refuse(403, message);
        }
        CodeScanning::Unlicensed => {
            let message = "Code Security must be enabled for this repository to use code scanning.";
            return refuse(403, message);
        }
    }
    let field = |name: &str| request.body[name].as_str().unwrap_or_default();
    let refs = ["refs/heads/", "refs/tags/", "refs/pull/"];
    let named = refs.iter().any(|start| field("ref").starts_with(start));
    let commit = field("commit_sha");
    let whole = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !named || !whole || field("sarif").is_empty() {
        return Answer {
            status: 400,
            headers: Vec::new(),
            body: None,
            wrong: false,
        };
    }
    let id = format!(
        "47177e22-5596-11eb-80a1-c1e54ef{:05x}",
        repository.sarifs.len()
    );
    repository.sarifs.push(Sarif {
        id: id.clone(),
        request: request.body.clone(),
        polls: 0,
    });
    let url = format!("https://github.example/api/{name}/code-scanning/sarifs/{id}");
    Answer {
        status: 202,
        ..ok(json!({"id": id, "url": url}))
    }
}

fn status(repository: &mut Repository, name: &str, id: &str) -> Answer {
    let (pending, errors) = (
        repository.knobs.pending,
        repository.knobs.sarif_errors.clone(),
    );
    let Some(sarif) = repository.sarifs.iter_mut().find(|sarif| sarif.id == id) else {
        return refuse(404, "Not Found");
    };
    sarif.polls += 1;
    let url = format!("https://github.example/api/{name}/code-scanning/analyses?sarif_id={id}");
    ok(if sarif.polls <= pending {
        json!({"processing_status": "pending"})
    } else if errors.is_empty() {
        json!({"processing_status": "complete", "analyses_url": url})
    } else {
        json!({"processing_status": "failed", "analyses_url": url, "errors": errors})
    })
}

fn invalid(message: &str) -> Answer {
    let mut answer = refuse(422, "Validation Failed");
    if let Some(body) = &mut answer.body {
        body["errors"] = json!([{"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}]);
    }
    answer
}
