//! A proxy's `.info`: the version, and where the proxy says that it has the module from. Unsigned.

use serde::Deserialize;

use crate::json::{self, JsonError};

/// Most bytes of a text in `Origin` that are kept.
const MAX_TEXT: usize = 500;

/// What a proxy says of a version.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Info {
    /// The version.
    #[serde(rename = "Version")]
    pub version: String,
    /// Where it is from; older answers do not say.
    #[serde(rename = "Origin", default)]
    pub origin: Option<Origin>,
}

/// Where a proxy says that it has a module from (cmd/go, `codehost.Origin`). It may warn, never clear.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Origin {
    /// `git`, …
    #[serde(rename = "VCS", default)]
    pub vcs: String,
    /// The repository's address.
    #[serde(rename = "URL", default)]
    pub url: String,
    /// The commit.
    #[serde(rename = "Hash", default)]
    pub hash: String,
    /// The ref, such as `refs/tags/v1.2.3`.
    #[serde(rename = "Ref", default)]
    pub git_ref: String,
    /// The folder of the module.
    #[serde(rename = "Subdir", default)]
    pub folder: String,
}

impl Info {
    /// Reads an answer. An `Origin` whose texts are too long counts as none: nothing rests on it.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        let mut info: Self = json::from_slice(bytes)?;
        info.origin = info.origin.filter(|origin| {
            let Origin {
                vcs,
                url,
                hash,
                git_ref,
                folder,
            } = origin;
            [vcs, url, hash, git_ref, folder]
                .iter()
                .all(|text| text.len() <= MAX_TEXT)
        });
        Ok(info)
    }
}
