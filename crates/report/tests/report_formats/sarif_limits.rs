//! What is left out of a SARIF file so that code scanning takes it.

use std::io::Write as _;

use dockyard_report::finding::RuleId;
use dockyard_report::policy::{FailOn, Policy};
use dockyard_report::report::sarif::{self, MAX_GZIP, MAX_RESULTS, SarifOptions};
use dockyard_report::report::{Rendered, Report};
use flate2::Compression;
use flate2::write::GzEncoder;
use package_provenance::verify::Status;
use serde_json::Value;

use crate::sample::{draft, links, report, sample, spec};
use crate::sarif::assert_sound;

/// Specs with a finding each, whose messages compress badly and differ in length.
fn noisy(number: usize) -> Report {
    let noise = |seed: usize| -> String {
        let mut state = u64::try_from(seed).unwrap() + 1;
        let mut letter = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap())
        };
        (0..100 + seed * 37 % 1_800).map(|_| letter()).collect()
    };
    let policy = Policy::default();
    let specs = (0..number)
        .map(|number| {
            let drafts = [draft(RuleId::NoProvenance, 1, "x", &noise(number), "")];
            spec(
                &policy,
                &format!("npx/s{number}/spec.yaml"),
                Status::None,
                &drafts,
            )
        })
        .collect();
    report(&policy, &[], specs)
}

fn packed(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().len()
}

#[test]
fn as_many_results_as_fit_are_kept_and_one_more_would_not() {
    let many = noisy(300);
    let links = links();
    let options = |max_results| SarifOptions {
        category: "",
        links: &links,
        max_results,
        base: None,
    };
    let kept = |rendered: &Rendered| {
        let value: Value = serde_json::from_str(&rendered.text).unwrap();
        value["runs"][0]["results"].as_array().unwrap().len()
    };
    let whole = sarif::render_within(&many, &options(300), usize::MAX).unwrap();
    let size = packed(&whole.text);
    let rules_alone = sarif::render_within(&many, &options(0), usize::MAX).unwrap();
    let least = packed(&rules_alone.text);
    assert_eq!((kept(&whole), &whole.cut), (300, &None));
    for limit in [least + 2_000, size / 3, size / 2, size - 1_000, size - 1] {
        let cut = sarif::render_within(&many, &options(MAX_RESULTS), limit).unwrap();
        let number = kept(&cut);
        assert!(packed(&cut.text) <= limit, "{limit}");
        assert!((1..300).contains(&number), "{number} for {limit}");
        let said = format!("{} of 300 results, the least severe ones", 300 - number);
        assert!(cut.cut.unwrap().starts_with(&said) && cut.text.contains(&said));
        assert_sound(&cut.text);
        let more = sarif::render_within(&many, &options(number + 1), usize::MAX).unwrap();
        assert_eq!(kept(&more), number + 1);
        assert!(packed(&more.text) > limit, "{number} of {limit}");
    }
    // Just enough, and a limit below what is never cut.
    let fits = sarif::render_within(&many, &options(MAX_RESULTS), size).unwrap();
    assert_eq!(fits, whole);
    let none = sarif::render_within(&many, &options(MAX_RESULTS), 10).unwrap();
    assert_eq!(kept(&none), 0);
    assert_sound(&none.text);
}

#[test]
fn the_limit_is_code_scannings() {
    assert_eq!(MAX_GZIP, 10_000_000);
    let options = SarifOptions {
        category: "",
        links: &links(),
        max_results: MAX_RESULTS,
        base: None,
    };
    let sample = sample(FailOn::Error);
    let rendered = sarif::render(&sample, &options).unwrap();
    let within = sarif::render_within(&sample, &options, MAX_GZIP).unwrap();
    assert_eq!((rendered.cut.as_deref(), &rendered), (None, &within));
}
