//! A report or history that a later command reads back, and what is made of it.
#![no_main]

use dockyard_pages::badge::Badge;
use dockyard_pages::page::{PageSource, render};
use dockyard_pages::vsa::{Descriptor, Statements, VsaSource};
use dockyard_pages::{Coverage, Entry, History, StoredReport};
use dockyard_report::report::Links;
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use untrusted_text::is_hidden;

fuzz_target!(|data: &[u8]| {
    if let Ok(history) = History::read(data) {
        let written = history.to_string();
        assert_eq!(History::read(written.as_bytes()).expect("our own"), history);
        let report = StoredReport::read(include_bytes!("../seeds/report/pass.json"));
        shown(&report.expect("the seed"), Some(&history));
    }
    let Ok(report) = StoredReport::read(data) else {
        return;
    };
    shown(&report, None);
    let _ = serde_json::to_string(&Badge::of(&report)).expect("JSON");
    let table = Coverage::of(&report).render(false);
    assert!(!table.contains(|letter| letter != '\n' && is_hidden(letter)));
    if let Ok(entry) = Entry::of(&report, "90715a5", date(2026, 11, 26)) {
        let line = format!("{entry}\n");
        assert_eq!(History::read(line.as_bytes()).expect("our own").entries(), [entry]);
    }
    let statements = Statements::of(&VsaSource {
        report: &report,
        verifier: "https://github.example/acme/catalog",
        policy: Descriptor {
            uri: None,
            digest: std::collections::BTreeMap::new(),
        },
        verified_at: None,
    });
    for statement in statements.into_iter().flat_map(|all| all.made) {
        let lines = statement.checksums();
        assert_eq!(lines.lines().count(), statement.subject.len());
    }
});

/// Nothing in a page is an element that the template does not have.
fn shown(report: &StoredReport, history: Option<&History>) {
    let page = render(PageSource {
        report,
        history,
        links: &Links::default(),
        day: date(2026, 11, 26),
    });
    let page = page.expect("a page").to_ascii_lowercase();
    assert!(!page.contains(|letter| letter != '\n' && is_hidden(letter)));
    for element in ["<script", "<img", "<iframe", "<object", "<form", "href=\"javascript:"] {
        assert!(!page.contains(element), "{element}");
    }
    assert_eq!(page.matches("<style>").count(), 1);
}
