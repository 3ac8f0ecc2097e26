//! Prints what is read of a lock file as JSON, one entry a line: `entries FILE [NPM-REGISTRY [PYPI-INDEX]]`.
//! `.ci/check-locks` holds it beside what npm, uv and pip say of the same file.
#![expect(clippy::print_stdout, reason = "a program for the gate")]

use std::collections::BTreeMap;
use std::path::Path;

use dockyard_locks::{AskedFor, Digests, LockedFile, NpmIntegrity, Reach, Registries, What, parse};
use serde_json::{Value, json};
use url::Url;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("no file is named")?;
    let mut address = |usual: &str| Url::parse(&arguments.next().unwrap_or(usual.to_owned()));
    let registries = Registries {
        npm: address("https://registry.npmjs.org/")?,
        npm_scopes: BTreeMap::new(),
        pypi: address("https://pypi.org/simple/")?,
    };
    let path = Path::new(&file);
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let include = |path: &str| std::fs::read(folder.join(path)).map_err(|error| error.to_string());
    let lock = match parse(name, &std::fs::read(path)?, &registries, &include) {
        Ok(lock) => lock,
        Err(error) => {
            println!("{}", json!({ "refused": error.to_string() }));
            return Ok(());
        }
    };
    for (index, entry) in lock.entries.iter().enumerate() {
        let mut line = json!({
            "name": entry.name,
            "line": entry.place.line,
            "dev": entry.dev,
            "optional": entry.optional,
            "os": entry.platforms.os,
            "reached": entry.reach != Reach::Unreached,
            "own_lock": entry.has_own_lock,
            "via": lock.via(index),
        });
        let more = match &entry.what {
            What::Registry(pinned) => json!({
                "package": pinned.package.to_string(),
                "digests": digests(&pinned.digests),
                "alias": pinned.alias.as_ref().map(|alias| matches!(alias.asked, AskedFor::Declared | AskedFor::By(_))),
                "contradiction": pinned.contradiction,
            }),
            What::Elsewhere(elsewhere) => json!({
                "elsewhere": elsewhere.kind.name(),
                "stated": elsewhere.stated,
                "shown": elsewhere.shown,
            }),
            What::Broken(why) => json!({ "broken": why }),
        };
        if let (Value::Object(line), Value::Object(more)) = (&mut line, more) {
            line.extend(more);
        }
        println!("{line}");
    }
    for note in &lock.notes {
        println!(
            "{}",
            json!({ "note": note.message, "line": note.place.line })
        );
    }
    Ok(())
}

/// Hexadecimal digests, `null` where there is none that holds.
fn digests(digests: &Digests) -> Value {
    match digests {
        Digests::Npm(NpmIntegrity::Sha512(hashes)) => hashes.iter().map(hex::encode).collect(),
        Digests::Npm(NpmIntegrity::Missing) => json!("missing"),
        Digests::Npm(NpmIntegrity::Unusable(_)) => json!("unusable"),
        Digests::Npm(NpmIntegrity::Weak(algorithm)) => json!(algorithm),
        Digests::Files(files) => files.iter().map(file).collect(),
        Digests::AnyFile(hashes) => (hashes.iter())
            .map(|hash| hash.as_ref().ok().map(hex::encode))
            .collect(),
        Digests::GoZip(hash) => json!(hex::encode(hash)),
    }
}

fn file(file: &LockedFile) -> Value {
    let name = file
        .filename
        .as_ref()
        .ok()
        .map(|name| name.as_str().to_owned());
    json!([name, file.sha256.as_ref().ok().map(hex::encode)])
}
