//! What `[[require]]` asks of an entry under each name that it goes by.

use dockyard_locks::{Elsewhere, Entry};
use jiff::Timestamp;
use package_provenance::package::Ecosystem;
use package_provenance::verify::Status;
use untrusted_text::quoted;

use crate::finding::Span;
use crate::policy::blocks::Blocks;
use crate::policy::evaluate::{Evaluation, Facts, Judged, Subject, evaluate};
use crate::policy::min_age::Published;
use crate::policy::package_name::PackageName;
use crate::policy::pin::Pin;

/// What is judged, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) path: &'a str,
    pub(super) span: Span,
    pub(super) new: Option<bool>,
    pub(super) now: Timestamp,
}

/// What `blocks` ask of something that goes by `names`; each block asks once, under the first name that it selects.
/// Blocks that one of `done` is selected by have asked already.
pub(super) fn required(
    blocks: &Blocks,
    asked: Asked<'_>,
    names: &[Pin],
    done: &[Pin],
    facts: &Facts<'_>,
) -> Evaluation {
    let mut whole = Evaluation::default();
    let mut known: Vec<PackageName> = done.iter().map(PackageName::of).collect();
    for pin in names {
        let mut open = blocks.requirements.clone();
        open.retain(|block| {
            let mut known = known.iter();
            !known.any(|name| block.selects(asked.path, Some(name)))
        });
        let open = Blocks {
            file: blocks.file.clone(),
            requirements: open,
            exemptions: Vec::new(),
        };
        let subject = Subject {
            path: asked.path,
            judged: Some(Judged {
                package: pin,
                route: "lock[require]",
                span: asked.span,
                facts: facts.clone(),
            }),
            overrides: Vec::new(),
            new: asked.new,
            now: asked.now,
        };
        let more = evaluate(&open, &subject);
        whole.records.extend(more.records);
        whole.drafts.extend(more.drafts);
        known.push(PackageName::of(pin));
    }
    whole
}

/// What is known of the evidence for what comes from no registry: that there is none.
pub(super) const fn no_facts(status: Status) -> Facts<'static> {
    Facts {
        status,
        builds: Vec::new(),
        unattested: true,
        slsa_build_level: None,
        published: Published::Unknown(None),
    }
}

/// The names that an entry of no registry goes by: that which it gives itself, and that of its folder. Where it has
/// none that is one, requirements that name no package, or every one, are still asked.
pub(super) struct Names {
    pub(super) pins: Vec<Pin>,
    /// The one that exemptions are held against: the folder's, which whoever writes the entry cannot choose without
    /// its being another's place. What is no place of `node_modules` goes by what it says of itself.
    pub(super) identity: Option<Pin>,
    /// How the entry is called in sentences.
    shown: String,
}

impl Names {
    pub(super) fn of(entry: &Entry, elsewhere: Option<&Elsewhere>, ecosystem: Ecosystem) -> Self {
        let stated = elsewhere.and_then(|it| it.stated.as_deref());
        let folder = entry.short_name();
        let (name, version) = split(stated.unwrap_or(folder), ecosystem);
        let mut pins: Vec<Pin> = Vec::new();
        for name in [name, folder] {
            if let Some(pin) = pin(name, version, ecosystem)
                && !pins.contains(&pin)
            {
                pins.push(pin);
            }
        }
        let identity = if entry.name.contains("node_modules/") {
            pin(folder, version, ecosystem)
        } else {
            pins.first().cloned()
        };
        if pins.is_empty() {
            pins.extend(pin("unnamed", None, ecosystem));
        }
        Self {
            pins,
            identity,
            shown: quoted(stated.unwrap_or(folder)),
        }
    }

    /// A sentence about one of the pins, about the entry as the lock calls it.
    pub(super) fn worded(&self, message: &str) -> String {
        let mut pins = self.pins.iter();
        let rest = pins.find_map(|pin| message.strip_prefix(&pin.to_string()));
        rest.map_or_else(
            || message.to_owned(),
            |rest| format!("{}{rest}", self.shown),
        )
    }
}

/// Name and version of what a lock states of an entry: `name@version` of npm, `name==version` of Python.
fn split(stated: &str, ecosystem: Ecosystem) -> (&str, Option<&str>) {
    let at = match ecosystem {
        Ecosystem::Npm | Ecosystem::Go => {
            let mut marks = stated.match_indices('@');
            marks.find(|(at, _)| *at > 0).map(|(at, _)| (at, 1))
        }
        Ecosystem::Pypi => stated.find("==").map(|at| (at, 2)),
    };
    let parts = at.and_then(|(at, mark)| Some((stated.get(..at)?, stated.get(at + mark..)?)));
    parts.map_or((stated, None), |(name, version)| (name, Some(version)))
}

/// A name at its version; at a placeholder where that is none, since requirements ask by names.
pub(super) fn pin(name: &str, version: Option<&str>, ecosystem: Ecosystem) -> Option<Pin> {
    let (origin, placeholder) = match ecosystem {
        Ecosystem::Npm => ("npm", "0.0.0"),
        Ecosystem::Pypi => ("pypi", "0"),
        Ecosystem::Go => ("go", "v0.0.0"),
    };
    let name = PackageName::parse(&format!("{origin}:{name}")).ok()?;
    let exact = version.and_then(|version| name.at(version).ok());
    exact.or_else(|| name.at(placeholder).ok())
}
