//! The report of another run, as anybody may have written it, through every renderer.
#![no_main]

use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::github::{self, AnnotationOptions};
use dockyard_report::report::markdown::{self, Extent, MarkdownOptions};
use dockyard_report::report::sarif::{self, MAX_RESULTS, SarifOptions};
use dockyard_report::report::table::{self, TableOptions};
use dockyard_report::report::{ForeignReport, Links, Report, json, words};
use libfuzzer_sys::fuzz_target;
use untrusted_text::is_hidden;

/// A comment without its marker, and a limit that cuts most reports.
const LIMITS: [usize; 2] = [65_416, 3_000];

fuzz_target!(|data: &[u8]| {
    for fail_on in [FailOn::Error, FailOn::Never] {
        let policy = Policy {
            fail_on,
            ..Policy::default()
        };
        let Ok(report) = ForeignReport::read(data, &policy) else {
            return;
        };
        shown(&report);
        // This program's own reports can hold the same texts.
        let claims = report.claims();
        rendered(claims);
        // What was accepted is accepted again, and says the same.
        let written = json::render(claims).expect("JSON");
        let again = ForeignReport::read(written.as_bytes(), &policy).expect("our own report");
        assert_eq!(again.own_verdict(), claims.verdict);
        assert_eq!(again.claims().verdict, claims.verdict);
    }
});

fn links() -> Links {
    Links {
        server_url: Some("https://github.example".to_owned()),
        repository: Some("acme/catalog".to_owned()),
        head_sha: Some("a".repeat(40)),
        ..Links::default()
    }
}

fn shown(report: &ForeignReport) {
    let links = links();
    for limit in LIMITS {
        let options = MarkdownOptions {
            links: &links,
            limit,
            base: None,
            extent: Extent::Everything,
            heading: "Package provenance",
        };
        let page = markdown::render(report, &options).text;
        assert!(page.len() <= limit);
        assert!(!page.contains("✅"), "{page}");
        inert(&page);
    }
    let options = TableOptions {
        width: 80,
        color: false,
        verbose: true,
        root_prefix: "",
    };
    inert(&table::render(report, options));
}

fn rendered(report: &Report) {
    let links = links();
    let commands = github::render(
        report,
        &AnnotationOptions {
            links: &links,
            base: None,
        },
    );
    for line in commands.lines() {
        let own = ["::error ", "::warning ", "::notice "];
        assert!(own.iter().any(|kind| line.starts_with(kind)), "{line}");
        let message = line.splitn(3, "::").nth(2).expect("a message");
        assert!(message.encode_utf16().count() <= 4_096);
        assert!(!message.contains("::"), "{line}");
        visible(line);
    }
    let options = SarifOptions {
        category: "",
        links: &links,
        max_results: MAX_RESULTS,
        base: None,
    };
    let sarif = sarif::render(report, &options).expect("SARIF").text;
    let parsed: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(parsed["version"], "2.1.0");
    visible(&sarif);
    for spec in report.specs.iter().take(3) {
        inert(&words::render(spec, report, true));
    }
}

/// No line speaks to the runner.
fn inert(text: &str) {
    visible(text);
    let command = |line: &str| line.trim_start().starts_with("::");
    assert!(!text.lines().any(command), "{text}");
}

fn visible(text: &str) {
    let hidden = |letter: char| letter != '\n' && is_hidden(letter);
    assert!(!text.contains(hidden), "{text:?}");
    assert!(!text.contains("##[") && !text.contains("${"), "{text:?}");
}
