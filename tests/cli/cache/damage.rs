//! Entries that are damaged, or that somebody changed.

use std::fs;

use serde_json::Value;

use super::{ALL, ATTESTATIONS, INDEX, MANIFEST, MUTABLE, honest, warm, with};
use crate::kept::Kept;
use crate::stage::{DECLARED, Stage};

#[test]
fn a_damaged_entry_is_a_miss_and_is_replaced() {
    let damages: [fn(&mut Vec<u8>); 7] = [
        Vec::clear,
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.truncate(bytes.len() - 1),
        |bytes| bytes.push(b'\n'),
        |bytes| bytes[3] ^= 1,
        |bytes| bytes[60] ^= 1,
        |bytes| *bytes.last_mut().unwrap() ^= 1,
    ];
    let kept = warm();
    let (path, _) = kept.entry("attestations");
    let whole = fs::read(&path).unwrap();
    for damage in damages {
        let mut bytes = whole.clone();
        damage(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        assert_eq!(kept.verifies(), [ATTESTATIONS, MANIFEST, INDEX]);
        // The time of the answer is the only thing that may differ.
        assert_eq!(fs::read(&path).unwrap().len(), whole.len());
        assert_eq!(kept.verifies(), MUTABLE);
    }
}

#[test]
fn an_entry_in_the_place_of_another_is_a_miss() {
    let kept = warm();
    let (path, _) = kept.entry("attestations");
    let (other, _) = kept.entry("tar.gz");
    fs::copy(other, path).unwrap();
    assert_eq!(kept.verifies(), [ATTESTATIONS, MANIFEST, INDEX]);
    assert_eq!(kept.verifies(), MUTABLE);
}

#[test]
fn a_poisoned_entry_does_not_turn_a_good_package_bad() {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", DECLARED);
    let kept = Kept::new(stage);
    kept.verifies();
    let (_, other) = kept.entry("attestations/@acme%2fb");
    kept.poison("attestations/@acme%2fa", |_| other.kept.body().to_vec());
    // The one that it concerns is asked again, whatever was "not modified"; the other is not.
    let other = "/npm/@acme/b/1.2.3";
    assert_eq!(kept.verifies(), [ATTESTATIONS, MANIFEST, MANIFEST, other]);
    assert_eq!(kept.verifies(), [MANIFEST, other], "it does not stick");
}

#[test]
fn a_poisoned_index_cannot_hide_attestations() {
    for fresh in [false, true] {
        let kept = honest();
        if fresh {
            with(&kept, INDEX, "cache-control", "max-age=300");
        }
        assert_eq!(kept.verifies(), ALL);
        kept.poison("/simple/", |body| {
            let mut index: Value = serde_json::from_slice(body).unwrap();
            for file in index["files"].as_array_mut().unwrap() {
                file["provenance"] = Value::Null;
            }
            index.to_string().into_bytes()
        });
        let mut asked = ALL.to_vec();
        asked.remove(2);
        if !fresh {
            // "Not modified" was not enough.
            asked.push(INDEX);
        }
        assert_eq!(kept.verifies(), asked, "fresh: {fresh}");
        let asked: &[&str] = if fresh { &[MANIFEST] } else { &MUTABLE };
        assert_eq!(kept.verifies(), asked, "it does not stick");
    }
}
