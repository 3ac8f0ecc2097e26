//! The netrc format, as Python's `netrc` and uv read it: words, quoted words, `\` before a character,
//! `#` comments where a keyword could stand, `macdef` up to an empty line.
//!
//! Read here and not by a crate: see `docs/decisions/0005-credentials.md`.

use std::iter::Peekable;
use std::str::Chars;

use super::Secret;

/// The logins of a netrc file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Netrc {
    machines: Vec<(String, Login)>,
    default: Option<Login>,
}

/// One login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// `login`; empty where there is none.
    pub user: Secret,
    /// `password`.
    pub password: Secret,
    /// The line that the entry starts on.
    pub line: usize,
}

/// Why a file cannot be read. Nothing of the file is repeated: a misplaced word may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct NetrcError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: &'static str,
}

impl Netrc {
    /// Reads a file's text.
    ///
    /// # Errors
    /// [`NetrcError`] at the first mistake: half a file is not used.
    pub fn parse(text: &str) -> Result<Self, NetrcError> {
        let mut words = Words::new(text);
        let mut netrc = Self::default();
        let mut pending = words.keyword()?;
        while let Some(keyword) = pending {
            let line = words.line;
            let host = match keyword.as_str() {
                "machine" => Some(words.value("`machine` is followed by a host's name")?),
                "default" => None,
                "macdef" => {
                    words.skip_macro();
                    pending = words.keyword()?;
                    continue;
                }
                _ => return Err(words.error("expected `machine`, `default` or `macdef`")),
            };
            let mut user = Secret::new("");
            let mut password = None;
            pending = loop {
                let Some(keyword) = words.keyword()? else {
                    break None;
                };
                match keyword.as_str() {
                    "login" | "user" => {
                        user = Secret::new(words.value("`login` is followed by a user name")?);
                    }
                    "password" => {
                        password = Some(Secret::new(
                            words.value("`password` is followed by a password")?,
                        ));
                    }
                    "account" => drop(words.value("`account` is followed by an account")?),
                    "machine" | "default" | "macdef" => break Some(keyword),
                    _ => {
                        return Err(words.error(
                            "expected `login`, `password` or the next `machine`; a password with \
                             spaces stands in quotes",
                        ));
                    }
                }
            };
            // An entry without a password is no credential.
            if let Some(password) = password {
                netrc.add(
                    host,
                    Login {
                        user,
                        password,
                        line,
                    },
                );
            }
        }
        Ok(netrc)
    }

    /// The first entry of a host counts.
    fn add(&mut self, host: Option<String>, login: Login) {
        match host {
            Some(host) if self.find(&host).is_none() => self.machines.push((host, login)),
            None if self.default.is_none() => self.default = Some(login),
            Some(_) | None => {}
        }
    }

    /// The login of exactly this host, whatever the case of its letters.
    pub fn find(&self, host: &str) -> Option<&Login> {
        self.machines
            .iter()
            .find(|(machine, _)| machine.eq_ignore_ascii_case(host))
            .map(|(_, login)| login)
    }

    /// The login of every other host.
    pub fn others(&self) -> Option<&Login> {
        self.default.as_ref()
    }
}

/// The words of a file.
struct Words<'a> {
    characters: Peekable<Chars<'a>>,
    line: usize,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            characters: text.chars().peekable(),
            line: 1,
        }
    }

    fn error(&self, what: &'static str) -> NetrcError {
        NetrcError {
            line: self.line,
            what,
        }
    }

    fn next(&mut self) -> Option<char> {
        let character = self.characters.next()?;
        self.line += usize::from(character == '\n');
        Some(character)
    }

    fn skip_line(&mut self) {
        while let Some(character) = self.next() {
            if character == '\n' {
                break;
            }
        }
    }

    /// The next word where a keyword or a comment may stand.
    fn keyword(&mut self) -> Result<Option<String>, NetrcError> {
        loop {
            self.skip_space();
            if self.characters.peek() == Some(&'#') {
                self.skip_line();
            } else {
                return self.word();
            }
        }
    }

    /// The word that must follow a keyword, or the error that says so.
    fn value(&mut self, missing: &'static str) -> Result<String, NetrcError> {
        let missing = self.error(missing);
        self.skip_space();
        self.word()?.ok_or(missing)
    }

    fn skip_space(&mut self) {
        while self
            .characters
            .peek()
            .is_some_and(char::is_ascii_whitespace)
        {
            self.next();
        }
    }

    fn word(&mut self) -> Result<Option<String>, NetrcError> {
        let Some(first) = self.characters.peek().copied() else {
            return Ok(None);
        };
        let quoted = first == '"';
        if quoted {
            self.next();
        }
        let start = self.line;
        let unfinished = NetrcError {
            line: start,
            what: "a quote or a `\\` is not finished",
        };
        let mut word = String::new();
        loop {
            match self.characters.peek() {
                None if quoted => return Err(unfinished),
                Some('"') if quoted => {
                    self.next();
                    return Ok(Some(word));
                }
                Some(space) if !quoted && space.is_ascii_whitespace() => return Ok(Some(word)),
                None => return Ok(Some(word)),
                Some(_) => {}
            }
            let Some(character) = self.next() else {
                return Err(unfinished);
            };
            word.push(match character {
                '\\' => self.next().ok_or(unfinished.clone())?,
                other => other,
            });
        }
    }

    /// A macro's name and its lines, up to an empty one.
    fn skip_macro(&mut self) {
        self.skip_line();
        loop {
            let mut blank = true;
            while let Some(character) = self.next() {
                if character == '\n' {
                    break;
                }
                blank &= character.is_whitespace();
            }
            if blank {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
