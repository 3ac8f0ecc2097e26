//! Which source of a setting counts, and what is said of it.

use std::path::PathBuf;

use dockyard_registry::urls::BaseUrl;

/// A value and where it was set; nothing where it is the default.
pub(super) struct Chosen<T> {
    pub(super) value: T,
    pub(super) origin: Option<String>,
}

/// The strongest of the sources that says something.
pub(super) fn choose<T, const N: usize>(sources: [(Option<T>, &str); N], default: T) -> Chosen<T> {
    // From the strongest to the weakest: flag, environment, file.
    for (value, origin) in sources {
        if let Some(value) = value {
            return Chosen {
                value,
                origin: Some(origin.to_owned()),
            };
        }
    }
    Chosen {
        value: default,
        origin: None,
    }
}

#[derive(Default)]
pub(super) struct Changes(pub(super) Vec<String>);

impl Changes {
    /// Notes a setting that is not its default.
    pub(super) fn note(
        &mut self,
        setting: &str,
        value: &str,
        origin: Option<&str>,
        consequence: &str,
    ) {
        let origin = origin.unwrap_or("default");
        self.say(format!("{setting} is {value} ({origin}){consequence}"));
    }

    pub(super) fn say(&mut self, sentence: String) {
        self.0.push(sentence);
    }

    pub(super) fn path(
        &mut self,
        setting: &str,
        chosen: &Chosen<Option<PathBuf>>,
        consequence: &str,
    ) {
        if let Some(path) = &chosen.value {
            let value = path.display().to_string();
            self.note(setting, &value, chosen.origin.as_deref(), consequence);
        }
    }

    /// Notes an address that is not the default, or that the configuration file names: a pull
    /// request can put the default where somebody else had named a registry.
    pub(super) fn address(
        &mut self,
        setting: &str,
        chosen: &Chosen<String>,
        default: &str,
        from_file: &str,
    ) {
        // What is refused where it is used may hold a password or a token. It is not repeated,
        // neither here nor where, with recorded evidence, nobody is asked.
        let shown = BaseUrl::parse(&chosen.value).map_or_else(
            |_refused| "an address that cannot be asked".to_owned(),
            |base| base.to_string(),
        );
        let origin = chosen.origin.as_deref();
        if shown != default || origin == Some(from_file) {
            self.note(setting, &shown, origin, "");
        }
    }
}
