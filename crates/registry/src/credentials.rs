//! Credentials, and the only place each of them may go.
//!
//! A credential belongs to one [`CredentialScope`]: a host, a port and a path. It is sent with requests to that
//! scope and with nothing else: not to another port, not after a redirect out of it, and npm's never
//! with a question to PyPI or the other way round. What was configured and cannot be used
//! still holds its scope, so that no wider credential takes its place.

pub mod netrc;
pub mod npmrc;
pub mod scope;
mod secret;

use url::Url;

pub use scope::CredentialScope;
pub use secret::Secret;

use package_provenance::package::Ecosystem;

/// A credential as it is sent, and where it was configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The value of the `Authorization` header.
    header: Secret,
    /// Where it was configured, for people: a file and a line, or a variable.
    from: String,
}

impl Credential {
    /// HTTP's bearer scheme (RFC 6750), as npm sends `_authToken`.
    ///
    /// # Errors
    /// What is wrong, without the token.
    pub fn bearer(token: &str, from: String) -> Result<Self, &'static str> {
        Self::of("Bearer", token, from)
    }

    /// HTTP's basic scheme (RFC 7617).
    ///
    /// # Errors
    /// What is wrong, without either part.
    pub fn basic(user: &str, password: &str, from: String) -> Result<Self, &'static str> {
        if user.contains(':') {
            return Err("a user name holds no colon");
        }
        if user.chars().chain(password.chars()).any(char::is_control) {
            return Err("neither a user name nor a password holds control characters");
        }
        let pair = Secret::new(format!("{user}:{password}"));
        Self::of("Basic", &secret::base64(&pair), from)
    }

    /// The basic scheme with what is base64 already, as npm sends `_auth`.
    ///
    /// # Errors
    /// What is wrong, without the text.
    pub fn basic_encoded(encoded: &str, from: String) -> Result<Self, &'static str> {
        let pair = secret::decoded(encoded).ok_or("it is not base64 of `user:password`")?;
        if !pair.expose().contains(':') {
            return Err("it is not base64 of `user:password`");
        }
        Self::of("Basic", encoded, from)
    }

    fn of(scheme: &str, text: &str, from: String) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("it is empty");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("it holds characters that no header holds");
        }
        Ok(Self {
            header: Secret::new(format!("{scheme} {text}")),
            from,
        })
    }

    /// The value of the `Authorization` header. A caller marks it as sensitive.
    pub fn header(&self) -> &Secret {
        &self.header
    }

    /// Where it was configured, for people.
    pub fn from(&self) -> &str {
        &self.from
    }
}

/// The credentials of one kind of registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Store(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    scope: CredentialScope,
    /// Or why it cannot be used, with its place.
    credential: Result<Credential, String>,
}

impl Store {
    /// Adds what is configured for `scope`: a credential, or why it cannot be used.
    pub fn add(&mut self, scope: CredentialScope, credential: Result<Credential, String>) {
        self.0.push(Entry { scope, credential });
    }

    /// Whatever is configured for `url`: the entry with the longest path, as npm chooses.
    fn entry(&self, url: &Url) -> Option<&Entry> {
        self.0
            .iter()
            .filter(|entry| entry.scope.covers(url))
            .max_by_key(|entry| entry.scope.path().len())
    }

    /// What is configured for `url` and cannot be used, with its place.
    pub fn broken(&self, url: &Url) -> Option<&str> {
        self.entry(url)?
            .credential
            .as_ref()
            .err()
            .map(String::as_str)
    }
}

/// All credentials. `Debug` shows where they belong, never what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// npm's.
    pub npm: Store,
    /// PyPI's.
    pub pypi: Store,
    /// Go's module proxies' and checksum databases'.
    pub go: Store,
}

impl Credentials {
    /// The credential to send with a question to `ecosystem`'s registry at `url`.
    pub fn find(&self, ecosystem: Ecosystem, url: &Url) -> Option<&Credential> {
        self.entry(ecosystem, url)?.credential.as_ref().ok()
    }

    /// Whether a request that was sent to `asked` may go on to `target`: not where a credential is
    /// with it that is not `target`'s.
    pub fn may_follow(&self, asked: &Url, target: &Url) -> bool {
        [&self.npm, &self.pypi, &self.go].into_iter().all(|store| {
            let scope = |url| store.entry(url).map(|entry| &entry.scope);
            scope(asked).is_none_or(|asked| scope(target) == Some(asked))
        })
    }

    /// Whether questions to `one` and `other` are asked with the same credential: both lie in one scope,
    /// or in none.
    pub fn same_scope(&self, ecosystem: Ecosystem, one: &Url, other: &Url) -> bool {
        let scope = |url| self.entry(ecosystem, url).map(|entry| &entry.scope);
        scope(one) == scope(other)
    }

    /// What to do about a refused request to `url`, for people.
    pub fn advice(&self, ecosystem: Ecosystem, url: &Url) -> String {
        match self.entry(ecosystem, url).map(|entry| &entry.credential) {
            Some(Ok(credential)) => format!("the credential from {} was refused", credential.from),
            Some(Err(broken)) => broken.clone(),
            None => match ecosystem {
                Ecosystem::Npm => {
                    let place = url.host_str().unwrap_or_default();
                    let port = url
                        .port()
                        .map_or_else(String::new, |port| format!(":{port}"));
                    format!(
                        "no credential is configured for it; one may stand in ~/.npmrc as \
                         //{place}{port}/…/:_authToken=${{NPM_TOKEN}}"
                    )
                }
                Ecosystem::Pypi => "no credential is configured for it; one may stand in \
                                    UV_DEFAULT_INDEX (https://user:password@…) or in ~/.netrc"
                    .to_owned(),
                Ecosystem::Go => "no credential is configured for it; one may stand in GOPROXY \
                                  (https://user:password@…) or in ~/.netrc"
                    .to_owned(),
            },
        }
    }

    fn entry(&self, ecosystem: Ecosystem, url: &Url) -> Option<&Entry> {
        match ecosystem {
            Ecosystem::Npm => self.npm.entry(url),
            Ecosystem::Pypi => self.pypi.entry(url),
            Ecosystem::Go => self.go.entry(url),
        }
    }
}

#[cfg(test)]
mod tests;
