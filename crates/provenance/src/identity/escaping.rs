//! One URI in two spellings: as its parts were named, and percent-encoded as Fulcio writes the subject
//! of a certificate (docs/verification.md#b5).
//!
//! Fulcio makes the subject a Go `url.URL`, which escapes it; the extensions were escaped in the same
//! way until 2024 and are written as they are since (fulcio `pkg/identity/ciprovider/principal.go`).
//! Nothing here decodes leniently: a text is the escaping of another one only where escaping that one
//! gives exactly this text. So `%2F` and `%40`, which nothing escapes to, stay as they are, and nothing
//! is decoded twice.

/// `raw` as Go's `url.URL` escapes a path (`net/url`, `encodePath`), in upper-case hexadecimal. Every
/// byte that Go escapes is escaped, `%` included, so that no two texts have one escaping.
pub fn escape(raw: &str) -> String {
    escape_with(raw, "-_.~$&+,/:;=@")
}

/// Go keeps a `#` where it parses the text as a URI, and escapes it where it joins paths.
fn escape_but_hash(raw: &str) -> String {
    escape_with(raw, "-_.~$&+,/:;=@#")
}

fn escape_with(raw: &str, plain: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(raw.len());
    for byte in raw.bytes() {
        let character = char::from(byte);
        if byte.is_ascii_alphanumeric() || (byte.is_ascii() && plain.contains(character)) {
            escaped.push(character);
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// Whether `escaped` is `raw`, or the escaping of it.
pub fn is_escaping_of(escaped: &str, raw: &str) -> bool {
    escaped == raw || escaped == escape(raw) || escaped == escape_but_hash(raw)
}

/// The text whose escaping `escaped` is, where it is one and differs from it. `None` as well where it
/// would hold control characters.
pub fn unescape(escaped: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let raw = String::from_utf8(bytes).ok()?;
    (raw != escaped && !raw.chars().any(char::is_control) && is_escaping_of(escaped, &raw))
        .then_some(raw)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_escaping_gives_is_undone_once() {
        for (escaped, raw) in [
            ("npm%20publish.yml", "npm publish.yml"),
            ("%C3%BCber.yml", "über.yml"),
            ("%E2%9A%A1.yml", "⚡.yml"),
            ("%7B%7Bx%7D%7D.yml", "{{x}}.yml"),
            ("a%20%28b%29.yml", "a (b).yml"),
            ("fix%2312", "fix#12"),
            ("%C3%BC#12", "ü#12"),
            ("a%2520b", "a%20b"),
            ("100%25", "100%"),
        ] {
            assert!(is_escaping_of(escaped, raw), "{escaped}");
            assert_eq!(unescape(escaped).as_deref(), Some(raw), "{escaped}");
        }
    }

    #[test]
    fn what_escaping_never_gives_stays() {
        for text in [
            "plain.yml",
            "a b.yml",
            "a%2Fb.yml",
            "a%2fb.yml",
            "v1%40x",
            "%2E%2E/x",
            "%00",
            "a%0Ab",
            "%c3%bc",
            "%FF",
            "%C3",
            "100%",
            "%2",
            "%+1",
            "a%20b c",
        ] {
            assert_eq!(unescape(text), None, "{text}");
        }
        for (escaped, raw) in [
            ("a%2Fb", "a/b"),
            ("a%40b", "a@b"),
            ("%2E%2E", ".."),
            ("a%2520b", "a b"),
            ("a%20b", "a%20b c"),
            ("a+b", "a b"),
            ("A", "a"),
        ] {
            assert!(!is_escaping_of(escaped, raw), "{escaped}");
        }
    }

    proptest! {
        #[test]
        fn no_two_texts_have_one_escaping(one in ".{0,8}", other in ".{0,8}") {
            let escapings = |raw: &str| [escape(raw), escape_but_hash(raw)];
            if one != other {
                for escaping in escapings(&one) {
                    prop_assert!(!escapings(&other).contains(&escaping));
                }
            }
        }

        #[test]
        fn unescaping_undoes_escaping(raw in "[ -~äöü⚡]{0,12}", any in ".{0,12}") {
            let escaped = escape(&raw);
            prop_assert_eq!(unescape(&escaped), (escaped != raw).then_some(raw));
            let _ = unescape(&any);
        }
    }
}
