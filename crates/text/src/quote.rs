//! Quoting untrusted text in messages.

/// Longest quotation, in characters: a hostile value must not drown the message around it.
const LONGEST: usize = 80;

/// `` `text` ``, shortened to 80 characters. Control characters stay as they are: what writes a
/// message neutralises them.
pub fn quoted(text: &str) -> String {
    format!("`{}`", shortened(text))
}

/// `text`, shortened to 80 characters.
pub fn shortened(text: &str) -> String {
    if text.chars().nth(LONGEST).is_none() {
        return text.to_owned();
    }
    let mut head: String = text.chars().take(LONGEST).collect();
    head.push('…');
    head
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn shortens_only_what_is_too_long() {
        assert_eq!(quoted("nuxt"), "`nuxt`");
        let limit = "é".repeat(80);
        assert_eq!(quoted(&limit), format!("`{limit}`"));
        assert_eq!(quoted(&format!("{limit}é")), format!("`{limit}…`"));
    }
}
