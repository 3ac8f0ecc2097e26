//! Which registry is asked for evidence.

use crate::settings::chosen::{Changes, Chosen, choose};
use dockyard_registry::urls::BaseUrl;

/// The registry that is asked for evidence, where it is another one than `registry`. The configuration file,
/// which a pull request can change, must not send elsewhere who named the registry itself: then what it says
/// is not used, and that is told.
pub(super) fn evidence(
    (setting, of): (&str, &str),
    (flag, file): (&Option<String>, &Option<String>),
    registry: &Chosen<String>,
    from_file: &str,
    changes: &mut Changes,
    warnings: &mut Vec<String>,
) -> Option<String> {
    let named = registry.origin.as_deref().filter(|it| *it != from_file);
    let file = match named {
        Some(origin) if flag.is_none() && file.is_some() => {
            warnings.push(format!(
                "{setting} ({from_file}) is not used, because {of} comes from {origin}; name it with \
                 --{setting}"
            ));
            &None
        }
        Some(_) => &None,
        None => file,
    };
    let flag_name = format!("--{setting}");
    let sources = [
        (flag.clone().map(Some), flag_name.as_str()),
        (file.clone().map(Some), from_file),
    ];
    let chosen = choose(sources, None);
    let value = chosen.value?;
    let of_evidence = BaseUrl::parse(&value).ok();
    if of_evidence.is_some() && of_evidence == BaseUrl::parse(&registry.value).ok() {
        return None;
    }
    let chosen = Chosen {
        value,
        origin: chosen.origin,
    };
    changes.address(setting, &chosen, "", from_file);
    Some(chosen.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(
        origin: Option<&str>,
        flag: Option<&str>,
        file: Option<&str>,
    ) -> (Option<String>, Vec<String>) {
        let registry = Chosen {
            value: "https://mirror.example".to_owned(),
            origin: origin.map(str::to_owned),
        };
        let mut warnings = Vec::new();
        let (flag, file) = (flag.map(str::to_owned), file.map(str::to_owned));
        let found = evidence(
            ("npm-evidence", "npm-registry"),
            (&flag, &file),
            &registry,
            "config.toml",
            &mut Changes::default(),
            &mut warnings,
        );
        (found, warnings)
    }

    #[test]
    fn the_file_does_not_replace_an_operators_registry() {
        const OTHER: &str = "https://other.example";
        for origin in [None, Some("config.toml")] {
            let (found, warnings) = asked(origin, None, Some(OTHER));
            assert_eq!((found.as_deref(), warnings.len()), (Some(OTHER), 0));
        }
        for origin in ["--npm-registry", "NPM_CONFIG_REGISTRY", "~/.npmrc"] {
            let (found, warnings) = asked(Some(origin), None, Some(OTHER));
            assert_eq!((found, warnings.len()), (None, 1), "{origin}");
            let (found, warnings) = asked(Some(origin), Some(OTHER), Some("https://x.example"));
            assert_eq!((found.as_deref(), warnings.len()), (Some(OTHER), 0));
        }
    }
}
