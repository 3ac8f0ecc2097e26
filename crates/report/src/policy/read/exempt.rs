//! One `[[exempt]]` block.

use super::Mistake;
use super::table::{Table, unknown};
use crate::finding::exemptable::{Exemptable, exemptable};
use crate::finding::{RuleId, Span};
use crate::policy::exempt::Exemption;
use crate::policy::package_name::{Origin, PackageName};
use crate::policy::pin::Pin;

/// Every key of a block.
pub(in crate::policy) const KEYS: [&str; 7] = [
    "path", "package", "version", "rules", "reason", "owner", "expires",
];

/// Reads one block, whose header stands at `span`.
pub(super) fn read(block: &Table<'_>, span: Span) -> Result<Exemption, Vec<Mistake>> {
    let mut mistakes = block.unknown_keys(&KEYS);
    let path = keep(path(block), &mut mistakes);
    let package = keep(package(block), &mut mistakes);
    let version = keep(version(block, package.as_ref()), &mut mistakes);
    let rules = keep(rules(block, package.as_ref()), &mut mistakes);
    let why = "say why it is accepted";
    let reason = keep(block.required("reason", why), &mut mistakes);
    let owner = keep(
        block.required("owner", "say who answers for it"),
        &mut mistakes,
    );
    let expires = block.date("expires").and_then(|date| {
        let why = "`expires` is missing: the last day, as in 2027-03-31";
        date.ok_or_else(|| vec![block.mistake(why)])
    });
    let expires = keep(expires, &mut mistakes);
    let whole = (path, package, version, rules, reason, owner, expires);
    match whole {
        (
            Some(path),
            Some(package),
            Some(version),
            Some(rules),
            Some(reason),
            Some(owner),
            Some(expires),
        ) if mistakes.is_empty() => Ok(Exemption {
            span,
            path: path.to_owned(),
            package,
            version,
            rules,
            reason: reason.to_owned(),
            owner: owner.to_owned(),
            expires,
        }),
        _ => Err(mistakes),
    }
}

/// The value, or its mistakes among the others.
fn keep<T>(result: Result<T, Vec<Mistake>>, mistakes: &mut Vec<Mistake>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(wrong) => {
            mistakes.extend(wrong);
            None
        }
    }
}

/// One file below the root, written as reports do.
fn path<'a>(block: &Table<'a>) -> Result<&'a str, Vec<Mistake>> {
    let path = block.required(
        "path",
        "the spec that it is about, as in npx/server/spec.yaml",
    )?;
    let wrong = if path.contains(['*', '?', '[', ']', '{', '}']) {
        "an exemption is about one file: write its path, no pattern"
    } else if path.contains('\\') {
        "separate folders by `/`"
    } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        "write the path relative to the root, without `.`, `..` or `//`"
    } else {
        return Ok(path);
    };
    Err(block
        .get("path")
        .map(|value| Mistake::at(value, wrong))
        .into_iter()
        .collect())
}

fn package(block: &Table<'_>) -> Result<PackageName, Vec<Mistake>> {
    let why = "the package that it is about, as in npm:NAME; it does not hold for another";
    let text = block.required("package", why)?;
    let parsed = PackageName::parse(text);
    parsed.map_err(|wrong| at(block, "package", wrong))
}

fn version(block: &Table<'_>, package: Option<&PackageName>) -> Result<Option<Pin>, Vec<Mistake>> {
    let text = block.text("version")?;
    let of_git = package.is_some_and(|package| package.origin() == Origin::Git);
    if of_git && text.is_none() {
        let why = "`version` is missing: of a skill's repository one commit is accepted, because another \
                   may hold anything";
        return Err(vec![block.mistake(why)]);
    }
    let Some((text, package)) = text.zip(package) else {
        return Ok(None);
    };
    let parsed = package.at(text).map(Some);
    parsed.map_err(|wrong| at(block, "version", wrong))
}

fn rules(block: &Table<'_>, package: Option<&PackageName>) -> Result<Vec<RuleId>, Vec<Mistake>> {
    if block.get("rules").is_none() {
        let why = "`rules` is missing: the rules whose findings are accepted";
        return Err(vec![block.mistake(why)]);
    }
    let at_one_version = block.get("version").is_some();
    let rules = block.list("rules", |id| rule(id, package, at_one_version))?;
    let twice = rules.iter().enumerate().find(|(at, rule)| {
        let mut before = rules.iter().take(*at);
        before.any(|earlier| earlier == *rule)
    });
    match twice {
        Some((_, rule)) => Err(at(block, "rules", format!("`{rule}` stands here twice"))),
        None => Ok(rules),
    }
}

/// The rule of an id, if it may be exempted.
fn rule(id: &str, package: Option<&PackageName>, at_one_version: bool) -> Result<RuleId, String> {
    let ids: Vec<&str> = RuleId::ALL.iter().map(|rule| rule.as_str()).collect();
    let rule = RuleId::from_id(id).ok_or_else(|| unknown("rule", id, &ids))?;
    match exemptable(rule) {
        Exemptable::Yes => Ok(rule),
        Exemptable::AtOneVersion if at_one_version => Ok(rule),
        Exemptable::AtOneVersion => Err(format!(
            "`{rule}` is accepted for one version only: add `version`"
        )),
        Exemptable::WhereUnsupported => {
            let verified = |origin| matches!(origin, Origin::Npm | Origin::Pypi | Origin::Go);
            match package {
                Some(package) if verified(package.origin()) => Err(format!(
                    "`{rule}` cannot be exempted for packages of this ecosystem, which is verified: an outage would pass for evidence"
                )),
                Some(_) | None => Ok(rule),
            }
        }
        Exemptable::No => Err(format!(
            "`{rule}` cannot be exempted: fix its cause, or pin something else"
        )),
    }
}

fn at(block: &Table<'_>, key: &str, message: String) -> Vec<Mistake> {
    match block.get(key) {
        Some(value) => vec![Mistake::at(value, message)],
        None => vec![block.mistake(message)],
    }
}
