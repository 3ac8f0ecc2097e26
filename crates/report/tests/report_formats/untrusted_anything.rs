//! The report of another run with anything in any place of it: refused, or rendered soundly.

use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::{ForeignReport, Verdict, json};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::hostile::stranger;
use crate::sample::sample;
use crate::untrusted::{assert_rendered, document, read, told};

/// Every place of a document.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{path}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{path}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a stranger may put in any place.
fn values() -> impl Strategy<Value = Value> {
    let words = prop_oneof![
        Just("pass"),
        Just("fail"),
        Just("inconclusive"),
        Just("never"),
        Just("verified"),
        Just("unknown"),
        Just("malformed"),
        Just("note"),
        Just("none"),
        Just("file"),
        Just("no-provenance"),
        Just("../x"),
        Just("CircleCI"),
    ];
    prop_oneof![
        stranger().prop_map(Value::from),
        words.prop_map(Value::from),
        prop_oneof![
            Just(0_u64),
            Just(1),
            Just(u64::from(u32::MAX)),
            Just(u64::MAX),
            any::<u64>()
        ]
        .prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        prop::collection::vec(stranger(), 0..40).prop_map(|texts| json!(texts)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_of_a_stranger_is_rendered_soundly(text in stranger()) {
        let told = read(&told(&text)).unwrap();
        prop_assert_eq!(told.claims().verdict, Verdict::Fail);
        assert_rendered(&told);
    }

    #[test]
    fn whatever_is_accepted_is_rendered_soundly(
        changes in prop::collection::vec((any::<Index>(), values()), 1..4),
        fail_on in prop::sample::select(FailOn::ALL.to_vec()),
        fail_on_unknown in any::<bool>(),
    ) {
        let mut document = document(&sample(FailOn::Error));
        for (place, value) in changes {
            let mut all = Vec::new();
            places(&document, "", &mut all);
            let place: &String = place.get(&all);
            *document.pointer_mut(place).unwrap() = value;
        }
        let policy = Policy { fail_on, fail_on_unknown, ..Policy::default() };
        if let Ok(told) = ForeignReport::read(document.to_string().as_bytes(), &policy) {
            assert_rendered(&told);
        }
    }

    #[test]
    fn any_bytes_are_refused_or_read(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        at in any::<Index>(),
        length in 0..40_usize,
    ) {
        let _ = ForeignReport::read(&bytes, &Policy::default());
        // Bytes within a report: at every place, over what was there.
        let mut report = json::render(&sample(FailOn::Error)).unwrap().into_bytes();
        let at = at.index(report.len());
        let end = (at + length).min(report.len());
        report.splice(at..end, bytes);
        if let Ok(told) = ForeignReport::read(&report, &Policy::default()) {
            assert_rendered(&told);
        }
    }
}
