//! Text of strangers through SARIF, Markdown and workflow commands.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use dockyard_report::finding::RuleId;
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::github::{self, AnnotationOptions};
use dockyard_report::report::markdown::{self, COMMENT_LIMIT, Extent, MarkdownOptions};
use dockyard_report::report::sarif::{self, MAX_RESULTS, SarifOptions};
use dockyard_report::report::{Attributed, OverrideStatus, PublisherRecord, Report, SpecReport};
use package_provenance::verify::Status;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use untrusted_text::is_hidden;

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

/// What a reader of Markdown makes of a page.
#[derive(Debug, Default, PartialEq)]
struct Anatomy {
    /// Everything but text, in order: a stranger's text must not change it.
    shape: Vec<String>,
    links: BTreeSet<String>,
    /// Text outside of code.
    words: String,
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else there is belongs to the shape"
)]
fn anatomy(page: &str) -> Anatomy {
    let mut anatomy = Anatomy::default();
    let mut in_block = false;
    for event in Parser::new_ext(page, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) if !in_block => anatomy.words.push_str(&text),
            // How many spans of code there are depends on the words.
            Event::Text(_) | Event::SoftBreak | Event::Code(_) | Event::End(TagEnd::Link) => {}
            Event::Start(Tag::Link { dest_url, .. }) => {
                anatomy.links.insert(dest_url.into_string());
            }
            Event::Start(Tag::CodeBlock(_)) => {
                in_block = true;
                anatomy.shape.push("code block".to_owned());
            }
            Event::End(TagEnd::CodeBlock) => in_block = false,
            other => anatomy.shape.push(format!("{other:?}")),
        }
    }
    anatomy
}

/// What every page must satisfy, whatever the report holds.
#[track_caller]
pub(crate) fn assert_sound(page: &str, limit: usize) {
    assert!(page.len() <= limit, "{} > {limit}", page.len());
    let hidden = page
        .chars()
        .find(|character| *character != '\n' && is_hidden(*character));
    assert_eq!(hidden, None, "{page}");
    let mut fence: Option<usize> = None;
    for line in page.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        assert!(!line.contains("##[") && !line.contains("${"), "{line}");
        // One row is one line.
        assert!(
            fence.is_some()
                || !line.starts_with('|')
                || line.ends_with(" |")
                || line.ends_with("---|"),
            "{line}"
        );
        let ticks = line.bytes().take_while(|byte| *byte == b'`').count();
        match fence {
            None if ticks >= 3 && line.ends_with("yaml") => fence = Some(ticks),
            Some(open) if ticks == line.len() && ticks >= open => fence = None,
            _ => {}
        }
    }
    let anatomy = anatomy(page);
    for target in &anatomy.links {
        assert!(target.starts_with("https://"), "{target}");
    }
    let html: Vec<&String> = anatomy
        .shape
        .iter()
        .filter(|event| event.contains("Html("))
        .collect();
    for event in &html {
        assert!(
            [
                "<br>",
                "<sub>",
                "</sub>",
                "<details>",
                "<summary>",
                "</summary>",
                "</details>"
            ]
            .iter()
            .any(|own| event.contains(own)),
            "{event}"
        );
    }
    let count = |what: &str| html.iter().filter(|event| event.contains(what)).count();
    assert_eq!(count("<details>"), count("</details>"), "{page}");
    for word in [
        "@", "#", "://", "www.", "<", "*", "_", "~", "$", "[", "]", "{", "\\",
    ] {
        assert!(!anatomy.words.contains(word), "{word}: {}", anatomy.words);
    }
}

#[test]
fn a_trick_changes_neither_the_shape_nor_the_links_of_a_page() {
    let honest = anatomy(&markdown_of(&everywhere("honest"), None, COMMENT_LIMIT));
    assert!(
        honest.links.iter().any(|url| url.contains("/blob/")),
        "{honest:?}"
    );
    let hosts = |anatomy: &Anatomy| -> BTreeSet<String> {
        let host = |url: &String| url.split('/').nth(2).unwrap_or_default().to_owned();
        anatomy.links.iter().map(host).collect()
    };
    for trick in TRICKS {
        let page = markdown_of(&everywhere(trick), None, COMMENT_LIMIT);
        assert_sound(&page, COMMENT_LIMIT);
        let tricked = anatomy(&page);
        // A help of several lines is told as a block; so many blocks there are.
        let without_blocks = |shape: &[String]| -> Vec<String> {
            let other = |event: &&String| *event != "code block" && !event.contains("Paragraph");
            shape.iter().filter(other).cloned().collect()
        };
        assert_eq!(
            without_blocks(&tricked.shape),
            without_blocks(&honest.shape),
            "{page}"
        );
        assert_eq!(hosts(&tricked), hosts(&honest), "{page}");
    }
}

/// Pages for other readers of Markdown, and for `.ci/render-comment`.
#[test]
fn pages_are_left_to_look_at() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("markdown");
    fs::create_dir_all(&folder).unwrap();
    let tricks = [&["honest"], &TRICKS[..]].concat();
    for (number, trick) in tricks.iter().enumerate() {
        let page = markdown_of(&everywhere(trick), None, COMMENT_LIMIT);
        fs::write(folder.join(format!("{number:02}.md")), page).unwrap();
    }
}

#[test]
fn an_address_of_a_certificate_is_linked_to_only_as_https() {
    let linked = |text: &str| {
        let page = markdown_of(&everywhere(text), None, COMMENT_LIMIT);
        assert_sound(&page, COMMENT_LIMIT);
        anatomy(&page)
            .links
            .into_iter()
            .filter(|url| !url.contains("/blob/") && url.contains("forge.example"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        linked("https://forge.example/a(b"),
        ["https://forge.example/a%28b"]
    );
    assert_eq!(
        linked("https://forge.example/)[x](javascript:y|z`"),
        ["https://forge.example/%29%5Bx%5D%28javascript:y%7Cz%60"]
    );
    for refused in [
        "http://forge.example/a",
        "https://forge.example/a b",
        "https://user@forge.example/a",
        "javascript://forge.example/%0aalert(1)",
        "//forge.example/a",
    ] {
        assert_eq!(linked(refused), [""; 0], "{refused}");
    }
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
