//! A unified diff of one file, for people and for `git apply`.

use similar::{ChangeTag, TextDiff};
use untrusted_text::terminal;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Longest line that is shown, in characters; a spec has no longer ones by far.
const MAX_LINE: usize = 4_000;

/// A unified diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The diff; safe to show.
    pub text: String,
    /// Whether it can be applied: not where a line had to be neutralised, such as one that would speak to
    /// a terminal or to the runner of a workflow.
    pub applies: bool,
}

/// The diff between two contents of the file at `path` (relative, `/`-separated).
pub fn unified(path: &str, before: &str, after: &str) -> Diff {
    let mut applies = true;
    let mut shown = |sign: &str, line: &str| {
        let content = line.trim_end_matches('\n');
        let (content, end) = match content.strip_suffix('\r') {
            Some(content) => (content, "\r"),
            None => (content, ""),
        };
        let whole = format!("{sign}{content}");
        // A tab is harmless, and part of many a comment.
        let safe: Vec<String> = whole
            .split('\t')
            .map(|part| terminal(part, MAX_LINE))
            .collect();
        let safe = safe.join("\t");
        applies &= safe == whole;
        format!("{safe}{end}\n")
    };
    let mut text = format!(
        "{}{}",
        shown("--- ", &format!("a/{path}")),
        shown("+++ ", &format!("b/{path}"))
    );
    let diff = TextDiff::from_lines(before, after);
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        text.push_str(&hunk.header().to_string());
        text.push('\n');
        for change in hunk.iter_changes() {
            let sign = match change.tag() {
                ChangeTag::Delete => "-",
                ChangeTag::Insert => "+",
                ChangeTag::Equal => " ",
            };
            text.push_str(&shown(sign, change.value()));
            if change.missing_newline() {
                text.push_str("\\ No newline at end of file\n");
            }
        }
    }
    Diff { text, applies }
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn lines_keep_their_endings() {
        let diff = unified("npx/a/spec.yaml", "a: 1\r\nb: 2", "a: 1\r\nx: y\r\nb: 2");
        assert_eq!(
            diff.text,
            "--- a/npx/a/spec.yaml\n+++ b/npx/a/spec.yaml\n@@ -1,2 +1,3 @@\n a: 1\r\n+x: y\r\n b: 2\n\\ No newline at end of file\n"
        );
        assert!(diff.applies);
    }

    #[test]
    fn what_would_speak_to_a_terminal_or_a_runner_is_shown_and_not_said() {
        for line in [
            "::error::x",
            "  ::set-env name=a::b",
            "\u{202e}evil",
            "##[group]x",
        ] {
            let before = format!("{line}\na\n");
            let diff = unified("x", &before, &format!("{before}b\n"));
            assert!(!diff.applies, "{}", diff.text);
            assert!(!diff.text.contains(line), "{}", diff.text);
        }
        let tabs = unified("x", "a\t# b\n", "a\t# b\nc\n");
        assert!(tabs.applies && tabs.text.contains(" a\t# b\n"));
    }
}
