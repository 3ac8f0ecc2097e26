//! Genuine records of sum.golang.org, where they lie beside the project.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::found;
use crate::evidence::Fetched;
use crate::evidence::GoRaw;
use crate::evidence::go::lookup::{Lookup, hashes};
use crate::evidence::go::note::Note;
use crate::evidence::go::sources::{GoSources, SumdbRoute};
use crate::evidence::go::{GoDocument, GoRequest, SumdbAt};
use crate::package::{GoModule, GoPackage};
use crate::trust::Sumdb;
use crate::verify::failure::Failure;
use crate::verify::go::{record, wanted};

fn documents() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/real/go");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: no genuine documents beside the project");
    None
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// The path without the marks of capitals.
fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '!' => plain.extend(letters.next().map(|next| next.to_ascii_uppercase())),
            other => plain.push(other),
        }
    }
    plain
}

#[test]
fn every_genuine_record_is_proven_under_the_newest_head() {
    let Some(folder) = documents() else { return };
    let folder = folder.join("sum.golang.org");
    let mut lookups = Vec::new();
    files(&folder.join("lookup"), &mut lookups);
    lookups.sort();
    let newest = lookups
        .iter()
        .map(|path| Lookup::parse(&fs::read(path).unwrap()).unwrap().note)
        .max_by_key(|note| note.head.size)
        .unwrap();
    let newest = {
        let signature = &newest.signatures[0];
        let bytes = [signature.key_hash.as_slice(), &signature.signature].concat();
        let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, bytes);
        format!("{}\n\u{2014} {} {encoded}\n", newest.text, signature.name)
    };
    let database = Sumdb {
        anchor: None,
        ..Sumdb::public().unwrap()
    };
    let (mut verified, mut asked, mut first) = (0, BTreeSet::new(), None);
    for path in &lookups {
        let name = path.strip_prefix(folder.join("lookup")).unwrap();
        let name = unescaped(name.to_str().unwrap());
        let (module, version) = name.rsplit_once('@').unwrap();
        let module = GoModule::parse(module, version).unwrap();
        let package = GoPackage::parse(module.path(), version).unwrap();
        let mut raw = GoRaw {
            sources: Arc::new(GoSources {
                sumdb: SumdbRoute::Address,
                ..GoSources::default()
            }),
            answers: BTreeMap::new(),
            seen: None,
        };
        loop {
            let requests = wanted(&package, &raw, &database);
            if requests.is_empty() {
                break;
            }
            for request in requests {
                let answer = match &request {
                    GoRequest::Proxy(_, GoDocument::Info(one)) if *one == module => {
                        found(format!("{{\"Version\":\"{version}\"}}"))
                    }
                    GoRequest::Proxy(..) => Fetched::Missing,
                    GoRequest::Lookup(..) => found(fs::read(path).unwrap()),
                    GoRequest::Latest(_) => found(newest.clone()),
                    GoRequest::Remembered => found(fs::read(folder.join("latest")).unwrap()),
                    GoRequest::Tile(_, tile) => {
                        asked.insert(*tile);
                        let whole = fs::read(folder.join(tile.path()));
                        whole.map_or(Fetched::Missing, found)
                    }
                };
                raw.answers.insert(request, answer);
            }
        }
        first.get_or_insert(asked.len());
        // The go.mod is not among the documents; everything else is proven.
        match record::verify(&module, &raw, &database, None, &[]) {
            Err(Failure::Undetermined(cause)) => {
                assert!(cause.contains("not its go.mod"), "{name}: {cause}");
                verified += 1;
            }
            other => panic!("{name}: {other:?}"),
        }
        let lookup = Lookup::parse(&fs::read(path).unwrap()).unwrap();
        assert!(hashes(&lookup.record, &module).is_ok());
    }
    println!(
        "{verified} of {} records verified; {first:?} tiles for the first, {} for all",
        lookups.len(),
        asked.len()
    );
    assert_eq!((verified, lookups.len()), (30, 30));
}

#[test]
fn the_anchor_is_a_head_that_the_public_database_signed() {
    let Some(folder) = documents() else { return };
    let lookup = fs::read(folder.join("2026-10/lookup/golang.org/x/mod@v0.17.0")).unwrap();
    let lookup = Lookup::parse(&lookup).unwrap();
    let database = Sumdb::public().unwrap();
    database.key.verify(&lookup.note).unwrap();
    let anchor = database.anchor.unwrap();
    assert_eq!(anchor.head, lookup.note.head);
    assert_eq!(anchor.signed_by.to_string(), "2026-11-01T00:00:00Z");
    let latest = Note::parse(&fs::read(folder.join("2026-10/latest")).unwrap()).unwrap();
    database.key.verify(&latest).unwrap();
    let _ = SumdbAt::Itself;
}
