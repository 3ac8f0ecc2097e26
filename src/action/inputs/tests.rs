use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use super::*;

fn given(pairs: &[(&str, &str)]) -> Result<Inputs, Mistakes> {
    let pairs: BTreeMap<&str, &str> = pairs.iter().copied().collect();
    read(&|name| pairs.get(name).map(OsString::from), Path::new("/w"))
}

#[test]
fn every_input_of_the_table_is_read_and_no_other() {
    let asked = RefCell::new(BTreeSet::new());
    let record = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        None
    };
    read(&record, Path::new("/w")).unwrap();
    let known: BTreeSet<String> = names().into_iter().map(variable).collect();
    assert_eq!(asked.into_inner(), known);
}

#[test]
fn empty_is_unset() {
    let all: Vec<(String, OsString)> = names()
        .into_iter()
        .map(|name| (variable(name), OsString::new()))
        .collect();
    let all: BTreeMap<&str, &OsString> = all
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    let inputs = read(
        &|name| all.get(name).map(|value| (*value).clone()),
        Path::new("/w"),
    )
    .unwrap();
    assert_eq!(inputs.comment, CommentWhen::OnChange);
    assert_eq!(inputs.options.gate.fail_on, None);
    assert_eq!(inputs.token, None);
    assert!(inputs.annotations);
}

#[test]
fn words_and_booleans_are_read_in_any_case() {
    for yes in ["true", "True", "TRUE", " true "] {
        assert!(given(&[("INPUT_WARN-ONLY", yes)]).unwrap().warn_only);
    }
    let inputs = given(&[("INPUT_COMMENT", "Always"), ("INPUT_ANNOTATIONS", "False")]);
    let inputs = inputs.unwrap();
    assert_eq!(inputs.comment, CommentWhen::Always);
    assert!(!inputs.annotations);
}

#[test]
fn every_mistake_is_told_at_once() {
    let mistakes = given(&[
        ("INPUT_WARN-ONLY", "yes"),
        ("INPUT_FAIL-ON", "sometimes"),
        ("INPUT_JOBS", "0"),
        ("INPUT_SARIF-FILE", "../out.sarif"),
        ("INPUT_ROOT", "/etc"),
        ("INPUT_CATEGORY", "a-->b"),
        ("INPUT_TOKEN", "two words"),
        ("INPUT_TRUST", "anybody"),
    ])
    .unwrap_err()
    .told;
    assert_eq!(mistakes.len(), 8, "{mistakes:#?}");
    assert!(
        mistakes
            .iter()
            .all(|mistake| mistake.starts_with("input `"))
    );
    assert!(!mistakes.concat().contains("two words"));
}

#[test]
fn a_token_is_never_shown() {
    let inputs = given(&[("INPUT_TOKEN", "ghs_secret")]).unwrap();
    assert!(!format!("{inputs:?}").contains("secret"));
    assert_eq!(inputs.token.unwrap().reveal(), "ghs_secret");
}

#[test]
fn addresses_are_not_quoted_because_they_may_hold_secrets() {
    let told = |name: &str| {
        let value = "https://user:hunter2@host.example\nx";
        given(&[(name, value)]).unwrap_err().told.concat()
    };
    for input in ["npm-registry", "pypi-index", "tuf-url"] {
        let told = told(&format!("INPUT_{}", input.to_uppercase()));
        assert!(told.starts_with(&format!("input `{input}`: ")), "{told}");
        assert!(
            told.contains("line breaks") && !told.contains("hunter2"),
            "{told}"
        );
    }
    // Of several lines.
    assert!(!told("INPUT_NPM-KEYS").contains("hunter2"));
    // The control.
    assert!(told("INPUT_COMMENT-AUTHOR").contains("hunter2"));
}

#[test]
fn what_is_left_of_mistaken_inputs_names_the_comment_or_is_none() {
    let rest = |name, value| given(&[(name, value)]).unwrap_err().rest;
    let left = rest("INPUT_COMMENT", "sometimes").unwrap();
    assert_eq!(left.comment, CommentWhen::OnChange);
    assert_eq!(left.analysis_category(), "dockyard-provenance");
    for (name, value) in [
        ("INPUT_CATEGORY", "a-->b"),
        ("INPUT_TOKEN", "two words"),
        ("INPUT_MODE", "both"),
        ("INPUT_COMMENT-AUTHOR", "a\u{202e}b"),
    ] {
        assert!(rest(name, value).is_none(), "{name}");
    }
}
