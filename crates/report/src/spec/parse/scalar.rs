//! What a plain (unquoted) scalar is to readers of YAML, of version 1.2 and of 1.1.

/// What a plain scalar means. Where the two versions of YAML disagree, the one that does not see
/// text wins: the value has to be quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Null,
    /// `true` or `false` in both versions.
    Boolean(bool),
    /// `yes`, `off` and the like: a boolean in YAML 1.1 only.
    OldBoolean,
    Number,
    Date,
    Text,
}

pub(super) fn classify(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        "true" | "True" | "TRUE" => return Plain::Boolean(true),
        "false" | "False" | "FALSE" => return Plain::Boolean(false),
        "y" | "Y" | "yes" | "Yes" | "YES" | "n" | "N" | "no" | "No" | "NO" | "on" | "On" | "ON"
        | "off" | "Off" | "OFF" => return Plain::OldBoolean,
        _ => {}
    }
    if is_number(text) {
        Plain::Number
    } else if is_date(text) {
        Plain::Date
    } else {
        Plain::Text
    }
}

/// Integers and floats of both versions, hexadecimal, octal, binary, sexagesimal and with `_`.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(
        unsigned,
        ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN"
    ) {
        return true;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = unsigned.strip_prefix(prefix) {
            return !digits.is_empty()
                && digits.chars().all(|one| one == '_' || one.is_digit(radix));
        }
    }
    is_decimal(unsigned) || is_sexagesimal(unsigned)
}

/// `12`, `1_000`, `4.10`, `.5`, `1.`, `1e3`, `1.5E-3`.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return false;
        }
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    !whole.starts_with('_')
        && digits(whole)
        && digits(fraction)
        && mantissa.bytes().any(|byte| byte.is_ascii_digit())
}

/// `1:30`, `1:30:00.5`: numbers to the base of 60 in YAML 1.1.
fn is_sexagesimal(text: &str) -> bool {
    let text = text.split_once('.').map_or(text, |(whole, _)| whole);
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default();
    let mut rest = parts.peekable();
    rest.peek().is_some()
        && first.starts_with(|one: char| one.is_ascii_digit())
        && first
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
        && rest.all(|part| {
            matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// `2026-07-04`, alone or followed by a time: a timestamp in YAML 1.1.
fn is_date(text: &str) -> bool {
    let date = text
        .split_once(['T', 't', ' ', '\t'])
        .map_or(text, |(date, _)| date);
    let mut parts = date.split('-');
    let mut number = |least: usize, most: usize| {
        parts.next().is_some_and(|part| {
            (least..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    number(4, 4) && number(1, 2) && number(1, 2) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::{Plain, classify};

    #[test]
    fn what_either_version_of_yaml_does_not_read_as_text() {
        for (text, expected) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("null", Plain::Null),
            ("True", Plain::Boolean(true)),
            ("false", Plain::Boolean(false)),
            ("no", Plain::OldBoolean),
            ("On", Plain::OldBoolean),
            ("2026-07-04", Plain::Date),
            ("2026-7-4 10:00:00", Plain::Date),
        ] {
            assert_eq!(classify(text), expected, "{text}");
        }
        for number in [
            "4.10",
            "4",
            "-1",
            "+1",
            "1.",
            ".5",
            "1e3",
            "1.5E-3",
            "1_000",
            "0x1f",
            "0o17",
            "017",
            "0b1",
            "1:30",
            "1:30:00.5",
            ".inf",
            "-.INF",
            ".nan",
            "1e+3",
        ] {
            assert_eq!(classify(number), Plain::Number, "{number}");
        }
        for text in [
            "1.2.3",
            "2026.7.4",
            "1.0.0-rc.1",
            "v1.0",
            "nuxt",
            "NaN",
            "tRUE",
            "nO",
            "1.0.0e1",
            "-",
            ".",
            "_1",
            "e3",
            "1e",
            "0xg",
            "0x",
            "refs/heads/main",
            "1:234",
            "a:1",
            "2026-07",
            "4451ceca5456e79cc776efee96a744f7ac96e5bf",
            "é",
            "20260-01-01",
        ] {
            assert_eq!(classify(text), Plain::Text, "{text}");
        }
    }
}
