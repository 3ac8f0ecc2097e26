//! The input `npm-keys`.

use super::Reader;
use crate::config::NamedKeys;

impl Reader<'_> {
    /// Whose keys are in which file, one per line. What is wrong is not quoted: it may be an address
    /// with a password.
    pub(super) fn npm_keys(&mut self) -> Vec<NamedKeys> {
        let mut named = Vec::new();
        for line in self.lines("npm-keys") {
            match NamedKeys::parse(&line) {
                Ok(keys) => named.push(keys),
                Err(why) => self.mistakes.push(format!("input `npm-keys`: {why}")),
            }
        }
        named
    }
}
