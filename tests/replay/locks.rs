//! Lock files over genuine documents.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{Replay, report, rules, shared};

/// One document of the replay, of one line of headers each.
fn document(origin: &str, path: &str) -> Option<Value> {
    use std::io::{Read as _, Write as _};
    let host = origin.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    head.lines()
        .next()?
        .contains(" 200")
        .then(|| serde_json::from_str(body).unwrap())
}

/// The catalogue's npm packages in one lock: each has the status that it has as a spec.
#[test]
fn a_lock_over_genuine_documents_has_the_catalogues_statuses() {
    let Some(shared) = shared() else { return };
    let replay = Replay::start(&shared, &[]);
    let scanned = report(&replay.command(&["scan", "."]).output().unwrap());
    let mut expected: BTreeMap<(String, String), String> = BTreeMap::new();
    for spec in scanned["specs"].as_array().unwrap() {
        let text = |key: &str| spec[key].as_str().unwrap_or_default().to_owned();
        if spec["protocol"] == "npx" && spec["status"] != "malformed" {
            expected.insert((text("package"), text("version")), text("status"));
        }
    }
    let kinds: BTreeSet<&str> = expected.values().map(String::as_str).collect();
    assert_eq!(kinds, ["not-found", "signed", "unknown", "verified"].into());
    // A genuine lock has what `dist` says; of what is not there, anything.
    let mut entries = Map::new();
    for (number, (name, version)) in expected.keys().enumerate() {
        let manifest = document(&replay.origin, &format!("/npm/{name}/{version}"));
        let integrity = manifest.map_or_else(
            || json!(format!("sha512-{}==", "A".repeat(86))),
            |manifest| manifest["dist"]["integrity"].clone(),
        );
        let bare = name.rsplit('/').next().unwrap();
        let entry = json!({
            "version": version,
            "name": name,
            "resolved": format!("https://registry.npmjs.org/{name}/-/{bare}-{version}.tgz"),
            "integrity": integrity,
        });
        // Several versions of one package lie in folders of their own.
        entries.insert(format!("node_modules/p{number}/node_modules/{name}"), entry);
    }
    let folder = tempfile::tempdir().unwrap();
    let judged = |entries: &Map<String, Value>| {
        let mut all = entries.clone();
        all.insert(
            String::new(),
            json!({"name": "genuine", "version": "1.0.0"}),
        );
        let lock = json!({"name": "genuine", "lockfileVersion": 3, "packages": all});
        std::fs::write(folder.path().join("package-lock.json"), lock.to_string()).unwrap();
        let mut command = replay.command(&["verify-lock", "package-lock.json"]);
        let output = command.current_dir(folder.path()).output().unwrap();
        (report(&output), output.status.code())
    };
    let (told, code) = judged(&entries);
    assert_eq!(code, Some(1), "{told:#}");
    let packages = told["locks"][0]["packages"].as_array().unwrap();
    assert_eq!(packages.len(), expected.len());
    for package in packages {
        let key = (
            package["name"].as_str().unwrap().to_owned(),
            package["version"].as_str().unwrap().to_owned(),
        );
        assert_eq!(package["status"], *expected[&key], "{package:#}");
        let found = rules(package);
        assert!(!found.contains(&"lock-integrity-mismatch"), "{package:#}");
    }
    // One changed digest of a package that verifies.
    let nuxt = entries
        .iter()
        .find(|(_, entry)| entry["name"] == "nuxt" && entry["version"] == "4.1.2");
    let (path, entry) = nuxt
        .map(|(path, entry)| (path.clone(), entry.clone()))
        .unwrap();
    let judged_alone = |entry: &Value| judged(&Map::from_iter([(path.clone(), entry.clone())]));
    let (honest, code) = judged_alone(&entry);
    assert_eq!(code, Some(0), "{honest:#}");
    let mut changed = entry.clone();
    // The first character after the algorithm's name.
    let digest = entry["integrity"]
        .as_str()
        .unwrap()
        .strip_prefix("sha512-")
        .unwrap();
    let first = if digest.starts_with('a') { "b" } else { "a" };
    let other = format!("sha512-{first}{}", digest.get(1..).unwrap());
    changed["integrity"] = json!(other);
    let (told, code) = judged_alone(&changed);
    assert_eq!(code, Some(1), "{told:#}");
    assert!(
        rules(&told["locks"][0]["packages"][0]).contains(&"lock-integrity-mismatch"),
        "{told:#}"
    );
}

/// A release of the catalogue as its index has it.
struct Release {
    name: String,
    version: String,
    status: String,
    /// File names and SHA-256.
    files: Vec<(String, String)>,
}

impl Release {
    /// Those of the catalogue, each once, and one whose project has no such version.
    fn of_catalogue(replay: &Replay) -> Vec<Self> {
        let scanned = report(&replay.command(&["scan", "."]).output().unwrap());
        let mut releases: Vec<Self> = Vec::new();
        for spec in scanned["specs"].as_array().unwrap() {
            let text = |key: &str| spec[key].as_str().unwrap_or_default().to_owned();
            let name = text("package").to_lowercase().replace(['_', '.'], "-");
            let version = text("version").trim_start_matches('v').to_owned();
            let known = |it: &Self| it.name == name && it.version == version;
            if spec["protocol"] != "uvx" || releases.iter().any(known) {
                continue;
            }
            let index = document(&replay.origin, &format!("/pypi/simple/{name}/")).unwrap();
            let of_version = |file: &&Value| {
                let filename = file["filename"].as_str().unwrap();
                [format!("-{version}-"), format!("-{version}.tar.gz")]
                    .iter()
                    .any(|part| filename.contains(part))
            };
            let listed = index["files"].as_array().unwrap().iter().filter(of_version);
            let text_of = |value: &Value| value.as_str().unwrap().to_owned();
            let mut files: Vec<(String, String)> = listed
                .map(|file| {
                    (
                        text_of(&file["filename"]),
                        text_of(&file["hashes"]["sha256"]),
                    )
                })
                .collect();
            if files.is_empty() {
                let made_up = format!("{}-{version}.tar.gz", name.replace('-', "_"));
                files.push((made_up, "0".repeat(64)));
            }
            let status = text("status");
            releases.push(Self {
                name,
                version,
                status,
                files,
            });
        }
        releases
    }

    fn url(file: &str) -> String {
        format!("https://files.pythonhosted.org/packages/{file}")
    }

    fn requirements(&self) -> String {
        let hashes = self.files.iter();
        let hashes: Vec<String> = hashes
            .map(|(_, digest)| format!(" \\\n    --hash=sha256:{digest}"))
            .collect();
        format!("{}=={}{}\n", self.name, self.version, hashes.concat())
    }

    /// `sdist` and `wheels`, each file written as a table by `file`.
    fn tables(&self, file: impl Fn(&(String, String)) -> String) -> String {
        let (wheels, sdists): (Vec<_>, Vec<_>) =
            self.files.iter().partition(|(name, _)| is_wheel(name));
        let wheels: Vec<String> = wheels.into_iter().map(&file).collect();
        let sdist = sdists.first().map(|it| format!("sdist = {}\n", file(it)));
        format!(
            "{}wheels = [{}]\n",
            sdist.unwrap_or_default(),
            wheels.join(", ")
        )
    }

    fn uv(&self, index: &str) -> String {
        let file = |(name, digest): &(String, String)| {
            format!(
                "{{ url = \"{}\", hash = \"sha256:{digest}\", size = 1 }}",
                Self::url(name)
            )
        };
        let files = self.tables(file);
        format!(
            "[[package]]\nname = \"{}\"\nversion = \"{}\"\nsource = {{ registry = \"{index}\" }}\n{files}\n",
            self.name, self.version
        )
    }

    fn pylock(&self, index: &str) -> String {
        let file = |(name, digest): &(String, String)| {
            format!(
                "{{ name = \"{name}\", url = \"{}\", hashes = {{ sha256 = \"{digest}\" }} }}",
                Self::url(name)
            )
        };
        let files = self.tables(file);
        format!(
            "[[packages]]\nname = \"{}\"\nversion = \"{}\"\nindex = \"{index}\"\n{files}\n",
            self.name, self.version
        )
    }
}

fn is_wheel(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end == "whl")
}

/// The catalogue's Python packages as uv, `pylock.toml` and pip write them: each has the status that it has as a
/// spec, and one changed hash of a file is an error.
#[test]
fn pythons_locks_over_genuine_documents_have_the_catalogues_statuses() {
    let Some(shared) = shared() else { return };
    let replay = Replay::start(&shared, &[]);
    let releases = Release::of_catalogue(&replay);
    let kinds: BTreeSet<&str> = releases.iter().map(|it| it.status.as_str()).collect();
    assert_eq!(kinds, ["not-found", "verified"].into());
    let index = "https://pypi.org/simple";
    let folder = tempfile::tempdir().unwrap();
    let judged = |file: &str, text: &str| {
        std::fs::write(folder.path().join(file), text).unwrap();
        let mut command = replay.command(&["verify-lock", file]);
        let output = command.current_dir(folder.path()).output().unwrap();
        (report(&output), output.status.code())
    };
    let all = |file: &str, releases: &[&Release]| {
        let each = releases.iter();
        match file {
            "uv.lock" => {
                let packages: Vec<String> = each.map(|it| it.uv(index)).collect();
                format!(
                    "version = 1\nrevision = 3\nrequires-python = \">=3.9\"\n\n{}",
                    packages.concat()
                )
            }
            "pylock.toml" => {
                let packages: Vec<String> = each.map(|it| it.pylock(index)).collect();
                format!(
                    "lock-version = \"1.0\"\ncreated-by = \"x\"\n\n{}",
                    packages.concat()
                )
            }
            _ => each.map(|it| it.requirements()).collect(),
        }
    };
    let every: Vec<&Release> = releases.iter().collect();
    let verified = releases.iter().find(|it| it.status == "verified").unwrap();
    for file in ["uv.lock", "pylock.toml", "requirements.txt"] {
        let (told, code) = judged(file, &all(file, &every));
        assert_eq!(code, Some(1), "{file}: {told:#}");
        let packages = told["locks"][0]["packages"].as_array().unwrap();
        assert_eq!(packages.len(), releases.len(), "{file}: {told:#}");
        for (package, release) in packages.iter().zip(&releases) {
            assert_eq!(package["status"], *release.status, "{file}: {package:#}");
            let found = rules(package);
            assert!(
                !found.contains(&"lock-integrity-mismatch"),
                "{file}: {package:#}"
            );
            assert!(
                !found.contains(&"verification-incomplete"),
                "{file}: {package:#}"
            );
        }
        // The control alone, and with one changed hash.
        let honest = all(file, &[verified]);
        let (told, code) = judged(file, &honest);
        assert_eq!(code, Some(0), "{file}: {told:#}");
        let (_, digest) = &verified.files[0];
        let changed = honest.replace(digest.as_str(), &"0".repeat(64));
        assert_ne!(honest, changed);
        let (told, code) = judged(file, &changed);
        assert_eq!(code, Some(1), "{file}: {told:#}");
        let found = rules(&told["locks"][0]["packages"][0]);
        assert!(
            found.contains(&"lock-integrity-mismatch"),
            "{file}: {found:?}"
        );
    }
}
