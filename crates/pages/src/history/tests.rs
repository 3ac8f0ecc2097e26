use jiff::civil::date;
use package_provenance::verify::Status;
use proptest::prelude::*;

use super::*;

const LINE: &str = r#"{"v":1,"at":"2026-11-26","commit":"90715a5","tool":"1.0.0","verdict":"pass","determined":true,"by":{"npx":{"signed":25,"verified":3},"uvx":{"none":13,"verified":3}},"exempted":1}"#;

fn read(lines: &[String]) -> Result<History, HistoryError> {
    History::read(lines.join("\n").as_bytes())
}

fn at(day: &str, commit: &str) -> String {
    LINE.replace("2026-11-26", day).replace("90715a5", commit)
}

#[test]
fn a_line_is_written_as_it_was_read() {
    let history = read(&[LINE.to_owned()]).unwrap();
    assert_eq!(history.to_string(), format!("{LINE}\n"));
    let entry = &history.entries()[0];
    assert_eq!(entry.at, date(2026, 11, 26));
    assert_eq!(entry.packages(Status::Verified), 6);
    assert_eq!(entry.packages(Status::Invalid), 0);
    assert_eq!(History::read(b"").unwrap(), History::default());
}

#[test]
fn the_later_line_of_a_commit_and_day_counts_and_days_are_in_order() {
    let again = at("2026-11-26", "aaaaaaa").replace("\"exempted\":1", "\"exempted\":7");
    let history = read(&[
        at("2026-11-27", "ccccccc"),
        at("2026-11-26", "aaaaaaa"),
        at("2026-11-26", "bbbbbbb"),
        again,
        at("2026-11-25", "aaaaaaa"),
    ])
    .unwrap();
    let told: Vec<(String, &str, u32)> = history
        .entries()
        .iter()
        .map(|entry| (entry.at.to_string(), entry.commit.as_str(), entry.exempted))
        .collect();
    let expected = [
        ("2026-11-25", "aaaaaaa", 1),
        ("2026-11-26", "bbbbbbb", 1),
        ("2026-11-26", "aaaaaaa", 7),
        ("2026-11-27", "ccccccc", 1),
    ];
    assert_eq!(
        told,
        expected.map(|(day, commit, number)| (day.to_owned(), commit, number))
    );
    let days = history.days();
    let days: Vec<&str> = days.iter().map(|entry| entry.commit.as_str()).collect();
    assert_eq!(days, ["aaaaaaa", "aaaaaaa", "ccccccc"]);
}

#[test]
fn a_line_that_is_not_understood_is_refused_with_its_number() {
    for (from, to, says) in [
        ("{\"v\":1", "{\"v\":2", "its version is 2"),
        ("\"v\":1,", "", "missing field `v`"),
        ("\"v\":1,", "\"v\":1,\"v\":1,", "duplicate"),
        ("\"v\":1,", "\"v\":1,\"extra\":1,", "unknown field `extra`"),
        ("2026-11-26", "2026-02-30", "is no day"),
        ("2026-11-26", "20261126", "is no day"),
        ("2026-11-26", "2026-11-26T00:00:00Z", "is no day"),
        ("90715a5", "main", "is no commit"),
        ("90715a5", "", "is no commit"),
        ("\"1.0.0\"", "\"\"", "is no version"),
        ("\"1.0.0\"", "\"1\\u001b[2J\"", "is no version"),
        ("\"pass\"", "\"PASS\"", "unknown variant"),
        ("true", "\"yes\"", "invalid type"),
        ("\"signed\"", "\"sogned\"", "is no status"),
        ("\"npx\"", "\"n\\u202epx\"", "is no name of a folder"),
        (":25", ":-1", "invalid value"),
        (":25", ":1000001", "is more than 1000000"),
        (":25", ":1e3", "invalid type"),
        ("}},\"exempted\":1}", "}},\"exempted\":1} x", "trailing"),
    ] {
        let broken = LINE.replacen(from, to, 1);
        assert_ne!(broken, LINE, "{from}");
        let error = read(&[LINE.to_owned(), broken]).unwrap_err();
        let HistoryError::Line { line, problem } = error else {
            panic!("{error}");
        };
        assert_eq!(line, 2);
        assert!(problem.contains(says), "{from} → {to}: {problem}");
    }
    let error = read(&[LINE.to_owned(), String::new(), LINE.to_owned()]).unwrap_err();
    assert!(
        error.to_string().starts_with("line 2 cannot be used"),
        "{error}"
    );
    assert_eq!(History::read(b"\xff").unwrap_err(), HistoryError::NotText);
    let long = " ".repeat(MAX_LINE + 1);
    assert!(
        read(&[long])
            .unwrap_err()
            .to_string()
            .contains("longer than")
    );
}

#[test]
fn more_lines_than_anybody_needs_are_refused() {
    let lines: Vec<String> = (0..=MAX_ENTRIES)
        .map(|number| at("2026-11-26", &format!("{number:07x}")))
        .collect();
    assert_eq!(read(&lines).unwrap_err(), HistoryError::TooLong);
    assert_eq!(read(&lines[1..]).unwrap().entries().len(), MAX_ENTRIES);
}

#[test]
fn nothing_is_added_that_could_not_be_read_again() {
    let lines: Vec<String> = (1..=MAX_ENTRIES)
        .map(|number| at("2026-11-26", &format!("{number:07x}")))
        .collect();
    let mut history = read(&lines).unwrap();
    let before = history.clone();
    let more = Entry::read(&at("2026-11-27", "fffffff")).unwrap();
    assert_eq!(history.add(more.clone()), Err(HistoryError::TooLong));
    assert_eq!(history, before);
    // The controls: an entry that takes another one's place, and the last one that fits.
    let again = at("2026-11-26", "0000001").replace("\"exempted\":1", "\"exempted\":7");
    history.add(Entry::read(&again).unwrap()).unwrap();
    assert_eq!(history.entries().len(), MAX_ENTRIES);
    assert_eq!(
        History::read(history.to_string().as_bytes()).unwrap(),
        history
    );
    let mut history = read(&lines[1..]).unwrap();
    history.add(more).unwrap();
    assert!(History::read(history.to_string().as_bytes()).is_ok());
}

#[test]
fn nothing_is_added_that_makes_it_larger_than_is_read() {
    let history = read(&[LINE.to_owned()]).unwrap();
    let more = Entry::read(&at("2026-11-27", "fffffff")).unwrap();
    let both = 2 * (LINE.len() as u64 + 1);
    assert_eq!(
        history.with(more.clone(), both - 1),
        Err(HistoryError::TooLarge)
    );
    let added = history.with(more, both).unwrap();
    assert_eq!(added.to_string().len() as u64, both);
}

proptest! {
    #[test]
    fn whatever_is_read_is_written_so_that_it_reads_the_same(text in "[ -~\\n]{0,300}") {
        if let Ok(history) = History::read(text.as_bytes()) {
            prop_assert_eq!(History::read(history.to_string().as_bytes()).unwrap(), history);
        }
    }

    #[test]
    fn entries_keep_their_order_however_they_come(days in prop::collection::vec((1_i8..28, 0_u8..4), 0..20)) {
        let lines: Vec<String> = days
            .iter()
            .map(|(day, commit)| at(&date(2026, 11, *day).to_string(), &format!("{commit:07x}")))
            .collect();
        let whole = read(&lines).unwrap();
        let mut added = History::default();
        for line in &lines {
            added.add(Entry::read(line).unwrap()).unwrap();
        }
        prop_assert_eq!(&added, &whole);
        prop_assert!(whole.entries().is_sorted_by_key(|entry| entry.at));
        let mut keys: Vec<_> = whole.entries().iter().map(|entry| (entry.at, &entry.commit)).collect();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), whole.entries().len());
    }
}
