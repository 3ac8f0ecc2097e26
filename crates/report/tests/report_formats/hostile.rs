//! Text of strangers through SARIF and workflow commands, and what every format has in common.

use std::sync::Arc;

use dockyard_report::finding::RuleId;
use dockyard_report::policy::Policy;
use dockyard_report::report::github::{self, AnnotationOptions};
use dockyard_report::report::markdown::{self, COMMENT_LIMIT, Extent, MarkdownOptions};
use dockyard_report::report::sarif::{self, MAX_RESULTS, SarifOptions};
use dockyard_report::report::{Attributed, OverrideStatus, PublisherRecord, Report, SpecReport};
use package_provenance::verify::Status;
use proptest::prelude::*;
use untrusted_text::is_hidden;

use crate::hostile_pages::assert_sound;
use crate::sample::{HOSTILE, draft, good, links, overridden, report, spec};

/// What strangers may try in a name, one trick each.
pub(crate) const TRICKS: [&str; 28] = [
    HOSTILE,
    "@everyone",
    "a @acme/team b",
    "a|b||c|",
    "a\\|b\\\\|c",
    "`code` ``more`` ```",
    "`",
    "::error file=x::owned",
    "x\n::error::owned",
    "##[error]owned ##vso[task.x]",
    "\u{202e}txt.exe\u{2066}\u{200b}\u{e0041}",
    "</details></table><script>alert(1)</script>",
    "<!-- dockyard-provenance -->",
    "<img src=x onerror=alert(1)>",
    "](javascript:alert(1)) [x](javascript:alert(1))",
    "![x](https://evil.example/track.png)",
    "https://evil.example/ www.evil.example <https://evil.example> evil@evil.example",
    "[x]: https://evil.example",
    "# heading\n- list\n> quote\n1. one\n***\n---",
    "*a* _b_ ~~c~~ **d** :smile: $x$",
    "&lt;b&gt; &#64;everyone &copy;",
    "#1 GH-1 acme/widget#1 0123456789abcdef0123456789abcdef01234567",
    "| | |\n|---|---|\n| a | b |",
    "```\n</details>\n~~~",
    "{0} {1} %25 %0A::error::owned, a:b,c=d",
    "a\r\n\t \u{a0}\u{2028}\u{2029}\u{85}b",
    "${{ github.token }} $${{{ a }}}",
    "{{{{{}}}}}{ ${",
];

/// A report in which `text` stands wherever a stranger's text can.
pub(crate) fn everywhere(text: &str) -> Report {
    let policy = Policy::default();
    let path = format!("npx/{}/spec.yaml", text.replace('/', "_"));
    let drafts = [
        draft(RuleId::PublisherRepositoryMismatch, 3, text, text, text),
        draft(
            RuleId::NoProvenance,
            4,
            "x",
            &format!("It is `{text}`."),
            "Do.",
        ),
        draft(
            RuleId::UndeclaredAttestations,
            5,
            "y",
            &format!("say{text}so"),
            &format!("add:\n{text}\n  {text}"),
        ),
    ];
    let of = |path: &str, drafts: &[_]| {
        let mut of = SpecReport {
            before: None,
            worse: Vec::new(),
            package: Some(text.to_owned()),
            version: Some(text.to_owned()),
            findings: policy.findings(path, Some(text), drafts),
            ..good(&policy)
        };
        path.clone_into(&mut of.path);
        let publisher = publisher_of(&mut of);
        for field in [
            &mut publisher.repository,
            &mut publisher.workflow,
            &mut publisher.git_ref,
            &mut publisher.commit,
            &mut publisher.run_url,
        ] {
            *field = Some(text.to_owned());
        }
        text.clone_into(&mut publisher.subject);
        text.clone_into(&mut of.evidence[0].artifact);
        for (status, version) in [
            (OverrideStatus::Of(Status::Verified), Some(text)),
            (OverrideStatus::NotJudged, None),
            (OverrideStatus::Refused, Some("x")),
        ] {
            let mut one = overridden(path, text, version, status);
            one.publisher.clone_from(&of.publisher);
            one.evidence.clone_from(&of.evidence);
            of.overrides.push(one);
        }
        of
    };
    let mut no_repository = of("uvx/a/spec.yaml", &[]);
    publisher_of(&mut no_repository).repository = None;
    let unknown = spec(&policy, "go/a/spec.yaml", Status::Unknown, &[]);
    let mut made = report(
        &policy,
        &[text, "x"],
        vec![
            of(&path, &drafts),
            of("npx/z/spec.yaml", &[]),
            no_repository,
            unknown,
        ],
    );
    made.gate.config = Some(text.to_owned());
    text.clone_into(&mut made.trust.as_of);
    made.trust.fallback = Some(text.to_owned());
    made.trust.problem = Some(text.to_owned());
    made
}

/// The publisher of a spec, to be changed.
pub(crate) fn publisher_of(spec: &mut SpecReport) -> &mut PublisherRecord {
    Arc::make_mut(spec.publisher.as_mut().unwrap())
}

pub(crate) fn markdown_of<'a>(
    report: impl Into<Attributed<'a>>,
    base: Option<&Report>,
    limit: usize,
) -> String {
    let options = MarkdownOptions {
        links: &links(),
        limit,
        base,
        extent: Extent::Everything,
        heading: "Package provenance",
    };
    markdown::render(report, &options).text
}

pub(crate) fn github_of(report: &Report) -> String {
    github::render(
        report,
        &AnnotationOptions {
            links: &links(),
            base: None,
        },
    )
}

pub(crate) fn sarif_of(report: &Report) -> String {
    let options = SarifOptions {
        category: "catalog",
        links: &links(),
        max_results: MAX_RESULTS,
        base: None,
    };
    sarif::render(report, &options).unwrap().text
}

#[test]
fn a_name_of_ten_kilobytes_drowns_nothing() {
    for unit in ["x", "`", "|", "@a ", "\u{202e}", "::", "\\", "<b>"] {
        let made = everywhere(&unit.repeat(10_000 / unit.len()));
        let page = markdown_of(&made, None, COMMENT_LIMIT);
        assert_sound(&page, COMMENT_LIMIT);
        assert!(
            page.len() < 40_000 && !page.contains("Cut to fit"),
            "{}",
            page.len()
        );
        for line in github_of(&made).lines() {
            let message = line.splitn(3, "::").nth(2).unwrap();
            assert!(message.encode_utf16().count() <= 4_096, "{}", message.len());
        }
        crate::sarif::assert_sound(&sarif_of(&made));
    }
}

/// Every line is one command of ours, and nothing in it speaks to the runner.
#[track_caller]
pub(crate) fn assert_commands(text: &str) {
    let mut kinds = [0; 3];
    for line in text.lines() {
        let kind = ["::error ", "::warning ", "::notice "]
            .iter()
            .position(|kind| line.starts_with(kind))
            .unwrap_or_else(|| panic!("{line:?}"));
        kinds[kind] += 1;
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
        assert!(!line.contains("${"), "{line}");
        assert!(
            !line.contains('\r') && !line.chars().any(is_hidden),
            "{line:?}"
        );
        // Properties end at the first `::`, and theirs are escaped.
        let (properties, message) = line.trim_start_matches(':').split_once("::").unwrap();
        for property in properties.split_once(' ').unwrap().1.split(',') {
            let (name, value) = property.split_once('=').unwrap();
            assert!(
                ["file", "line", "endLine", "col", "endColumn", "title"].contains(&name),
                "{property}"
            );
            assert!(!value.is_empty() && !value.contains(':'), "{property}");
        }
        assert!(!message.contains("::"), "{message}");
        assert!(message.encode_utf16().count() <= 4_096);
    }
    assert!(kinds.iter().all(|number| *number <= 10), "{kinds:?}");
}

#[test]
fn a_trick_speaks_to_no_runner() {
    for trick in TRICKS {
        let text = github_of(&everywhere(trick));
        assert_commands(&text);
        assert_eq!(
            text.lines().count(),
            4,
            "three findings and the verdict: {text}"
        );
    }
}

#[test]
fn a_path_that_would_have_to_be_changed_is_told_and_not_pointed_at() {
    let file_of = |text: &str| github_of(&everywhere(text)).contains("::error file=catalog/npx/");
    assert!(file_of("plain") && file_of("with space, comma: and colon"));
    for text in ["a\nb", "a\u{202e}b", "##[error]", "::error::"] {
        assert!(!file_of(text), "{text:?}");
    }
}

#[test]
fn a_trick_breaks_no_sarif() {
    for trick in TRICKS {
        let text = sarif_of(&everywhere(trick));
        crate::sarif::assert_sound(&text);
        assert!(!text.contains("##[") && !text.contains("${"), "{text}");
    }
}

#[test]
fn a_cut_message_of_sarif_ends_between_placeholders() {
    // Every length of what stands before, so that the cut falls on either brace.
    for before in 1_990..2_003 {
        for braces in ["{", "}", "${", "{{{", "a{b}c"] {
            let text = format!("{}{}", "x".repeat(before), braces.repeat(20));
            let policy = Policy::default();
            let drafts = [draft(RuleId::NoProvenance, 1, "x", &text, "h")];
            let one = spec(&policy, "npx/a/spec.yaml", Status::None, &drafts);
            crate::sarif::assert_sound(&sarif_of(&report(&policy, &[], vec![one])));
        }
    }
}

/// Text made of the pieces that matter, and any text.
pub(crate) fn stranger() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("|"),
        Just("`"),
        Just("\\"),
        Just("\n"),
        Just("::"),
        Just("##["),
        Just("@a"),
        Just("<"),
        Just("</details>"),
        Just("]("),
        Just("https://h.example/"),
        Just(" "),
        Just("#1"),
        Just("a"),
        Just("\u{202e}"),
        Just("%0A"),
        Just("{"),
        Just("$"),
        Just("."),
        Just("-"),
        Just("é"),
    ];
    prop_oneof![
        prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_leaves_a_page_sound(text in stranger(), other in stranger(), limit in 0..12_000_usize) {
        let (now, base) = (everywhere(&text), everywhere(&other));
        assert_sound(&markdown_of(&now, Some(&base), COMMENT_LIMIT), COMMENT_LIMIT);
        assert_sound(&markdown_of(&now, Some(&base), limit), limit);
    }

    #[test]
    fn any_text_leaves_commands_and_sarif_sound(text in stranger()) {
        let made = everywhere(&text);
        assert_commands(&github_of(&made));
        crate::sarif::assert_sound(&sarif_of(&made));
    }
}
