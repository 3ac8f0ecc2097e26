//! Texts cut to a length that fits a report.

/// Longest text that is kept, in characters; an ellipsis stands for the rest.
pub(super) const LONGEST: usize = 200;

/// `text`, cut to what is kept.
pub(super) fn bounded(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
