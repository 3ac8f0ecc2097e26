//! The address that an index states for the provenance of a file (PEP 740, the `provenance` key): the
//! one address in an answer that may be asked, on the index's own origin only
//! (docs/verification.md#c1, docs/verification.md#f35).

use percent_encoding::percent_decode_str;
use url::Url;

/// Longest address that is read, in bytes.
const MAX: usize = 2048;

/// Longest address that is shown, in characters.
const MAX_SHOWN: usize = 200;

/// What an index wrote as the address of a file's provenance. Untrusted: it says where to ask, and
/// what comes from there is verified like any other answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatedAddress(String);

impl StatedAddress {
    /// Keeps what the index wrote; of a text that is too long to be asked for, nothing but that.
    pub fn new(text: &str) -> Self {
        Self(if text.len() > MAX {
            String::new()
        } else {
            text.to_owned()
        })
    }

    /// The address to ask, where the index's own document is at `index`: on the same scheme, host and
    /// port; without a user, a query or a fragment; and with a path that every server reads the same
    /// way, so that none can be led out of the area that a credential is for.
    ///
    /// # Errors
    /// Why it is not asked, as the end of a sentence that names it.
    pub fn on_origin_of(&self, index: &Url) -> Result<Url, &'static str> {
        let url = self.parsed(index).ok_or("which is not a valid URL")?;
        if url.origin() != index.origin() {
            return Err("which is not on the index's own origin");
        }
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare || url.query().is_some() || url.fragment().is_some() {
            return Err("which has a user, a query or a fragment");
        }
        if url
            .path_segments()
            .is_none_or(|mut parts| !parts.all(is_plain))
        {
            return Err("which has a path that servers read in different ways");
        }
        Ok(url)
    }

    /// The address for people: without what may be a secret, and not at any length. `hide` hides what
    /// looks like a token in the path of the index's own address.
    pub fn shown(&self, index: &Url, hide: impl Fn(&Url) -> String) -> String {
        let Some(mut url) = self.parsed(index) else {
            return "something else".to_owned();
        };
        if url.cannot_be_a_base() {
            return format!("a `{}:` address", url.scheme());
        }
        url.set_query(None);
        url.set_fragment(None);
        // Neither fails for a URL that has a host.
        if url.set_username("").is_err() || url.set_password(None).is_err() {
            return format!("a `{}:` address", url.scheme());
        }
        hide(&url).chars().take(MAX_SHOWN).collect()
    }

    fn parsed(&self, index: &Url) -> Option<Url> {
        let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        if self.0.is_empty() || self.0.contains(odd) {
            return None;
        }
        Url::options().base_url(Some(index)).parse(&self.0).ok()
    }
}

/// Whether a part of a path is one part of plain text to every server: no separator, no `%` and no
/// `..` behind an escape, and no `;`, behind which some servers see a parameter (`..;/`).
fn is_plain(part: &str) -> bool {
    let decoded: Vec<u8> = percent_decode_str(part).collect();
    !matches!(decoded.as_slice(), b"." | b"..")
        && !decoded
            .iter()
            .any(|byte| matches!(byte, b'/' | b'\\' | b'%' | b';') || byte.is_ascii_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "https://r.example:8443/team/simple/a/";

    fn resolved(text: &str) -> Result<String, &'static str> {
        StatedAddress::new(text)
            .on_origin_of(&Url::parse(INDEX).unwrap())
            .map(String::from)
    }

    #[test]
    fn an_address_of_the_same_origin_is_asked() {
        for (text, asked) in [
            (
                "https://r.example:8443/team/+f/ab1/a-1%2Bx.zip.provenance",
                "https://r.example:8443/team/+f/ab1/a-1%2Bx.zip.provenance",
            ),
            ("HTTPS://R.example:8443/x", "https://r.example:8443/x"),
            // What is asked is what is held against the credential's area.
            (
                "https://r.example:8443/team/../other",
                "https://r.example:8443/other",
            ),
            (
                "https://r.example:8443/team/%2e%2E/other",
                "https://r.example:8443/other",
            ),
            ("/files/a", "https://r.example:8443/files/a"),
            ("../../+f/a", "https://r.example:8443/team/+f/a"),
        ] {
            assert_eq!(resolved(text).as_deref(), Ok(asked), "{text}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for text in [
            "",
            "https://",
            "http://r.example:8443/x",
            "https://r.example/x",
            "https://r.example:8444/x",
            "https://r.example.evil:8443/x",
            "//evil.example/x",
            "https://r.example:8443@evil.example/x",
            "https://u@r.example:8443/x",
            "https://:p@r.example:8443/x",
            "https://r.example:8443/x?y=1",
            "https://r.example:8443/x?",
            "https://r.example:8443/x#y",
            "https://r.example:8443/x y",
            "https://r.example:8443/x\ty",
            "https:\\\\r.example:8443\\x",
            "https://r.example:8443/team/..%2fother",
            "https://r.example:8443/team/..%5Cother",
            "https://r.example:8443/team/%252e%252e/other",
            "https://r.example:8443/team/..;/other",
            "https://r.example:8443/team/..%3Bx/other",
            "https://r.example:8443/team/%00",
            "https://r.example:8443/team/%0d%0aX",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            assert!(resolved(text).is_err(), "{text}");
        }
        let long = format!("/{}", "a".repeat(MAX));
        assert!(resolved(&long).is_err());
        assert!(resolved(long.get(..MAX).unwrap()).is_ok());
    }
}
