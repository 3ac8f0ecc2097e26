//! Colours and words that the formats for people share.

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
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Red => "31",
            Self::Yellow => "33",
            Self::Green => "32",
            Self::Blue => "34",
        }
    }
}

/// A status of this run as people read it; [`super::attributed::Author::status`] says whose it is.
pub(super) const fn word(status: Status) -> &'static str {
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
