//! GitHub's diffs, and what is suggested in them: lines that the diff shows, and accepted the change.
#![no_main]

use dockyard_provenance_fuzz::documents;
use dockyard_report::suggest::{Candidate, Review, hunks, section};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let texts: Vec<String> = documents(data)
        .map(|document| String::from_utf8_lossy(document).into_owned())
        .collect();
    let [patch, before, after] = texts.as_slice() else {
        return;
    };
    let candidate = Candidate {
        path: "npx/a/spec.yaml".to_owned(),
        before: before.clone(),
        after: after.clone(),
        hunks: hunks(patch),
    };
    let _ = section(&[&candidate]);
    let review = Review::of(std::slice::from_ref(&candidate), []);
    assert_eq!(review.suggestions.len() + review.rest.len(), 1);
    for suggestion in &review.suggestions {
        let lines: Vec<&str> = before
            .strip_suffix('\n')
            .expect("an end")
            .split('\n')
            .collect();
        let (start, end) = (suggestion.start_line, suggestion.end_line);
        assert!(1 <= start && start <= end && end <= lines.len());
        let replaced = lines.get(start - 1..end).expect("lines");
        assert!(
            candidate
                .hunks
                .iter()
                .any(|hunk| hunk.reads(start, replaced))
        );
        let (opened, rest) = suggestion.body.split_once("suggestion\n").expect("a fence");
        let fence = opened.rsplit('\n').next().expect("a fence");
        let (new, end_of_fence) = rest.split_once(&format!("\n{fence}\n")).expect("an end");
        assert!(end_of_fence.starts_with("<!-- "), "{}", suggestion.body);
        let mut accepted: Vec<&str> = lines.clone();
        accepted.splice(start - 1..end, new.split('\n'));
        assert_eq!(format!("{}\n", accepted.join("\n")), *after);
        // Once.
        let again = Review::of(std::slice::from_ref(&candidate), [suggestion.body.as_str()]);
        assert_eq!(again, Review::default());
    }
});
