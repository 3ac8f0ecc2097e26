//! Cells in columns that fit a width. Text is broken where a reader expects it: at blanks, after `/`,
//! before `@`; within a name only where it is wider than its column. `comfy-table` lays out what was
//! broken so; by itself it breaks anywhere.

use std::cmp::Reverse;

use comfy_table::{ContentArrangement, Table, presets};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::style::Color;

/// Blanks between two columns.
const GAP: usize = 2;
/// The same, as the table takes it.
const PADDING: u16 = 2;

/// No column is made narrower than this, unless nothing in it is this wide in one piece.
const NARROWEST: usize = 10;

/// How many lines a name counts that has to be broken within; a commit's id, which nobody reads, counts none.
const BROKEN_NAME: usize = 12;

/// One cell: neutralised text, perhaps coloured.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) color: Option<Color>,
}

impl Cell {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            color: None,
        }
    }

    /// What stands where there is nothing to say.
    pub(super) fn nothing() -> Self {
        Self::plain("-")
    }

    fn is_nothing(&self) -> bool {
        self.text == "-"
    }
}

/// Rows of as many cells as there are headers. Columns in which no row says anything are left out. `wide`
/// are the columns that give way where the width does not suffice.
pub(super) fn draw<const N: usize>(
    headers: [&str; N],
    rows: &[[Cell; N]],
    wide: [bool; N],
    width: usize,
    color: bool,
) -> String {
    let used: Vec<usize> = (0..N)
        .filter(|at| {
            rows.iter()
                .any(|row| row.get(*at).is_some_and(|cell| !cell.is_nothing()))
        })
        .collect();
    let widths = widths(&used, &headers, rows, &wide, width);
    let header = headers.map(Cell::plain);
    let rows: Vec<Vec<(Vec<String>, Option<Color>)>> = std::iter::once(&header)
        .chain(rows)
        .map(|row| {
            let cells = used.iter().zip(&widths);
            cells
                .filter_map(|(at, width)| {
                    let cell = row.get(*at)?;
                    Some((wrapped(&cell.text, *width), cell.color.filter(|_| color)))
                })
                .collect()
        })
        .collect();
    let table = table(&rows);
    let starts = starts(&rows, used.len());
    let mut drawn = String::new();
    let mut lines = table.lines();
    for row in rows {
        let height = row.iter().map(|(lines, _)| lines.len()).max();
        let painted: Vec<Painted> = row
            .into_iter()
            .zip(&starts)
            .map(|((lines, color), start)| Painted {
                start: *start,
                lines,
                color,
            })
            .collect();
        for number in 0..height.unwrap_or_default() {
            let plain = lines.next().unwrap_or_default();
            // From the right, so that what is left of it stays where it is.
            let line = painted
                .iter()
                .rev()
                .fold(plain.trim_end().to_owned(), |line, cell| {
                    cell.paint(&line, number).unwrap_or(line)
                });
            drawn.push_str(&line);
            drawn.push('\n');
        }
    }
    drawn
}

/// The cells laid out without colours, which count nothing.
fn table(rows: &[Vec<(Vec<String>, Option<Color>)>]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        table.add_row(row.iter().map(|(lines, _)| lines.join("\n")));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, PADDING));
    }
    table
}

/// The first column of the terminal that each column of the table has.
fn starts(rows: &[Vec<(Vec<String>, Option<Color>)>], columns: usize) -> Vec<usize> {
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let lines = cells.flat_map(|(lines, _)| lines);
        lines.map(|line| line.width()).max().unwrap_or_default()
    };
    (0..columns)
        .scan(0, |next, at| {
            let start = *next;
            *next += width(at) + GAP;
            Some(start)
        })
        .collect()
}

/// A column that is being fitted.
struct Column<'a> {
    /// The texts of its cells, the header's among them.
    cells: Vec<&'a str>,
    /// Whether it gives way.
    wide: bool,
    /// It is not made narrower than this.
    narrowest: usize,
    width: usize,
    /// What it costs to take one column of the terminal from it.
    price: usize,
}

impl<'a> Column<'a> {
    fn new(cells: Vec<&'a str>, wide: bool) -> Self {
        let widest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or_default();
        let piece = cells.iter().flat_map(|cell| pieces(cell));
        let piece = widest(&mut piece.map(|piece| piece.trim_end().width()));
        let mut column = Self {
            width: widest(&mut cells.iter().map(|cell| cell.width())),
            narrowest: NARROWEST.min(piece),
            cells,
            wide,
            price: 0,
        };
        column.price = column.price();
        column
    }

    /// The lines that its cells take at this width; a name that is broken counts for more.
    fn cost(&self, width: usize) -> usize {
        let broken = self.cells.iter().filter(|cell| cell.width() > width);
        broken
            .map(|cell| {
                let names = pieces(cell)
                    .filter(|piece| piece.trim_end().width() > width && !is_commit(piece));
                wrapped(cell, width).len() - 1 + BROKEN_NAME * names.count()
            })
            .sum()
    }

    fn price(&self) -> usize {
        let narrower = self.width.saturating_sub(1).max(1);
        self.cost(narrower).saturating_sub(self.cost(self.width))
    }

    fn give_way(&mut self) {
        self.width -= 1;
        self.price = self.price();
    }
}

/// Whether this piece is a commit's id behind an `@`.
fn is_commit(piece: &str) -> bool {
    piece
        .strip_prefix('@')
        .is_some_and(|id| id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The width of each used column.
fn widths<const N: usize>(
    used: &[usize],
    headers: &[&str; N],
    rows: &[[Cell; N]],
    wide: &[bool; N],
    width: usize,
) -> Vec<usize> {
    let column = |at: &usize| {
        let header = headers.get(*at).copied().unwrap_or_default();
        let cells = rows.iter().filter_map(|row| row.get(*at));
        let cells = cells.map(|cell| cell.text.as_str());
        Column::new(
            std::iter::once(header).chain(cells).collect(),
            wide.get(*at) == Some(&true),
        )
    };
    let mut columns: Vec<Column<'_>> = used.iter().map(column).collect();
    let gaps = GAP * used.len().saturating_sub(1);
    // One column of the terminal at a time, where that costs the fewest lines: of two that cost the same not
    // the first one, which names the row, and else the widest.
    while columns.iter().map(|column| column.width).sum::<usize>() + gaps > width {
        let next = columns
            .iter_mut()
            .enumerate()
            .filter(|(_, column)| column.wide && column.width > column.narrowest)
            .min_by_key(|(at, column)| (column.price, *at == 0, Reverse(column.width)));
        match next {
            Some((_, column)) => column.give_way(),
            None => break,
        }
    }
    columns.iter().map(|column| column.width).collect()
}

/// Where a cell begins, in columns of the terminal, and what its lines are painted with.
struct Painted {
    start: usize,
    lines: Vec<String>,
    color: Option<Color>,
}

impl Painted {
    /// `line` with this cell's part of it, the `number`th of the row, in colour.
    fn paint(&self, line: &str, number: usize) -> Option<String> {
        let color = self.color?;
        let text = self.lines.get(number).filter(|text| !text.is_empty())?;
        let mut column = 0;
        let (at, _) = line.char_indices().find(|(_, character)| {
            let found = column >= self.start;
            column += character.width().unwrap_or_default();
            found
        })?;
        let rest = line.get(at..)?.strip_prefix(text.as_str())?;
        Some(format!("{}{}{rest}", line.get(..at)?, color.paint(text)))
    }
}

/// `text` in lines of at most `width` columns.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && line.width() + piece.trim_end().width() > width {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        for character in piece.chars() {
            let wide = character.width().unwrap_or_default();
            if !line.is_empty() && line.width() + wide > width && character != ' ' {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            }
            line.push(character);
        }
    }
    let last = line.trim_end();
    if !last.is_empty() || lines.is_empty() {
        lines.push(last.to_owned());
    }
    lines
}

/// The pieces that lines are broken between: each ends after a blank or a `/`, or before an `@`.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices().peekable();
        let mut end = rest.len();
        while let Some((_, character)) = characters.next() {
            let Some((next, following)) = characters.peek().copied() else {
                break;
            };
            if matches!(character, ' ' | '/') || following == '@' {
                end = next;
                break;
            }
        }
        let (piece, left) = rest.split_at_checked(end)?;
        rest = left;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_where_readers_expect_it() {
        for (text, width, lines) in [
            ("@acme/widget@1.2.3", 30, vec!["@acme/widget@1.2.3"]),
            ("@acme/widget@1.2.3", 14, vec!["@acme/widget", "@1.2.3"]),
            ("@acme/widget@1.2.3", 8, vec!["@acme/", "widget", "@1.2.3"]),
            (
                "GitHub acme/widget release.yml",
                12,
                vec!["GitHub acme/", "widget", "release.yml"],
            ),
            ("abcdefghij", 4, vec!["abcd", "efgh", "ij"]),
            ("日本語", 4, vec!["日本", "語"]),
            ("", 4, vec![""]),
        ] {
            assert_eq!(wrapped(text, width), lines, "{text} {width}");
        }
    }

    #[test]
    fn columns_without_content_are_left_out_and_the_rest_fits() {
        let row = |texts: [&str; 3]| texts.map(Cell::plain);
        let rows = [
            row(["npx/a", "-", "@acme/widget@1.2.3"]),
            row(["npx/b", "-", "-"]),
        ];
        let drawn = draw(
            ["SPEC", "SLSA", "PACKAGE"],
            &rows,
            [false, false, true],
            20,
            false,
        );
        assert_eq!(
            drawn,
            "SPEC   PACKAGE\nnpx/a  @acme/widget\n       @1.2.3\nnpx/b  -\n"
        );
    }

    /// One long cell is broken, rather than the many of the next column.
    #[test]
    fn a_long_cell_gives_way_to_many() {
        let row = |texts: [&str; 2]| texts.map(Cell::plain);
        let rows = [
            row(["error: not as declared", "-"]),
            row(["warning", "acme/server-00"]),
            row(["warning", "acme/server-01"]),
        ];
        let drawn = draw(["FINDINGS", "PUBLISHER"], &rows, [true; 2], 24, false);
        assert_eq!(
            drawn,
            "FINDINGS  PUBLISHER\nerror:    -\nnot as\ndeclared\n\
             warning   acme/server-00\nwarning   acme/server-01\n"
        );
    }

    #[test]
    fn colours_paint_their_cells_and_move_nothing() {
        let red = |text: &str| Cell {
            text: text.to_owned(),
            color: Some(Color::Red),
        };
        let rows = [
            [Cell::plain("npx/日本"), red("error"), Cell::plain("error")],
            [Cell::plain("error"), red("two words"), red("error")],
        ];
        let drawn = |color| draw(["SPEC", "WORST", "STATUS"], &rows, [true; 3], 27, color);
        let (plain, coloured) = (drawn(false), drawn(true));
        let mut marks = 0;
        for (plain, coloured) in plain.lines().zip(coloured.lines()) {
            let painted: Vec<&str> = coloured.split('\u{1b}').collect();
            marks += painted.len() - 1;
            let bare: String = painted
                .iter()
                .enumerate()
                .map(|(at, part)| match at {
                    0 => *part,
                    _ => part.split_once('m').unwrap().1,
                })
                .collect();
            assert_eq!(bare, plain);
        }
        assert_eq!(plain.lines().count(), coloured.lines().count());
        assert_eq!(marks, 2 * 3, "{coloured:?}");
        let last = coloured
            .lines()
            .find(|line| line.contains("words"))
            .unwrap();
        assert!(last.contains(&Color::Red.paint("two words")), "{last:?}");
    }
}
