//! A Dockerfile in the form that dockhand prints (toolhive's `pkg/container/templates`), with the
//! install held to the verified digests.

use crate::dockerfile::{DockerfileError, Instruction, instructions};
use crate::lines;
use crate::pin::Pin;

/// What came of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewritten {
    /// The new text.
    Changed(String),
    /// It holds the digests already.
    Same,
}

/// `text` with the install of the package held to the verified digests. Overrides that dockhand wrote
/// stay: they stand in instructions of their own and in flags of the install.
///
/// # Errors
/// [`DockerfileError`] unless exactly one instruction installs the package, in the known form.
pub fn rewrite(text: &str, pin: &Pin) -> Result<Rewritten, DockerfileError> {
    let plan = Plan::of(pin);
    if plan.is_held(&instructions(text)?) {
        return Ok(Rewritten::Same);
    }
    let place = plan.place(text)?;
    let mut new: Vec<&str> = text.split('\n').collect();
    let after = plan.after.iter().map(String::as_str);
    new.splice(place.end..place.end, after);
    let first = new.get(place.start).copied().unwrap_or_default();
    // Only the first line is ever replaced; the rest of an instruction stays.
    let mut written: Vec<&str> = plan.before.iter().map(String::as_str).collect();
    match &plan.first {
        Replacement::None => {}
        Replacement::Kept => written.push(first),
        Replacement::Line(line) => written.push(line),
    }
    new.splice(place.start..=place.start, written);
    let new = new.join("\n");
    let held = instructions(&new)?;
    if plan.is_held(&held) {
        Ok(Rewritten::Changed(new))
    } else {
        Err(DockerfileError::NotHeld)
    }
}

/// What becomes of an instruction's first line.
enum Replacement {
    /// It goes.
    None,
    /// It stays.
    Kept,
    /// This.
    Line(String),
}

/// What is looked for and what is written.
struct Plan {
    /// `NAME@VERSION` as dockhand writes it.
    package: String,
    /// The same of the module that a Go package lies in: what holds it to other digests names this.
    module: Option<String>,
    /// The first line of the install, as printed.
    install: String,
    /// What the install must hold besides, so that it is known how it uses the first line.
    parts: &'static [&'static str],
    /// Whether it is one line alone.
    alone: bool,
    /// Lines that hold it, before it.
    before: Vec<String>,
    /// The instruction that checks what was installed, directly after it.
    after: Option<String>,
    /// Its first line from then on.
    first: Replacement,
}

impl Plan {
    fn of(pin: &Pin) -> Self {
        match pin {
            Pin::Npm(pin) => {
                let (name, version) = (pin.package.name.as_str(), pin.package.version.as_str());
                let package = format!("{name}@{version}");
                Self {
                    install: format!("RUN npm install --save {package}"),
                    package,
                    module: None,
                    parts: &[],
                    alone: true,
                    before: lines::npm(pin),
                    after: None,
                    first: Replacement::None,
                }
            }
            Pin::Pypi(pin) => {
                let (name, version) = (pin.package.name.written(), pin.package.version.written());
                let package = format!("{name}@{version}");
                Self {
                    install: format!(r#"RUN package="{package}"; \"#),
                    package,
                    module: None,
                    parts: &[
                        r#"package_spec=$(echo "$package" | sed 's/@/==/'); \"#,
                        "uv tool install ",
                        r#""$package_spec""#,
                    ],
                    alone: false,
                    before: vec![lines::pypi(pin)],
                    after: None,
                    first: Replacement::Line(lines::pypi_install()),
                }
            }
            Pin::Go(pin) => {
                let package = format!("{}@{}", pin.package.path, pin.package.version);
                Self {
                    install: format!(r#"RUN package="{package}"; \"#),
                    package,
                    module: Some(format!("{}@{}", pin.module, pin.package.version)),
                    parts: &[r#"go install "$package""#, lines::GO_BINARY],
                    alone: false,
                    before: vec![lines::go(pin)],
                    after: Some(lines::go_built(pin)),
                    first: Replacement::Kept,
                }
            }
        }
    }

    fn is_named_in(&self, one: &Instruction<'_>) -> bool {
        one.names(&self.package) || self.module.as_ref().is_some_and(|module| one.names(module))
    }

    /// Whether the digests are held to already: by these very lines, directly before the install and
    /// directly after it.
    fn is_held(&self, all: &[Instruction<'_>]) -> bool {
        let holds = |one: &Instruction<'_>| one.trimmed() == self.before;
        let mut places = all.iter().enumerate().filter(|(_, one)| holds(one));
        let (Some((index, _)), None) = (places.next(), places.next()) else {
            return false;
        };
        let follows = |line: &str| {
            let next = all.get(index + 1);
            next.is_some_and(|next| {
                next.trimmed().first() == Some(&line)
                    && self.parts.iter().all(|part| next.has(part))
            })
        };
        let checked = self.after.as_deref().is_none_or(|after| {
            let last = all.get(index + 2);
            last.is_some_and(|last| last.trimmed() == [after])
        });
        if !checked {
            return false;
        }
        let others = all
            .iter()
            .enumerate()
            .filter(|(at, one)| *at != index && self.is_named_in(one))
            .count();
        match &self.first {
            Replacement::None => others == 0,
            Replacement::Line(line) => others == 0 && follows(line),
            Replacement::Kept => others == 1 && follows(&self.install),
        }
    }

    /// The one instruction that installs the package.
    fn place<'a>(&self, text: &'a str) -> Result<Instruction<'a>, DockerfileError> {
        let mut named = instructions(text)?
            .into_iter()
            .filter(|one| self.is_named_in(one));
        let missing = || DockerfileError::NoInstall {
            package: self.package.clone(),
            expected: self.install.clone(),
        };
        let one = named.next().ok_or_else(missing)?;
        if let Some(other) = named.next() {
            return Err(DockerfileError::Several {
                package: self.package.clone(),
                one: one.start + 1,
                other: other.start + 1,
            });
        }
        let whole = one.trimmed().first() == Some(&self.install.as_str())
            && (one.lines.len() == 1) == self.alone
            && (one.end - one.start == 1) == self.alone
            && self.parts.iter().all(|part| one.has(part));
        whole.then_some(one).ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests;
