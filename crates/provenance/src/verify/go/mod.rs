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
use crate::evidence::go::gomod::{GoMod, GoModError};
use crate::evidence::go::info::{Info, Origin};
use crate::evidence::go::sources::AfterProxies;
use crate::evidence::go::versions::newest;
use crate::identity::Repository;
use crate::package::{GoModule, GoPackage};
use crate::trust::TrustMaterial;
use resolve::{Module, Proxied, module, proxied};

pub use plan::wanted;
pub use record::proven_heads;

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
    let own = own_mod(&module, raw);
    let mut words = Words::read(&module, raw, own.as_ref());
    if info.as_ref().is_ok_and(|info| info.odd_origin) {
        let note = "where the proxy has it from cannot be read, and was compared with nothing";
        words.notes.push(note.to_owned());
    }
    if let (None, Ok(info)) = (repository(package), &info) {
        words.notes.push(uncompared(info.origin.as_ref()));
    }
    let outcome = match &info {
        Ok(info) if info.version != module.version() => Outcome::Invalid(format!(
            "the proxy was asked for {module} and answered with version {}",
            untrusted_text::quoted(&info.version)
        )),
        Err(error) => Outcome::Unknown(format!(
            "the proxy's answer about {module} is no .info: {error}"
        )),
        Ok(_) => match record::verify(&module, raw, &trust.sumdb, own.as_ref(), &words.notes) {
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
        yanked_unknown: words.unknown,
        go: Some(Box::new(GoFacts {
            repository: repository(package),
            origin: info.ok().and_then(|info| info.origin),
            tag: None,
            module,
        })),
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

/// What is to be said of a path that names no repository: which one it leads to is told by a web page of its
/// host, which nobody signs and nobody is asked for.
fn uncompared(origin: Option<&Origin>) -> String {
    let compared = match origin.filter(|origin| !origin.url.is_empty()) {
        Some(_) => "the declared source was held against the proxy's word only, which nobody signs",
        None => "the declared source was compared with nothing",
    };
    format!("its path does not name its repository: {compared}")
}

/// The module's own `go.mod` as it was read, where the proxies have it.
fn own_mod(module: &GoModule, raw: &GoRaw) -> Option<Result<GoMod, GoModError>> {
    match proxied(raw, &GoDocument::Mod(module.clone())) {
        Proxied::Found(body) => Some(GoMod::parse(body)),
        Proxied::Missing | Proxied::Failed(_) | Proxied::Wanted(_) => None,
    }
}

/// What `go.mod` files say. The one of the newest version comes from a list that nobody signs, so that
/// whoever serves it can hide a retraction; a record of its own would not change that.
struct Words {
    retracted: Option<String>,
    /// Why it is not known whether the version was retracted, where no file says that it was.
    unknown: Option<String>,
    deprecated: Option<String>,
    /// What a reader of the evidence should know.
    notes: Vec<String>,
}

impl Words {
    fn read(module: &GoModule, raw: &GoRaw, own: Option<&Result<GoMod, GoModError>>) -> Self {
        let mut words = Self {
            retracted: None,
            unknown: None,
            deprecated: None,
            notes: Vec::new(),
        };
        let own = match own {
            Some(Ok(own)) => Ok(own),
            Some(Err(error)) => Err(format!("the go.mod of {module}: {error}")),
            None => Err(format!("the go.mod of {module} could not be had")),
        };
        if own.as_ref().is_ok_and(|own| own.replaces) {
            words.notes.push(
                "its go.mod has `replace` or `exclude`, with which `go install` refuses it"
                    .to_owned(),
            );
        }
        let list = match proxied(raw, &GoDocument::List(module.clone())) {
            Proxied::Found(list) if list.is_empty() => Ok(None),
            Proxied::Found(list) => newest(list, module)
                .map(Some)
                .ok_or_else(|| "the proxy's list of versions names none".to_owned()),
            // A module without tags, or a proxy without lists: then there is nothing newer.
            Proxied::Missing => Ok(None),
            Proxied::Failed(error) => Err(error.to_string()),
            Proxied::Wanted(_) => Err("the list of versions was not asked for".to_owned()),
        };
        let newest = match list {
            Ok(Some(newest)) if newest != *module => file(raw, &newest).map(Some),
            Ok(_) => Ok(None),
            Err(why) => Err(why),
        };
        let (newest, why) = match (&newest, own) {
            (Ok(Some(newest)), _) => (Some(newest), None),
            (Ok(None), Ok(own)) => (Some(own), None),
            (Ok(None), Err(why)) => (None, Some(why)),
            // A version may retract itself.
            (Err(why), own) => (own.ok(), Some(why.clone())),
        };
        if let Some(newest) = newest {
            words.retracted = newest.retracts(module.version()).map(str::to_owned);
            words.deprecated.clone_from(&newest.deprecated);
        }
        words.unknown = why.filter(|_| words.retracted.is_none());
        if let Some(why) = &words.unknown {
            words.notes.push(format!(
                "it is not known whether the version was retracted: {why}"
            ));
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
