//! What is still to be asked about a package, given the answers so far. Pure: whoever asks calls it
//! until nothing is wanted, and asks everything that it names at once.

use std::collections::BTreeSet;

use super::heads::Heads;
use super::proof::{Lack, Tiles};
use super::resolve::{Module, Proxied, Route, module, proxied, sumdb};
use crate::evidence::Fetched;
use crate::evidence::GoRaw;
use crate::evidence::go::lookup::Lookup;
use crate::evidence::go::versions::newest;
use crate::evidence::go::{GoDocument, GoRequest, SumdbAt};
use crate::package::{GoModule, GoPackage};
use crate::trust::Sumdb;

/// Everything that can be asked now; nothing where everything that is needed was asked. The first
/// round is the modules that may have the package, the second one the module's documents and its
/// record, the third one the tiles for the proofs. Of what `database` did not sign none are asked for.
pub fn wanted(package: &GoPackage, raw: &GoRaw, database: &Sumdb) -> Vec<GoRequest> {
    if raw.sources.uncovered(package).is_some() {
        return Vec::new();
    }
    let mut wanted = BTreeSet::new();
    if !raw.answers.contains_key(&GoRequest::Remembered) {
        wanted.insert(GoRequest::Remembered);
    }
    let at = match sumdb(raw) {
        Route::Wanted(request) => {
            wanted.insert(request);
            None
        }
        Route::At(at) => {
            let latest = GoRequest::Latest(at);
            if !raw.answers.contains_key(&latest) {
                wanted.insert(latest);
            }
            Some(at)
        }
        Route::Failed(_) => None,
    };
    match module(package, raw) {
        Module::Wanted(requests) => wanted.extend(requests),
        Module::Found(module, _) => {
            wanted.extend(of_module(&module, raw));
            wanted.extend(
                at.into_iter()
                    .flat_map(|at| of_record(&module, raw, at, database)),
            );
        }
        Module::Missing | Module::Unknown(_) => {}
    }
    wanted.into_iter().collect()
}

/// The module's `go.mod`, its list of versions, and the `go.mod` that says what was retracted.
fn of_module(module: &GoModule, raw: &GoRaw) -> Vec<GoRequest> {
    let mut wanted = Vec::new();
    if let Proxied::Wanted(request) = proxied(raw, &GoDocument::Mod(module.clone())) {
        wanted.push(request);
    }
    match proxied(raw, &GoDocument::List(module.clone())) {
        Proxied::Wanted(request) => wanted.push(request),
        Proxied::Found(list) => {
            let newest = newest(list, module).map(GoDocument::Mod);
            if let Some(Proxied::Wanted(request)) = newest.map(|newest| proxied(raw, &newest)) {
                wanted.push(request);
            }
        }
        Proxied::Missing | Proxied::Failed(_) => {}
    }
    wanted
}

/// The record, and then the tiles.
fn of_record(module: &GoModule, raw: &GoRaw, at: SumdbAt, database: &Sumdb) -> Vec<GoRequest> {
    let request = GoRequest::Lookup(at, module.clone());
    let lookup = match raw.answers.get(&request) {
        None => return vec![request],
        Some(Fetched::Found(body)) => Lookup::parse(body).ok(),
        Some(Fetched::Missing | Fetched::Failed(_)) => None,
    };
    let known = [GoRequest::Latest(at), GoRequest::Remembered];
    let Some(lookup) = lookup.filter(|_| known.iter().all(|one| raw.answers.contains_key(one)))
    else {
        return Vec::new();
    };
    let heads = Heads::read(&lookup, raw, at, database.anchor.map(|anchor| anchor.head));
    let mut notes = heads.iter().filter_map(|known| known.note.as_ref());
    if notes.any(|note| database.key.verify(note).is_err()) {
        return Vec::new();
    }
    let Some(newest) = heads.newest().map(|newest| newest.head) else {
        return Vec::new();
    };
    let tiles = Tiles {
        raw,
        at,
        size: newest.size,
    };
    let mut proofs = vec![tiles.inclusion(lookup.id)];
    proofs.extend(
        heads
            .iter()
            .filter(|known| known.head.size < newest.size)
            .map(|known| tiles.consistency(known.head.size)),
    );
    let mut wanted = Vec::new();
    for proof in proofs {
        match proof {
            Err(Lack::Tiles(tiles)) => wanted.extend(tiles),
            // Nothing helps the result any more.
            Err(Lack::Answer(_)) => return Vec::new(),
            Ok(_) => {}
        }
    }
    wanted
}
