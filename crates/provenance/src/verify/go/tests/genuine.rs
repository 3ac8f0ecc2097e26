//! Genuine records of sum.golang.org, where they lie beside the project.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::found;
use crate::evidence::Fetched;
use crate::evidence::GoRaw;
use crate::evidence::go::lookup::{Lookup, hashes};
use crate::evidence::go::note::{Note, TreeHash, TreeHead};
use crate::evidence::go::sources::{GoSources, SumdbRoute};
use crate::evidence::go::tile::Tile;
use crate::evidence::go::{GoDocument, GoRequest};
use crate::package::{GoModule, GoPackage};
use crate::trust::Sumdb;
use crate::trust::sumdb::DatedHead;
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

/// The genuine lookups by their paths, and the newest head among them as a note.
fn lookups(folder: &Path) -> (Vec<PathBuf>, String) {
    let mut lookups = Vec::new();
    files(&folder.join("lookup"), &mut lookups);
    lookups.sort();
    let newest = lookups
        .iter()
        .map(|path| read(path).note)
        .max_by_key(|note| note.head.size)
        .unwrap();
    let signature = &newest.signatures[0];
    let bytes = [signature.key_hash.as_slice(), &signature.signature].concat();
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, bytes);
    let note = format!("{}\n\u{2014} {} {encoded}\n", newest.text, signature.name);
    (lookups, note)
}

fn read(path: &Path) -> Lookup {
    Lookup::parse(&fs::read(path).unwrap()).unwrap()
}

/// Sum.golang.org, with this head built in.
fn database(anchor: Option<TreeHead>) -> Sumdb {
    Sumdb {
        anchor: anchor.map(|head| DatedHead {
            head,
            signed_by: jiff::Timestamp::UNIX_EPOCH,
        }),
        ..Sumdb::public().unwrap()
    }
}

/// Asks about the record at `path`, whose tiles are then in `tiles`, and verifies it: all but the go.mod, which is
/// not among the documents.
fn prove(
    (folder, path): (&Path, &Path),
    database: &Sumdb,
    latest: &str,
    remembered: &Fetched,
    tiles: &mut BTreeSet<Tile>,
) -> Result<(), Failure> {
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
        let requests = wanted(&package, &raw, database);
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
                GoRequest::Latest(_) => found(latest),
                GoRequest::Remembered => remembered.clone(),
                GoRequest::Tile(_, tile) => {
                    tiles.insert(*tile);
                    let whole = fs::read(folder.join(tile.path()));
                    whole.map_or(Fetched::Missing, found)
                }
            };
            raw.answers.insert(request, answer);
        }
    }
    assert!(hashes(&read(path).record, &module).is_ok());
    match record::verify(&module, &raw, database, None, &[]) {
        Err(Failure::Undetermined(cause)) if cause.contains("not its go.mod") => Ok(()),
        other => other.map(drop),
    }
}

#[test]
fn every_genuine_record_is_proven_under_the_newest_head() {
    let Some(folder) = documents() else { return };
    let folder = folder.join("sum.golang.org");
    let (lookups, newest) = lookups(&folder);
    let remembered = found(fs::read(folder.join("latest")).unwrap());
    let (mut asked, mut first) = (BTreeSet::new(), None);
    for path in &lookups {
        prove(
            (&folder, path),
            &database(None),
            &newest,
            &remembered,
            &mut asked,
        )
        .unwrap();
        first.get_or_insert(asked.len());
    }
    let first = first.unwrap();
    println!(
        "{} records verified; {first} tiles for the first, {} for all",
        lookups.len(),
        asked.len()
    );
    assert_eq!(lookups.len(), 30);
    assert!(first <= 8 && asked.len() <= first + 3 * (lookups.len() - 1));
}

/// A run that has nothing yet, beside a built-in head that ends with a tile's hash of level 2.
#[test]
fn a_first_genuine_record_takes_at_most_eight_tiles() {
    let Some(folder) = documents() else { return };
    let folder = folder.join("sum.golang.org");
    let (lookups, newest) = lookups(&folder);
    let tile = |path: &str| {
        let bytes = fs::read(folder.join("tile/8").join(path)).unwrap();
        bytes.as_chunks().0.to_vec()
    };
    // 508 × 65,536 records: a whole tile of level 2, and 252 hashes of the next.
    let left: [u8; 32] = tile("3/000.p/1")[0];
    let right = testkit::merkle::root(&tile("2/001.p/252"));
    let anchor = TreeHead {
        size: 508 << 16,
        root: TreeHash(testkit::merkle::root(&[left, right])),
    };
    let one = |path: &PathBuf, anchor| {
        let (database, nothing) = (database(anchor), Fetched::Missing);
        let mut tiles = BTreeSet::new();
        prove((&folder, path), &database, &newest, &nothing, &mut tiles).map(|()| tiles.len())
    };
    let most = |anchor| {
        let each = lookups.iter().map(|path| one(path, anchor).unwrap());
        each.max().unwrap()
    };
    let (without, with) = (most(None), most(Some(anchor)));
    println!("at most {without} tiles without a built-in head, {with} with one");
    assert!(without <= 8 && with <= 8);
    // The control: the head counts.
    let root = TreeHash([7; 32]);
    let other = one(&lookups[0], Some(TreeHead { root, ..anchor }));
    assert!(matches!(other, Err(Failure::Invalid(_))), "{other:?}");
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
}
