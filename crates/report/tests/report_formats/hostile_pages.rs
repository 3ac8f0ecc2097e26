//! Text of strangers in Markdown: it changes neither the shape of a page nor where it leads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dockyard_report::report::markdown::COMMENT_LIMIT;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use untrusted_text::is_hidden;

use crate::hostile::{TRICKS, everywhere, markdown_of};

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
