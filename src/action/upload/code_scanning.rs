//! Uploading SARIF to code scanning, and waiting until GitHub has read it.

use std::io::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde_json::json;

use crate::action::api::client::Client;
use crate::action::api::{ApiError, segment};

/// Largest upload that GitHub takes, packed, in bytes.
const MAX_PACKED: usize = 10 * 1000 * 1000;
/// How long GitHub's reading is waited for, all waits together.
const PATIENCE: Duration = Duration::from_secs(60);
/// The first wait; each further one is twice as long.
const FIRST: Duration = Duration::from_millis(250);

/// What the analysis is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The commit.
    pub commit: String,
    /// Its ref, such as `refs/heads/main` or `refs/pull/7/merge`.
    pub git_ref: String,
}

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// GitHub's id of it.
    pub id: String,
    /// What is not as it should be, for people.
    pub problem: Option<String>,
}

#[derive(Deserialize)]
struct ReceiptWire {
    id: String,
}

#[derive(Deserialize)]
struct StatusWire {
    processing_status: String,
    errors: Option<Vec<String>>,
}

impl Target {
    /// What was analysed, as `github/codeql-action` decides it: what the event names
    /// (`GITHUB_SHA` and `GITHUB_REF`, on a pull request its merge commit), unless the pull
    /// request's own commit is checked out.
    ///
    /// # Errors
    /// Why it cannot be said, for people: an analysis of one commit under the name of another would
    /// close alerts that are still true.
    pub fn decide(
        sha: Option<&str>,
        git_ref: Option<&str>,
        pull_request: Option<(u64, &str)>,
        checked_out: Result<&str, &str>,
    ) -> Result<Self, String> {
        let (Some(sha), Some(git_ref)) = (sha, git_ref) else {
            return Err("GITHUB_SHA and GITHUB_REF do not say what was analysed".to_owned());
        };
        let known = ["refs/heads/", "refs/tags/", "refs/pull/"];
        if !known.iter().any(|start| git_ref.starts_with(start)) {
            return Err("GITHUB_REF is not a branch, tag or pull request".to_owned());
        }
        let target = |commit: &str, git_ref: &str| Self {
            commit: commit.to_owned(),
            git_ref: git_ref.to_owned(),
        };
        match (checked_out, pull_request) {
            (Ok(head), _) if head == sha => Ok(target(sha, git_ref)),
            (Ok(head), Some((number, of_request))) if head == of_request => {
                Ok(target(head, &format!("refs/pull/{number}/head")))
            }
            (Ok(_), _) => {
                Err("another commit is checked out than the one that the event is about".to_owned())
            }
            (Err(reason), _) => Err(format!("the checked out commit is not known: {reason}")),
        }
    }
}

/// Uploads `sarif` and waits, for a while, until GitHub has read it.
///
/// # Errors
/// A sentence for people: nothing was uploaded.
pub async fn upload(client: &Client, sarif: &str, target: &Target) -> Result<Uploaded, String> {
    let packed = pack(sarif).map_err(|error| format!("the SARIF cannot be packed: {error}"))?;
    if packed.len() > MAX_PACKED {
        return Err(format!(
            "packed, the SARIF is larger than {MAX_PACKED} bytes"
        ));
    }
    let body = json!({
        "commit_sha": target.commit,
        "ref": target.git_ref,
        "sarif": STANDARD.encode(packed),
        "tool_name": env!("CARGO_PKG_NAME"),
    });
    // The newer of two uploads of one category replaces the older, so it may be repeated.
    let receipt: ReceiptWire = client
        .post("code-scanning/sarifs", &body)
        .await
        .map_err(|error| explain(&error))?;
    let problem = processed(client, &receipt.id).await;
    Ok(Uploaded {
        id: receipt.id,
        problem,
    })
}

/// What is wrong with an upload that GitHub took, once it has been read.
async fn processed(client: &Client, id: &str) -> Option<String> {
    let path = format!("code-scanning/sarifs/{}", segment(id));
    let (mut wait, mut waited) = (FIRST, Duration::ZERO);
    loop {
        match client.get::<StatusWire>(&path, &[]).await {
            Ok(status) if status.processing_status == "complete" => return None,
            Ok(status) if status.processing_status == "failed" => {
                let errors = status.errors.unwrap_or_default().join("; ");
                return Some(format!("code scanning could not read the SARIF: {errors}"));
            }
            // A new upload may not be known everywhere yet.
            Ok(_) | Err(ApiError::Status { status: 404, .. }) => {}
            Err(error) => {
                return Some(format!(
                    "whether code scanning could read the SARIF is not known: {error}"
                ));
            }
        }
        if waited + wait > PATIENCE || !client.may_wait(wait) {
            return Some(
                "code scanning was still reading the SARIF when the step ended".to_owned(),
            );
        }
        tokio::time::sleep(wait).await;
        waited += wait;
        wait *= 2;
    }
}

fn pack(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// What a refusal means here, and what to do.
fn explain(error: &ApiError) -> String {
    let told = error.message().unwrap_or_default().to_ascii_lowercase();
    let has = |words: &str| told.contains(words);
    let hint = match error.status() {
        // GitHub's words where the repository is not licensed, and where nothing is set up.
        Some(403) if has("code security") || has("advanced security") => {
            "; an administrator enables it in the repository's settings (private repositories need a \
             licence). Without it, `upload-sarif: never` says nothing of it"
        }
        Some(403) if has("code scanning is not enabled") => {
            "; an administrator enables code scanning in the repository's settings, or \
             `upload-sarif: never` says nothing of it"
        }
        Some(403) => {
            "; give the job `security-events: write`. The tokens of forks may not upload whatever the \
             workflow says"
        }
        Some(404) => "; the repository has no code scanning, or the token may not see it",
        Some(413) => "; it is too large",
        _ => "",
    };
    format!("{error}{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_analysis_is_of_what_is_checked_out() {
        let (merge, head, other) = ("1".repeat(40), "2".repeat(40), "3".repeat(40));
        let of = |checked_out: Result<&str, &str>| {
            let git_ref = Some("refs/pull/7/merge");
            Target::decide(Some(&merge), git_ref, Some((7, &head)), checked_out)
        };
        let target = of(Ok(&merge)).unwrap();
        assert_eq!(
            (target.commit, target.git_ref.as_str()),
            (merge.clone(), "refs/pull/7/merge")
        );
        let target = of(Ok(&head)).unwrap();
        assert_eq!(
            (target.commit, target.git_ref.as_str()),
            (head.clone(), "refs/pull/7/head")
        );
        assert!(of(Ok(&other)).unwrap_err().contains("another commit"));
        assert!(of(Err("no .git")).unwrap_err().contains("no .git"));
        for git_ref in [None, Some("main"), Some("refs/notes/x")] {
            assert!(Target::decide(Some(&merge), git_ref, None, Ok(&merge)).is_err());
        }
    }
}
