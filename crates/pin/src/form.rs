//! The digests without a Dockerfile, in the form that each installer wants.

use serde_json::{Value, json};

use crate::lines::requirement;
use crate::pin::Pin;

/// A form of the digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A requirements file with hashes, for pip and uv.
    Requirements,
    /// `NAME@VERSION INTEGRITY`, as npm's lock has it.
    Npm,
    /// A line of `go.sum`.
    Go,
    /// For programs, of every ecosystem.
    Json,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Requirements, Self::Npm, Self::Go, Self::Json];

    /// The word used in arguments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requirements => "requirements",
            Self::Npm => "npm",
            Self::Go => "go",
            Self::Json => "json",
        }
    }

    /// The digests in this form; nothing where it is another ecosystem's.
    pub fn render(self, pin: &Pin) -> Option<String> {
        match (self, pin) {
            (Self::Requirements, Pin::Pypi(pin)) => {
                Some(format!("{}\n", requirement(pin).join(" \\\n    ")))
            }
            (Self::Npm, Pin::Npm(pin)) => {
                let own = std::iter::once((&pin.package, &pin.integrity));
                let all = own.chain(pin.overrides.iter().map(|(package, it)| (package, it)));
                let line =
                    |(package, integrity): (&package_provenance::package::NpmPackage, &String)| {
                        let (name, version) = (package.name.as_str(), package.version.as_str());
                        format!("{name}@{version} {integrity}\n")
                    };
                Some(all.map(line).collect())
            }
            (Self::Go, Pin::Go(pin)) => Some(format!(
                "{} {} {}\n",
                pin.module, pin.package.version, pin.sum
            )),
            (Self::Json, pin) => Some(format!("{:#}\n", as_json(pin))),
            (
                Self::Requirements | Self::Npm | Self::Go,
                Pin::Npm(_) | Pin::Pypi(_) | Pin::Go(_),
            ) => None,
        }
    }
}

fn as_json(pin: &Pin) -> Value {
    match pin {
        Pin::Npm(pin) => {
            let overrides: Vec<Value> = pin
                .overrides
                .iter()
                .map(|(package, integrity)| {
                    json!({
                        "name": package.name.as_str(),
                        "version": package.version.as_str(),
                        "integrity": integrity,
                    })
                })
                .collect();
            json!({
                "ecosystem": "npm",
                "name": pin.package.name.as_str(),
                "version": pin.package.version.as_str(),
                "integrity": pin.integrity,
                "overrides": overrides,
            })
        }
        Pin::Pypi(pin) => json!({
            "ecosystem": "pypi",
            "name": pin.package.name.as_str(),
            "version": pin.package.version.to_string(),
            "files": pin.files.iter().map(|(name, hash)| json!({"name": name, "sha256": hash})).collect::<Vec<_>>(),
        }),
        Pin::Go(pin) => json!({
            "ecosystem": "go",
            "module": pin.module,
            "version": pin.package.version,
            "package": pin.package.path,
            "sum": pin.sum,
        }),
    }
}
