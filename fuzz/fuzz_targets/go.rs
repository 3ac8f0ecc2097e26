//! Go's documents: the readers of notes, records, `.info`, `.mod` and lists; and a package judged by answers
//! of which one is the fuzzer's. Only the honest record may ever be `signed`.
#![no_main]

use dockyard_provenance_fuzz::{GO_RELEASE, WORLD, WORLD_TRUST, go_evidence};
use libfuzzer_sys::fuzz_target;
use package_provenance::evidence::Fetched;
use package_provenance::evidence::go::gomod::GoMod;
use package_provenance::evidence::go::info::Info;
use package_provenance::evidence::go::lookup::{Lookup, hashes};
use package_provenance::evidence::go::note::Note;
use package_provenance::evidence::go::sources::{Patterns, parse_proxies};
use package_provenance::evidence::go::versions::newest;
use package_provenance::evidence::go::{GoDocument, GoRequest};
use package_provenance::package::GoModule;
use package_provenance::trust::Sumdb;
use package_provenance::verify::{Outcome, Status, verify};

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else {
        return;
    };
    let module = GoModule::parse(&GO_RELEASE.path, &GO_RELEASE.version).expect("a module");
    readers(data, &module);
    let (package, raw) =
        go_evidence(|request| (kind(request) == which % 7).then(|| Fetched::Found(data.into())));
    let observed = verify(&package, &raw, &WORLD_TRUST, WORLD.now);
    if observed.status == Status::Signed {
        let [one] = observed.evidence.as_slice() else {
            panic!("{observed:?}");
        };
        let Outcome::Verified(facts) = &one.outcome else {
            panic!("{observed:?}");
        };
        assert_eq!(*facts.get().digest, GO_RELEASE.h1());
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
