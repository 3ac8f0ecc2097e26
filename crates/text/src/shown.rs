//! Untrusted text made safe to show to people: on terminals, in CI logs, in JSON that is `cat`ed.
//!
//! Names, messages and paths come from specs, registries and certificates. Shown raw, they could
//! clear the screen, reorder a line (bidi), hide characters, or speak to the CI runner in its own
//! commands (`::set-output`, `##[…]`; docs/verification.md#f51).

use aws_lc_rs::digest::{SHA256, digest};
use unicode_general_category::{GeneralCategory, get_general_category};

/// Whether `character` is invisible, moves the cursor or reorders its neighbours: controls (C0,
/// C1, DEL), format characters (bidi, zero-width, tags), separators that are no plain space,
/// private use, unassigned, and the letters and marks that render as nothing.
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    matches!(
        get_general_category(character),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::SpaceSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    ) || matches!(
        character,
        // Default-ignorable code points of other categories (Unicode, DerivedCoreProperties).
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}'
            // The blank Braille pattern looks like a space.
            | '\u{2800}'
    )
}

/// `text` with every hidden character as a visible escape (`\u{1b}`, `\n`), CI runner commands
/// and the start of a workflow's expression broken by a visible backslash (`:\:`, `##\[`, `$\{`), and at most `max_chars` characters long, an
/// ellipsis standing for the rest. The result is one line; applied again, it stays the same.
///
/// Lines put together from several parts are neutralised as a whole, so that no command arises
/// where two parts meet.
pub fn terminal(text: &str, max_chars: usize) -> String {
    let mut shown = String::new();
    let mut length = 0_usize;
    // What a command needs before its last character.
    let (mut after_colon, mut after_dollar) = (false, false);
    let mut command = HashRun::None;
    for character in text.chars() {
        let piece = match character {
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            hidden if is_hidden(hidden) => hidden.escape_unicode().to_string(),
            ':' if after_colon => "\\:".to_owned(),
            '[' if command == HashRun::Open => "\\[".to_owned(),
            '{' if after_dollar => "\\{".to_owned(),
            visible => visible.to_string(),
        };
        after_colon = character == ':';
        after_dollar = character == '$';
        command = command.after(character);
        length += piece.chars().count();
        shown.push_str(&piece);
        if length > max_chars {
            return cut(&shown, max_chars);
        }
    }
    shown
}

/// The first `digits` hexadecimal digits of the SHA-256 of `text`: what tells apart two texts of which
/// the same is shown.
pub fn short_digest(text: &str, digits: usize) -> String {
    let digest = hex::encode(digest(&SHA256, text.as_bytes()));
    digest.chars().take(digits).collect()
}

fn cut(text: &str, max_chars: usize) -> String {
    let mut short: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    if max_chars > 0 {
        short.push('…');
    }
    short
}

/// How much of `##word` has been read: `##[…]`, `##vso[…]` and `##teamcity[…]` are commands of CI
/// runners wherever they stand in a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HashRun {
    None,
    One,
    Open,
}

impl HashRun {
    fn after(self, character: char) -> Self {
        match (self, character) {
            (Self::None, '#') => Self::One,
            (Self::One | Self::Open, '#') => Self::Open,
            (Self::Open, letter) if letter.is_ascii_alphanumeric() => Self::Open,
            (Self::None | Self::One | Self::Open, _) => Self::None,
        }
    }
}

/// The candidate that `word` most likely meant: at most three edits away, and fewer than the word
/// has characters.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > 100 {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= 3 && *distance < word.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests;
