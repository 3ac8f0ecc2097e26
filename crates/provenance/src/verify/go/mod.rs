//! One Go package: its module, the record that the checksum database has of it, and what the
//! module's `go.mod` says (docs/verification.md#d2).

mod heads;
mod plan;
mod proof;
mod record;
mod resolve;
#[cfg(test)]
mod tests;

use super::go_facts::GoFacts;
use super::observed::{Evidence, EvidenceKind, Observed, Outcome, Status};
use crate::evidence::GoRaw;
use crate::evidence::go::GoDocument;
use crate::evidence::go::gomod::GoMod;
use crate::evidence::go::info::Info;
use crate::evidence::go::sources::AfterProxies;
use crate::evidence::go::versions::newest;
use crate::identity::Repository;
use crate::package::{GoModule, GoPackage};
use crate::trust::TrustMaterial;
use resolve::{Module, Proxied, module, proxied};

pub use plan::wanted;
pub use record::newest_head;

/// Judges what was answered about `package`.
pub(super) fn verify(package: &GoPackage, raw: &GoRaw, trust: &TrustMaterial) -> Observed {
    if let Some(cause) = raw.sources.uncovered(package) {
        return Observed::unsupported(cause);
    }
    let (module, info) = match module(package, raw) {
        Module::Found(module, info) => (module, info),
        Module::Missing => return missing(raw.sources.then),
        Module::Unknown(cause) => return Observed::undetermined(cause),
        Module::Wanted(_) => {
            return Observed::undetermined(
                "not every module that may have the package was asked for",
            );
        }
    };
    let info = Info::parse(info);
    let words = Words::read(&module, raw);
    let outcome = match &info {
        Ok(info) if info.version != module.version() => Outcome::Invalid(format!(
            "the proxy was asked for {module} and answered with version {}",
            untrusted_text::quoted(&info.version)
        )),
        Err(error) => Outcome::Unknown(format!(
            "the proxy's answer about {module} is no .info: {error}"
        )),
        Ok(_) => match record::verify(&module, raw, &trust.sumdb, &words.notes) {
            Ok(facts) => Outcome::Verified(facts),
            Err(failure) => failure.into(),
        },
    };
    let status = match &outcome {
        Outcome::Verified(_) => Status::Signed,
        Outcome::Invalid(_) => Status::Invalid,
        Outcome::Absent | Outcome::Unknown(_) | Outcome::Unsupported(_) => Status::Unknown,
    };
    let evidence = vec![Evidence {
        kind: EvidenceKind::GoChecksum,
        artifact: module.to_string(),
        outcome,
    }];
    let mut observed = Observed {
        yanked: words.retracted,
        go: Some(GoFacts {
            repository: repository(package),
            origin: info.ok().and_then(|info| info.origin),
            module,
        }),
        ..Observed::from_evidence(status, evidence)
    };
    observed.words.deprecated = words.deprecated;
    observed
}

/// None of the proxies has a module that may have the package.
fn missing(then: AfterProxies) -> Observed {
    match then {
        AfterProxies::Direct => Observed::undetermined(
            "no Go module proxy has such a module at this version; the go command would look for it in \
             its repository (`direct`), which is not done here",
        ),
        AfterProxies::Nothing | AfterProxies::Off => {
            Observed::not_found("no Go module proxy has a module with this package at this version")
        }
    }
}

/// The repository that the path names by construction: nobody else can publish a module there.
fn repository(package: &GoPackage) -> Option<Repository> {
    let name = package.github_repository()?;
    Repository::declared(&format!("https://github.com/{name}"), "github.com").ok()
}

/// What `go.mod` files say. The one of the newest version comes from a list that nobody signs, so that
/// whoever serves it can hide a retraction; a record of its own would not change that.
struct Words {
    retracted: Option<String>,
    deprecated: Option<String>,
    /// What a reader of the evidence should know.
    notes: Vec<String>,
}

impl Words {
    fn read(module: &GoModule, raw: &GoRaw) -> Self {
        let mut words = Self {
            retracted: None,
            deprecated: None,
            notes: Vec::new(),
        };
        let own = file(raw, module);
        if own.as_ref().is_ok_and(|own| own.replaces) {
            words.notes.push(
                "its go.mod has `replace` or `exclude`, with which `go install` refuses it"
                    .to_owned(),
            );
        }
        let list = match proxied(raw, &GoDocument::List(module.clone())) {
            Proxied::Found(list) if list.is_empty() => Err(String::new()),
            Proxied::Found(list) => newest(list, module)
                .ok_or_else(|| "the proxy's list of versions names none".to_owned()),
            // A module without tags, or a proxy without lists: then there is nothing newer.
            Proxied::Missing => Err(String::new()),
            Proxied::Failed(error) => Err(error.to_string()),
            Proxied::Wanted(_) => Err("the list of versions was not asked for".to_owned()),
        };
        let newest = match list {
            Ok(newest) => file(raw, &newest),
            Err(why) if why.is_empty() => own,
            Err(why) => Err(why),
        };
        match newest {
            Ok(newest) => {
                words.retracted = newest.retracts(module.version()).map(str::to_owned);
                words.deprecated = newest.deprecated;
            }
            Err(why) => words.notes.push(format!(
                "it is not known whether the version was retracted: {why}"
            )),
        }
        words
    }
}

/// The `go.mod` of a version.
fn file(raw: &GoRaw, module: &GoModule) -> Result<GoMod, String> {
    match proxied(raw, &GoDocument::Mod(module.clone())) {
        Proxied::Found(body) => {
            GoMod::parse(body).map_err(|error| format!("the go.mod of {module}: {error}"))
        }
        Proxied::Missing => Err(format!("the proxy has no go.mod of {module}")),
        Proxied::Failed(error) => Err(error.to_string()),
        Proxied::Wanted(_) => Err(format!("the go.mod of {module} was not asked for")),
    }
}
