//! Where reports can link to, and the addresses made of it.
//!
//! Everything here may have been chosen by a stranger: paths by a pull request, addresses by the
//! certificate of a package. An address is taken apart, checked and written anew in characters that
//! mean nothing in Markdown, SARIF or a workflow command; what is no address is not linked to.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::finding::RuleId;

/// Longest address that is linked to, in bytes.
const MAX_ADDRESS: usize = 600;

/// The documents of the version that runs, under its release's tag: what the main branch says of a
/// rule is of another version, and a report is read for longer than a branch stays.
const DOCS: &str = concat!(
    env!("CARGO_PKG_REPOSITORY"),
    "/blob/v",
    env!("CARGO_PKG_VERSION"),
    "/docs/"
);

/// What is encoded in a path: all but RFC 3986's unreserved characters and the slash.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// What is encoded in a whole address: brackets, quotes and the like, which URLs may hold and
/// Markdown gives a meaning.
const ADDRESS: &AsciiSet = &PATH
    .remove(b':')
    .remove(b'?')
    .remove(b'#')
    .remove(b'@')
    .remove(b'=')
    .remove(b'&')
    .remove(b'%')
    .remove(b'+')
    .remove(b',')
    .remove(b';');

/// Where reports can link to; everything optional. Plain data, made by the caller. What does not
/// look like what it should be is not linked to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    /// The forge's address, such as `https://github.com`.
    pub server_url: Option<String>,
    /// The scanned repository, `owner/name`.
    pub repository: Option<String>,
    /// The scanned commit, in hexadecimal.
    pub head_sha: Option<String>,
    /// The run that made the report.
    pub run_url: Option<String>,
    /// The page of the rules that fits this version; each rule is an anchor of it.
    pub rules_url: Option<String>,
    /// The scanned root relative to the repository's: empty, or `sub/dir/`.
    pub root_prefix: String,
}

/// A report that may have had to be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The report.
    pub text: String,
    /// What was left out, in one sentence. The report says it too.
    pub cut: Option<String>,
}

impl Links {
    /// The path of a spec relative to the repository's root, as it is on disk.
    pub fn relative(&self, path: &str) -> String {
        // A path that leaves its root cannot come from a scan.
        [self.root_prefix.as_str(), path]
            .iter()
            .flat_map(|part| part.split('/'))
            .filter(|segment| !matches!(*segment, "" | "." | ".."))
            .collect::<Vec<_>>()
            .join("/")
    }

    /// [`Links::relative`] as a relative URI reference.
    pub fn uri(&self, path: &str) -> String {
        utf8_percent_encode(&self.relative(path), PATH).to_string()
    }

    /// The page of the scanned repository.
    pub fn repository_url(&self) -> Option<String> {
        let server = address(self.server_url.as_deref()?, &["https", "http"])?;
        let repository = self.repository.as_deref()?;
        let (owner, name) = repository.split_once('/')?;
        let plain = [owner, name].iter().all(|part| {
            !matches!(*part, "" | "." | "..")
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        });
        plain.then(|| format!("{}/{repository}", server.trim_end_matches('/')))
    }

    /// The scanned commit, where it looks like one.
    pub fn commit(&self) -> Option<&str> {
        self.head_sha.as_deref().filter(|sha| is_commit(sha))
    }

    /// A line of a spec at the scanned commit.
    pub fn line_url(&self, path: &str, line: usize) -> Option<String> {
        let (repository, commit) = (self.repository_url()?, self.commit()?);
        let url = format!("{repository}/blob/{commit}/{}#L{line}", self.uri(path));
        (url.len() <= MAX_ADDRESS).then_some(url)
    }

    /// The page of a rule.
    pub fn rule_url(&self, rule: RuleId) -> String {
        let page = self
            .rules_url
            .as_deref()
            .and_then(|url| address(url, &["https", "http"]));
        format!("{}#{rule}", page.unwrap_or_else(|| docs("rules.md")))
    }

    /// The run that made the report.
    pub fn run(&self) -> Option<String> {
        address(self.run_url.as_deref()?, &["https", "http"])
    }
}

/// A page of the documents of this version, such as `rules.md`.
pub fn docs(page: &str) -> String {
    format!("{DOCS}{page}")
}

/// `text`, which a certificate states, as an address that is safe to link to: `https`, a host,
/// nothing but plain characters.
pub fn https(text: &str) -> Option<String> {
    address(text, &["https"])
}

/// Whether `text` can be a commit: SHA-1 or SHA-256 in hexadecimal, perhaps shortened.
pub fn is_commit(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn address(text: &str, schemes: &[&str]) -> Option<String> {
    // The parser of URLs would drop line breaks and encode spaces without a word.
    if text.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return None;
    }
    let mut url = Url::parse(text).ok()?;
    // CircleCI's certificates name their runs with an empty segment: `https://app.circleci.com//workflow/…`.
    if url.path().contains("//") {
        let segments: Vec<&str> = url
            .path()
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        let path = format!("/{}", segments.join("/"));
        url.set_path(&path);
    }
    let plain = schemes.contains(&url.scheme())
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && url.password().is_none();
    let written = utf8_percent_encode(url.as_str(), ADDRESS).to_string();
    (plain && written.len() <= MAX_ADDRESS).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links {
            server_url: Some("https://github.example".to_owned()),
            repository: Some("acme/catalog".to_owned()),
            head_sha: Some("0123456789abcdef".to_owned()),
            root_prefix: "sub/dir/".to_owned(),
            ..Links::default()
        }
    }

    #[test]
    fn a_line_is_linked_at_the_commit_below_the_prefix() {
        assert_eq!(
            links().line_url("npx/a b/spec.yaml", 7).as_deref(),
            Some(
                "https://github.example/acme/catalog/blob/0123456789abcdef/sub/dir/npx/a%20b/spec.yaml#L7"
            )
        );
    }

    #[test]
    fn what_is_no_commit_or_repository_is_not_linked() {
        for (repository, sha) in [
            ("acme/catalog", "main"),
            ("acme/catalog", "0123456789abcdef/../x"),
            ("acme", "0123456789abcdef"),
            ("acme/..", "0123456789abcdef"),
            ("acme/a b", "0123456789abcdef"),
            ("acme/a/b", "0123456789abcdef"),
        ] {
            let links = Links {
                repository: Some(repository.to_owned()),
                head_sha: Some(sha.to_owned()),
                ..links()
            };
            assert_eq!(links.line_url("x", 1), None, "{repository} {sha}");
        }
        assert_eq!(Links::default().line_url("x", 1), None);
    }

    #[test]
    fn a_path_does_not_leave_its_root() {
        assert_eq!(links().relative("../../../x//./y"), "sub/dir/x/y");
        assert_eq!(
            Links::default().relative("npx/a/spec.yaml"),
            "npx/a/spec.yaml"
        );
        assert_eq!(Links::default().uri("npx/ü%:a/x"), "npx/%C3%BC%25%3Aa/x");
    }

    #[test]
    fn only_https_without_credentials_and_with_plain_characters_is_linked_to() {
        assert_eq!(
            https("https://github.com/acme/widget").as_deref(),
            Some("https://github.com/acme/widget")
        );
        assert_eq!(
            https("https://h.example/a)b](c|d`e<f>\"'*").as_deref(),
            Some("https://h.example/a%29b%5D%28c%7Cd%60e%3Cf%3E%22%27%2A")
        );
        for text in [
            "http://github.com/acme/widget",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://user@github.com/",
            "https://user:secret@github.com/",
            "//github.com/",
            "https://github.com/a b",
            "https://github.com/a\nb",
            "https://github.com/a\u{a0}b",
            "acme/widget",
            "",
        ] {
            assert_eq!(https(text), None, "{text}");
        }
        assert_eq!(
            https(&format!("https://h.example/{}", "a".repeat(700))),
            None
        );
    }

    #[test]
    fn a_rule_has_a_page_whatever_the_caller_knows() {
        let own = Links {
            rules_url: Some("https://docs.example/rules.md".to_owned()),
            ..Links::default()
        };
        assert_eq!(
            own.rule_url(RuleId::NoProvenance),
            "https://docs.example/rules.md#no-provenance"
        );
        assert_eq!(
            Links::default().rule_url(RuleId::NoProvenance),
            format!(
                "{}/blob/v{}/docs/rules.md#no-provenance",
                env!("CARGO_PKG_REPOSITORY"),
                env!("CARGO_PKG_VERSION")
            )
        );
        assert!(docs("x").starts_with("https://"));
    }
}
