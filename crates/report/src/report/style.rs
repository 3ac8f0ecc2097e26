//! Colours and words that the formats for people share.

use crate::finding::Severity;
use package_provenance::verify::Status;

/// The ANSI colours used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Color {
    Red,
    Yellow,
    Green,
    Blue,
}

impl Color {
    const fn code(self) -> &'static str {
        match self {
            Self::Red => "31",
            Self::Yellow => "33",
            Self::Green => "32",
            Self::Blue => "34",
        }
    }

    /// `text`, neutralised before, bold in this colour.
    pub(super) fn paint(self, text: &str) -> String {
        format!("\u{1b}[1;{}m{text}\u{1b}[0m", self.code())
    }

    pub(super) const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Red,
            Severity::Warning => Self::Yellow,
            Severity::Note => Self::Blue,
        }
    }
}

/// A status of this run as people read it; `Author::status` says whose it is.
pub const fn word(status: Status) -> &'static str {
    match status {
        Status::Signed => "signed only",
        Status::NotFound => "not found",
        Status::NotApplicable => "not applicable",
        Status::Verified
        | Status::Partial
        | Status::Pinned
        | Status::None
        | Status::Invalid
        | Status::Unknown
        | Status::Malformed => status.as_str(),
    }
}

/// `1 finding`, `2 findings`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `1 error, 2 warnings and 3 notes`.
pub(super) fn enumerated(parts: &[String]) -> String {
    match parts {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

/// `1 spec`, `34 specs`.
pub(super) fn specs(number: usize) -> String {
    count(number, "spec")
}

/// `1 spec is`, `34 specs are`.
pub(super) fn are(number: usize) -> String {
    let verb = if number == 1 { "is" } else { "are" };
    format!("{} {verb}", specs(number))
}
