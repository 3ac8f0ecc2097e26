//! Lock files of every format. The first byte chooses the format; files that are included are the file itself.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use dockyard_locks::{
    Digests, Lock, MAX_ENTRIES, MAX_VIA, NpmIntegrity, Place, Reach, Registries, What, parse,
};
use libfuzzer_sys::fuzz_target;
use package_provenance::package::PackageVersion;

const FILES: [&str; 6] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "uv.lock",
    "pylock.toml",
    "requirements.txt",
    "go.sum",
];

/// More than the longest text of an entry or a message, in characters.
const LONGEST: usize = 1_100;

static REGISTRIES: LazyLock<Registries> = LazyLock::new(|| {
    let url = |text: &str| text.parse().expect("an address");
    Registries {
        npm: url("https://registry.npmjs.org/"),
        npm_scopes: BTreeMap::from([("@s".to_owned(), url("https://npm.example/"))]),
        pypi: url("https://pypi.org/simple/"),
    }
});

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let path = FILES[usize::from(*which) % FILES.len()];
    match parse(path, data, &REGISTRIES, &|_| Ok(data.to_vec())) {
        Ok(lock) => require(&lock, data),
        Err(error) => {
            assert!(error.message.chars().count() <= LONGEST);
            if let Some(place) = &error.place {
                require_inside(place, data);
            }
        }
    }
});

fn require(lock: &Lock, data: &[u8]) {
    assert!(lock.entries.len() <= MAX_ENTRIES);
    for note in &lock.notes {
        require_inside(&note.place, data);
        assert!(note.message.chars().count() <= LONGEST);
    }
    for (index, entry) in lock.entries.iter().enumerate() {
        require_inside(&entry.place, data);
        assert!(entry.name.chars().count() <= LONGEST);
        assert!(lock.via(index).len() <= MAX_VIA);
        if let Reach::Through(parent) = entry.reach {
            assert!(parent < lock.entries.len() && parent != index);
        }
        for launcher in &entry.platforms.optional_of {
            assert!(*launcher < lock.entries.len());
        }
        match &entry.what {
            What::Registry(pinned) => match (&pinned.package, &pinned.digests) {
                (PackageVersion::Npm(_), Digests::Npm(integrity)) => {
                    assert_ne!(*integrity, NpmIntegrity::Sha512(Vec::new()));
                }
                (PackageVersion::Pypi(_), Digests::Files(files)) => assert!(!files.is_empty()),
                (PackageVersion::Pypi(_), Digests::AnyFile(_))
                | (PackageVersion::Go(_), Digests::GoZip(_)) => {}
                (package, digests) => panic!("{package}: {digests:?}"),
            },
            What::Elsewhere(elsewhere) => assert!(elsewhere.shown.chars().count() <= LONGEST),
            What::Broken(why) => assert!(why.chars().count() <= LONGEST),
        }
    }
}

/// A place lies within the file, or at its end.
fn require_inside(place: &Place, data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n').count();
    assert!((1..=lines).contains(&place.line), "{place}");
    let line = data
        .split(|byte| *byte == b'\n')
        .nth(place.line - 1)
        .unwrap_or_default();
    assert!((1..=line.len() + 1).contains(&place.column), "{place}");
}
