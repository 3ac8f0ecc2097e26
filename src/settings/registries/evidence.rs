//! Which registry is asked for evidence.

use crate::settings::chosen::{Changes, Chosen, choose};
use dockyard_registry::urls::BaseUrl;

/// The registry that is asked for evidence, where it is another one than `registry`.
pub(super) fn evidence(
    setting: &str,
    (flag, file): (&Option<String>, &Option<String>),
    registry: &str,
    from_file: &str,
    changes: &mut Changes,
) -> Option<String> {
    let flag_name = format!("--{setting}");
    let sources = [
        (flag.clone().map(Some), flag_name.as_str()),
        (file.clone().map(Some), from_file),
    ];
    let chosen = choose(sources, None);
    let value = chosen.value?;
    let of_evidence = BaseUrl::parse(&value).ok();
    if of_evidence.is_some() && of_evidence == BaseUrl::parse(registry).ok() {
        return None;
    }
    let chosen = Chosen {
        value,
        origin: chosen.origin,
    };
    changes.address(setting, &chosen, "", from_file);
    Some(chosen.value)
}
