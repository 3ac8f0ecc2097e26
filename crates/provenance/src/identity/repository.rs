//! Repositories: a host and a path.

use std::cmp::Ordering;
use std::fmt;

use super::PublisherKind;
use untrusted_text::quoted;

/// Longest text that is read as a repository, in bytes.
const LONGEST: usize = 512;
/// Most path segments on a host other than GitHub: GitLab allows 20 levels of groups.
const DEEPEST: usize = 21;

const GITHUB: &str = "github.com";
const GITLAB: &str = "gitlab.com";

/// A code repository: a host and a path such as `owner/name`.
///
/// Compared ASCII-case-insensitively, because GitHub's and GitLab's names are; shown as written.
#[derive(Debug, Clone)]
pub struct Repository {
    host: String,
    path: String,
}

/// Why a text names no repository. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RepositoryError(pub String);

impl Repository {
    /// Reads what a person declared: `owner/name` (on `default_host`), a web address, a git URL in
    /// any of npm's and git's spellings, or `github:`/`gitlab:` shorthands.
    ///
    /// # Errors
    /// [`RepositoryError`] says what is wrong and what to write instead.
    pub fn declared(text: &str, default_host: &str) -> Result<Self, RepositoryError> {
        let refuse = |why: &str| RepositoryError(format!("{} {why}", quoted(text)));
        check_characters(text).map_err(refuse)?;
        let (host, path) = split_declared(text, default_host).map_err(refuse)?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let path = path.strip_suffix(".git").unwrap_or(path);
        Self::checked(host, path).map_err(|why| refuse(&why))
    }

    /// Reads a certificate's source repository URI, which must be exactly `https://host/path`
    /// (`CircleCI` writes it without a scheme: `host/path`).
    ///
    /// # Errors
    /// [`RepositoryError`] where it is anything else.
    pub fn certified(text: &str, kind: PublisherKind) -> Result<Self, RepositoryError> {
        let refuse =
            |why: &str| RepositoryError(format!("the certified repository {} {why}", quoted(text)));
        check_characters(text).map_err(refuse)?;
        let (host, path) = match kind {
            PublisherKind::GitHub => (GITHUB, text.strip_prefix("https://github.com/")),
            PublisherKind::GitLab => (GITLAB, text.strip_prefix("https://gitlab.com/")),
            PublisherKind::CircleCI => text
                .split_once('/')
                .map_or((text, None), |(host, path)| (host, Some(path))),
            PublisherKind::Google => {
                return Err(refuse("cannot be: a Google account has no repository"));
            }
        };
        let path = path.ok_or_else(|| refuse("is not on the host of its issuer"))?;
        if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(refuse("has a host with capitals"));
        }
        Self::checked(host, path).map_err(|why| refuse(&why))
    }

    /// The host and path by the forge's own grammar.
    fn checked(host: &str, path: &str) -> Result<Self, String> {
        let host = host.to_ascii_lowercase();
        check_host(&host)?;
        if host == GITHUB {
            check_github(path)?;
        } else {
            check_groups(&host, path)?;
        }
        Ok(Self {
            host,
            path: path.to_owned(),
        })
    }

    /// The host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path as written, such as `owner/name`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `https://host/path`.
    pub fn url(&self) -> String {
        format!("https://{}/{}", self.host, self.path)
    }
}

impl PartialEq for Repository {
    fn eq(&self, other: &Self) -> bool {
        self.host.eq_ignore_ascii_case(&other.host) && self.path.eq_ignore_ascii_case(&other.path)
    }
}

impl Eq for Repository {}

/// In the order of host and path, without regard to case, as they are compared.
impl Ord for Repository {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |it: &Self| (it.host.to_ascii_lowercase(), it.path.to_ascii_lowercase());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Repository {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.url())
    }
}

/// What no spelling of a repository may hold, whoever wrote it.
fn check_characters(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("is empty: write `owner/name` or `https://github.com/owner/name`");
    }
    if text.len() > LONGEST {
        return Err("is longer than 512 characters");
    }
    if !text.is_ascii() {
        return Err("holds characters outside ASCII, which no repository has and look-alikes do");
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("holds blanks or control characters");
    }
    if text.contains('#') {
        return Err("has a fragment: leave `#` and what follows it away");
    }
    if text.contains('?') {
        return Err("has a query: leave `?` and what follows it away");
    }
    if text.contains(['%', '\\']) {
        return Err("holds `%` or `\\`, which no repository has");
    }
    Ok(())
}

/// Host and path of any accepted spelling.
fn split_declared<'a>(
    text: &'a str,
    default_host: &'a str,
) -> Result<(&'a str, &'a str), &'static str> {
    const NO_PATH: &str = "names a host and no repository on it";
    if let Some((scheme, rest)) = text.split_once("://") {
        let ssh = match scheme {
            "https" | "git+https" | "git" => false,
            "ssh" | "git+ssh" => true,
            "http" | "git+http" => return Err("is not encrypted: write `https://`"),
            _ => return Err("has a scheme that is not read: write `https://host/owner/name`"),
        };
        let (authority, path) = rest.split_once('/').ok_or(NO_PATH)?;
        let host = match authority.rsplit_once('@') {
            None => authority,
            Some(("git", host)) if ssh => host,
            Some(_) => return Err("has a user name in front of the host: leave it away"),
        };
        if host.contains(':') {
            return Err("names a port: leave it away");
        }
        return Ok((host, path));
    }
    if let Some(rest) = text.strip_prefix("git@") {
        return rest.split_once(':').ok_or(NO_PATH);
    }
    if let Some(path) = text.strip_prefix("github:") {
        return Ok((GITHUB, path));
    }
    if let Some(path) = text.strip_prefix("gitlab:") {
        return Ok((GITLAB, path));
    }
    if text.contains([':', '@']) {
        return Err("is not a valid repository: write `owner/name` or `https://host/owner/name`");
    }
    // `github.com/owner/name` is read as an address: a GitHub owner has no dot in it, but a GitLab
    // group may.
    let is_host = |first: &str| match default_host {
        GITLAB => matches!(first, GITHUB | GITLAB),
        _ => first.contains('.'),
    };
    match text.split_once('/') {
        Some((host, path)) if is_host(host) && path.contains('/') => Ok((host, path)),
        _ => Ok((default_host, text)),
    }
}

fn check_host(host: &str) -> Result<(), String> {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !host.contains('.') || host.len() > 253 || !host.split('.').all(label) {
        return Err("has no host name such as `github.com`".to_owned());
    }
    if let Some(bare) = host.strip_prefix("www.")
        && (bare == GITHUB || bare == GITLAB)
    {
        return Err(format!("has `www.` in its host: write `{bare}`"));
    }
    Ok(())
}

/// GitHub: exactly `owner/name`.
fn check_github(path: &str) -> Result<(), String> {
    let mut segments = path.split('/');
    let (owner, name) = (
        segments.next().unwrap_or_default(),
        segments.next().unwrap_or_default(),
    );
    match segments.next() {
        Some("tree" | "blob" | "commit" | "releases" | "raw") => {
            return Err(format!(
                "points into the repository: write `https://github.com/{owner}/{name}`; the folder \
                 may be noted in `repository_directory`, no certificate can prove it"
            ));
        }
        Some(_) => return Err("has more than an owner and a name on github.com".to_owned()),
        None => {}
    }
    if !github_owner(owner) {
        return Err(
            "has no owner that GitHub can have: letters, digits, `-` and `_`, at most 39"
                .to_owned(),
        );
    }
    if name.len() > 100 || !segment(name) {
        return Err("has no repository name that GitHub would allow".to_owned());
    }
    Ok(())
}

/// `[A-Za-z0-9_-]{1,39}`: GitHub's sign-up refuses a `-` at an end and two in a row today, but accounts
/// from before that rule keep such names, and the accounts that an enterprise manages end in `_` and its
/// short code (docs/verification.md#e1).
fn github_owner(owner: &str) -> bool {
    (1..=39).contains(&owner.len())
        && owner
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// GitLab and every other host: groups and a name.
fn check_groups(host: &str, path: &str) -> Result<(), String> {
    let segments: Vec<&str> = path.split('/').collect();
    if segments.contains(&"-") {
        return Err(format!(
            "points into the repository: leave `/-/` and what follows it away, as in \
             `https://{host}/group/name`"
        ));
    }
    if segments.len() < 2 || segments.len() > DEEPEST {
        return Err(format!("is no `group/name` on {host}"));
    }
    if !segments
        .iter()
        .all(|part| part.len() <= 255 && !part.starts_with('-') && segment(part))
    {
        return Err(format!(
            "has a part that is not a valid name on {host}: letters, digits, `-`, `.` and `_`"
        ));
    }
    Ok(())
}

/// One segment of a path. No forge has names that end in `.git`, so what is left of `x.git.git` is
/// refused rather than taken for another repository.
fn segment(part: &str) -> bool {
    !matches!(part, "" | "." | "..")
        && !part.to_ascii_lowercase().ends_with(".git")
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}
