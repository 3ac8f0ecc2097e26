//! Messages of the settings in the action's own words: inputs, not flags of the command line.

use super::Inputs;
use crate::settings::definition::Group as _;

/// `text` with each flag that stands for an input replaced by the input's name (`--npm-keys` becomes
/// `npm-keys`), and by `input` where it says in parentheses where a setting comes from.
pub(in crate::action) fn by_inputs(text: &str) -> String {
    if !text.contains("--") {
        return text.to_owned();
    }
    let definitions = Inputs::definitions();
    let input_of = |flag: &str| {
        let name = flag.strip_prefix("--")?;
        definitions.iter().find_map(|each| each.input_for(name))
    };
    let mut rest = text;
    let mut told = String::with_capacity(text.len());
    while let Some(at) = rest.find("--") {
        let (before, from) = rest.split_at(at);
        told.push_str(before);
        let end = from
            .find(|c: char| !(c == '-' || c.is_ascii_lowercase()))
            .unwrap_or(from.len());
        let (flag, behind) = from.split_at(end);
        let input = input_of(flag);
        // A path or an option of another program is not a flag of ours.
        let begins = before
            .chars()
            .next_back()
            .is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '`'));
        let origin = before.ends_with('(') && behind.starts_with(')');
        told.push_str(match input.as_deref().filter(|_| begins) {
            Some(_) if origin => "input",
            Some(input) => input,
            None => flag,
        });
        rest = behind;
    }
    told.push_str(rest);
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_become_inputs() {
        for (text, told) in [
            (
                "--trust embedded uses neither --trusted-root nor --npm-keys; leave one side out",
                "trust embedded uses neither trusted-root nor npm-keys; leave one side out",
            ),
            (
                "npm-registry is https://r.example (--npm-registry)",
                "npm-registry is https://r.example (input)",
            ),
            ("give `--spec-glob`", "give `paths`"),
            (
                "give --no-config, npm's --provenance",
                "give config: none, npm's --provenance",
            ),
            ("a--trust ---trust --", "a--trust ---trust --"),
        ] {
            assert_eq!(by_inputs(text), told);
        }
    }
}
