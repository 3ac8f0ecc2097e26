//! `${NAME}` in a `.npmrc`, by the rules of `@npmcli/config` (`lib/env-replace.js`).

use super::Lookup;

/// `text` with every `${NAME}` replaced. `${NAME?}` is empty where the variable is unset; an odd
/// number of `\` before `$` keeps it as it is. A replaced text is not looked at again.
///
/// # Errors
/// Which variable is unset or not Unicode.
pub(super) fn replace(text: &str, lookup: Lookup<'_>) -> Result<String, String> {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, reference) = rest.split_at(at);
        let Some((name, optional, after)) = name(reference) else {
            // No reference: npm leaves it.
            replaced.push_str(before);
            replaced.push_str("${");
            rest = reference.strip_prefix("${").unwrap_or_default();
            continue;
        };
        let plain = before.trim_end_matches('\\');
        let escapes = before.len() - plain.len();
        replaced.push_str(plain);
        replaced.push_str(&"\\".repeat(escapes / 2));
        if escapes % 2 == 1 {
            let length = reference.len() - after.len();
            replaced.push_str(reference.get(..length).unwrap_or_default());
        } else {
            replaced.push_str(&value(name, optional, lookup)?);
        }
        rest = after;
    }
    replaced.push_str(rest);
    Ok(replaced)
}

/// The name in `${NAME}` or `${NAME?}`, whether it may be unset, and what follows.
fn name(reference: &str) -> Option<(&str, bool, &str)> {
    let (name, after) = reference.strip_prefix("${")?.split_once('}')?;
    let (name, optional) = name
        .strip_suffix('?')
        .map_or((name, false), |name| (name, true));
    let fits = !name.is_empty() && !name.contains(['$', '{', '?']);
    fits.then_some((name, optional, after))
}

fn value(name: &str, optional: bool, lookup: Lookup<'_>) -> Result<String, String> {
    // A name is shown only where it looks like one: it may be a token in the wrong place.
    let shown = if name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        format!("the environment variable {name}")
    } else {
        "an environment variable".to_owned()
    };
    match lookup(name) {
        Some(value) => value
            .into_string()
            .map_err(|_not_unicode| format!("{shown} is not Unicode")),
        None if optional => Ok(String::new()),
        None => Err(format!("{shown} is not set")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_as_npm_replaces_them() {
        let lookup = |name: &str| match name {
            "A" => Some("a".into()),
            "REF" => Some("${A}".into()),
            "EMPTY" => Some("".into()),
            _ => None,
        };
        for (text, replaced) in [
            ("x", "x"),
            ("${A}", "a"),
            ("-${A}-${A}", "-a-a"),
            (r"\${A}", "${A}"),
            (r"\\${A}", r"\a"),
            (r"\\\${A}", r"\${A}"),
            ("${A?}${NONE?}", "a"),
            ("${EMPTY}", ""),
            ("${REF}", "${A}"),
            ("${", "${"),
            ("${}", "${}"),
            ("$A", "$A"),
            ("${${A}}", "${a}"),
        ] {
            assert_eq!(replace(text, &lookup).as_deref(), Ok(replaced), "{text}");
        }
        let unset = replace("${NONE}", &lookup).unwrap_err();
        assert!(unset.contains("NONE"), "{unset}");
        let odd = replace("${s3cr.et}", &lookup).unwrap_err();
        assert!(!odd.contains("s3cr"), "{odd}");
    }
}
