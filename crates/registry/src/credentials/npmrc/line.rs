//! One line of a `.npmrc`, by the rules of npm's `ini` (`lib/ini.js`, `decode` and `unsafe`).

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Empty, a comment, or nothing that npm reads.
    Nothing,
    /// `[section]`.
    Section,
    /// A key, and a value where there is a `=`.
    Pair(String, Option<String>),
}

pub(super) fn read(line: &str) -> Line {
    let trimmed = trim(line);
    if trimmed.is_empty() || trimmed.starts_with([';', '#']) {
        return Line::Nothing;
    }
    if line.starts_with('[')
        && let Some(close) = line.find(']')
        && line
            .get(close + 1..)
            .is_some_and(|rest| trim(rest).is_empty())
    {
        return Line::Section;
    }
    match line.split_once('=') {
        Some(("", _)) => Line::Nothing,
        Some((key, value)) => Line::Pair(plain(key), Some(plain(value))),
        None => Line::Pair(plain(line), None),
    }
}

/// JavaScript's `trim`, which also takes a byte order mark away.
fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}

/// A key or a value without its quotes, its comment and its escapes.
fn plain(text: &str) -> String {
    let text = trim(text);
    let quoted = |mark: char| text.starts_with(mark) && text.ends_with(mark);
    if quoted('\'') || quoted('"') {
        let inner = text.strip_prefix('\'').unwrap_or(text);
        let inner = inner.strip_suffix('\'').unwrap_or(inner);
        // npm keeps what is no JSON as it is.
        return serde_json::from_str(inner).unwrap_or_else(|_no_json| inner.to_owned());
    }
    let mut plain = String::new();
    let mut escaped = false;
    for character in text.chars() {
        match character {
            '\\' | ';' | '#' if escaped => plain.push(character),
            other if escaped => plain.extend(['\\', other]),
            '\\' => {}
            ';' | '#' => break,
            other => plain.push(other),
        }
        escaped = character == '\\' && !escaped;
    }
    if escaped {
        plain.push('\\');
    }
    trim(&plain).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_npm_reads_them() {
        // Each as npm 11's own `ini` reads it.
        for (line, value) in [
            ("k=v", "v"),
            ("k = v ", "v"),
            ("k=a=b", "a=b"),
            ("k=v ; comment", "v"),
            ("k=v#comment", "v"),
            (r"k=v\#1\;2", "v#1;2"),
            (r"k=a\b", r"a\b"),
            (r"k=a\\b", r"a\b"),
            (r"k=a\", r"a\"),
            ("k=\"a # b\"", "a # b"),
            ("k='a # b'", "a # b"),
            (r#"k="a\u0041""#, "aA"),
            (r#"k="a"b""#, r#""a"b""#),
            ("\u{feff}k=v", "v"),
            ("k=", ""),
            ("k='", ""),
            ("k=\"", "\""),
            (r#"k='"a"'"#, "a"),
        ] {
            let read = read(line);
            assert_eq!(read, Line::Pair("k".into(), Some(value.into())), "{line}");
        }
        assert_eq!(read("k"), Line::Pair("k".into(), None));
        assert_eq!(read(" [k]=v"), Line::Pair("[k]".into(), Some("v".into())));
        assert_eq!(read("[s] "), Line::Section);
        for nothing in ["", "  ", "; k=v", " # k=v", "=v"] {
            assert_eq!(read(nothing), Line::Nothing, "{nothing}");
        }
    }
}
