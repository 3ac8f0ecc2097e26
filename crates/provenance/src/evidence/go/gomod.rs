//! `go.mod`: the lines that matter here (golang.org/x/mod/modfile). Whatever other lines say is of no
//! concern, so that newer directives do no harm.

use super::versions::at_most;

/// Most lines that are read.
const MAX_LINES: usize = 200_000;

/// Most bytes of a comment that are kept.
const MAX_COMMENT: usize = 300;

/// What a `go.mod` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GoMod {
    /// The module's path. Files of old modules are made up by proxies and have this line only.
    pub module: Option<String>,
    /// Why the module is deprecated, where it is.
    pub deprecated: Option<String>,
    /// Whether there is a `replace` or an `exclude`, with which `go install path@version` refuses the
    /// module.
    pub replaces: bool,
    /// What the author withdrew.
    pub retractions: Vec<Retraction>,
}

/// Versions that were withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retraction {
    /// The lowest.
    pub low: String,
    /// The highest.
    pub high: String,
    /// Why.
    pub rationale: String,
}

/// Why a file is no `go.mod`: the line, counted from 1, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct GoModError {
    line: usize,
    problem: &'static str,
}

impl GoMod {
    /// Reads a file.
    ///
    /// # Errors
    /// [`GoModError`] where it cannot be told what a line says.
    pub fn parse(bytes: &[u8]) -> Result<Self, GoModError> {
        let text = std::str::from_utf8(bytes).map_err(|_error| GoModError {
            line: 1,
            problem: "it is no UTF-8 text",
        })?;
        let mut read = Self::default();
        let mut comments: Vec<String> = Vec::new();
        let mut block: Option<(String, Vec<String>)> = None;
        for (index, raw) in text.split('\n').enumerate() {
            let fail = |problem| GoModError {
                line: index + 1,
                problem,
            };
            if index >= MAX_LINES {
                return Err(fail("it has too many lines"));
            }
            let line = tokens(raw.strip_suffix('\r').unwrap_or(raw)).map_err(fail)?;
            let words: Vec<&str> = line.words.iter().map(String::as_str).collect();
            match (words.as_slice(), &block) {
                ([], _) => {
                    match line.comment {
                        Some(comment) => comments.push(comment),
                        None => comments.clear(),
                    }
                    continue;
                }
                ([")"], Some(_)) => block = None,
                ([")", ..], _) => return Err(fail("a `)` closes nothing")),
                ([verb, "("], None) => {
                    block = Some(((*verb).to_owned(), std::mem::take(&mut comments)));
                    continue;
                }
                ([verb, "(", ")"], None) => {
                    let _ = verb;
                }
                (rest, Some((verb, above))) => {
                    let said = said(&comments, line.comment.as_deref(), above);
                    read.take(verb, rest, said).map_err(fail)?;
                }
                ([verb, rest @ ..], None) => {
                    let said = said(&comments, line.comment.as_deref(), &[]);
                    read.take(verb, rest, said).map_err(fail)?;
                }
            }
            comments.clear();
        }
        if block.is_some() {
            return Err(GoModError {
                line: text.split('\n').count(),
                problem: "a block is not closed",
            });
        }
        Ok(read)
    }

    /// The rationale of the retraction that covers `version`, if one does.
    pub fn retracts(&self, version: &str) -> Option<&str> {
        let covers = |one: &&Retraction| {
            at_most(&one.low, version) == Some(true) && at_most(version, &one.high) == Some(true)
        };
        let found = self.retractions.iter().find(covers)?;
        Some(&found.rationale)
    }

    fn take(&mut self, verb: &str, rest: &[&str], said: String) -> Result<(), &'static str> {
        match (verb, rest) {
            ("module", [path]) => {
                if self.module.is_some() {
                    return Err("`module` stands there twice");
                }
                self.module = Some((*path).to_owned());
                self.deprecated = deprecated(&said);
            }
            ("module", _) => return Err("`module` names no path"),
            ("replace" | "exclude", _) => self.replaces = true,
            ("retract", ["[", low, ",", high, "]"]) => self.retract(low, high, said),
            ("retract", [version]) => self.retract(version, version, said),
            ("retract", _) => return Err("`retract` names neither a version nor two"),
            _ => {}
        }
        Ok(())
    }

    fn retract(&mut self, low: &str, high: &str, rationale: String) {
        self.retractions.push(Retraction {
            low: low.to_owned(),
            high: high.to_owned(),
            rationale,
        });
    }
}

/// The comment about a line: what stands above it, or else beside it, or else above its block.
fn said(above: &[String], beside: Option<&str>, block: &[String]) -> String {
    let text = match (above, beside) {
        ([], None) => block.join("\n"),
        ([], Some(beside)) => beside.to_owned(),
        (above, None) => above.join("\n"),
        (above, Some(beside)) => format!("{}\n{beside}", above.join("\n")),
    };
    let mut end = text.len().min(MAX_COMMENT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().trim().to_owned()
}

/// The paragraph of a comment that starts with `Deprecated:` (modfile/rule.go, `parseDeprecation`).
fn deprecated(comment: &str) -> Option<String> {
    comment
        .split("\n\n")
        .find_map(|paragraph| paragraph.strip_prefix("Deprecated:"))
        .map(|reason| reason.trim().replace('\n', " "))
}

struct Line {
    words: Vec<String>,
    comment: Option<String>,
}

/// The words of one line: quotation marks of both kinds taken off, `(`, `)`, `[`, `]` and `,` on their
/// own, a comment at its end.
fn tokens(line: &str) -> Result<Line, &'static str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            return Ok(Line {
                words,
                comment: Some(comment.trim().to_owned()),
            });
        }
        if rest.starts_with("/*") {
            return Err("comments of this form are not part of a go.mod");
        }
        let after = match first {
            '(' | ')' | '[' | ']' | ',' => {
                words.push(first.to_string());
                rest.get(1..).unwrap_or_default()
            }
            '"' | '`' => {
                let inner = rest.get(1..).unwrap_or_default();
                let (word, after) = inner.split_once(first).ok_or("a quotation is not closed")?;
                if word.contains('\\') && first == '"' {
                    return Err("a quotation has an escape, which no path or version needs");
                }
                words.push(word.to_owned());
                after
            }
            _ => {
                let end = rest
                    .char_indices()
                    .find(|(at, c)| {
                        c.is_whitespace()
                            || matches!(c, '(' | ')' | '[' | ']' | ',' | '"' | '`')
                            || rest.get(*at..).is_some_and(|here| here.starts_with("//"))
                    })
                    .map_or(rest.len(), |(at, _)| at);
                let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                words.push(word.to_owned());
                after
            }
        };
        rest = after.trim_start();
    }
    Ok(Line {
        words,
        comment: None,
    })
}
