use std::fs;

use tempfile::TempDir;

use super::*;

const RC: &str = "registry=https://rc.example\n";
const NETRC: &str = "machine p.example login ann password s3cret\n";

/// A home folder beside a folder that is scanned.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "repo"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(path), text).unwrap();
        self.path(path)
    }

    fn environment(&self) -> Environment {
        Environment {
            home: Some(self.path("home")),
            ..Environment::default()
        }
    }

    fn read(&self, environment: &Environment) -> Result<UserFiles, String> {
        read(&self.path("repo"), environment, &|_| None).map_err(|error| error.0)
    }
}

#[test]
fn files_of_the_home_folder_are_read_unless_others_are_named() {
    let place = Place::new();
    let empty = place.read(&place.environment()).unwrap();
    assert_eq!(empty, UserFiles::default());
    assert_eq!(
        place.read(&Environment::default()).unwrap(),
        UserFiles::default()
    );

    place.write("home/.npmrc", RC);
    place.write("home/.netrc", NETRC);
    let found = place.read(&place.environment()).unwrap();
    assert_eq!(found.npmrc.registry.as_deref(), Some("https://rc.example"));
    assert_eq!(
        (found.npmrc_shown.as_str(), found.netrc_shown.as_str()),
        ("~/.npmrc", "~/.netrc")
    );
    assert!(found.netrc.find("p.example").is_some());

    let named = Environment {
        npm_config_userconfig: Some(place.write("other", "registry=https://other.example")),
        netrc: Some(place.write("netrc", "machine q.example password x")),
        ..place.environment()
    };
    let found = place.read(&named).unwrap();
    assert_eq!(
        found.npmrc.registry.as_deref(),
        Some("https://other.example")
    );
    assert_eq!(found.npmrc_shown, "NPM_CONFIG_USERCONFIG");
    assert!(found.netrc.find("p.example").is_none() && found.netrc.find("q.example").is_some());
    assert!(found.warnings.is_empty());

    let gone = Environment {
        npm_config_userconfig: Some(place.path("gone")),
        netrc: Some(place.path("gone")),
        ..place.environment()
    };
    let found = place.read(&gone).unwrap();
    assert_eq!(found.npmrc.registry, None);
    assert_eq!(found.warnings.len(), 2, "{:?}", found.warnings);
    // As npm's own scripts set it.
    let same = Environment {
        npm_config_userconfig: Some(place.path("home/.npmrc")),
        ..place.environment()
    };
    assert_eq!(place.read(&same).unwrap().npmrc_shown, "~/.npmrc");
}

#[test]
fn files_of_the_scanned_folder_are_never_read() {
    let place = Place::new();
    let npmrc = place.write("repo/.npmrc", RC);
    let netrc = place.write("repo/.netrc", NETRC);
    // Lying there alone they are nothing to us.
    assert_eq!(
        place.read(&place.environment()).unwrap(),
        UserFiles::default()
    );
    let named = [
        Environment {
            npm_config_userconfig: Some(npmrc),
            ..place.environment()
        },
        Environment {
            netrc: Some(netrc),
            ..place.environment()
        },
        Environment {
            home: Some(place.path("repo")),
            ..Environment::default()
        },
    ];
    for environment in named {
        let error = place.read(&environment).unwrap_err();
        assert!(error.contains("lies in the scanned folder"), "{error}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path("repo/.npmrc"), place.path("home/.npmrc")).unwrap();
        let error = place.read(&place.environment()).unwrap_err();
        assert!(
            error.contains("~/.npmrc lies in the scanned folder"),
            "{error}"
        );
    }
}

#[test]
fn an_npmrc_that_cannot_be_read_stops_and_a_netrc_warns() {
    let place = Place::new();
    let folder = place.path("home");
    for (path, says) in [
        (folder, "cannot read NPM_CONFIG_USERCONFIG"),
        (place.write("binary", [0xff, 0xfe]), "not UTF-8"),
        (
            place.write("large", "#".repeat(1024 * 1024 + 1)),
            "larger than",
        ),
        (
            place.write("broken", "registry=${UNSET}"),
            "NPM_CONFIG_USERCONFIG:1: ",
        ),
    ] {
        let environment = Environment {
            npm_config_userconfig: Some(path.clone()),
            ..place.environment()
        };
        let error = place.read(&environment).unwrap_err();
        assert!(error.contains(says), "{says}: {error}");
        // The same for `.netrc`: it names no registry.
        let environment = Environment {
            netrc: Some(path),
            ..place.environment()
        };
        let files = place.read(&environment).unwrap();
        let [warning] = files.warnings.as_slice() else {
            panic!("{files:?}");
        };
        assert!(warning.starts_with("NETRC is not used: "), "{warning}");
    }
}
