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
        self.read_around("repo", environment)
    }

    fn read_around(&self, root: &str, environment: &Environment) -> Result<UserFiles, String> {
        read(&self.path(root), environment, &|_| None).map_err(|error| error.0)
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
fn files_of_the_checkout_around_the_scanned_folder_are_never_read() {
    let place = Place::new();
    fs::create_dir(place.path("repo/catalog")).unwrap();
    let npmrc = place.write("repo/.npmrc", RC);
    let netrc = place.write("repo/.netrc", NETRC);
    place.write("home/.npmrc", RC);
    let named = [
        Environment {
            npm_config_userconfig: Some(npmrc),
            ..Environment::default()
        },
        Environment {
            netrc: Some(netrc),
            ..Environment::default()
        },
    ];
    let in_checkout = |environment: &Environment| {
        let error = place.read_around("repo/catalog", environment).unwrap_err();
        assert!(error.contains("the checkout around it"), "{error}");
    };
    // Without `.git` nothing says that they belong together.
    for environment in &named {
        place.read_around("repo/catalog", environment).unwrap();
    }
    // A worktree has a file, a clone a folder.
    place.write("repo/.git", "gitdir: elsewhere");
    named.iter().for_each(in_checkout);
    fs::remove_file(place.path("repo/.git")).unwrap();
    fs::create_dir(place.path("repo/.git")).unwrap();
    named.iter().for_each(in_checkout);
    // The user's own are read, and even where the home folder is a checkout that holds this one.
    for _ in 0..2 {
        let found = place.read_around("repo/catalog", &place.environment());
        assert!(found.unwrap().npmrc.registry.is_some());
        fs::create_dir_all(place.path(".git")).unwrap();
    }
}

#[test]
fn a_file_that_nobody_can_place_is_refused() {
    let place = Place::new();
    place.write("home/.npmrc", RC);
    assert!(place.read(&place.environment()).is_ok());
    let error = place.read_around("gone", &place.environment()).unwrap_err();
    assert!(error.contains("cannot be found out"), "{error}");
    // A link of the repository may lead anywhere, and who changes it chooses the file.
    #[cfg(unix)]
    {
        let link = place.path("repo/link");
        std::os::unix::fs::symlink(place.path("home/.npmrc"), &link).unwrap();
        let environment = Environment {
            npm_config_userconfig: Some(link),
            ..place.environment()
        };
        assert!(place.read(&environment).is_err());
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
