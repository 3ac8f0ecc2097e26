//! Files of the base branch, read through the API: on a pull request the checkout's own version is
//! the contributor's choice (`docs/decisions/0008-configuration-of-pull-requests.md`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::action::api::client::{ApiError, Client, segment};

/// What the base branch holds at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtBase {
    /// A file with these bytes.
    File(Vec<u8>),
    /// Nothing.
    Absent,
}

/// Why a file of a commit could not be read: a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// GitHub shows the repository, and no such commit in it.
    NoCommit(String),
    /// Nothing is known.
    Failed(String),
}

#[derive(Deserialize)]
struct ContentWire {
    #[serde(rename = "type")]
    kind: String,
    encoding: Option<String>,
    content: Option<String>,
}

/// The files of one commit.
pub struct BaseFiles<'a> {
    client: &'a Client,
    sha: String,
    /// Whether GitHub has shown the repository, or a file of the commit.
    visible: OnceCell<()>,
}

impl<'a> BaseFiles<'a> {
    /// The files of the commit `sha`. Nothing is asked yet.
    pub fn new(client: &'a Client, sha: &str) -> Self {
        Self {
            client,
            sha: sha.to_owned(),
            visible: OnceCell::new(),
        }
    }

    /// The same, of a commit that GitHub has just named: what it does not show there is not there.
    pub fn of_visible(client: &'a Client, sha: &str) -> Self {
        Self {
            visible: OnceCell::new_with(Some(())),
            ..Self::new(client, sha)
        }
    }

    /// The commit.
    pub fn commit(&self) -> &str {
        &self.sha
    }

    /// Reads the file at `path` (relative to the repository, `/`-separated).
    ///
    /// # Errors
    /// A sentence for people. Only where GitHub shows the repository and the commit, and no such file
    /// in it, there is none.
    pub async fn read(&self, path: &str) -> Result<AtBase, String> {
        self.read_at(path).await.map_err(|unread| match unread {
            Unread::NoCommit(reason) | Unread::Failed(reason) => reason,
        })
    }

    /// As [`Self::read`], where it matters whether the commit is there.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn read_at(&self, path: &str) -> Result<AtBase, Unread> {
        let encoded: Vec<String> = path.split('/').map(segment).collect();
        let address = format!("contents/{}", encoded.join("/"));
        let content: ContentWire = match self.client.get(&address, &[("ref", &self.sha)]).await {
            Ok(content) => content,
            Err(error) => return self.absent(error, path).await,
        };
        let _ = self.visible.set(());
        file(content, path)
            .map(AtBase::File)
            .map_err(Unread::Failed)
    }

    /// 404 also stands for "not yours to see" and for an unknown commit: the one is asked about, once,
    /// and of the other the answer speaks.
    async fn absent(&self, error: ApiError, path: &str) -> Result<AtBase, Unread> {
        let told = |error: &ApiError| {
            format!(
                "`{path}` could not be read from the base branch ({}): {error}",
                self.sha.get(..7).unwrap_or(&self.sha)
            )
        };
        let ApiError::Status {
            status: 404,
            message,
        } = &error
        else {
            return Err(Unread::Failed(told(&error)));
        };
        let of_the_commit = message.to_ascii_lowercase().contains("commit");
        let shown = async || self.client.get::<Value>("", &[]).await.map(drop);
        let shown = self.visible.get_or_try_init(shown).await;
        shown.map_err(|error| Unread::Failed(told(&error)))?;
        if of_the_commit {
            return Err(Unread::NoCommit(told(&error)));
        }
        Ok(AtBase::Absent)
    }
}

/// The bytes of what GitHub answered about `path`. What is not in the answer is not an empty file.
fn file(content: ContentWire, path: &str) -> Result<Vec<u8>, String> {
    if content.kind != "file" {
        return Err(format!("`{path}` is not a file on the base branch"));
    }
    if content.encoding.as_deref() != Some("base64") {
        return Err(format!("`{path}` is too large on the base branch (1 MB)"));
    }
    let text = content
        .content
        .ok_or_else(|| format!("GitHub's answer about `{path}` holds no content"))?;
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD
        .decode(text)
        .map_err(|error| format!("GitHub's answer about `{path}` is not base64: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_content_is_no_empty_file() {
        let read = |json: &str| file(serde_json::from_str(json).unwrap(), "a.toml");
        let whole = r#"{"type":"file","encoding":"base64","content":"Zm9v\nYmFy\n"}"#;
        assert_eq!(read(whole), Ok(b"foobar".to_vec()));
        let empty = r#"{"type":"file","encoding":"base64","content":""}"#;
        assert_eq!(read(empty), Ok(Vec::new()));
        for (json, problem) in [
            (r#"{"type":"file","encoding":"base64"}"#, "no content"),
            (
                r#"{"type":"file","encoding":"none","content":""}"#,
                "too large",
            ),
            (r#"{"type":"dir"}"#, "not a file"),
            (
                r#"{"type":"file","encoding":"base64","content":"!"}"#,
                "not base64",
            ),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }
}
