use proptest::prelude::*;

use super::*;

fn entry() -> Entry {
    Entry {
        key: Key {
            url: "https://registry.example/a/1.0.0".to_owned(),
            accept: "application/json".to_owned(),
            agent: "test/1".to_owned(),
        },
        stored_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        headers: vec![("etag".to_owned(), "\"1\"".to_owned())],
        kept: Kept::Found(br#"{"name":"a"}"#.as_slice().into()),
    }
}

#[test]
fn every_changed_byte_and_every_truncation_is_damage() {
    let bytes = entry().encode().unwrap();
    assert_eq!(Entry::decode(&bytes), Ok(entry()));
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        assert!(Entry::decode(&changed).is_err(), "byte {at}");
        assert!(Entry::decode(&bytes[..at]).is_err(), "cut at {at}");
    }
    assert!(Entry::decode(&[&bytes[..], b" "].concat()).is_err());
}

#[test]
fn that_there_is_none_is_kept_without_a_body() {
    let absent = Entry {
        kept: Kept::Missing,
        ..entry()
    };
    let bytes = absent.encode().unwrap();
    assert_eq!(Entry::decode(&bytes), Ok(absent.clone()));
    assert_eq!(absent.kept.answer(), Fetched::Missing);
    // With a body it would be both.
    let head = br#"{"url":"a","accept":"b","agent":"c","stored_at":0,"length":1,"headers":[],"missing":true}"#;
    let both = [head.as_slice(), b"\nx"].concat();
    assert_eq!(Entry::parse(&both), Err(Damaged("length")));
}

#[test]
fn another_version_of_the_format_is_damage() {
    let text = String::from_utf8(entry().encode().unwrap()).unwrap();
    let other = text.replacen("answer 1\n", "answer 2\n", 1);
    assert_ne!(text, other);
    assert_eq!(Entry::decode(other.as_bytes()), Err(Damaged("first line")));
}

#[test]
fn every_part_of_the_key_has_its_say() {
    let key = entry().key;
    let mut names = vec![key.name()];
    for change in [
        |key: &mut Key| key.url.push('/'),
        |key: &mut Key| key.accept.push('x'),
        |key: &mut Key| key.agent.push('x'),
    ] {
        let mut other = key.clone();
        change(&mut other);
        names.push(other.name());
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 4);
    assert!(names.iter().all(|name| name.len() == 64));
}

#[test]
fn headers_that_are_too_long_are_not_kept() {
    let mut long = entry();
    long.headers[0].1 = "x".repeat(MAX_HEAD);
    assert_eq!(long.encode(), None);
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        url in "\\PC{0,60}",
        accept in "[ -~]{0,30}",
        headers in proptest::collection::vec(("[a-z-]{1,12}", "\\PC{0,40}"), 0..6),
        body in proptest::collection::vec(any::<u8>(), 0..400),
        second in -60_000_000_000_i64..60_000_000_000,
    ) {
        let entry = Entry {
            key: Key { url, accept, agent: "test/1".to_owned() },
            stored_at: Timestamp::from_second(second).unwrap(),
            headers,
            kept: Kept::Found(body.into()),
        };
        let bytes = entry.encode().unwrap();
        prop_assert!(bytes.len() <= entry.kept.length() + MAX_OVERHEAD);
        prop_assert_eq!(Entry::decode(&bytes), Ok(entry));
    }

    #[test]
    fn damage_is_found(at in any::<prop::sample::Index>(), bit in 0..8_u8, cut in any::<prop::sample::Index>()) {
        let bytes = entry().encode().unwrap();
        let mut changed = bytes.clone();
        changed[at.index(bytes.len())] ^= 1_u8 << bit;
        prop_assert!(Entry::decode(&changed).is_err());
        prop_assert!(Entry::decode(&bytes[..cut.index(bytes.len())]).is_err());
    }

    #[test]
    fn anything_else_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Entry::decode(&bytes).is_err());
        prop_assert!(Entry::decode(&[MAGIC, &bytes].concat()).is_err());
    }
}
