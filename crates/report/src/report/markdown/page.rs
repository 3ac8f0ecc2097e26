//! A page that never grows beyond its limit: what does not fit is left out whole and counted.

use super::super::Rendered;

/// One row.
pub(super) struct Row {
    /// Its text, with its line break.
    pub(super) text: String,
    /// Of how many things it tells.
    pub(super) things: usize,
}

impl From<String> for Row {
    fn from(text: String) -> Self {
        Self { text, things: 1 }
    }
}

fn things(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.things).sum()
}

/// What a page can be made of.
pub(super) struct Section {
    /// What one of its rows is, and what several are.
    pub(super) what: [&'static str; 2],
    /// Before the rows; left out where there are none.
    pub(super) open: String,
    /// Its rows.
    pub(super) rows: Vec<Row>,
    /// After the rows.
    pub(super) close: &'static str,
}

/// Head, sections, foot, of at most `limit` bytes. Rows that do not fit are left out from a
/// section's end, and a sentence before the foot says how many; `rest` says where they are.
pub(super) fn compose(
    limit: usize,
    head: &str,
    sections: &[Section],
    foot: &str,
    rest: &str,
) -> Option<Rendered> {
    // Room for the sentence as if every row were left out.
    let longest = sections
        .iter()
        .map(|section| (things(&section.rows), section.what))
        .collect::<Vec<_>>();
    let reserve = foot.len() + sentence(&longest, rest).len() + 2;
    let mut room = limit.checked_sub(head.len() + reserve)?;
    let mut text = head.to_owned();
    let mut left_out = Vec::new();
    for section in sections {
        let frame = section.open.len() + section.close.len();
        let mut body = String::new();
        let mut written = 0;
        for row in &section.rows {
            if frame + body.len() + row.text.len() > room {
                break;
            }
            body.push_str(&row.text);
            written += 1;
        }
        if written > 0 {
            room = room.saturating_sub(frame + body.len());
            text.push_str(&section.open);
            text.push_str(&body);
            text.push_str(section.close);
        }
        let left = section.rows.get(written..).unwrap_or_default();
        if !left.is_empty() {
            left_out.push((things(left), section.what));
        }
    }
    let cut = (!left_out.is_empty()).then(|| sentence(&left_out, rest));
    if let Some(cut) = &cut {
        text.push('\n');
        text.push_str(cut);
        text.push('\n');
    }
    text.push_str(foot);
    Some(Rendered {
        text,
        cut: (!left_out.is_empty()).then(|| sentence(&left_out, "")),
    })
}

fn sentence(left_out: &[(usize, [&str; 2])], rest: &str) -> String {
    let parts: Vec<String> = left_out
        .iter()
        .map(|(number, [one, several])| {
            let what = if *number == 1 { one } else { several };
            format!("{number} {what}")
        })
        .collect();
    format!("Cut to fit: {} left out.{rest}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections() -> Vec<Section> {
        [["finding", "findings"], ["note", "notes"]]
            .map(|what| Section {
                what,
                open: "<details>\n".to_owned(),
                rows: (0..10)
                    .map(|number| format!("{} {number}\n", what[1]).into())
                    .collect(),
                close: "</details>\n",
            })
            .into()
    }

    #[test]
    fn whole_rows_are_left_out_and_counted() {
        let whole = compose(10_000, "head\n", &sections(), "foot\n", " See R.").unwrap();
        assert_eq!(whole.cut, None);
        assert_eq!(whole.text.lines().count(), 1 + 24 + 1);
        for limit in 0..=whole.text.len() + 100 {
            let Some(page) = compose(limit, "head\n", &sections(), "foot\n", " See R.") else {
                assert!(limit < 100, "{limit}");
                continue;
            };
            assert!(page.text.len() <= limit, "{limit}");
            assert_eq!(
                page.text.matches("<details>").count(),
                page.text.matches("</details>").count()
            );
            assert_eq!(page.cut.is_some(), page.text.contains("Cut to fit: "));
            assert_eq!(page.cut.is_some(), page.text.contains(" left out. See R."));
            assert!(page.text.starts_with("head\n") && page.text.ends_with("foot\n"));
        }
    }
}
