//! A proxy's `.info`: the version, and where the proxy says that it has the module from. Unsigned.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json::{self, JsonError};

/// Most bytes of a text in `Origin` that are kept.
const MAX_TEXT: usize = 500;

/// What a proxy says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The version.
    pub version: String,
    /// Where it is from; older answers do not say.
    pub origin: Option<Origin>,
    /// Whether there is an `Origin` that cannot be read.
    pub odd_origin: bool,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(rename = "Version")]
    version: String,
    #[serde(rename = "Origin", default, borrow)]
    origin: Option<&'a RawValue>,
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
    /// Reads an answer. An `Origin` that does not fit, or whose texts are too long, counts as none:
    /// nothing rests on it.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        let answer: Answer<'_> = json::from_slice(bytes)?;
        let stated = answer.origin.map(RawValue::get);
        let origin = stated.and_then(|text| serde_json::from_str::<Origin>(text).ok());
        let origin = origin.filter(|origin| {
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
        Ok(Self {
            version: answer.version,
            odd_origin: stated.is_some_and(|text| text != "null") && origin.is_none(),
            origin,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_that_does_not_fit_is_none_and_no_fault_of_the_version() {
        for (origin, odd, url) in [
            (
                r#"{"URL":"https://example.com/a"}"#,
                false,
                Some("https://example.com/a"),
            ),
            (r#"{"URL":null}"#, true, None),
            ("7", true, None),
            ("null", false, None),
        ] {
            let text = format!(r#"{{"Version":"v1.0.0","Origin":{origin}}}"#);
            let info = Info::parse(text.as_bytes()).unwrap();
            let read = info.origin.as_ref().map(|origin| origin.url.as_str());
            assert_eq!((info.odd_origin, read), (odd, url), "{origin}");
        }
        assert!(!Info::parse(br#"{"Version":"v1.0.0"}"#).unwrap().odd_origin);
    }
}
