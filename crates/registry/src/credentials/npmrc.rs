//! npm's user configuration, `.npmrc`: which registries it names and which credentials it holds.
//!
//! Only the user's own file is read, never one of the scanned repository: a pull request could name
//! its own registry there and have the token sent to it (`docs/registries.md`). The keys that are
//! read are `registry`, `@scope:registry`, and below `//host/path/` `_authToken`, `_auth`, `username`
//! and `_password`; the rest is npm's business.

mod line;
mod variables;

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::{Credential, CredentialScope, Secret, secret};
use crate::urls::BaseUrl;
use untrusted_text as text;

/// What a `.npmrc` says about registries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NpmRc {
    /// `registry`.
    pub registry: Option<String>,
    /// `@scope:registry`, by the scope with its `@`.
    pub scopes: BTreeMap<String, String>,
    /// The credentials, usable or not, by where they go.
    pub credentials: Vec<(CredentialScope, Result<Credential, String>)>,
    /// What is in the file and not used, `file:line: what`; never a value.
    pub warnings: Vec<String>,
}

/// What the environment says of a variable.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<OsString>;

impl NpmRc {
    /// Reads the text of the file that messages call `shown`, with the variables that `lookup`
    /// knows. The rules are those of npm's `ini` and `@npmcli/config`, with one exception: where npm
    /// keeps `${NAME}` of an unset variable as it is, the line is not used.
    ///
    /// # Errors
    /// Every line that could change which registry is asked and cannot be read, `file:line: what`.
    pub fn parse(shown: &str, text: &str, lookup: Lookup<'_>) -> Result<Self, String> {
        let mut reader = Reader {
            shown,
            lookup,
            npmrc: Self::default(),
            mistakes: Vec::new(),
            fields: BTreeMap::new(),
        };
        for (at, line) in text.split('\n').enumerate() {
            // npm ends lines at `\r` too.
            for part in line.split('\r') {
                if reader.line(at + 1, part) == Section::Begins {
                    return reader.finish();
                }
            }
        }
        reader.finish()
    }
}

/// Whether what follows a line is in a section, where npm looks for none of these keys.
#[derive(PartialEq, Eq)]
enum Section {
    None,
    Begins,
}

/// What is written for one scope, each with its line.
#[derive(Default)]
struct Fields {
    token: Option<(usize, Field)>,
    auth: Option<(usize, Field)>,
    username: Option<(usize, Field)>,
    password: Option<(usize, Field)>,
}

/// A value, or why it cannot be used.
type Field = Result<Secret, String>;

struct Reader<'a> {
    shown: &'a str,
    lookup: Lookup<'a>,
    npmrc: NpmRc,
    mistakes: Vec<String>,
    fields: BTreeMap<CredentialScope, Fields>,
}

impl Reader<'_> {
    fn line(&mut self, number: usize, text: &str) -> Section {
        let (key, value) = match line::read(text) {
            line::Line::Nothing => return Section::None,
            line::Line::Section => {
                self.warn(number, "npm reads nothing from here on: it is in a section");
                return Section::Begins;
            }
            line::Line::Pair(key, value) => (key, value),
        };
        let key = match variables::replace(&key, self.lookup) {
            Ok(key) => key,
            Err(why) if key.starts_with("//") => {
                self.warn(number, &format!("{why}; this line is not used"));
                return Section::None;
            }
            Err(why) => {
                self.mistake(number, &why);
                return Section::None;
            }
        };
        if key == "registry" {
            if let Some(address) = self.address(number, value.as_deref()) {
                self.npmrc.registry = Some(address);
            }
        } else if let Some(scope) = key
            .strip_suffix(":registry")
            .filter(|_| key.starts_with('@'))
        {
            self.scope(number, scope, value.as_deref());
        } else if key.starts_with("//") {
            self.field(number, &key, value.as_deref());
        } else if matches!(key.as_str(), "_auth" | "_authToken" | "_password") {
            self.warn(
                number,
                &format!("`{key}` without `//host/…/:` before it says not where it may go; it is not used"),
            );
        }
        Section::None
    }

    /// The address of a registry. One that cannot be read is an error: another one would be asked.
    /// So is one with a variable in it: reports and `-v` show addresses, and variables hold tokens.
    fn address(&mut self, number: usize, value: Option<&str>) -> Option<String> {
        match value.map(|value| variables::replace(value, self.lookup)) {
            None => self.mistake(number, "the registry's address is missing"),
            Some(Ok(address)) if address.is_empty() => {
                self.mistake(number, "the registry's address is empty");
            }
            Some(Ok(address)) if Some(address.as_str()) != value => self.mistake(
                number,
                "a variable in a registry's address is refused, because the address is shown in \
                 reports and the variable may hold a token; write the address out, and a token as \
                 //host/path/:_authToken=${NAME}",
            ),
            // Kept as text and looked at where it is used, but never with a password in it.
            Some(Ok(address)) if address.contains('@') => match BaseUrl::parse(&address) {
                Ok(_) => return Some(address),
                Err(why) => self.mistake(number, &why),
            },
            Some(Ok(address)) => return Some(address),
            Some(Err(why)) => self.mistake(number, &why),
        }
        None
    }

    fn scope(&mut self, number: usize, scope: &str, value: Option<&str>) {
        let name = scope.strip_prefix('@').unwrap_or_default();
        if name.is_empty() || name.contains(['/', '@', ':']) {
            self.mistake(
                number,
                "this is not a scope; write @scope:registry=https://…",
            );
        } else if let Some(address) = self.address(number, value) {
            self.npmrc.scopes.insert(scope.to_owned(), address);
        }
    }

    fn field(&mut self, number: usize, key: &str, value: Option<&str>) {
        let Some((scope, field)) = key.rsplit_once(':') else {
            return;
        };
        if matches!(field, "certfile" | "keyfile") {
            self.warn(
                number,
                "client certificates are not supported; this line is not used",
            );
            return;
        }
        if !matches!(field, "_authToken" | "_auth" | "username" | "_password") {
            return;
        }
        let scope = match CredentialScope::parse(scope) {
            Ok(scope) => scope,
            Err(why) => {
                self.warn(
                    number,
                    &format!("where this credential goes cannot be read: {why}"),
                );
                return;
            }
        };
        let value = variables::replace(value.unwrap_or_default(), self.lookup).map(Secret::new);
        // npm takes an empty value for none.
        let empty = value.as_ref().is_ok_and(|value| value.expose().is_empty());
        let value = (!empty).then_some((number, value));
        let fields = self.fields.entry(scope).or_default();
        match field {
            "_authToken" => fields.token = value,
            "_auth" => fields.auth = value,
            "username" => fields.username = value,
            _ => fields.password = value,
        }
    }

    fn finish(mut self) -> Result<NpmRc, String> {
        if !self.mistakes.is_empty() {
            return Err(self.mistakes.join("\n"));
        }
        for (scope, fields) in std::mem::take(&mut self.fields) {
            if let Some((number, credential)) = fields.credential(|number| self.place(number)) {
                let credential = credential.map_err(|why| {
                    format!(
                        "{}: this credential cannot be used: {why}",
                        self.place(number)
                    )
                });
                self.npmrc.credentials.push((scope, credential));
            }
        }
        Ok(self.npmrc)
    }

    fn place(&self, number: usize) -> String {
        format!("{}:{number}", self.shown)
    }

    fn warn(&mut self, number: usize, what: &str) {
        let warning = format!("{}: {what}", self.place(number));
        self.npmrc.warnings.push(warning);
    }

    fn mistake(&mut self, number: usize, what: &str) {
        let mistake = text::terminal(&format!("{}: {what}", self.place(number)), 400);
        self.mistakes.push(mistake);
    }
}

impl Fields {
    /// What npm sends: the token before `_auth` before user name and password. With the line that it
    /// stands on.
    fn credential(
        self,
        place: impl Fn(usize) -> String,
    ) -> Option<(usize, Result<Credential, String>)> {
        let because = |why: &'static str| why.to_owned();
        if let Some((line, token)) = self.token {
            let credential = token
                .and_then(|token| Credential::bearer(token.expose(), place(line)).map_err(because));
            return Some((line, credential));
        }
        if let Some((line, auth)) = self.auth {
            let credential = auth.and_then(|auth| {
                Credential::basic_encoded(auth.expose(), place(line)).map_err(because)
            });
            return Some((line, credential));
        }
        match (self.username, self.password) {
            (None, None) => None,
            (Some((line, _)), None) => Some((line, Err(because("it has no `_password`")))),
            (None, Some((line, _))) => Some((line, Err(because("it has no `username`")))),
            (Some((line, user)), Some((_, password))) => {
                let credential = user.and_then(|user| {
                    let password = secret::decoded(password?.expose())
                        .ok_or_else(|| because("`_password` is not base64 of a text"))?;
                    Credential::basic(user.expose(), password.expose(), place(line))
                        .map_err(because)
                });
                Some((line, credential))
            }
        }
    }
}

#[cfg(test)]
mod tests;
