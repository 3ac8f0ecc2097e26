//! One version of a module.

use serde_json::{Value, json};

use super::zip;
use crate::keys::{base64, sha256};

/// A module at one version, with everything that a proxy serves of it.
#[derive(Debug, Clone)]
pub struct GoRelease {
    /// Module path.
    pub path: String,
    /// Version, with its `v`.
    pub version: String,
    /// Its `go.mod`.
    pub go_mod: String,
    /// Its other files: path in the module, content.
    pub files: Vec<(String, String)>,
    /// `Origin` in its `.info`; null for none.
    pub origin: Value,
}

impl GoRelease {
    /// An honest version of a module with a program in each of `packages` (empty text: at its root).
    pub fn new(path: &str, version: &str, packages: &[&str]) -> Self {
        let program = "package main\n\nfunc main() { println(\"hello\") }\n";
        let files = packages
            .iter()
            .map(|package| {
                let folder = if package.is_empty() {
                    String::new()
                } else {
                    format!("{package}/")
                };
                (format!("{folder}main.go"), program.to_owned())
            })
            .collect();
        Self {
            path: path.to_owned(),
            version: version.to_owned(),
            go_mod: format!("module {path}\n\ngo 1.19\n"),
            files,
            origin: Value::Null,
        }
    }

    /// The `.info`.
    pub fn info(&self) -> Value {
        let mut info = json!({"Version": self.version, "Time": "2026-02-01T10:00:00Z"});
        if !self.origin.is_null() {
            info["Origin"] = self.origin.clone();
        }
        info
    }

    fn entries(&self) -> Vec<(String, Vec<u8>)> {
        let own = [("go.mod".to_owned(), self.go_mod.clone())];
        let prefix = format!("{}@{}", self.path, self.version);
        own.into_iter()
            .chain(self.files.iter().cloned())
            .map(|(name, text)| (format!("{prefix}/{name}"), text.into_bytes()))
            .collect()
    }

    /// The zip.
    pub fn zip(&self) -> Vec<u8> {
        zip::stored(&self.entries())
    }

    /// `h1:` of the zip.
    pub fn h1(&self) -> String {
        h1(&self.entries())
    }

    /// `h1:` of the `go.mod`.
    pub fn h1_of_go_mod(&self) -> String {
        h1(&[("go.mod".to_owned(), self.go_mod.clone().into_bytes())])
    }

    /// The two lines of its record.
    pub fn record(&self) -> String {
        let Self { path, version, .. } = self;
        let (zip, go_mod) = (self.h1(), self.h1_of_go_mod());
        format!("{path} {version} {zip}\n{path} {version}/go.mod {go_mod}\n")
    }
}

/// golang.org/x/mod/sumdb/dirhash, `Hash1`.
fn h1(entries: &[(String, Vec<u8>)]) -> String {
    let mut lines: Vec<(&str, String)> = entries
        .iter()
        .map(|(name, bytes)| {
            let digest = hex::encode(sha256(bytes));
            (name.as_str(), format!("{digest}  {name}\n"))
        })
        .collect();
    lines.sort();
    let all: String = lines.into_iter().map(|(_, line)| line).collect();
    format!("h1:{}", base64(&sha256(all.as_bytes())))
}
