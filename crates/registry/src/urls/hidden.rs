//! Tokens in the path of a configured address, which some registries ask for: sent, never shown.

use std::borrow::Cow;

use url::Url;

use untrusted_text as text;

/// Letters and digits in a row, both kinds among them, that make a token; or letters of both cases and
/// digits, with the two other characters of base64url (RFC 4648, section 5) among them.
const RUN: usize = 16;

/// Hexadecimal digits of its SHA-256 that are shown of a token: enough to tell two addresses apart, and
/// by far too few to find it by.
const SHOWN: usize = 8;

/// Hexadecimal digits that make one, whatever separates them: a UUID has 32.
const HEX: usize = 32;

/// The address as it may be shown: without those parts of the path of `base` that look like tokens.
/// What follows the base was made from parsed names, or stated by the index.
pub(super) fn shown<'a>(url: &'a Url, base: &Url) -> Cow<'a, str> {
    let mut tokens = segments(base).filter(|part| is_token(part)).peekable();
    if tokens.peek().is_none() {
        return Cow::Borrowed(url.as_str());
    }
    let tokens: Vec<&str> = tokens.collect();
    let path: Vec<Cow<'_, str>> = segments(url)
        .map(|part| {
            if tokens.contains(&part) {
                Cow::Owned(format!("[hidden:{}]", text::short_digest(part, SHOWN)))
            } else {
                Cow::Borrowed(part)
            }
        })
        .collect();
    let origin = url.origin().ascii_serialization();
    Cow::Owned(format!("{origin}/{}", path.join("/")))
}

/// Parts of a path, as they are written.
fn segments(url: &Url) -> impl Iterator<Item = &str> {
    url.path_segments().into_iter().flatten()
}

/// Whether a part of a path looks like a secret rather than a name. A name that does is hidden too,
/// which costs no more than its sight.
fn is_token(part: &str) -> bool {
    let mixed = |run: &str| {
        run.len() >= RUN
            && run.bytes().any(|byte| byte.is_ascii_digit())
            && run.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let has = |is: fn(&u8) -> bool| part.bytes().any(|byte| is(&byte));
    let base64url = part.len() >= RUN
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit);
    let hex = part.bytes().filter(u8::is_ascii_hexdigit).count();
    let separated = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    part.split(|c: char| !c.is_ascii_alphanumeric()).any(mixed)
        || base64url
        || (hex >= HEX && part.bytes().all(separated))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_token_is_one() {
        for token in [
            "a1b2c3d4e5f60718",
            "glpat-4Kq9ZpWx2LmN8vRtYbQ7",
            "123e4567-e89b-12d3-a456-426614174000",
            "c2VjcmV0OnNlY3JldDEyMw==",
            "00000000000000000000000000000000",
            "aB3-dE6_gH9-jK2_mN5",
            "Zk-9Qp_Lw-2Rt_Xy",
        ] {
            assert!(is_token(token), "{token}");
        }
        for name in [
            "",
            "npm",
            "simple",
            "my-python-packages-v2-production",
            "python3-packages_2026",
            "artifactory",
            "aB3-dE6_gH9-jK2",
            "Python-Packages_production",
            "my-packages-of-2026-and-later",
            "Acme.Python-3_Packages",
            "averylongnamewithoutanydigits",
            "12345678901234567890",
            "%40scope",
        ] {
            assert!(!is_token(name), "{name}");
        }
    }

    #[test]
    fn only_the_parts_of_the_base_are_hidden() {
        let url = |text: &str| Url::parse(text).unwrap();
        let base = url("https://r.example:8443/a1b2c3d4e5f60718/simple");
        let asked = url("https://r.example:8443/a1b2c3d4e5f60718/simple/b1b2c3d4e5f60718/");
        assert_eq!(
            shown(&asked, &base),
            "https://r.example:8443/[hidden:b82efc46]/simple/b1b2c3d4e5f60718/"
        );
        // Two tokens are told apart, and neither is shown.
        let other = url("https://r.example:8443/a1b2c3d4e5f60719/simple");
        assert_ne!(shown(&other, &other), shown(&base, &base));
        assert!(!shown(&other, &other).contains("a1b2"));
        let plain = url("https://r.example:8443/simple");
        assert_eq!(shown(&asked, &plain), asked.as_str());
        assert!(matches!(shown(&asked, &plain), Cow::Borrowed(_)));
    }
}
