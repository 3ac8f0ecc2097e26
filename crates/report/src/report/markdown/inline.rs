//! Untrusted text within Markdown.
//!
//! Outside of code spans nothing of a stranger's text remains but plain words of ASCII letters,
//! short numbers and the punctuation of sentences: no markup, no HTML, no table delimiter, no
//! mention (`@team`), reference (`#1`), commit, emoji code or address that GitHub would turn into a
//! link. Every other word is a code span, in which nothing of that happens. There is no list of
//! dangerous characters to keep complete.

use untrusted_text as text;

/// Longest run of characters without a space or a hyphen that is shown whole, in characters: browsers
/// break lines there, and a longer one would push a table beyond the width of a comment.
const MAX_WORD: usize = 56;

/// Longest key of a spec that is shown in one piece, in characters.
const LONG_KEY: usize = 24;

/// Longest name that is shown whole, in characters: no real one is longer.
const MAX_WHOLE: usize = 240;

/// Longest text that is looked at, in characters.
const MAX_TEXT: usize = 20_000;

/// `text` as a code span of at most `max_chars` characters, the middle left out where it is longer;
/// hidden characters and line breaks as visible escapes. Safe within a table: a pipe is escaped.
pub(super) fn code(text: &str, max_chars: usize) -> String {
    span(&middle(&text::terminal(text, MAX_TEXT), max_chars))
}

/// `text` as a code span that no other text has: whole, and where it is longer than any real name, its
/// two ends and a digest. For names that a reader compares, whose middle may be a stranger's choice.
pub(super) fn whole(text: &str) -> String {
    fenced(&distinct(&text::terminal(text, MAX_TEXT), text))
}

/// `shown`, neutralised `text`, whole where it is no longer than names are and lines can be broken in
/// it; else its two ends and a digest, so that no other is cut to the same.
fn distinct(shown: &str, text: &str) -> String {
    let breaks = |shown: &str| {
        let mut runs = shown.split([' ', '-']);
        runs.all(|run| run.chars().count() <= MAX_WORD)
    };
    if shown.chars().count() <= MAX_WHOLE && breaks(shown) {
        return shown.to_owned();
    }
    let digest = text::short_digest(text, 16);
    format!("{} (SHA-256 {digest}…)", middle(shown, MAX_WORD))
}

/// `text` with an ellipsis for its middle where it has more than `max_chars` characters: names
/// differ at either end.
fn middle(text: &str, max_chars: usize) -> String {
    let length = text.chars().count();
    if length <= max_chars {
        return text.to_owned();
    }
    let tail = max_chars / 3;
    let head = max_chars.saturating_sub(tail + 1);
    let kept = text.chars().take(head);
    kept.chain(['…'])
        .chain(text.chars().skip(length - tail))
        .collect()
}

/// A code span of neutralised text, each word of it as [`distinct`] shows it.
fn span(shown: &str) -> String {
    let fitting: Vec<String> = shown.split(' ').map(|word| distinct(word, word)).collect();
    fenced(&fitting.join(" "))
}

/// A code span of neutralised text, as it is.
fn fenced(shown: &str) -> String {
    if shown.is_empty() {
        return "(empty)".to_owned();
    }
    let mut content = String::with_capacity(shown.len() + 2);
    for character in shown.chars() {
        match character {
            // Tables end cells at `|` even in code. After a backslash, readers of Markdown disagree
            // on whether `\|` is escaped.
            '|' if content.ends_with('\\') => content.push_str("\\u{7c}"),
            '|' => content.push_str("\\|"),
            other => content.push(other),
        }
    }
    let fence = "`".repeat(longest_run(&content) + 1);
    let edge = |character: char| character == '`' || character == ' ';
    // One space on both sides is taken off again by the reader.
    let pad = if content.starts_with(edge) || content.ends_with(edge) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{content}{pad}{fence}")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default()
}

/// A sentence of at most `max_chars` characters, never empty. What stands between backticks, and
/// every word that is more than a plain word, becomes a code span.
pub(super) fn prose(text: &str, max_chars: usize) -> String {
    let shown = text::terminal(text, max_chars);
    let mut written = String::new();
    for (index, part) in shown.split('`').enumerate() {
        if index % 2 == 1 {
            if !part.is_empty() {
                push_span(&mut written, part);
            }
        } else {
            words(&mut written, part);
        }
    }
    let written = written.trim();
    if written.is_empty() {
        return "(empty)".to_owned();
    }
    written.to_owned()
}

fn words(written: &mut String, text: &str) {
    for (index, token) in text.split(' ').enumerate() {
        if index > 0 && !written.ends_with(' ') {
            written.push(' ');
        }
        let start = token.trim_start_matches(['(', '"', '\'']);
        let word = start.trim_end_matches(['.', ',', ';', ':', ')', '"', '\'', '?', '!', '…']);
        let (before, after) = (
            token.strip_suffix(start).unwrap_or_default(),
            start.strip_prefix(word).unwrap_or_default(),
        );
        written.push_str(before);
        // `1.` at the start would be a list.
        let numbered = written.is_empty() && word.starts_with(|first: char| first.is_ascii_digit());
        if word.is_empty() || (is_plain(word) && !numbered) {
            written.push_str(word);
        } else {
            push_span(written, word);
        }
        written.push_str(after);
    }
}

/// Two spans that touch would share their backticks.
fn push_span(written: &mut String, text: &str) {
    if written.ends_with('`') {
        written.push(' ');
    }
    written.push_str(&key(text).unwrap_or_else(|| span(text)));
}

/// The route of a key of specs, with places where a line may be broken: a cell of GitHub's tables is as wide as
/// the longest thing in it that has none, and on a telephone the sentence around it would be cut off. Nothing
/// in such a route is markup, so that it needs no code span.
fn key(text: &str) -> Option<String> {
    let part = |part: &str| {
        let letters = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        part.split('_').all(letters)
    };
    let mut parts = text.split('.');
    let known = ["metadata", "spec", "provenance", "attestations", "security"];
    let is_route = known.contains(&parts.next()?) && parts.all(part);
    (is_route && text.len() > LONG_KEY)
        .then(|| format!("<code>{}</code>", text.replace('.', ".<wbr>")))
}

/// Whether `word` means nothing to GitHub: letters, perhaps joined by `-` or `'`, that are no commit
/// (seven hexadecimal digits and more) and no wall, or a number too short for a commit.
fn is_plain(word: &str) -> bool {
    let number = word.len() <= 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let letters = word
        .split(['-', '\''])
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let commit = word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    number || (letters && !commit && word.len() <= MAX_WORD) || matches!(word, "–" | "—" | "·")
}

/// A link. `label` is Markdown, `url` comes from [`crate::report::links`].
pub(super) fn link(label: &str, url: &str) -> String {
    format!("[{label}]({})", url.replace('&', "&amp;"))
}

/// [`link`] where there is an address, else the label alone.
pub(super) fn link_if(label: &str, url: Option<&str>) -> String {
    url.map_or_else(|| label.to_owned(), |url| link(label, url))
}

/// Lines as a fenced block of YAML, hidden characters as visible escapes.
pub(super) fn yaml(lines: &[&str], max_lines: usize, max_chars: usize) -> String {
    let mut shown: Vec<String> = lines
        .iter()
        .take(max_lines)
        .map(|line| text::terminal(line, max_chars))
        .collect();
    if lines.len() > max_lines {
        shown.push("# … cut".to_owned());
    }
    let content = shown.join("\n");
    let fence = "`".repeat(longest_run(&content).max(2) + 1);
    format!("{fence}yaml\n{content}\n{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_are_longer_than_what_they_hold() {
        for (text, expected) in [
            ("a", "`a`"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            ("`", "`` ` ``"),
            (" a", "`  a `"),
            ("", "(empty)"),
            ("a|b", "`a\\|b`"),
            ("a\\|b", "`a\\\\u{7c}b`"),
            ("||", "`\\|\\|`"),
            ("a\nb\u{202e}", "`a\\nb\\u{202e}`"),
            ("</details>", "`</details>`"),
        ] {
            assert_eq!(code(text, 100), expected, "{text:?}");
        }
        assert_eq!(code("0123456789abcdef", 10), "`012345…def`");
    }

    #[test]
    fn a_word_that_no_line_can_hold_loses_its_middle() {
        let run = "a".repeat(MAX_WORD);
        let name = format!("{run}-{run}-{run}");
        assert_eq!(prose(&format!("is {name}."), 500), format!("is `{name}`."));
        let cut = |middle: &str| prose(&format!("is {run}{middle}{run}."), 5_000);
        let start = format!("is `{}…{} (SHA-256 ", "a".repeat(37), "a".repeat(18));
        assert!(cut("one").starts_with(&start), "{}", cut("one"));
        assert_ne!(cut("one"), cut("two"));
        let long = format!("{name}-{name}");
        assert!(prose(&long, 5_000).contains(" (SHA-256 "));
        let spaced = "a b ".repeat(30);
        assert_eq!(prose(&spaced, 500), spaced.trim());
    }

    #[test]
    fn two_names_are_never_shown_alike() {
        let name = |middle: &str| format!("{}{middle}{}", "a".repeat(200), "z".repeat(200));
        let (one, other) = (whole(&name("x")), whole(&name("y")));
        assert_ne!(one, other);
        assert!(one.chars().count() < 300, "{one}");
        // What can be a real one is shown as it is.
        let long = format!("@modelcontextprotocol/{}server", "sequential-".repeat(17));
        assert_eq!(whole(&long), format!("`{long}`"));
        assert_eq!(whole("a|`b\n"), "``a\\|`b\\n``");
        assert_eq!(whole(""), "(empty)");
    }

    #[test]
    fn prose_keeps_plain_words_and_puts_the_rest_into_code() {
        for (text, expected) in [
            ("Nothing proves it (yet).", "Nothing proves it (yet)."),
            ("It's `a b`, not c.", "It's `a b`, not c."),
            ("ping @everyone now", "ping `@everyone` now"),
            ("see #12, GH-12: a/b#3", "see `#12`, `GH-12`: `a/b#3`"),
            ("at https://evil.example/.", "at `https://evil.example/`."),
            ("www.evil.example", "`www.evil.example`"),
            (
                "commit defaced deadbeef 1234567",
                "commit `defaced` `deadbeef` `1234567`",
            ),
            (":smile: 404 **b** <b>", "`:smile`: 404 `**b**` `<b>`"),
            ("](javascript:x)", "`](javascript:x`)"),
            ("a|b | c", "`a\\|b` `\\|` c"),
            ("odd ` backtick", "odd `  backtick `"),
            ("größe", "`größe`"),
            ("1. one 1. two", "`1`. one 1. two"),
            ("", "(empty)"),
            ("`` ", "(empty)"),
        ] {
            assert_eq!(prose(text, 200), expected, "{text:?}");
        }
    }

    #[test]
    fn a_long_key_can_be_broken() {
        assert_eq!(
            prose(
                "Declared `attestations.publisher.repository_id` is it.",
                100
            ),
            "Declared <code>attestations.<wbr>publisher.<wbr>repository_id</code> is it."
        );
        for other in [
            "spec.package",
            "attestations.publisher.<b>repository</b>",
            "attestations.publisher.*repository*x",
            "attestations.publisher._repository_",
            "attestations..publisher.repository",
            "attestations.publisher.repository/x",
            "example.publisher.repository.com",
        ] {
            assert_eq!(prose(&format!("`{other}`"), 100), format!("`{other}`"));
        }
    }

    #[test]
    fn a_block_is_fenced_longer_than_what_it_holds() {
        assert_eq!(yaml(&["a: 1"], 5, 50), "```yaml\na: 1\n```\n");
        assert_eq!(yaml(&["````"], 5, 50), "`````yaml\n````\n`````\n");
        assert_eq!(yaml(&["a", "b"], 1, 50), "```yaml\na\n# … cut\n```\n");
    }

    #[test]
    fn an_ampersand_of_an_address_starts_no_entity() {
        assert_eq!(
            link("a", "https://h/?a=1&copy=2"),
            "[a](https://h/?a=1&amp;copy=2)"
        );
    }
}
