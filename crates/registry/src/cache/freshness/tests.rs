use proptest::prelude::*;

use super::*;
use package_provenance::package::{NpmName, NpmPackage, NpmVersion};

fn package() -> NpmPackage {
    NpmPackage {
        name: NpmName::parse("a").unwrap(),
        version: NpmVersion::parse("1.0.0").unwrap(),
    }
}

fn manifest() -> EvidenceRequest {
    EvidenceRequest::NpmManifest(package())
}

fn attestations() -> EvidenceRequest {
    EvidenceRequest::NpmAttestations(package())
}

fn key() -> Key {
    Key {
        url: "https://registry.example/a/1.0.0".to_owned(),
        accept: "application/json".to_owned(),
        agent: "test/1".to_owned(),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    std::iter::once(&("content-type", "application/json"))
        .chain(pairs)
        .map(|(name, value)| {
            (
                HeaderName::try_from(*name).unwrap(),
                HeaderValue::try_from(*value).unwrap(),
            )
        })
        .collect()
}

fn kept_with(pairs: &[(&str, &str)]) -> Option<Entry> {
    entry(key(), &headers(pairs), &b"{}".as_slice().into(), at(0))
}

fn use_of(pairs: &[(&str, &str)], question: &EvidenceRequest, after: i64) -> Use {
    usable(&kept_with(pairs).unwrap(), question, at(after))
}

const ETAG: (&str, &str) = ("etag", "\"1\"");
const HOUR: (&str, &str) = ("cache-control", "public, max-age=3600");

/// Of what there is no document of, only what makes nothing verify is kept, and nothing is taken unasked.
#[test]
fn an_absence_is_kept_for_runs_without_a_network_alone() {
    let module = package_provenance::package::GoModule::parse("example.com/a", "v1.0.0").unwrap();
    let go = |document| EvidenceRequest::Go(GoRequest::Proxy(0, document));
    let supported = go(GoDocument::SumdbSupported);
    let none = |request: &EvidenceRequest, pairs: &[(&str, &str)]| {
        absence(key(), request, &headers(pairs), at(0))
    };
    let kept = none(&supported, &[HOUR]).unwrap();
    assert_eq!(kept.kept, Kept::Missing);
    assert_eq!(usable(&kept, &supported, at(1)), Use::Not);
    assert!(none(&supported, &[]).is_some());
    assert_eq!(none(&supported, &[("cache-control", "no-store")]), None);
    for document in [
        GoDocument::Info(module.clone()),
        GoDocument::List(module.clone()),
        GoDocument::Mod(module),
    ] {
        assert_eq!(none(&go(document), &[HOUR]), None);
    }
    assert_eq!(none(&attestations(), &[HOUR]), None);
}

#[test]
fn what_can_change_is_used_as_long_as_it_may_and_ten_minutes_at_most() {
    let both = [ETAG, HOUR];
    assert_eq!(use_of(&both, &manifest(), 0), Use::AsItIs);
    assert_eq!(use_of(&both, &manifest(), 600), Use::AsItIs);
    let asked = Use::IfConfirmed(
        [(
            http::header::IF_NONE_MATCH,
            HeaderValue::from_static("\"1\""),
        )]
        .into_iter()
        .collect(),
    );
    assert_eq!(use_of(&both, &manifest(), 601), asked);
    assert_eq!(
        use_of(&both, &manifest(), -1),
        asked,
        "a clock that was set back"
    );
    let minute = [ETAG, ("cache-control", "max-age=60")];
    assert_eq!(use_of(&minute, &manifest(), 59), Use::AsItIs);
    assert_eq!(use_of(&minute, &manifest(), 60), asked);
    let aged = [ETAG, HOUR, ("age", "3600")];
    assert_eq!(use_of(&aged, &manifest(), 0), asked);
    for none in ["no-cache", "max-age=0", "max-age=soon", "private"] {
        let pairs = [ETAG, ("cache-control", none)];
        assert_eq!(use_of(&pairs, &manifest(), 0), asked, "{none}");
    }
    assert_eq!(use_of(&[ETAG], &manifest(), 0), asked);
}

#[test]
fn nothing_is_guessed_from_the_last_change() {
    let dated = [("last-modified", "Wed, 01 Jan 2020 00:00:00 GMT")];
    let Use::IfConfirmed(conditions) = use_of(&dated, &manifest(), 0) else {
        panic!("it may be confirmed, and must be");
    };
    assert_eq!(conditions["if-modified-since"], dated[0].1);
    assert_eq!(use_of(&[], &manifest(), 0), Use::Not, "nothing to ask with");
}

#[test]
fn what_never_changes_needs_no_request() {
    for pairs in [
        &[] as &[_],
        &[ETAG],
        &[("cache-control", "no-cache")],
        &[("cache-control", "max-age=0")],
    ] {
        for after in [-5, 0, 601, 400_000_000] {
            assert_eq!(
                use_of(pairs, &attestations(), after),
                Use::AsItIs,
                "{pairs:?} {after}"
            );
        }
    }
}

#[test]
fn what_may_not_be_kept_is_not() {
    assert!(kept_with(&[]).is_some());
    assert!(kept_with(&[("vary", "Accept, Accept-Encoding")]).is_some());
    for refused in [
        ("cache-control", "no-store"),
        ("cache-control", "max-age=60, no-store"),
        ("vary", "*"),
        ("vary", "accept, *"),
    ] {
        assert_eq!(kept_with(&[refused]), None, "{refused:?}");
    }
    let with = |kind: Option<&str>, body: &[u8]| {
        let mut headers = headers(&[]);
        match kind {
            Some(kind) => headers.insert(CONTENT_TYPE, HeaderValue::try_from(kind).unwrap()),
            None => headers.remove(CONTENT_TYPE),
        };
        entry(key(), &headers, &body.into(), at(0)).is_some()
    };
    assert!(with(Some("application/vnd.pypi.integrity.v1+json"), b"{}"));
    assert!(with(Some("Application/JSON; charset=utf-8"), b"[]"));
    for (kind, body) in [
        (None, b"{}".as_slice()),
        (Some("text/html"), b"{}"),
        (Some("text/x+json"), b"{}"),
        (Some("application/json"), b""),
        (Some("application/json"), b"{"),
        (Some("application/json"), b"{}{}"),
        (Some("application/json"), b"{\"a\":1,\"a\":2}"),
    ] {
        assert!(!with(kind, body), "{kind:?}");
    }
}

#[test]
fn not_modified_confirms_this_body_and_no_other() {
    let entry = kept_with(&[ETAG, HOUR]).unwrap();
    let now = at(700);
    let same = confirmed(
        &entry,
        &headers(&[ETAG, ("cache-control", "max-age=30")]),
        now,
    )
    .unwrap();
    assert_eq!((same.stored_at, &same.kept), (now, &entry.kept));
    assert_eq!(usable(&same, &manifest(), at(729)), Use::AsItIs);
    assert_ne!(usable(&same, &manifest(), at(730)), Use::AsItIs);
    assert!(lasts(&same));
    assert_eq!(confirmed(&entry, &headers(&[("etag", "\"2\"")]), now), None);
    assert_eq!(
        confirmed(&entry, &headers(&[("etag", "W/\"2\"")]), now),
        None
    );
    assert!(confirmed(&entry, &headers(&[("etag", "W/\"1\"")]), now).is_some());
    assert!(!lasts(&kept_with(&[ETAG]).unwrap()));
}

#[test]
fn an_absurd_age_is_old() {
    for age in [
        "18446744073709551615",
        "99999999999999999999",
        "-1",
        "x",
        "",
    ] {
        let pairs = [ETAG, HOUR, ("age", age)];
        assert_ne!(use_of(&pairs, &manifest(), 5), Use::AsItIs, "{age}");
    }
}

proptest! {
    #[test]
    fn no_header_ends_the_program_or_outlives_ten_minutes(
        pairs in proptest::collection::vec(
            (
                prop::sample::select(STORED.to_vec()),
                prop_oneof![
                    "[ -~]{0,40}",
                    "(max-age|s-maxage|stale-while-revalidate)=\"?[0-9]{0,25}\"?",
                    "[A-Z][a-z]{2}, [0-9]{1,2} Jan [0-9]{4} 00:00:00 GMT",
                ],
            ),
            0..8,
        ),
        after in -1_000_000_000_i64..4_000_000_000,
    ) {
        let mut all = HeaderMap::new();
        for (name, value) in &pairs {
            if let Ok(value) = HeaderValue::try_from(value) {
                all.append(HeaderName::from_static(name), value);
            }
        }
        let entry = Entry {
            key: key(),
            stored_at: at(0),
            headers: stored(&all).unwrap(),
            kept: Kept::Found(b"{}".as_slice().into()),
        };
        let verdict = usable(&entry, &manifest(), at(after));
        if !(0..=600).contains(&after) {
            prop_assert_ne!(verdict, Use::AsItIs);
        }
        let _ = usable(&entry, &attestations(), at(after));
        let _ = confirmed(&entry, &all, at(after));
        let _ = lasts(&entry);
    }
}
