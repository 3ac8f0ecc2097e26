//! The numbers as people read them on a terminal.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;
use untrusted_text::terminal;

use dockyard_report::policy::FailOn;
use dockyard_report::report::style::count;

use super::coverage::{Coverage, Packages};

/// Longest name of a folder that is shown, in characters.
const MAX_NAME: usize = 40;

const HEADINGS: [&str; 6] = [
    "packages",
    "signed",
    "attested",
    "verified",
    "without error",
    "not determined",
];

/// What a folder of specs holds.
pub(crate) fn ecosystem(folder: &str) -> String {
    let name = match folder {
        "npx" => "npm",
        "uvx" => "PyPI",
        "go" => "Go",
        _ => return terminal(folder, MAX_NAME),
    };
    format!("{name} ({folder})")
}

impl Coverage {
    /// One row for each ecosystem, and what the numbers do not say. With `color`, what is verified is
    /// green and what is not determined is yellow.
    pub fn render(&self, color: bool) -> String {
        let mut rows: Vec<(String, [usize; 6])> = self
            .packages
            .iter()
            .map(|(folder, row)| (ecosystem(folder), numbers(row)))
            .collect();
        rows.push(("all".to_owned(), numbers(&self.total)));
        let names = rows.iter().map(|(name, _)| name.width());
        let first = names.max().unwrap_or_default().max("ECOSYSTEM".len());
        let mut text = pad("ECOSYSTEM", first);
        for heading in HEADINGS {
            let _ = write!(text, "  {}", heading.to_uppercase());
        }
        text.push('\n');
        for (name, numbers) in rows {
            text.push_str(&pad(&name, first));
            for (heading, number) in HEADINGS.iter().zip(numbers) {
                let cell = format!("{number:>width$}", width = heading.len());
                let code = match *heading {
                    "verified" | "without error" if number > 0 => Some("32"),
                    "not determined" if number > 0 => Some("33"),
                    _ => None,
                };
                text.push_str("  ");
                let _ = match code.filter(|_| color) {
                    Some(code) => write!(text, "\u{1b}[{code}m{cell}\u{1b}[0m"),
                    None => write!(text, "{cell}"),
                };
            }
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.sentences());
        text
    }

    fn sentences(&self) -> String {
        let mut text = String::new();
        if self.skills.skills > 0 {
            let _ = writeln!(
                text,
                "{}: {} pinned to their repository's own history, {} not determined.",
                count(self.skills.skills, "skill"),
                self.skills.pinned,
                self.skills.undetermined
            );
        }
        if self.other > 0 {
            let specs = count(self.other, "spec");
            let _ = writeln!(text, "{specs} without a package.");
        }
        if self.locks > 0 {
            let locks = count(self.locks, "lock file");
            let _ = writeln!(text, "{locks}, whose packages are not counted.");
        }
        if !self.complete {
            text.push_str(
                "The report is of a part only: of a pull request, or without specs that are there.\n",
            );
        }
        let open = if self.determined {
            ""
        } else {
            "; not everything could be determined"
        };
        let only = if self.fail_on == FailOn::Never {
            " (reporting only: fail-on is never)"
        } else {
            ""
        };
        let verdict = self.verdict.as_str();
        let _ = writeln!(text, "Verdict of the run: {verdict}{only}{open}.");
        text
    }
}

const fn numbers(row: &Packages) -> [usize; 6] {
    [
        row.packages,
        row.signed,
        row.attested,
        row.verified,
        row.clean,
        row.undetermined,
    ]
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}
