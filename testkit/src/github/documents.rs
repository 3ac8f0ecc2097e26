//! Documents in the shapes that GitHub describes: everything it requires, nothing it forbids.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::state::{Comment, Pull};
use crate::keys::sha256;

/// Where everything lies, for links that nobody follows.
pub(super) const SITE: &str = "https://github.example";
/// The commit that pull requests are compared with.
pub(super) const BASE: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
pub(super) const TIME: &str = "2026-01-01T00:00:00Z";

fn object(fields: Value, base: &str, addresses: &[&str]) -> Value {
    let mut object = fields;
    for name in addresses {
        object[*name] = json!(format!("{SITE}/{base}/{name}"));
    }
    object
}

/// An account: `id` is made from the login.
pub(super) fn user(login: &str, kind: &str) -> Value {
    let id = user_id(login);
    object(
        json!({
            "id": id, "node_id": format!("U_{id}"), "login": login, "type": kind,
            "site_admin": false, "gravatar_id": "", "name": null, "company": null, "blog": null,
            "location": null, "email": null, "hireable": null, "bio": null, "public_repos": 0,
            "public_gists": 0, "followers": 0, "following": 0, "created_at": TIME,
            "updated_at": TIME,
        }),
        login.trim_end_matches("[bot]"),
        &[
            "avatar_url",
            "events_url",
            "followers_url",
            "following_url",
            "gists_url",
            "html_url",
            "organizations_url",
            "received_events_url",
            "repos_url",
            "starred_url",
            "subscriptions_url",
            "url",
        ],
    )
}

/// A number that belongs to a login.
pub(super) fn user_id(login: &str) -> u64 {
    login
        .bytes()
        .fold(7, |id: u64, byte| (id * 31 + u64::from(byte)) % 1_000_003)
}

pub(super) fn comment(repository: &str, comment: &Comment) -> Value {
    let id = comment.id;
    json!({
        "id": id, "node_id": format!("IC_{id}"), "body": comment.body,
        "url": format!("{SITE}/api/{repository}/issues/comments/{id}"),
        "html_url": format!("{SITE}/{repository}/pull/{}#issuecomment-{id}", comment.pull),
        "issue_url": format!("{SITE}/api/{repository}/issues/{}", comment.pull),
        "user": user(&comment.login, &comment.kind), "created_at": TIME, "updated_at": TIME,
        "author_association": "NONE", "performed_via_github_app": null,
    })
}

pub(super) fn repository(name: &str) -> Value {
    let (owner, short) = name.split_once('/').unwrap_or((name, name));
    object(
        json!({
            "id": user_id(name), "node_id": "R_1", "name": short, "full_name": name,
            "owner": user(owner, "Organization"), "private": false, "fork": false,
            "description": null, "default_branch": "main", "forks": 0, "forks_count": 0,
            "has_downloads": true, "has_issues": true, "has_projects": false, "has_wiki": false,
            "has_pages": false, "has_discussions": false, "homepage": null, "language": null,
            "archived": false, "disabled": false, "mirror_url": null, "open_issues": 0,
            "open_issues_count": 0, "license": null, "pushed_at": TIME, "created_at": TIME,
            "updated_at": TIME, "size": 1, "stargazers_count": 0, "watchers": 0,
            "watchers_count": 0, "network_count": 0, "subscribers_count": 0,
        }),
        name,
        &[
            "archive_url",
            "assignees_url",
            "blobs_url",
            "branches_url",
            "collaborators_url",
            "comments_url",
            "commits_url",
            "compare_url",
            "contents_url",
            "contributors_url",
            "deployments_url",
            "downloads_url",
            "events_url",
            "forks_url",
            "git_commits_url",
            "git_refs_url",
            "git_tags_url",
            "hooks_url",
            "html_url",
            "issue_comment_url",
            "issue_events_url",
            "issues_url",
            "keys_url",
            "labels_url",
            "languages_url",
            "merges_url",
            "milestones_url",
            "notifications_url",
            "pulls_url",
            "releases_url",
            "stargazers_url",
            "statuses_url",
            "subscribers_url",
            "subscription_url",
            "tags_url",
            "teams_url",
            "trees_url",
            "url",
            "clone_url",
            "git_url",
            "ssh_url",
            "svn_url",
        ],
    )
}

pub(super) fn pull(name: &str, number: u64, pull: &Pull, base_branch: &str) -> Value {
    let side = |repository_name: &str, branch: &str, sha: &str| {
        let owner = repository_name.split('/').next().unwrap_or_default();
        json!({
            "label": format!("{owner}:{branch}"), "ref": branch, "sha": sha,
            "user": user(owner, "User"), "repo": repository(repository_name),
        })
    };
    let base = format!("{name}/pull/{number}");
    let mut document = object(
        json!({
            "id": number, "node_id": "PR_1", "number": number, "title": "Change",
            "state": if pull.open { "open" } else { "closed" }, "user": user("someone", "User"),
            "created_at": TIME, "updated_at": TIME,
            "head": side(&pull.head_repository, &pull.head_branch, &pull.head_sha),
            "base": side(name, base_branch, BASE),
            "author_association": "NONE", "mergeable_state": "unknown",
            "comments": 0, "review_comments": 0, "commits": 1, "additions": 1, "deletions": 0,
            "changed_files": pull.changed_files.unwrap_or(pull.files.len()),
        }),
        &base,
        &[
            "comments_url",
            "commits_url",
            "diff_url",
            "html_url",
            "issue_url",
            "patch_url",
            "review_comment_url",
            "review_comments_url",
            "statuses_url",
            "url",
        ],
    );
    for list in [
        "labels",
        "assignees",
        "requested_reviewers",
        "requested_teams",
    ] {
        document[list] = json!([]);
    }
    for no in ["locked", "draft", "merged", "maintainer_can_modify"] {
        document[no] = json!(false);
    }
    for none in [
        "body",
        "milestone",
        "assignee",
        "closed_at",
        "merged_at",
        "merge_commit_sha",
        "auto_merge",
        "mergeable",
        "merged_by",
    ] {
        document[none] = Value::Null;
    }
    for link in [
        "comments",
        "commits",
        "statuses",
        "html",
        "issue",
        "review_comments",
        "review_comment",
        "self",
    ] {
        document["_links"][link] = json!({"href": format!("{SITE}/{base}/{link}")});
    }
    document
}

/// A branch's newest commit.
pub(super) fn git_ref(name: &str, branch: &str, commit: &str) -> Value {
    object(
        json!({
            "ref": format!("refs/heads/{branch}"), "node_id": "REF_1",
            "object": {
                "type": "commit", "sha": commit,
                "url": format!("{SITE}/api/{name}/git/commits/{commit}"),
            },
        }),
        name,
        &["url"],
    )
}

/// The files of a commit; `cut` where GitHub lists only a part.
pub(super) fn tree(
    name: &str,
    commit: &str,
    paths: &std::collections::BTreeSet<&str>,
    cut: bool,
) -> Value {
    let entry = |path: &&str| {
        json!({
            "path": path, "mode": "100644", "type": "blob", "sha": BASE, "size": 1,
            "url": format!("{SITE}/api/{name}/git/blobs/{BASE}"),
        })
    };
    let entries: Vec<Value> = paths.iter().filter(|_| !cut).map(entry).collect();
    json!({
        "sha": commit, "url": format!("{SITE}/api/{name}/git/trees/{commit}"),
        "tree": entries, "truncated": cut,
    })
}

/// How two commits lie to each other.
pub(super) fn comparison(
    name: &str,
    status: &str,
    (base, head): (&str, &str),
    merge_base: &str,
) -> Value {
    object(
        json!({
            "status": status, "ahead_by": u8::from(status != "behind"),
            "behind_by": u8::from(status != "ahead"), "total_commits": 0, "commits": [], "files": [],
            "base_commit": commit(name, base), "merge_base_commit": commit(name, merge_base),
        }),
        &format!("{name}/compare/{base}...{head}"),
        &["url", "html_url", "permalink_url", "diff_url", "patch_url"],
    )
}

fn commit(name: &str, sha: &str) -> Value {
    let person = json!({"name": "A", "email": "a@example.com", "date": TIME});
    let base = format!("{name}/commit/{sha}");
    object(
        json!({
            "sha": sha, "node_id": "C_1", "author": null, "committer": null, "parents": [],
            "commit": {
                "url": format!("{SITE}/{base}/url"), "author": person, "committer": person,
                "message": "Change", "comment_count": 0,
                "tree": {"sha": "d".repeat(40), "url": format!("{SITE}/{base}/tree")},
            },
        }),
        &base,
        &["url", "html_url", "comments_url"],
    )
}

/// A changed file, and what became of it.
pub(super) fn diff_entry(
    name: &str,
    file: &(String, Option<String>),
    status: &str,
    patch: Option<&String>,
) -> Value {
    let (filename, previous) = file;
    let mut entry = object(
        json!({
            "sha": "e".repeat(40), "filename": filename, "additions": 1, "deletions": 0,
            "changes": 1, "status": status,
        }),
        name,
        &["blob_url", "raw_url", "contents_url"],
    );
    if let Some(patch) = patch {
        entry["patch"] = json!(patch);
    }
    if let Some(previous) = previous {
        entry["previous_filename"] = json!(previous);
    }
    entry
}

/// Largest file whose content comes with its description.
const LARGEST_CONTENT: usize = 1_000_000;

/// The id of a blob.
pub(super) fn blob_id(bytes: &[u8]) -> String {
    let mut id = hex::encode(sha256(bytes));
    id.truncate(40);
    id
}

pub(super) fn blob(bytes: &[u8]) -> Value {
    json!({
        "node_id": "B_1", "url": format!("{SITE}/api/blob"),
        "sha": blob_id(bytes), "size": bytes.len(), "encoding": "base64",
        "content": STANDARD.encode(bytes),
    })
}

pub(super) fn content(name: &str, path: &str, bytes: &[u8]) -> Value {
    if bytes.len() > LARGEST_CONTENT {
        let mut described = content(name, path, b"");
        described["encoding"] = json!("none");
        described["content"] = json!("");
        described["size"] = json!(bytes.len());
        described["sha"] = json!(blob_id(bytes));
        return described;
    }
    // GitHub breaks its base64 into lines.
    let encoded: Vec<String> = STANDARD
        .encode(bytes)
        .as_bytes()
        .chunks(60)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    object(
        json!({
            "type": "file", "encoding": "base64", "size": bytes.len(), "path": path,
            "name": path.rsplit('/').next().unwrap_or(path), "sha": "f".repeat(40),
            "content": format!("{}\n", encoded.join("\n")),
            "_links": {"git": null, "html": null, "self": format!("{SITE}/{name}/{path}")},
            "git_url": null, "html_url": null, "download_url": null,
        }),
        name,
        &["url"],
    )
}

pub(super) fn link(name: &str, path: &str, target: &str) -> Value {
    object(
        json!({
            "type": "symlink", "target": target, "size": target.len(), "path": path,
            "name": path.rsplit('/').next().unwrap_or(path), "sha": "f".repeat(40),
            "_links": {"git": null, "html": null, "self": format!("{SITE}/{name}/{path}")},
            "git_url": null, "html_url": null, "download_url": null,
        }),
        name,
        &["url"],
    )
}

pub(super) fn refusal(status: u16, message: &str) -> Value {
    json!({
        "message": message, "documentation_url": "https://docs.github.com/rest",
        "status": status.to_string(),
    })
}
