//! Go's documents: the readers of notes, records, `.info`, `.mod` and lists; and a package judged by answers
//! of which one is the fuzzer's. Only the honest record may ever be `signed`.
#![no_main]

use std::collections::BTreeMap;
use std::sync::Arc;

use dockyard_provenance_fuzz::{GO_DATABASE, GO_RELEASE, WORLD, WORLD_TRUST};
use libfuzzer_sys::fuzz_target;
use package_provenance::evidence::GoRaw;
use package_provenance::evidence::go::gomod::GoMod;
use package_provenance::evidence::go::info::Info;
use package_provenance::evidence::go::lookup::{Lookup, hashes};
use package_provenance::evidence::go::note::Note;
use package_provenance::evidence::go::sources::{GoSources, Patterns, SumdbRoute, parse_proxies};
use package_provenance::evidence::go::versions::newest;
use package_provenance::evidence::go::{GoDocument, GoRequest};
use package_provenance::evidence::{Fetched, RawEvidence};
use package_provenance::package::{GoModule, GoPackage, PackageVersion};
use package_provenance::trust::Sumdb;
use package_provenance::verify::go::wanted;
use package_provenance::verify::{Outcome, Status, verify};

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let module = GoModule::parse(&GO_RELEASE.path, &GO_RELEASE.version).expect("a module");
    readers(data, &module);
    let package = GoPackage::parse(&GO_RELEASE.path, &GO_RELEASE.version).expect("a package");
    let sources = GoSources {
        sumdb: SumdbRoute::Address,
        ..GoSources::default()
    };
    let mut raw = GoRaw {
        sources: Arc::new(sources),
        answers: BTreeMap::new(),
        seen: None,
    };
    for _ in 0..8 {
        let requests = wanted(&package, &raw, &WORLD_TRUST.sumdb);
        if requests.is_empty() {
            break;
        }
        for request in requests {
            let answer = if kind(&request) == which % 7 {
                Fetched::Found(data.into())
            } else {
                honest(&request)
            };
            raw.answers.insert(request, answer);
        }
    }
    let raw = RawEvidence::Go(raw);
    let observed = verify(&PackageVersion::Go(package), &raw, &WORLD_TRUST, WORLD.now);
    if observed.status == Status::Signed {
        let [one] = observed.evidence.as_slice() else {
            panic!("{observed:?}");
        };
        let Outcome::Verified(facts) = &one.outcome else {
            panic!("{observed:?}");
        };
        assert_eq!(facts.get().digest, GO_RELEASE.h1());
        assert_eq!(facts.get().log_index, Some(3));
    }
});

fn readers(data: &[u8], module: &GoModule) {
    let _ = (Note::parse(data), Info::parse(data), newest(data, module));
    if let Ok(lookup) = Lookup::parse(data) {
        let _ = hashes(&lookup.record, module);
    }
    if let Ok(read) = GoMod::parse(data) {
        let _ = read.retracts("v1.2.3");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = (Sumdb::parse(text), parse_proxies(text));
        if let Ok(patterns) = Patterns::parse(text) {
            let _ = patterns.find(text);
        }
    }
}

const fn kind(request: &GoRequest) -> u8 {
    match request {
        GoRequest::Lookup(..) => 0,
        GoRequest::Latest(_) => 1,
        GoRequest::Tile(..) => 2,
        GoRequest::Remembered => 3,
        GoRequest::Proxy(_, GoDocument::Mod(_)) => 4,
        GoRequest::Proxy(_, GoDocument::List(_)) => 5,
        GoRequest::Proxy(_, GoDocument::Info(_) | GoDocument::SumdbSupported) => 6,
    }
}

fn honest(request: &GoRequest) -> Fetched {
    let size = GO_DATABASE.size();
    let found = |bytes: Vec<u8>| Fetched::Found(bytes.into());
    match request {
        GoRequest::Lookup(..) => found(GO_DATABASE.lookup(3, size).into()),
        GoRequest::Latest(_) => found(GO_DATABASE.note(size).into()),
        GoRequest::Tile(_, tile) => {
            let tiles = GO_DATABASE.tiles(size).into_iter();
            let path = tile.path();
            let mut tiles = tiles.filter(|(known, _)| *known == path);
            tiles
                .next()
                .map_or(Fetched::Missing, |(_, bytes)| found(bytes))
        }
        GoRequest::Remembered => Fetched::Missing,
        GoRequest::Proxy(_, GoDocument::Mod(_)) => found(GO_RELEASE.go_mod.clone().into()),
        GoRequest::Proxy(_, GoDocument::List(_)) => found(b"v1.2.3\n".to_vec()),
        GoRequest::Proxy(_, GoDocument::Info(module)) if module.path() == GO_RELEASE.path => {
            found(GO_RELEASE.info().to_string().into())
        }
        GoRequest::Proxy(..) => Fetched::Missing,
    }
}
