//! `go.mod`: the lines that matter here (golang.org/x/mod/modfile). Whatever other lines say is of no
//! concern, so that newer directives do no harm.

use super::versions::at_most;

/// Most lines that are read.
const MAX_LINES: usize = 200_000;

/// Most bytes of a comment that are kept.
const MAX_COMMENT: usize = 300;

/// Most words of a line that are looked at: one more than any line that matters here has.
const MAX_WORDS: usize = 7;

/// Most retractions of one file. Genuine ones have some dozens at most.
const MAX_RETRACTIONS: usize = 10_000;

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
        let mut comments: Vec<&str> = Vec::new();
        let mut block: Option<Block<'_>> = None;
        for (index, raw) in text.split('\n').enumerate() {
            let fail = |problem| GoModError {
                line: index + 1,
                problem,
            };
            if index >= MAX_LINES {
                return Err(fail("it has too many lines"));
            }
            let line = tokens(raw.strip_suffix('\r').unwrap_or(raw)).map_err(fail)?;
            match (line.words.as_slice(), &block) {
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
                    block = Some(Block::new(*verb, &comments));
                    comments.clear();
                    continue;
                }
                ([_verb, "(", ")"], None) => {}
                (rest, Some(block)) => {
                    let said = Said {
                        above: &comments,
                        beside: line.comment,
                        block: Some(block),
                    };
                    read.take(block.verb, rest, &said).map_err(fail)?;
                }
                ([verb, rest @ ..], None) => {
                    let said = Said {
                        above: &comments,
                        beside: line.comment,
                        block: None,
                    };
                    read.take(verb, rest, &said).map_err(fail)?;
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

    fn take(&mut self, verb: &str, rest: &[&str], said: &Said<'_>) -> Result<(), &'static str> {
        match (verb, rest) {
            ("module", [path]) => {
                if self.module.is_some() {
                    return Err("`module` stands there twice");
                }
                self.module = Some((*path).to_owned());
                self.deprecated = deprecated(&said.whole());
            }
            ("module", _) => return Err("`module` names no path"),
            ("replace" | "exclude", _) => self.replaces = true,
            ("retract", ["[", low, ",", high, "]"]) => self.retract(low, high, said)?,
            ("retract", [version]) => self.retract(version, version, said)?,
            ("retract", _) => return Err("`retract` names neither a version nor two"),
            _ => {}
        }
        Ok(())
    }

    fn retract(&mut self, low: &str, high: &str, said: &Said<'_>) -> Result<(), &'static str> {
        if self.retractions.len() == MAX_RETRACTIONS {
            return Err("it has too many retractions");
        }
        self.retractions.push(Retraction {
            low: low.to_owned(),
            high: high.to_owned(),
            rationale: said.beginning(),
        });
        Ok(())
    }
}

/// A block that is open: its directive, and the comment above it.
struct Block<'a> {
    verb: &'a str,
    above: String,
}

impl<'a> Block<'a> {
    /// The comment is joined where it may matter, and once for all lines of the block.
    fn new(verb: &'a str, above: &[&str]) -> Self {
        let above = if matches!(verb, "module" | "retract") {
            above.join("\n").trim().to_owned()
        } else {
            String::new()
        };
        Self { verb, above }
    }
}

/// The comment about a line: what stands above it and beside it, or else above its block
/// (modfile/rule.go, `parseDirectiveComment`).
struct Said<'a> {
    above: &'a [&'a str],
    beside: Option<&'a str>,
    block: Option<&'a Block<'a>>,
}

impl Said<'_> {
    /// All of it.
    fn whole(&self) -> String {
        self.joined(usize::MAX)
    }

    /// Its beginning, as it is kept.
    fn beginning(&self) -> String {
        cut(self.joined(MAX_COMMENT).trim()).to_owned()
    }

    /// Its lines, until there are so many bytes.
    fn joined(&self, enough: usize) -> String {
        if self.above.is_empty() && self.beside.is_none() {
            let above = self.block.map_or("", |block| block.above.as_str());
            return if enough < above.len() {
                cut(above).to_owned()
            } else {
                above.to_owned()
            };
        }
        let mut text = String::new();
        for (place, line) in self.above.iter().copied().chain(self.beside).enumerate() {
            if place > 0 && !(enough < usize::MAX && text.is_empty()) {
                text.push('\n');
            }
            text.push_str(line);
            if text.len() >= enough {
                break;
            }
        }
        text
    }
}

/// At most so much of a comment as is kept.
fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_COMMENT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().trim_end()
}

/// The paragraph of a comment that starts with `Deprecated:` (modfile/rule.go, `parseDeprecation`).
fn deprecated(comment: &str) -> Option<String> {
    comment
        .split("\n\n")
        .find_map(|paragraph| paragraph.trim_start().strip_prefix("Deprecated:"))
        .map(|reason| cut(reason.trim()).replace('\n', " "))
}

struct Line<'a> {
    /// The first [`MAX_WORDS`].
    words: Vec<&'a str>,
    comment: Option<&'a str>,
}

/// The words of one line: quotation marks of both kinds taken off, `(`, `)`, `[`, `]` and `,` on their
/// own, a comment at its end.
fn tokens(line: &str) -> Result<Line<'_>, &'static str> {
    let mut words = Vec::new();
    let mut push = |word| {
        if words.len() < MAX_WORDS {
            words.push(word);
        }
    };
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            return Ok(Line {
                words,
                comment: Some(comment.trim()),
            });
        }
        if rest.starts_with("/*") {
            return Err("comments of this form are not part of a go.mod");
        }
        let after = match first {
            '(' | ')' | '[' | ']' | ',' => {
                let (mark, after) = rest.split_at_checked(1).unwrap_or((rest, ""));
                push(mark);
                after
            }
            '"' | '`' => {
                let inner = rest.get(1..).unwrap_or_default();
                let (word, after) = inner.split_once(first).ok_or("a quotation is not closed")?;
                if word.contains('\\') && first == '"' {
                    return Err("a quotation has an escape, which no path or version needs");
                }
                push(word);
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
                push(word);
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_deprecation_is_found_wherever_it_stands_in_the_comment() {
        let long = "// words\n".repeat(100);
        for above in [
            "",
            "//\n//\n",
            "// first\n//\n",
            "// first\n//\n//\n//\n",
            &format!("{long}//\n"),
        ] {
            let text = format!("{above}// Deprecated: use b\n// instead\nmodule example.com/a\n");
            let read = GoMod::parse(text.as_bytes()).unwrap();
            assert_eq!(read.deprecated.as_deref(), Some("use b instead"), "{text}");
        }
        // It starts a paragraph, or it is none.
        let text = "// was not\n// Deprecated: ever\nmodule example.com/a\n";
        assert_eq!(GoMod::parse(text.as_bytes()).unwrap().deprecated, None);
        let text = format!(
            "// Deprecated: {}\nmodule example.com/a\n",
            "words ".repeat(100)
        );
        let read = GoMod::parse(text.as_bytes()).unwrap();
        assert!(read.deprecated.unwrap().len() <= MAX_COMMENT);
    }

    #[test]
    fn the_time_grows_with_the_size_alone() {
        let comment = "// some words about it\n".repeat(150_000);
        let lines = "a\n".repeat(190_000 - 150_000);
        let lone = "a v1\n".repeat(190_000);
        for (text, fits) in [
            (format!("{comment}require (\n{lines})\n"), true),
            (
                format!(
                    "{comment}retract (\n{}v1.0.0\n)\n",
                    "v1.0.0\n".repeat(9_000)
                ),
                true,
            ),
            (
                format!("{comment}retract (\n{})\n", "v1.0.0\n".repeat(20_000)),
                false,
            ),
            (
                format!("//{}\nrequire (\n{lone})\n", "x".repeat(3 << 20)),
                true,
            ),
            ("(".repeat(4 << 20), true),
            (format!("//{}\n{lone}", " ".repeat(3 << 20)), true),
        ] {
            let start = Instant::now();
            assert_eq!(GoMod::parse(text.as_bytes()).is_ok(), fits);
            assert!(start.elapsed() < Duration::from_secs(10), "{}", text.len());
        }
        let read = GoMod::parse(b"// why\nretract (\nv1.0.0\nv1.1.0 // own\n)\n").unwrap();
        let why: Vec<&str> = read
            .retractions
            .iter()
            .map(|one| one.rationale.as_str())
            .collect();
        assert_eq!(why, ["why", "own"]);
    }
}
