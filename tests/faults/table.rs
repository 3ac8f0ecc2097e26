//! The table in `docs/faults.md`, held against what happened.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::stage::DOCUMENTS;

/// What a fault led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) fault: String,
    /// Status of the package whose document was faulty, in the order of [`DOCUMENTS`].
    pub(crate) statuses: Vec<String>,
    pub(crate) exit_code: u8,
    /// How often the faulty documents were asked for.
    pub(crate) asked: String,
    pub(crate) says: String,
}

/// Holds the lines between two comments of the page against `table`, or writes them (`BLESS=1`).
#[expect(
    clippy::disallowed_methods,
    reason = "a test that writes a page on demand reads its own switch"
)]
pub(crate) fn hold(name: &str, table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/faults.md");
    let page = fs::read_to_string(&path).unwrap();
    let begin = format!("<!-- begin {name}: written by tests/faults, BLESS=1 -->\n");
    let end = format!("<!-- end {name} -->\n");
    let (before, rest) = page.split_once(&begin).unwrap();
    let (written, after) = rest.split_once(&end).unwrap();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(
            written, table,
            "docs/faults.md: run with BLESS=1 if this is meant"
        );
    }
}

/// The rows as a table.
pub(crate) fn render(rows: &[Row]) -> String {
    let mut table = "| fault |".to_owned();
    for document in DOCUMENTS {
        write!(table, " {} |", format!("{document:?}").to_lowercase()).unwrap();
    }
    table.push_str(" exit | asked | says |\n|---|");
    table.push_str(&"---|".repeat(DOCUMENTS.len() + 3));
    table.push('\n');
    for row in rows {
        let statuses = row.statuses.join(" | ");
        let says = if row.says.is_empty() {
            "–"
        } else {
            &row.says
        };
        let Row {
            fault,
            exit_code,
            asked,
            ..
        } = row;
        writeln!(
            table,
            "| {fault} | {statuses} | {exit_code} | {asked} | {says} |"
        )
        .unwrap();
    }
    table
}
