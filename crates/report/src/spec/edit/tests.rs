mod chance;
mod real;

use super::{Differences, EditError, Edited, declare_publisher};
use package_provenance::identity::{PublisherKind, Repository};
use package_provenance::verify::Publisher;

const PATH: &str = "npx/a/spec.yaml";

const HEAD: &str =
    "metadata:\n  name: a\n  protocol: npx\nspec:\n  package: a\n  version: \"1.2.3\"\n";

/// What [`github`] proves, below `provenance`.
const PROVEN: &str = r#"  attestations:
    available: true
    publisher:
      kind: "GitHub"
      repository: "acme/widget"
      workflow: ".github/workflows/release.yml"
      repository_id: "101"
      owner_id: "202"
"#;

fn publisher(kind: PublisherKind, subject: &str) -> Publisher {
    Publisher {
        kind,
        subject: subject.to_owned(),
        issuer: String::new(),
        repository: None,
        workflow: None,
        git_ref: None,
        commit: None,
        runner_environment: None,
        trigger: None,
        repository_id: None,
        owner_id: None,
        run_url: None,
        build_signer_uri: None,
        environment: None,
    }
}

fn github() -> Publisher {
    let kind = PublisherKind::GitHub;
    Publisher {
        repository: Some(Repository::certified("https://github.com/acme/widget", kind).unwrap()),
        workflow: Some(".github/workflows/release.yml".to_owned()),
        repository_id: Some("101".to_owned()),
        owner_id: Some("202".to_owned()),
        ..publisher(
            kind,
            "https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1.2.3",
        )
    }
}

fn edited(
    text: &str,
    publisher: &Publisher,
    differences: Differences,
) -> Result<Edited, EditError> {
    declare_publisher(PATH, text.as_bytes(), publisher, differences)
}

/// The new text; a second run changes nothing.
#[track_caller]
fn changed(text: &str, publisher: &Publisher, differences: Differences) -> String {
    let new = match edited(text, publisher, differences) {
        Ok(Edited::Changed(new)) => String::from_utf8(new).unwrap(),
        other => panic!("{other:?} for {text}"),
    };
    assert_eq!(
        edited(&new, publisher, Differences::Keep),
        Ok(Edited::Same),
        "{new}"
    );
    new
}

#[track_caller]
fn declared(text: &str) -> String {
    changed(text, &github(), Differences::Keep)
}

#[test]
fn a_misspelt_block_is_not_declared_a_second_time() {
    let text = format!("{HEAD}provenence:\n  repository_uri: acme/widget\n");
    let refused = edited(&text, &github(), Differences::Keep).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "line 7: nothing reads the key `provenence`, which is probably meant for `provenance`; correct it first"
    );
    declared(&text.replace("provenence", "provenance"));
}

#[test]
fn keys_go_directly_below_their_mapping() {
    for (before, after) in [
        (
            "provenance:  # where it is from\n  # a note\n  repository_uri: \"https://github.com/acme/widget\"\n",
            format!(
                "provenance:  # where it is from\n{PROVEN}  # a note\n  repository_uri: \"https://github.com/acme/widget\"\n"
            ),
        ),
        ("provenance:\n", format!("provenance:\n{PROVEN}")),
        ("", format!("\nprovenance:\n{PROVEN}")),
        (
            "security:\n  x: 1",
            format!("security:\n  x: 1\n\nprovenance:\n{}", PROVEN.trim_end()),
        ),
        (
            "provenance:\n    attestations:   # so it is\n        available: true\n",
            "provenance:\n    attestations:   # so it is\n        publisher:\n            kind: \"GitHub\"\n            repository: \"acme/widget\"\n            workflow: \".github/workflows/release.yml\"\n            repository_id: \"101\"\n            owner_id: \"202\"\n        available: true\n".to_owned(),
        ),
        (
            "provenance:\n  attestations:\n    publisher:\n      repository: 'ACME/Widget'\n      workflow: release.yml\n      kind: github\n    available: true\n",
            "provenance:\n  attestations:\n    publisher:\n      repository_id: \"101\"\n      owner_id: \"202\"\n      repository: 'ACME/Widget'\n      workflow: release.yml\n      kind: github\n    available: true\n".to_owned(),
        ),
        (
            "provenance:\n  attestations:\n    available:   # yes\n    publisher:\n",
            "provenance:\n  attestations:\n    available: true   # yes\n    publisher:\n      kind: \"GitHub\"\n      repository: \"acme/widget\"\n      workflow: \".github/workflows/release.yml\"\n      repository_id: \"101\"\n      owner_id: \"202\"\n".to_owned(),
        ),
    ] {
        assert_eq!(declared(&format!("{HEAD}{before}")), format!("{HEAD}{after}"));
    }
}

#[test]
fn line_endings_a_byte_order_mark_and_a_missing_last_newline_stay() {
    let before = format!("{HEAD}provenance:\n  # note\n  repository_uri: \"acme/widget\"\n");
    let after = declared(&before);
    let crlf = |text: &str| text.replace('\n', "\r\n");
    assert_eq!(declared(&crlf(&before)), crlf(&after));
    assert_eq!(declared(before.trim_end()), after.trim_end());
    assert_eq!(declared(crlf(&before).trim_end()), crlf(&after).trim_end());
    assert_eq!(
        declared(&format!("\u{feff}{before}")),
        format!("\u{feff}{after}")
    );
    let bare = format!("{}provenance:", crlf(HEAD));
    assert_eq!(
        declared(&bare),
        format!("{bare}\r\n{}", crlf(PROVEN).trim_end())
    );
    assert_eq!(declared(&format!("---\n{before}")), format!("---\n{after}"));
}

#[test]
fn another_value_changes_only_where_that_is_asked_for() {
    let before = format!(
        "{HEAD}provenance:\n  attestations:\n    verified: false  # by hand\n    available: true\n    publisher:\n      kind: 'GitHub'\n      repository: 'mallory/widget'  # once\n      workflow: release.yml\n"
    );
    let Ok(Edited::Differs(differences)) = edited(&before, &github(), Differences::Keep) else {
        panic!("{before}");
    };
    let told: Vec<_> = differences
        .iter()
        .map(|it| {
            (
                it.key.as_str(),
                it.line,
                it.declared.as_str(),
                it.proven.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("provenance.attestations.verified", 9, "false", "true"),
            (
                "provenance.attestations.publisher.repository",
                13,
                "mallory/widget",
                "acme/widget"
            ),
        ]
    );
    assert_eq!(
        changed(&before, &github(), Differences::Update),
        format!(
            "{HEAD}provenance:\n  attestations:\n    verified: true  # by hand\n    available: true\n    publisher:\n      repository_id: \"101\"\n      owner_id: \"202\"\n      kind: 'GitHub'\n      repository: \"acme/widget\"  # once\n      workflow: release.yml\n"
        )
    );
}

#[test]
fn an_account_is_declared_by_its_subject() {
    let google = publisher(PublisherKind::Google, "release@example.com");
    let before = format!("{HEAD}provenance:\n  repository_uri: acme/widget\n");
    assert_eq!(
        changed(&before, &google, Differences::Keep),
        format!(
            "{HEAD}provenance:\n  attestations:\n    available: true\n  signer_identity: \"release@example.com\"\n  repository_uri: acme/widget\n"
        )
    );
    let hostile = publisher(PublisherKind::Google, "a\"b\\: # 'c'");
    let new = changed(&before, &hostile, Differences::Keep);
    assert!(new.contains(r#"signer_identity: "a\"b\\: # 'c'""#), "{new}");
    for lines in ["a\nx: y", "a\u{85}x", "a\u{7f}"] {
        let hostile = publisher(PublisherKind::Google, lines);
        let refused = edited(&before, &hostile, Differences::Keep);
        assert!(
            matches!(refused, Err(EditError::Unfaithful(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn an_older_key_does_not_contradict_the_new_ones() {
    let of = |signer: &str| format!("{HEAD}provenance:\n  signer_identity: \"{signer}\"\n");
    let own = "https://github.com/acme/widget/.github/workflows/release.yml";
    assert!(declared(&of(own)).contains(own));
    let other = of("https://github.com/mallory/widget/.github/workflows/release.yml");
    assert!(matches!(
        edited(&other, &github(), Differences::Keep),
        Ok(Edited::Differs(_))
    ));
}

#[test]
fn what_cannot_be_edited_by_line_is_refused_with_its_place() {
    for (rest, says) in [
        (
            "provenance: {repository_uri: acme/widget}\n",
            "line 7: the keys of `provenance`",
        ),
        ("provenance: {}\n", "line 7: the keys of `provenance`"),
        ("provenance: ~\n", "line 7: the keys of `provenance`"),
        (
            "provenance:\n  {repository_uri: acme/widget}\n",
            "line 7: the keys of `provenance`",
        ),
        (
            "provenance:\n  attestations: {available: true}\n",
            "line 8: the keys of `attestations`",
        ),
        (
            "provenance: &a\n  repository_uri: acme/widget\nsecurity: *a\n",
            "anchor or alias",
        ),
        (
            "x: &a\n  repository_uri: acme/widget\nprovenance: *a\n",
            "anchor or alias",
        ),
        (
            "provenance:\n  repository_uri: &a acme/widget\n",
            "anchor or alias",
        ),
        (
            "provenance:\n  repository_uri: a/b\n  repository_uri: a/b\n",
            "Duplicate key",
        ),
        ("provenance:\n\trepository_uri: a/b\n", ""),
        (
            "provenance:\n  repository_uri: a/b\nprovenance:\n  x: y\n",
            "Duplicate key",
        ),
        (
            "provenance:\n  repository_uri: a/b\rsecurity: x\n",
            "lone carriage return",
        ),
        (
            "provenance:\n  attestations:\n    available: maybe\n",
            "`provenance.attestations.available`",
        ),
        ("provenance:\n  attestations: [a]\n", "is not a mapping"),
        ("? provenance\n:\n  repository_uri: a/b\n", "something else"),
        ("security:\n  x: |+\n    text\n\n", "something else"),
        ("security:\n  x: |\n    text", "something else"),
        ("security: x\n...\n", "something else"),
    ] {
        let text = format!("{HEAD}{rest}");
        match edited(&text, &github(), Differences::Update) {
            Err(error) => assert!(error.to_string().contains(says), "{rest:?}: {error}"),
            Ok(other) => panic!("{rest:?}: {other:?}"),
        }
    }
    let braces = "{metadata: {name: a}, spec: {package: a, version: \"1.2.3\"}}\n";
    assert!(edited(braces, &github(), Differences::Keep).is_err());
    // An anchor elsewhere is none of this.
    let elsewhere = format!(
        "{HEAD}provenance:\n  repository_uri: acme/widget\nsecurity:\n  a: &a x\n  b: *a\n"
    );
    declared(&elsewhere);
}
