//! A Dockerfile as its instructions.

use untrusted_text::quoted;

/// Largest Dockerfile that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// Why a Dockerfile is not rewritten. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DockerfileError {
    /// It is of a form in which instructions cannot be told apart for sure.
    #[error(
        "line {line}: {what}, so that it is not certain where an instruction ends; the file is left as it is"
    )]
    Form {
        /// 1-based.
        line: usize,
        /// What is there.
        what: &'static str,
    },
    /// It is too large.
    #[error("the Dockerfile is larger than 1 MiB")]
    TooLarge,
    /// The install line is not there.
    #[error("no instruction installs {} in the form that dockhand prints (`{expected}`); make the Dockerfile with `dockhand build` for this very spec", quoted(.package))]
    NoInstall {
        /// `NAME@VERSION`.
        package: String,
        /// The line that was looked for.
        expected: String,
    },
    /// It is there more than once, or something else names the package.
    #[error("the package {} is named in more than one instruction, first on lines {one} and {other}; exactly one may install it", quoted(.package))]
    Several {
        /// `NAME@VERSION`.
        package: String,
        /// 1-based.
        one: usize,
        /// 1-based.
        other: usize,
    },
    /// The result does not hold the digest. This should not happen.
    #[error("the rewritten Dockerfile does not hold the verified digest; please report it")]
    NotHeld,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Instruction<'a> {
    /// Its first line, 0-based.
    pub(crate) start: usize,
    /// The line after its last.
    pub(crate) end: usize,
    /// Its lines as written, without comments and empty lines.
    pub(crate) lines: Vec<&'a str>,
}

/// The instructions of `text`.
///
/// # Errors
/// [`DockerfileError::Form`] for whatever changes where instructions end, or may be read in another way by
/// `BuildKit`: an `escape` directive, a here document, a carriage return, a byte order mark, two backslashes
/// at the end of a line.
pub(crate) fn instructions(text: &str) -> Result<Vec<Instruction<'_>>, DockerfileError> {
    if text.len() > MAX_BYTES {
        return Err(DockerfileError::TooLarge);
    }
    let form = |line: usize, what| DockerfileError::Form {
        line: line + 1,
        what,
    };
    // BuildKit drops it, and the first instruction would be another word here.
    if text.starts_with('\u{feff}') {
        return Err(form(0, "a byte order mark is there"));
    }
    let mut all: Vec<Instruction<'_>> = Vec::new();
    let mut open = false;
    for (number, line) in text.split('\n').enumerate() {
        if line.contains(|one: char| one.is_control() && one != '\t') {
            return Err(form(number, "a control character is there"));
        }
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        if let Some(comment) = trimmed.strip_prefix('#') {
            let directive = comment.trim_start().to_ascii_lowercase();
            let escape = directive.strip_prefix("escape").map(str::trim_start);
            if all.is_empty() && escape.is_some_and(|rest| rest.starts_with('=')) {
                return Err(form(number, "an `escape` directive is there"));
            }
            continue;
        }
        let end = line.trim_end_matches([' ', '\t']);
        // To BuildKit that is a backslash and no continuation.
        if end.ends_with(r"\\") {
            return Err(form(number, "two backslashes end it"));
        }
        match all.last_mut() {
            Some(last) if open => {
                last.lines.push(line);
                last.end = number + 1;
            }
            Some(_) | None => all.push(Instruction {
                start: number,
                end: number + 1,
                lines: vec![line],
            }),
        }
        open = end.ends_with('\\');
    }
    if let Some(one) = all.iter().find(|one| one.may_open_document()) {
        return Err(form(
            one.start,
            "a here document may start in the instruction there",
        ));
    }
    Ok(all)
}

impl Instruction<'_> {
    /// Whether it names `package`, `NAME@VERSION`, and not only one whose name or version goes on.
    pub(crate) fn names(&self, package: &str) -> bool {
        let part = |one: char| one.is_ascii_alphanumeric() || "-._~+/@".contains(one);
        self.lines.iter().any(|line| {
            line.match_indices(package).any(|(at, found)| {
                let before = line.get(..at).and_then(|text| text.chars().next_back());
                let after = line
                    .get(at + found.len()..)
                    .and_then(|text| text.chars().next());
                !before.is_some_and(part) && !after.is_some_and(part)
            })
        })
    }

    /// Whether it may open a here document: `<<EOF`, `3<<-"EOF"`. `BuildKit` looks for the words of one in
    /// the joined lines, after it has put variables' defaults in (`${X:-<}<EOF`); a third `<` makes it
    /// something else.
    ///
    /// <https://github.com/moby/buildkit/blob/v0.25.0/frontend/dockerfile/parser/parser.go>
    fn may_open_document(&self) -> bool {
        let joined: String = self
            .lines
            .iter()
            .map(|line| {
                let line = line.trim_end_matches([' ', '\t']);
                line.strip_suffix('\\').unwrap_or(line)
            })
            .collect();
        let runs = joined.split(|one| one != '<').map(str::len);
        let (mut pairs, mut singles) = (0_usize, 0_usize);
        for length in runs {
            pairs += usize::from(length == 2);
            singles += usize::from(length == 1);
        }
        pairs > 0 || (singles > 1 && joined.contains("${"))
    }

    /// Its lines with blanks at their ends taken off.
    pub(crate) fn trimmed(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line.trim_end()).collect()
    }

    /// Whether a line holds `part`.
    pub(crate) fn has(&self, part: &str) -> bool {
        self.lines.iter().any(|line| line.contains(part))
    }
}
