//! What every format tells: the worst first, and whatever the trust material lacks.

use dockyard_report::finding::RuleId;
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::markdown::{self, COMMENT_LIMIT, Extent, MarkdownOptions};
use dockyard_report::report::sarif::{self, SarifOptions};
use package_provenance::verify::Status;

use crate::hostile::{assert_commands, github_of, markdown_of, sarif_of};
use crate::hostile_pages::assert_sound;
use crate::sample::{draft, good, links, report, spec};

#[test]
fn the_worst_is_told_first_and_cut_last() {
    let policy = Policy {
        fail_on: FailOn::Error,
        ..Policy::default()
    };
    let rules = [
        RuleId::UndeclaredAttestations,
        RuleId::NoProvenance,
        RuleId::AttestationInvalid,
    ];
    let specs = (0..60)
        .map(|number| {
            let drafts = [draft(rules[number % 3], 1, "x", "message", "help")];
            spec(
                &policy,
                &format!("npx/s{number:02}/spec.yaml"),
                Status::Invalid,
                &drafts,
            )
        })
        .collect();
    let many = report(&policy, &[], specs);

    let commands = github_of(&many);
    assert_commands(&commands);
    let kinds: Vec<&str> = commands
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [["::error"; 10], ["::warning"; 10], ["::notice"; 10]].concat()
    );
    for (line, says) in [
        (9, "11 more findings of severity error"),
        (19, "11 more findings of severity warning"),
        (28, "12 more findings of severity note"),
        (29, "FAIL: 20 errors in 20 specs"),
    ] {
        let told = commands.lines().nth(line).unwrap();
        assert!(told.contains(says), "{told}");
    }

    let options = SarifOptions {
        category: "",
        links: &links(),
        max_results: 25,
        base: None,
    };
    let cut = sarif::render(&many, &options).unwrap();
    let said = "35 of 60 results, the least severe ones, are left out";
    assert!(cut.cut.unwrap().starts_with(said) && cut.text.contains(said));
    let json: serde_json::Value = serde_json::from_str(&cut.text).unwrap();
    let levels: Vec<&str> = json["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["level"].as_str().unwrap())
        .collect();
    assert_eq!(levels, [vec!["error"; 20], vec!["warning"; 5]].concat());

    let options = MarkdownOptions {
        links: &links(),
        limit: 4_000,
        base: None,
        heading: "Package provenance",
        extent: Extent::Everything,
    };
    let page = markdown::render(&many, &options);
    assert_sound(&page.text, 4_000);
    assert!(
        page.text.contains("🔴") && !page.text.contains("🔵"),
        "{}",
        page.text
    );
    let cut = page.cut.unwrap();
    assert!(
        cut.starts_with("Cut to fit: ") && cut.contains("20 notes"),
        "{cut}"
    );
    assert!(
        page.text.contains("[The run that made this](https://github.example/acme/catalog/actions/runs/7) has everything."),
        "{}",
        page.text
    );
}

#[test]
fn trust_that_does_not_count_is_told_in_every_format() {
    let policy = Policy::default();
    let mut made = report(&policy, &[], vec![good(&policy)]);
    let calm = sarif_of(&made);
    assert!(
        calm.contains("\"executionSuccessful\": true")
            || calm.contains("\"executionSuccessful\":true")
    );
    made.trust.problem = Some("It is 90 days old.".to_owned());
    made.trust.fallback = Some("The repository was not reached.".to_owned());
    let texts = [
        markdown_of(&made, None, COMMENT_LIMIT),
        github_of(&made),
        sarif_of(&made),
    ];
    for text in &texts {
        assert!(text.contains("It is 90 days old."), "{text}");
        assert!(text.contains("The repository was not reached."), "{text}");
    }
    assert!(
        !texts[2].contains("executionSuccessful\": true")
            && !texts[2].contains("executionSuccessful\":true")
    );
}

#[test]
fn log_entries_of_a_private_instance_are_not_looked_up_in_the_public_log() {
    let policy = Policy::default();
    let mut made = report(&policy, &[], vec![good(&policy)]);
    let public = markdown_of(&made, None, COMMENT_LIMIT);
    assert!(public.contains("search.sigstore.dev"), "{public}");
    made.trust.private_instance = true;
    let private = markdown_of(&made, None, COMMENT_LIMIT);
    assert!(!private.contains("search.sigstore.dev"), "{private}");
}
