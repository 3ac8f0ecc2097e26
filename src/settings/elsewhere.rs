//! Variables that make pip, uv or npm install from where this program does not look.
//!
//! What such an installer takes may be none of what was verified. So they are told among the settings,
//! and a run about a package that they concern is no pass. Only their names are kept: what they hold
//! may be a password.

use std::ffi::{OsStr, OsString};

use package_provenance::package::PackageVersion;
use url::Url;

use super::registries::named_index;

/// A variable that is set and not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    variable: String,
    effect: &'static str,
    advice: &'static str,
    concerns: Concerns,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Concerns {
    Pypi,
    Npm,
    /// The packages of one scope, with its `@`.
    NpmScope(String),
}

/// What is said of a variable, and the values that change nothing.
struct Known {
    variable: &'static str,
    effect: &'static str,
    advice: &'static str,
    harmless: &'static [&'static str],
}

const ALSO_UV: &str = "uv also installs from what it names";
const ALSO_PIP: &str = "pip also installs from what it names";
const NAME_IT: &str =
    "or, where that is the index to install from, name it alone, as --pypi-index does";
const BUILD_WITHOUT: &str = "for the scan and for the installation";

/// As pip's and uv's switches are written when they are off.
const OFF: &[&str] = &["0", "false", "f", "no", "n", "off"];

/// pip's and uv's variables (pip: every option as `PIP_…`; uv: `uv-static/src/env_vars.rs`).
/// `UV_DEFAULT_INDEX`, `UV_INDEX_URL` and `PIP_INDEX_URL` are followed, in this order.
const PYPI: [Known; 14] = [
    known("UV_INDEX", ALSO_UV, NAME_IT),
    known("UV_EXTRA_INDEX_URL", ALSO_UV, NAME_IT),
    known("UV_FIND_LINKS", ALSO_UV, BUILD_WITHOUT),
    Known {
        harmless: OFF,
        ..known("UV_NO_INDEX", "uv does not ask the index", BUILD_WITHOUT)
    },
    Known {
        // uv's default.
        harmless: &["first-index"],
        ..known(
            "UV_INDEX_STRATEGY",
            "uv may take a version from another index than the first",
            BUILD_WITHOUT,
        )
    },
    known(
        "UV_CONFIG_FILE",
        "uv may ask other indexes, which that file names",
        BUILD_WITHOUT,
    ),
    known(
        "UV_OVERRIDE",
        "uv may install something else for a pinned package",
        BUILD_WITHOUT,
    ),
    known(
        "UV_CONSTRAINT",
        "uv may install something else for a pinned package",
        BUILD_WITHOUT,
    ),
    known("PIP_EXTRA_INDEX_URL", ALSO_PIP, NAME_IT),
    known("PIP_FIND_LINKS", ALSO_PIP, BUILD_WITHOUT),
    Known {
        harmless: OFF,
        ..known("PIP_NO_INDEX", "pip does not ask the index", BUILD_WITHOUT)
    },
    // Another name of `--index-url`.
    known("PIP_PYPI_URL", "pip asks another index", NAME_IT),
    Known {
        // How pip is told to read no configuration file.
        harmless: &["/dev/null", "nul"],
        ..known(
            "PIP_CONFIG_FILE",
            "pip may ask other indexes, which that file names",
            BUILD_WITHOUT,
        )
    },
    known(
        "PIP_CONSTRAINT",
        "pip may install something else for a pinned package",
        BUILD_WITHOUT,
    ),
];

const fn known(variable: &'static str, effect: &'static str, advice: &'static str) -> Known {
    Known {
        variable,
        effect,
        advice,
        harmless: &[],
    }
}

impl Elsewhere {
    /// Those among `variables`, names and values, in a fixed order. An empty variable is unset.
    pub fn among(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Vec<Self> {
        let set: Vec<(OsString, OsString)> = variables
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let value = |name: &str| {
            let found = set.iter().find(|(known, _)| known == OsStr::new(name));
            found.map(|(_, value)| value.as_os_str())
        };
        let mut found: Vec<Self> = PYPI
            .iter()
            .filter(|known| value(known.variable).is_some_and(|value| !known.is_harmless(value)))
            .map(|known| Self {
                variable: known.variable.to_owned(),
                effect: known.effect,
                advice: known.advice,
                concerns: Concerns::Pypi,
            })
            .collect();
        let of_uv = value("UV_DEFAULT_INDEX").or_else(|| value("UV_INDEX_URL"));
        if let (Some(of_uv), Some(of_pip)) = (of_uv, value("PIP_INDEX_URL"))
            && !is_same_index(of_uv, of_pip)
        {
            found.push(Self {
                variable: "PIP_INDEX_URL".to_owned(),
                effect: "pip asks another index than uv",
                advice: NAME_IT,
                concerns: Concerns::Pypi,
            });
        }
        let followed = value("NPM_CONFIG_REGISTRY").or_else(|| value("npm_config_registry"));
        let mut npm: Vec<Self> = set
            .iter()
            .filter_map(|(name, value)| npm(name.to_str()?, value, followed))
            .collect();
        npm.sort_by(|one, other| one.variable.cmp(&other.variable));
        found.extend(npm);
        found
    }

    /// Whether `package` may be installed from elsewhere.
    pub fn concerns(&self, package: &PackageVersion) -> bool {
        match (&self.concerns, package) {
            (Concerns::Pypi, PackageVersion::Pypi(_)) | (Concerns::Npm, PackageVersion::Npm(_)) => {
                true
            }
            (Concerns::NpmScope(scope), PackageVersion::Npm(package)) => package
                .name
                .as_str()
                .split_once('/')
                .is_some_and(|(of_package, _)| of_package.eq_ignore_ascii_case(scope)),
            _ => false,
        }
    }

    /// The sentence among the settings of the run.
    pub fn told(&self) -> String {
        format!(
            "{} is set (environment) and not looked at: {}",
            self.variable, self.effect
        )
    }

    /// The sentence among what could not be determined.
    pub fn doubt(&self) -> String {
        format!(
            "{} is set: {}, where this scan does not look. Unset it {}",
            self.variable, self.effect, self.advice
        )
    }
}

impl Known {
    fn is_harmless(&self, value: &OsStr) -> bool {
        value.to_str().is_some_and(|value| {
            self.harmless
                .iter()
                .any(|harmless| value.trim().eq_ignore_ascii_case(harmless))
        })
    }
}

/// Whether uv's and pip's variable lead to the same index, whoever is to be asked as.
fn is_same_index(of_uv: &OsStr, of_pip: &OsStr) -> bool {
    let plain = |value: &OsStr| {
        let mut url = Url::parse(named_index(value.to_str()?).1.trim()).ok()?;
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        Some(url.as_str().trim_end_matches('/').to_owned())
    };
    of_uv == of_pip || plain(of_uv).is_some_and(|index| Some(index) == plain(of_pip))
}

/// npm reads `npm_config_KEY` in any case, and the last of several spellings wins. Of the registry
/// `followed` is the one that is followed here.
fn npm(name: &str, value: &OsStr, followed: Option<&OsStr>) -> Option<Elsewhere> {
    let key = name.to_ascii_lowercase();
    let key = key.strip_prefix("npm_config_")?;
    let scope = key
        .strip_suffix(":registry")
        .filter(|scope| scope.starts_with('@'));
    let (concerns, effect, advice) = match scope {
        Some(scope) => (
            // npm reads `_` as `-` there.
            Concerns::NpmScope(scope.replace('_', "-")),
            "npm asks another registry for the packages of this scope",
            "and write `@scope:registry=` into your .npmrc, which is followed",
        ),
        None if key == "registry" && followed != Some(value) => (
            Concerns::Npm,
            "npm may ask another registry",
            "and name the registry in NPM_CONFIG_REGISTRY only",
        ),
        None => return None,
    };
    Some(Elsewhere {
        variable: name.to_owned(),
        effect,
        advice,
        concerns,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use package_provenance::package::{
        NpmName, NpmPackage, NpmVersion, PypiName, PypiPackage, PypiVersion,
    };

    fn among(set: &[(&str, &str)]) -> Vec<Elsewhere> {
        let set = set.iter().map(|(name, value)| (name.into(), value.into()));
        Elsewhere::among(set)
    }

    fn pypi() -> PackageVersion {
        PackageVersion::Pypi(PypiPackage {
            name: PypiName::parse("acme-widget").unwrap(),
            version: PypiVersion::parse("1.2.3").unwrap(),
        })
    }

    fn npm_package(name: &str) -> PackageVersion {
        PackageVersion::Npm(NpmPackage {
            name: NpmName::parse(name).unwrap(),
            version: NpmVersion::parse("1.2.3").unwrap(),
        })
    }

    /// Told with their names, never with what they hold.
    #[test]
    fn what_pip_and_uv_would_follow_is_told() {
        for known in &PYPI {
            let found = among(&[(known.variable, "https://user:secret@evil.example/1")]);
            let [one] = found.as_slice() else {
                panic!("{}: {found:?}", known.variable)
            };
            assert!(one.concerns(&pypi()) && !one.concerns(&npm_package("widget")));
            for text in [one.told(), one.doubt(), format!("{one:?}")] {
                assert!(text.contains(known.variable), "{text}");
                assert!(!text.contains("secret") && !text.contains("evil"), "{text}");
            }
        }
    }

    #[test]
    fn what_changes_nothing_is_not_told() {
        for set in [
            ("UV_EXTRA_INDEX_URL", ""),
            ("PIP_NO_INDEX", "0"),
            ("PIP_NO_INDEX", "False"),
            ("UV_NO_INDEX", "off"),
            ("UV_INDEX_STRATEGY", "first-index"),
            ("PIP_CONFIG_FILE", "/dev/null"),
            ("UV_DEFAULT_INDEX", "https://pypi.example/simple"),
            ("UV_INDEX_ACME_PASSWORD", "secret"),
            ("PIP_CERT", "/etc/ca.pem"),
            ("pip_find_links", "x"),
        ] {
            assert_eq!(among(&[set]), Vec::new(), "{set:?}");
        }
    }

    #[test]
    fn an_index_of_pips_that_is_not_uvs_is_told() {
        let pip = ("PIP_INDEX_URL", "https://ann:s3cret@a.example/simple/");
        for (name, uv, told) in [
            (
                "UV_DEFAULT_INDEX",
                "mine=https://a.example:443/simple",
                false,
            ),
            ("UV_INDEX_URL", "https://bob@a.example/simple", false),
            ("UV_DEFAULT_INDEX", "https://b.example/simple", true),
            ("UV_INDEX_URL", "https://a.example/other", true),
            ("UV_INDEX_URL", "", false),
        ] {
            let found = among(&[pip, (name, uv)]);
            assert_eq!(found.len(), usize::from(told), "{uv}: {found:?}");
            for one in found {
                assert!(one.concerns(&pypi()) && one.doubt().contains("PIP_INDEX_URL is set"));
                assert!(!format!("{one:?}").contains("example"), "{one:?}");
            }
        }
    }

    #[test]
    fn scopes_of_npm_concern_their_packages() {
        let found = among(&[("NPM_config_@Acme:registry", "https://npm.example")]);
        let [one] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert!(one.concerns(&npm_package("@acme/widget")));
        assert!(!one.concerns(&npm_package("@other/widget")));
        assert!(!one.concerns(&npm_package("acme")) && !one.concerns(&pypi()));
    }

    #[test]
    fn a_second_spelling_of_npms_registry_is_told_where_it_differs() {
        let (upper, lower) = ("NPM_CONFIG_REGISTRY", "npm_config_registry");
        assert_eq!(among(&[(upper, "https://a"), (lower, "https://a")]), []);
        assert_eq!(among(&[(lower, "https://a")]), []);
        for set in [
            &[(upper, "https://a"), (lower, "https://b")][..],
            &[("Npm_Config_Registry", "https://b")],
        ] {
            let found = among(set);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].concerns(&npm_package("widget")));
        }
    }
}
