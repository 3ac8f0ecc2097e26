//! Every rule that code, tests and documents cite stands in `docs/verification.md`, and all of them
//! cite it in one form: `docs/verification.md`, `#` and the rule's anchor; further anchors follow
//! after `, `. Reads files only.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const RULES: &str = "docs/verification.md";
const ATTACKS: &str = "tests/attacks/README.md";
/// Not looked at: it holds the forms that it refuses.
const SELF: &str = "tests/citations.rs";

/// Where citations may stand, beside the documents in the root.
const FOLDERS: [&str; 8] = [
    "benches", "crates", "docs", "examples", "fuzz", "src", "testkit", "tests",
];
/// Data, results and recorded output.
const NO_SOURCES: [&str; 6] = [
    "corpus",
    "evidence",
    "proptest-regressions",
    "seeds",
    "snapshots",
    "target",
];
const EXTENSIONS: [&str; 5] = ["md", "rs", "sh", "toml", "yml"];

struct Text {
    /// Relative to the root, `/`-separated.
    path: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn texts() -> Vec<Text> {
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|name| root().join(name)).collect();
    let mut files: Vec<PathBuf> = entries(&root()).filter(|path| path.is_file()).collect();
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !path.is_dir() {
                files.push(path);
            } else if !NO_SOURCES.contains(&name.as_str()) {
                folders.push(path);
            }
        }
    }
    let known = |path: &PathBuf| {
        let extension = path.extension().and_then(|it| it.to_str());
        extension.is_some_and(|it| EXTENSIONS.contains(&it))
    };
    let texts: Vec<Text> = files
        .iter()
        .filter(|path| known(path))
        .map(|path| Text {
            path: path
                .strip_prefix(root())
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned(),
            text: fs::read_to_string(path).unwrap(),
        })
        .filter(|text| text.path != SELF)
        .collect();
    assert!(texts.len() > 200, "{}", texts.len());
    texts
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
}

/// The anchors of the rules, in the order of the document.
fn anchors() -> Vec<String> {
    let rules = read(RULES);
    rules
        .split("<a id=\"")
        .skip(1)
        .map(|rest| rest.split_once('"').unwrap().0.to_owned())
        .collect()
}

fn is_anchor(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// `#b6, #e1`: the anchors at the start of `rest`.
fn cited(rest: &str) -> Vec<&str> {
    let mut anchors = Vec::new();
    let mut next = rest.strip_prefix('#');
    while let Some(rest) = next {
        let length = rest.bytes().take_while(|byte| is_anchor(*byte)).count();
        let (anchor, rest) = rest.split_at(length);
        anchors.push(anchor);
        next = rest.strip_prefix(", #");
    }
    anchors
}

/// Words that would be citations in a form of their own: `F 35`, `F.35`, `F35`, `B.6`, `#f35`.
fn strays(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (start, letter) in line.char_indices() {
        let before = line.get(..start).unwrap().chars().next_back();
        if before.is_some_and(|it| it.is_alphanumeric() || matches!(it, '_' | '.' | '/' | '-')) {
            continue;
        }
        let rest = line.get(start + letter.len_utf8()..).unwrap();
        let number = match letter {
            'F' => rest.strip_prefix([' ', '.']).unwrap_or(rest),
            'A'..='E' => rest.strip_prefix('.').unwrap_or_default(),
            '#' => rest
                .strip_prefix(|it| matches!(it, 'a'..='f'))
                .unwrap_or_default(),
            _ => continue,
        };
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let after = number.get(digits..).unwrap().chars().next();
        let word = after.is_none_or(|it| !it.is_alphanumeric() && it != '_');
        if (1..=2).contains(&digits) && word {
            let end = line.len() - number.len() + digits;
            found.push(line.get(start..end).unwrap());
        }
    }
    found
}

/// What is wrong with the citations of one line.
fn problems(line: &str, markdown: bool, known: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut bare = line.to_owned();
    for (at, name) in line.match_indices("verification.md") {
        let rest = line.get(at + name.len()..).unwrap();
        let anchors = cited(rest);
        // In a document a link may also lead to the rules as a whole.
        let whole = markdown && rest.starts_with(')');
        if anchors.is_empty() && !whole {
            problems.push("names no rule: write `docs/verification.md#b6`".to_owned());
        }
        if !markdown && !line.get(..at).unwrap().ends_with("docs/") {
            problems.push("write `docs/verification.md`".to_owned());
        }
        for anchor in &anchors {
            if !known.iter().any(|it| it == anchor) {
                problems.push(format!("there is no rule `#{anchor}`"));
            }
        }
        bare = bare.replace(&format!("{name}#{}", anchors.join(", #")), "");
    }
    for stray in strays(&bare) {
        problems.push(format!("`{stray}` is cited in another form"));
    }
    problems
}

#[test]
fn every_citation_resolves_and_has_the_one_form() {
    let known = anchors();
    let mut citations = 0;
    let mut wrong = Vec::new();
    for text in texts().iter().filter(|text| text.path != RULES) {
        let markdown = Path::new(&text.path)
            .extension()
            .is_some_and(|it| it == "md");
        for (number, line) in (1..).zip(text.text.lines()) {
            for problem in problems(line, markdown, &known) {
                wrong.push(format!("{}:{number}: {problem}: {line}", text.path));
            }
            citations += line.matches("verification.md#").count();
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(
        citations > 60,
        "{citations}: are they all written in another way?"
    );
}

#[test]
fn other_forms_do_not_escape() {
    let known = ["b6", "e1", "f35"].map(str::to_owned);
    for right in [
        "// (docs/verification.md#b6).",
        "// docs/verification.md#b6, #f35: why",
        "// not one: 0xF1, UTF-8, Base64, v1.2, CVE-2026-1, `E`, f64, \\u{F8FF}, a.B.6.c",
    ] {
        assert_eq!(problems(right, false, &known), [""; 0], "{right}");
    }
    for wrong in [
        "// (verification.md B.6)",
        "// verification.md A, step 3",
        "// docs/verification.md B.6",
        "// docs/verification.md",
        "// verification.md#b6",
        "// docs/verification.md#b7",
        "// docs/verification.md#b6, #f36",
        "// docs/verification.md#b6 and #f35",
        "// docs/verification.md#b6-old",
        "// F 35.",
        "// F.35: why",
        "// (F35)",
        "// B.6 step 1: why",
        "// docs/verification.md#b6, F 35",
    ] {
        assert_ne!(problems(wrong, false, &known), [""; 0], "{wrong}");
    }
    let link = "see [the rules](../docs/verification.md)";
    assert_eq!(problems(link, true, &known), [""; 0]);
}

#[test]
fn the_rules_have_one_anchor_each() {
    let rules = read(RULES);
    let lines: Vec<&str> = rules.lines().collect();
    let known = anchors();
    let unique: BTreeSet<&String> = known.iter().collect();
    assert_eq!(unique.len(), known.len(), "an anchor stands twice");
    for (place, line) in lines.iter().enumerate() {
        // `### B.6 Title` has `b6` above it.
        if let Some(title) = line.strip_prefix("### ") {
            let number = title.split(' ').next().unwrap();
            let anchor = number.replace('.', "").to_ascii_lowercase();
            let above = format!("<a id=\"{anchor}\"></a>");
            assert_eq!(lines[place - 1], above, "{line}");
        }
        for link in line.split("](#").skip(1) {
            let target = link.split(')').next().unwrap();
            assert!(
                known.iter().any(|it| it == target),
                "{line}: no `#{target}`"
            );
        }
    }
    // The attacks are numbered without gaps, and each number is its anchor's.
    let attacks: Vec<&str> = rules.split("| <a id=\"f").skip(1).collect();
    assert!(attacks.len() >= 52, "{}", attacks.len());
    for (number, row) in (1..).zip(attacks) {
        assert!(
            row.starts_with(&format!("{number}\"></a>{number} |")),
            "{number}: {row}"
        );
    }
}

/// `4, 5`, `21–24` and `45 to 47` at the start of a cell or a list item.
fn numbers(text: &str) -> Vec<u32> {
    let end = text.find(['|', '(', ':']).unwrap_or(text.len());
    let text = text.get(..end).unwrap().replace(" to ", "–");
    text.split(',')
        .flat_map(|part| {
            let (first, last) = part.split_once('–').unwrap_or((part, part));
            let number = |text: &str| text.trim().parse::<u32>();
            match (number(first), number(last)) {
                (Ok(first), Ok(last)) => first..=last,
                _ => panic!("`{text}` in {ATTACKS} is not a list of numbers of section F"),
            }
        })
        .collect()
}

#[test]
fn every_attack_is_tested_or_said_not_to_be() {
    let known = anchors();
    let readme = read(ATTACKS);
    let (tests, untested) = readme.split_once("Not told here").unwrap();
    let (_, table) = tests.split_once("| [F]").unwrap();
    let rows = table
        .lines()
        .skip(2)
        .map_while(|line| line.strip_prefix("| "));
    let items = untested
        .lines()
        .filter_map(|line| line.strip_prefix("- "))
        .filter(|item| item.starts_with(|it: char| it.is_ascii_digit()));
    let named: BTreeSet<u32> = rows.chain(items).flat_map(numbers).collect();
    for number in &named {
        let anchor = format!("f{number}");
        assert!(
            known.contains(&anchor),
            "{ATTACKS}: no attack {number} in {RULES}"
        );
    }
    let attacks = known
        .iter()
        .filter_map(|anchor| anchor.strip_prefix('f')?.parse::<u32>().ok());
    let missing: Vec<u32> = attacks.filter(|it| !named.contains(it)).collect();
    assert!(
        missing.is_empty(),
        "{ATTACKS} does not name the attacks {missing:?}"
    );
}
