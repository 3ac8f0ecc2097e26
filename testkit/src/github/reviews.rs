//! Reviews of a pull request, and their comments at lines of the diff.

use serde_json::{Value, json};

use super::documents::{self, SITE, TIME};
use super::message::{Answer, Request};
use super::reply::{ok, page, refuse};
use super::state::{Repository, ReviewComment};

/// Longest body, in characters.
const MAX_BODY: usize = 65_536;

/// `pulls/NUMBER/comments`, which are those of all reviews, and `pulls/NUMBER/reviews`.
pub(super) fn answer(
    repository: &mut Repository,
    name: &str,
    number: u64,
    request: &Request,
    author: Option<(String, &'static str)>,
) -> Answer {
    match (request.method.as_str(), author) {
        ("GET", _) if request.path.ends_with("/comments") => {
            let comments = repository.review_comments.iter().enumerate();
            let comments = comments.filter(|(_, comment)| comment.pull == number);
            page(
                request,
                comments.map(|(id, comment)| document(name, id, comment)),
            )
        }
        ("POST", Some(author)) if request.path.ends_with("/reviews") => {
            create(repository, name, number, request, author)
        }
        ("POST", None) => refuse(401, "Requires authentication"),
        _ => refuse(404, "Not Found"),
    }
}

/// GitHub takes all comments of a review, or none of them.
fn create(
    repository: &mut Repository,
    name: &str,
    number: u64,
    request: &Request,
    (login, kind): (String, &'static str),
) -> Answer {
    let Some(pull) = repository.pulls.get(&number) else {
        return refuse(404, "Not Found");
    };
    let commit = request.body["commit_id"].as_str().unwrap_or(&pull.head_sha);
    if commit != pull.head_sha {
        return refuse(422, "The commit is not part of the pull request");
    }
    let commit = commit.to_owned();
    let text = |value: &Value| value["body"].as_str().map(ToOwned::to_owned);
    let Some(body) = text(&request.body).filter(|_| request.body["event"] == "COMMENT") else {
        return refuse(422, "Unprocessable Entity");
    };
    let none = Vec::new();
    let comments = request.body["comments"].as_array().unwrap_or(&none);
    let mut made = Vec::new();
    for comment in comments {
        let path = comment["path"].as_str().unwrap_or_default().to_owned();
        let line = comment["line"].as_u64().unwrap_or_default();
        let start_line = comment["start_line"].as_u64();
        let first = start_line.unwrap_or(line);
        let diff = repository.patches.get(&path);
        let shown = diff.is_some_and(|diff| holds(diff, first, line));
        let right = comment["side"] == "RIGHT"
            && (start_line.is_none() || (comment["start_side"] == "RIGHT" && first < line));
        let body = text(comment).filter(|body| body.chars().count() <= MAX_BODY);
        let Some(body) = body.filter(|_| shown && right) else {
            return refuse(422, "Unprocessable Entity: line must be part of the diff");
        };
        made.push(ReviewComment {
            pull: number,
            path,
            start_line: first,
            line,
            login: login.clone(),
            kind: kind.to_owned(),
            body,
        });
    }
    repository.review_comments.extend(made);
    repository.reviews += 1;
    let id = repository.reviews;
    let page = format!("{SITE}/{name}/pull/{number}");
    ok(json!({
        "id": id, "node_id": format!("PRR_{id}"), "user": documents::user(&login, kind), "body": body,
        "state": "COMMENTED", "commit_id": commit, "submitted_at": TIME,
        "html_url": format!("{page}#pullrequestreview-{id}"), "pull_request_url": page,
        "_links": {"html": {"href": page}, "pull_request": {"href": page}},
        "author_association": "NONE",
    }))
}

/// Whether one hunk of the patch shows all these lines of the new file.
fn holds(patch: &str, first: u64, last: u64) -> bool {
    patch.lines().any(|line| {
        let range = line
            .strip_prefix("@@ ")
            .and_then(|rest| rest.split(" @@").next());
        let new = range.and_then(|range| range.split(" +").nth(1));
        let Some(new) = new else { return false };
        let (start, count) = new.split_once(',').unwrap_or((new, "1"));
        let (Ok(start), Ok(count)) = (start.parse::<u64>(), count.parse::<u64>()) else {
            return false;
        };
        start <= first && first <= last && last < start + count
    })
}

/// A comment of a review.
fn document(name: &str, id: usize, comment: &ReviewComment) -> Value {
    let page = format!("{SITE}/{name}/pull/{}", comment.pull);
    let link = json!({"href": page});
    json!({
        "id": id, "node_id": format!("PRRC_{id}"), "pull_request_review_id": 1, "diff_hunk": "@@ @@",
        "path": comment.path, "commit_id": documents::BASE, "original_commit_id": documents::BASE,
        "user": documents::user(&comment.login, &comment.kind), "body": comment.body,
        "created_at": TIME, "updated_at": TIME, "html_url": format!("{page}#discussion_r{id}"),
        "url": page, "pull_request_url": page, "author_association": "NONE",
        "line": comment.line, "side": "RIGHT",
        "_links": {"self": link, "html": link, "pull_request": link},
    })
}
