//! The forge's numbers of a publisher.

use super::{npx, package, problems};
use crate::finding::RuleId;

const BEFORE: &str = "spec: {package: a, version: \"1.2.3\"}\nprovenance:\n  attestations:\n    publisher:\n      kind: GitHub\n      repository: acme/widget\n";

#[test]
fn numbers_are_read_with_their_place() {
    let file = npx(&format!(
        "{BEFORE}      repository_id: \"810002373\"\n      owner_id: '41000237'\n"
    ));
    assert_eq!(problems(&file), []);
    let declared = &package(&file).declared;
    let repository = declared.publisher_repository_id.as_ref().unwrap();
    assert_eq!(repository.value, "810002373");
    assert_eq!(
        (repository.span.start_line, repository.span.start_column),
        (7, 22)
    );
    let owner = declared.publisher_owner_id.as_ref().unwrap();
    assert_eq!(owner.value, "41000237");
    assert!(!declared.publisher_unreadable);
}

#[test]
fn what_is_no_number_is_not_unstated() {
    for value in [
        "810002373",
        "\"\"",
        "\"0810002373\"",
        "\"acme\"",
        "\"-1\"",
        "\"8e8\"",
        "\"123456789012345678901\"",
        "[\"1\"]",
    ] {
        let file = npx(&format!("{BEFORE}      repository_id: {value}\n"));
        let found = problems(&file);
        assert_eq!(found.len(), 1, "{value}: {found:?}");
        assert_eq!(found[0].0, RuleId::SpecInvalid, "{value}");
        assert_eq!(
            found[0].1, "provenance.attestations.publisher.repository_id",
            "{value}"
        );
        assert!(package(&file).declared.publisher_unreadable, "{value}");
    }
}

#[test]
fn a_number_alone_claims_and_pins_nobody() {
    let file = npx(
        "spec: {package: a, version: \"1.2.3\"}\nprovenance: {attestations: {publisher: {owner_id: \"1\"}}}\n",
    );
    let declared = &package(&file).declared;
    assert!(declared.claims_attestations().is_some());
    assert!(!declared.pins_publisher());
}
