//! A file of requirements and those that it includes.

use std::collections::BTreeSet;

use untrusted_text::quoted;

use crate::error::LockError;
use crate::include::Include;
use crate::limits::{MAX_BYTES, MAX_DEPTH, MAX_ENTRIES};
use crate::lines::{self, Lines};
use crate::place::Place;
use crate::python;

use super::line::{self, Line, Opt};
use super::logical::{self, Logical};
use super::requirement::{self, Requirement};

/// What a line says.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) place: Place,
    pub(super) said: Said,
}

#[derive(Debug)]
pub(super) enum Said {
    Requirement {
        requirement: Requirement,
        hashes: Vec<Result<[u8; 32], String>>,
    },
    /// An address at which packages are looked for.
    Index(String),
    /// What is told of the line.
    Note(String),
    /// What may install something and is not understood.
    Broken { name: String, why: String },
}

/// How a file came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Requirements,
    /// Constraints install nothing by themselves.
    Constraints,
}

/// What is passed down to included files.
struct Reader<'a> {
    include: Include<'a>,
    /// Files that were read, so that none is read twice.
    seen: BTreeSet<(String, bool)>,
    bytes: usize,
    items: Vec<Item>,
}

/// Reads the file and all that it includes, in pip's order.
pub(super) fn read(lines: &Lines<'_>, include: Include<'_>) -> Result<Vec<Item>, LockError> {
    let mut reader = Reader {
        include,
        seen: BTreeSet::from([(lines.path().to_owned(), false)]),
        bytes: lines.text().len(),
        items: Vec::new(),
    };
    reader.file(lines, As::Requirements, 0)?;
    Ok(reader.items)
}

impl Reader<'_> {
    fn file(&mut self, lines: &Lines<'_>, role: As, depth: usize) -> Result<(), LockError> {
        for logical in logical::read(lines)? {
            if self.items.len() > 2 * MAX_ENTRIES {
                let message = format!("it has more than {} lines", 2 * MAX_ENTRIES);
                return Err(LockError::too_large(lines.path(), message));
            }
            let place = lines.at(logical.at);
            match said(&logical) {
                Ok(line) => self.line(lines.path(), &place, line, role, depth)?,
                Err(why) => self.broken(&place, &logical.text, why),
            }
        }
        Ok(())
    }

    fn push(&mut self, place: &Place, said: Said) {
        self.items.push(Item {
            place: place.clone(),
            said,
        });
    }

    fn broken(&mut self, place: &Place, text: &str, why: String) {
        let name = untrusted_text::shortened(text);
        self.push(place, Said::Broken { name, why });
    }

    fn line(
        &mut self,
        path: &str,
        place: &Place,
        line: Line,
        role: As,
        depth: usize,
    ) -> Result<(), LockError> {
        if !line.requirement.is_empty() {
            let said = requirement_of(&line);
            self.push(place, said.into_constraint(role));
            return Ok(());
        }
        for option in line.options {
            match option {
                // pip installs what `-r` names, although the file that says so holds constraints
                // (pip, `req_file.py`: `nested_constraint = False`).
                Opt::Include(target) => {
                    self.included(path, place, &target, As::Requirements, depth)?;
                }
                Opt::Constraint(target) => {
                    self.included(path, place, &target, As::Constraints, depth)?;
                }
                Opt::Editable(address) => {
                    let requirement = requirement::editable(&address);
                    let hashes = Vec::new();
                    self.push(
                        place,
                        Said::Requirement {
                            requirement,
                            hashes,
                        },
                    );
                }
                Opt::Index(address) => self.push(place, Said::Index(address)),
                Opt::Weakens(text) => {
                    let text = quoted(&text);
                    self.push(place, Said::Note(format!("{text} weakens what pip checks")));
                }
                Opt::Hash(_) => {
                    let message = "this hash belongs to no requirement, so that nothing is checked against it";
                    self.push(place, Said::Note(message.to_owned()));
                }
                Opt::Harmless => {}
            }
        }
        Ok(())
    }

    fn included(
        &mut self,
        path: &str,
        place: &Place,
        target: &str,
        role: As,
        depth: usize,
    ) -> Result<(), LockError> {
        let shown = quoted(target);
        let Some(inner) = joined(path, target) else {
            let why =
                format!("{shown} lies outside of what is read, so what it requires is not known");
            self.broken(place, target, why);
            return Ok(());
        };
        if depth >= MAX_DEPTH {
            let message = format!("files include each other more than {MAX_DEPTH} deep");
            return Err(LockError::too_large(path, message));
        }
        if !self.seen.insert((inner.clone(), role == As::Constraints)) {
            return Ok(());
        }
        let bytes = match (self.include)(&inner) {
            Ok(bytes) => bytes,
            Err(why) => {
                self.broken(place, target, format!("{shown} cannot be read: {why}"));
                return Ok(());
            }
        };
        self.bytes += bytes.len();
        if self.bytes > MAX_BYTES {
            let message =
                format!("with what it includes it has more than {MAX_BYTES} bytes (64 MiB)");
            return Err(LockError::too_large(path, message));
        }
        let text = lines::unmarked(lines::text(&inner, &bytes)?);
        self.file(&Lines::new(&inner, text), role, depth + 1)
    }
}

impl Said {
    /// What a requirement is among constraints: without version or hash it pins nothing and installs nothing.
    fn into_constraint(self, role: As) -> Self {
        match (role, self) {
            (
                As::Constraints,
                Self::Requirement {
                    requirement: Requirement::Pinned { name, .. } | Requirement::Loose { name },
                    hashes,
                },
            ) if hashes.is_empty() => {
                let name = quoted(&name);
                Self::Note(format!(
                    "{name} is only constrained here, without a hash, which installs nothing and is not judged"
                ))
            }
            (As::Constraints | As::Requirements, said) => said,
        }
    }
}

fn requirement_of(line: &Line) -> Said {
    let mut hashes = Vec::new();
    for option in &line.options {
        match option {
            Opt::Hash(hash) => hashes.push(python::prefixed(hash)),
            Opt::Harmless => {}
            Opt::Include(_)
            | Opt::Constraint(_)
            | Opt::Editable(_)
            | Opt::Index(_)
            | Opt::Weakens(_) => {
                return Said::Broken {
                    name: untrusted_text::shortened(&line.requirement),
                    why: "options for the whole file stand on its line, and readers do not \
                          agree on what they mean there"
                        .to_owned(),
                };
            }
        }
    }
    Said::Requirement {
        requirement: requirement::read(&line.requirement),
        hashes,
    }
}

fn said(logical: &Logical) -> Result<Line, String> {
    if logical.hides {
        return Err(
            "its comment ends in a backslash, and not every reader takes the next line for a \
                    part of the comment"
                .to_owned(),
        );
    }
    if has_variable(&logical.text) && !logical.text.starts_with('-') {
        return Err("it holds a variable of the environment, which pip replaces".to_owned());
    }
    let line = line::read(&logical.text)?;
    let varied = line.options.iter().any(|option| match option {
        Opt::Include(path) | Opt::Editable(path) => has_variable(path),
        Opt::Hash(_) | Opt::Constraint(_) | Opt::Index(_) | Opt::Weakens(_) | Opt::Harmless => {
            false
        }
    });
    if varied {
        return Err("it holds a variable of the environment, which pip replaces".to_owned());
    }
    Ok(line)
}

/// Whether a text holds `${NAME}`.
fn has_variable(text: &str) -> bool {
    text.match_indices("${").any(|(at, _)| {
        let rest = text.get(at + 2..).unwrap_or_default();
        let end = |c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        rest.find(end)
            .is_some_and(|at| at > 0 && rest.get(at..).is_some_and(|rest| rest.starts_with('}')))
    })
}

/// The path of `target` as the file at `path` names it, relative to the root; none where it leaves the root.
fn joined(path: &str, target: &str) -> Option<String> {
    if target.contains(['\\', ':']) || target.starts_with('/') || target.is_empty() {
        return None;
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
