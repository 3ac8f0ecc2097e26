//! The record of the checksum database: signed head, consistency with every head that is known,
//! inclusion, text, and the `go.mod` (docs/verification.md#d2).

use sigstore_merkle::hash_leaf;
use sigstore_verify::crypto::sha256;
use untrusted_text::quoted;

use super::heads::{Heads, Known};
use super::proof::{Broken, Lack, Tiles, check_consistency, check_inclusion};
use super::resolve::{Module, Proxied, Route, module, proxied, sumdb};
use crate::evidence::GoRaw;
use crate::evidence::go::gomod::{GoMod, GoModError};
use crate::evidence::go::lookup::{GoHashes, Lookup, hashes, split};
use crate::evidence::go::note::{Note, TreeHash, TreeHead};
use crate::evidence::go::{GoDocument, GoRequest, SumdbAt};
use crate::evidence::{Body, Fetched};
use crate::package::{GoModule, GoPackage};
use crate::trust::Sumdb;
use crate::verify::failure::{Failure, worst};
use crate::verify::observed::{EvidenceFacts, Verified};

/// Verifies the record of `module`, and says `notes` with it. `own` is what its go.mod was read as,
/// where there is one.
pub(super) fn verify(
    module: &GoModule,
    raw: &GoRaw,
    database: &Sumdb,
    own: Option<&Result<GoMod, GoModError>>,
    notes: &[String],
) -> Result<Verified<EvidenceFacts>, Failure> {
    let at = match sumdb(raw) {
        Route::At(at) => at,
        Route::Failed(error) => return Err(Failure::Undetermined(error.to_string())),
        Route::Wanted(_) => return Err(not_asked("whether the proxy offers the database")),
    };
    let lookup = lookup(module, raw, at)?;
    let record = hashes(&lookup.record, module).map_err(Failure::Invalid);
    let tree = in_tree(&lookup, raw, at, database);
    let go_mod = match &record {
        Ok(record) => go_mod(module, raw, record, own),
        Err(_) => Ok(()),
    };
    let (record, failures) = match record {
        Ok(record) => (Some(record), None),
        Err(failure) => (None, Some(failure)),
    };
    let failures = failures.into_iter().chain(tree.err()).chain(go_mod.err());
    match (worst(failures), record) {
        (Some(failure), _) => Err(failure),
        (None, None) => Err(not_asked("the record")),
        (None, Some(record)) => Ok(Verified::attest(EvidenceFacts {
            digest: format!("h1:{}", record.zip).into(),
            log_index: Some(lookup.id),
            // The anchor is proven to be the beginning of the tree that has the record at this number.
            logged_by: database
                .anchor
                .filter(|anchor| lookup.id < anchor.head.size)
                .map(|anchor| anchor.signed_by),
            note: (!notes.is_empty()).then(|| notes.join("; ")),
            ..EvidenceFacts::default()
        })),
    }
}

fn not_asked(what: &str) -> Failure {
    Failure::Undetermined(format!("{what} was not asked for"))
}

/// The database's answer about `module`.
fn lookup(module: &GoModule, raw: &GoRaw, at: SumdbAt) -> Result<Lookup, Failure> {
    let body = match raw.answers.get(&GoRequest::Lookup(at, module.clone())) {
        Some(Fetched::Found(body)) => body,
        Some(Fetched::Missing) => {
            return Err(Failure::Undetermined(format!(
                "the proxy has {module}, but the checksum database has no record of it; a new tag may \
                 take an hour to get there"
            )));
        }
        Some(Fetched::Failed(error)) => return Err(Failure::Undetermined(error.to_string())),
        None => return Err(not_asked("the record")),
    };
    Lookup::parse(body).map_err(|error| refused("the database's answer", body, &error.0))
}

/// What cannot be read: evidence that fails where it is a database's at all, and no answer where it is
/// another page.
fn refused(what: &str, body: &Body, problem: &str) -> Failure {
    let holds = |mark: &[u8]| body.windows(mark.len()).any(|window| window == mark);
    let found = holds(b"go.sum database tree") || holds("\n\u{2014} ".as_bytes());
    let cause = format!("{what} cannot be read: {problem}");
    if found {
        Failure::Invalid(cause)
    } else {
        Failure::Undetermined(cause)
    }
}

/// The head beside the record is signed and agrees with every head that is known, and the record is in
/// the newest of them.
fn in_tree(lookup: &Lookup, raw: &GoRaw, at: SumdbAt, database: &Sumdb) -> Result<(), Failure> {
    signed(&lookup.note, database, "the tree head beside the record")?;
    let latest = raw.answers.get(&GoRequest::Latest(at));
    other_head(latest, database, "the database's latest tree head")?;
    let remembered = raw.answers.get(&GoRequest::Remembered);
    other_head(
        remembered,
        database,
        "the tree head that an earlier run kept",
    )?;
    if let Some(seen) = &raw.seen {
        let what = "the tree head beside another package of this run";
        let note = Note::parse(seen).map_err(|error| refused(what, seen, &error.0))?;
        signed(&note, database, what)?;
    }
    let heads = Heads::read(lookup, raw, at, database.anchor.map(|anchor| anchor.head));
    if lookup.id >= heads.own.size {
        return Err(Failure::Invalid(format!(
            "the record's number {} lies beyond the {} records of the signed tree",
            lookup.id, heads.own.size
        )));
    }
    let newest = heads.newest().ok_or_else(|| not_asked("a tree head"))?;
    let tiles = Tiles {
        raw,
        at,
        size: newest.head.size,
    };
    let failures = heads
        .iter()
        .filter_map(|older| consistent(older, newest, &tiles).err());
    if let Some(failure) = worst(failures) {
        return Err(failure);
    }
    let proof = tiles.inclusion(lookup.id).map_err(lacking)?;
    let leaf = hash_leaf(lookup.record.as_bytes());
    check_inclusion(&leaf, lookup.id, newest.head, &proof).map_err(|_broken| {
        Failure::Invalid(format!(
            "the record is not proven to be number {} of the tree of {} records that the database \
             signed",
            lookup.id, newest.head.size
        ))
    })
}

fn signed(note: &Note, database: &Sumdb, what: &str) -> Result<(), Failure> {
    let name = database.key.name();
    let verified = database.key.verify(note);
    verified.map_err(|error| Failure::Invalid(format!("{what} {error} (of {name})")))
}

/// A head that is known beside the one that came with the record. A database need not serve its latest
/// one, and the first run remembers none.
fn other_head(answer: Option<&Fetched>, database: &Sumdb, what: &str) -> Result<(), Failure> {
    match answer {
        Some(Fetched::Missing) => Ok(()),
        Some(Fetched::Failed(error)) => Err(Failure::Undetermined(error.to_string())),
        Some(Fetched::Found(body)) => {
            let note = Note::parse(body).map_err(|error| refused(what, body, &error.0))?;
            signed(&note, database, what)
        }
        None => Err(not_asked(what)),
    }
}

/// Whether `older` is the beginning of `newest`.
fn consistent(older: &Known, newest: &Known, tiles: &Tiles<'_>) -> Result<(), Failure> {
    let fork = || {
        Failure::Invalid(format!(
            "the checksum database has signed two trees that contradict each other, so that it shows \
             different content to different people: {}, {}; and {}, {}",
            older.what,
            shown(older),
            newest.what,
            shown(newest)
        ))
    };
    if older.head.size == newest.head.size {
        return if older.head.root == newest.head.root {
            Ok(())
        } else {
            Err(fork())
        };
    }
    if older.head.size == 0 {
        return Ok(());
    }
    let proof = tiles.consistency(older.head.size).map_err(lacking)?;
    check_consistency(older.head, newest.head, &proof).map_err(|broken| match broken {
        Broken::Fork => fork(),
        Broken::Tiles => Failure::Invalid(format!(
            "{} ({}) is not proven to be the beginning of {} ({})",
            older.what,
            shown(older),
            newest.what,
            shown(newest)
        )),
    })
}

/// Everything that a note says, so that a report with it is proof of a fork.
fn shown(known: &Known) -> String {
    let head = format!("size {}, root {}", known.head.size, known.head.root);
    let signatures = known.note.iter().flat_map(|note| &note.signatures);
    let signatures: Vec<String> = signatures
        .take(2)
        .map(|one| {
            let bytes = [one.key_hash.as_slice(), &one.signature].concat();
            let signature = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, bytes);
            format!("signed by {} {signature}", quoted(&one.name))
        })
        .collect();
    if signatures.is_empty() {
        head
    } else {
        format!("{head}, {}", signatures.join(", "))
    }
}

fn lacking(lack: Lack) -> Failure {
    Failure::Undetermined(match lack {
        Lack::Tiles(_) => {
            "not every part of the database's tree that the proof needs was asked for".to_owned()
        }
        Lack::Answer(why) => format!("the proof cannot be made: {why}"),
    })
}

/// The `go.mod` is the one that the record pins, and names the module.
fn go_mod(
    module: &GoModule,
    raw: &GoRaw,
    record: &GoHashes,
    own: Option<&Result<GoMod, GoModError>>,
) -> Result<(), Failure> {
    let body = match proxied(raw, &GoDocument::Mod(module.clone())) {
        Proxied::Found(body) => body,
        Proxied::Missing => {
            return Err(Failure::Undetermined(format!(
                "the proxy has {module}, but not its go.mod"
            )));
        }
        Proxied::Failed(error) => return Err(Failure::Undetermined(error.to_string())),
        Proxied::Wanted(_) => return Err(not_asked("the go.mod")),
    };
    let served = h1_of_go_mod(body);
    let read = own.ok_or_else(|| not_asked("the go.mod"))?;
    if served != record.go_mod {
        if !read.as_ref().is_ok_and(|read| read.module.is_some()) {
            return Err(Failure::Undetermined(format!(
                "what the proxy serves as the go.mod of {module} is none"
            )));
        }
        return Err(Failure::Invalid(format!(
            "the go.mod that the proxy serves is another one than the database's: its hash is \
             h1:{served}, and the record has h1:{}",
            record.go_mod
        )));
    }
    let read = read.as_ref().map_err(|error| {
        Failure::Undetermined(format!("the go.mod of {module} cannot be read: {error}"))
    })?;
    if read.module.as_deref() != Some(module.path()) {
        return Err(Failure::Invalid(format!(
            "the go.mod says that the module is {}, so that the go command refuses it as {}",
            read.module
                .as_deref()
                .map_or_else(|| "none".to_owned(), quoted),
            module.path()
        )));
    }
    Ok(())
}

/// `h1:` of a `go.mod` (dirhash.go, `Hash1`): the hash of a list that has the one file.
fn h1_of_go_mod(body: &[u8]) -> TreeHash {
    let line = format!("{}  go.mod\n", hex::encode(sha256(body).as_bytes()));
    TreeHash(*sha256(line.as_bytes()).as_bytes())
}

/// The tree heads in what was answered about `package`, verbatim, each signed by the database and proven
/// to belong to one tree with the others; none where anything about them is in doubt. The newest is what
/// other packages and later runs are held against: a database shows its latest head to whom it likes,
/// and the one beside a record may be newer.
pub fn proven_heads(package: &GoPackage, raw: &GoRaw, database: &Sumdb) -> Vec<(TreeHead, Body)> {
    let (Route::At(at), Module::Found(module, _)) = (sumdb(raw), module(package, raw)) else {
        return Vec::new();
    };
    let found = |request: GoRequest| match raw.answers.get(&request) {
        Some(Fetched::Found(body)) => Some(body),
        Some(Fetched::Missing | Fetched::Failed(_)) | None => None,
    };
    let answer = found(GoRequest::Lookup(at, module));
    let lookup = answer.and_then(|answer| Some((answer, Lookup::parse(answer).ok()?)));
    let Some((answer, lookup)) = lookup else {
        return Vec::new();
    };
    if in_tree(&lookup, raw, at, database).is_err() {
        return Vec::new();
    }
    let own = split(answer).map(|(_, note)| Body::from(note));
    let others = [
        found(GoRequest::Latest(at)),
        found(GoRequest::Remembered),
        raw.seen.as_ref(),
    ];
    own.into_iter()
        .chain(others.into_iter().flatten().cloned())
        .filter_map(|note| Some((Note::parse(&note).ok()?.head, note)))
        .collect()
}
