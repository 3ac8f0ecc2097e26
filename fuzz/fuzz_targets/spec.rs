//! Spec files of every protocol.
#![no_main]

use dockyard_report::finding::Span;
use dockyard_report::spec::Subject;
use dockyard_report::spec::parse::parse;
use libfuzzer_sys::fuzz_target;

/// More than the longest message, whose quotations are cut.
const LONGEST_MESSAGE: usize = 2_000;

fuzz_target!(|data: &[u8]| {
    for path in [
        "npx/a/spec.yaml",
        "uvx/a/spec.yaml",
        "go/a/spec.yaml",
        "skills/a/spec.yaml",
    ] {
        let file = parse(path, data);
        assert_eq!(file.path, path);
        let lines = lengths(data);
        for problem in &file.problems {
            require_inside(problem.span, &lines);
            assert!(problem.message.chars().count() <= LONGEST_MESSAGE);
            assert!(problem.help.chars().count() <= LONGEST_MESSAGE);
        }
        match &file.subject {
            Subject::Package(package) => {
                require_inside(package.name_span, &lines);
                require_inside(package.version_span, &lines);
                for one in &package.overrides {
                    require_inside(one.span, &lines);
                }
                for name in &package.env {
                    require_inside(name.span, &lines);
                }
                // Nothing replaces the package itself.
                for pinned in package.pinned_overrides() {
                    assert_eq!(pinned.ecosystem(), package.package.ecosystem());
                    assert_ne!(*pinned, package.package);
                }
            }
            Subject::Unusable => assert!(!file.problems.is_empty(), "unusable without a reason"),
            Subject::Skill(_) => {}
        }
    }
});

/// Characters of each line, as editors count them. Bytes that are no text end the document.
fn lengths(data: &[u8]) -> Vec<usize> {
    let valid = match std::str::from_utf8(data) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&data[..error.valid_up_to()]).expect("valid up to here"),
    };
    let text = valid.replace("\r\n", "\n").replace('\r', "\n");
    text.split('\n').map(|line| line.chars().count()).collect()
}

/// One line after the last and one column after the last may be named: where something is missing.
fn require_inside(span: Span, lines: &[usize]) {
    assert!(span.start_line >= 1 && span.start_column >= 1, "{span:?}");
    let (start, end) = (
        (span.start_line, span.start_column),
        (span.end_line, span.end_column),
    );
    assert!(start <= end, "{span:?}");
    for (line, column) in [start, end] {
        assert!(line <= lines.len() + 1, "{span:?} of {} lines", lines.len());
        let length = lines.get(line - 1).copied().unwrap_or(0);
        assert!(column <= length + 2, "{span:?} in a line of {length}");
    }
}
