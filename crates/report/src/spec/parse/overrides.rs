//! `spec.overrides` and `spec.constraints`: what the installer takes in place of a dependency.
//!
//! The shape is dockyard's (cmd/dockhand/main.go, `OverrideEntry`, `ConstraintEntry` and
//! `validateDependencyOverrides`). What an entry asks for is read here and judged in the rules.

use super::fields::{Item, Read, Reader, Section};
use super::spec_invalid;
use crate::finding::Spanned;
use crate::spec::model::{Override, Protocol};
use package_provenance::package::Requirement;
use untrusted_text::{quoted, shortened};

/// Every entry, or nothing where one cannot be read: then it is not known what gets installed.
pub(super) fn read(
    spec: &Section<'_>,
    protocol: &Protocol,
    reader: &mut Reader,
) -> Option<Vec<Override>> {
    let npm = block(spec, "overrides", *protocol == Protocol::Npx, reader, npm);
    let uv = block(spec, "constraints", *protocol == Protocol::Uvx, reader, uv);
    Some([npm?, uv?].concat())
}

/// The entries of one of both keys; dockyard refuses it where it is not `ours`.
fn block(
    spec: &Section<'_>,
    key: &str,
    ours: bool,
    reader: &mut Reader,
    entry: fn(&Section<'_>, &mut Reader) -> Option<Override>,
) -> Option<Vec<Override>> {
    let items = match reader.items(spec, key) {
        Read::Value(items) => items,
        Read::Missing => return Some(Vec::new()),
        Read::Wrong => return None,
    };
    if !ours && !items.is_empty() {
        let protocol = if key == "overrides" { "npx" } else { "uvx" };
        reader.push(spec_invalid(
            spec.route(key),
            spec.key_span(key),
            format!("`spec.{key}` is for the protocol `{protocol}` only."),
            "Remove it: with this protocol the spec is refused when it is built.",
        ));
        return Some(Vec::new());
    }
    let route = spec.route(key);
    // Every entry is looked at, whatever is wrong with another.
    let read: Vec<Option<Override>> = items
        .iter()
        .map(|item| self::item(&route, item, reader, entry))
        .collect();
    read.into_iter().collect()
}

fn item(
    route: &str,
    item: &Item<'_>,
    reader: &mut Reader,
    entry: fn(&Section<'_>, &mut Reader) -> Option<Override>,
) -> Option<Override> {
    let section = Section::item(route, item, reader)?;
    let found = entry(&section, reader);
    // A missing reason hides nothing that gets installed.
    let _ = required(&section, "reason", reader);
    // The route of a finding outlives the order of the entries.
    found.map(|found| Override {
        route: format!("{route}[{}]", shortened(&found.package)),
        ..found
    })
}

fn npm(entry: &Section<'_>, reader: &mut Reader) -> Option<Override> {
    let package = required(entry, "package", reader);
    let version = required(entry, "version", reader);
    let (package, version) = (package?, version?);
    Some(Override {
        route: String::new(),
        span: version.span,
        wanted: Requirement::npm(&package.value, &version.value),
        package: package.value,
        version: Some(version.value),
    })
}

fn uv(entry: &Section<'_>, reader: &mut Reader) -> Option<Override> {
    let line = required(entry, "spec", reader)?;
    let wanted = Requirement::pypi(&line.value);
    let (package, version) = match &wanted {
        Ok(required) => (required.name.as_str(), Some(required.versions.clone())),
        Err(_) => (line.value.as_str(), None),
    };
    Some(Override {
        route: String::new(),
        span: line.span,
        package: package.to_owned(),
        version: version.filter(|versions| !versions.is_empty()),
        wanted,
    })
}

/// A text that has to be there and to say something.
fn required(entry: &Section<'_>, key: &str, reader: &mut Reader) -> Option<Spanned<String>> {
    let (span, what) = match reader.text(entry, key) {
        Read::Value(text) if text.value.trim().is_empty() => (text.span, "empty"),
        Read::Value(text) => return Some(text),
        Read::Missing => (entry.key_span(key), "missing"),
        Read::Wrong => return None,
    };
    let route = entry.route(key);
    reader.push(spec_invalid(
        &route,
        span,
        format!("{} is {what}.", quoted(&route)),
        format!("Write `{key}`: without it the spec is refused when it is built."),
    ));
    None
}
