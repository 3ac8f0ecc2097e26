//! The shares of earlier days, as bars of one picture.

use std::fmt::Write as _;

use jiff::civil::Date;
use package_provenance::verify::Status;

use crate::history::{Entry, History};

/// Most bars.
pub(super) const MAX_BARS: i64 = 200;

/// The picture's own units.
pub(super) const WIDTH: u32 = 1_000;
pub(super) const HEIGHT: u32 = 200;

/// What is drawn, from the bottom up: a name of its style, its words, and its statuses.
pub(super) const GROUPS: [(&str, &str, &[Status]); 5] = [
    ("verified", "verified", &[Status::Verified]),
    ("partial", "partial", &[Status::Partial]),
    ("signed", "signed only", &[Status::Signed]),
    ("none", "without evidence", &[Status::None]),
    (
        "wrong",
        "invalid, not found or malformed",
        &[Status::Invalid, Status::NotFound, Status::Malformed],
    ),
];

/// The history as bars, one for each day, or for several days of a long history.
pub(super) struct Trend {
    /// The first day and the last one.
    pub(super) first: Date,
    pub(super) last: Date,
    /// The bars, oldest first. Where a day was not determined there is none.
    pub(super) bars: Vec<Bar>,
    /// Days of which there is an entry, and nothing to draw.
    pub(super) gaps: usize,
}

/// The packages of one day.
pub(super) struct Bar {
    pub(super) day: Date,
    /// What it shows, in words.
    pub(super) words: String,
    /// All packages, and those of each group.
    pub(super) total: u32,
    pub(super) numbers: [u32; 5],
    /// Place and size of the parts, in the picture's units.
    pub(super) parts: Vec<Part>,
}

/// A rectangle.
pub(super) struct Part {
    pub(super) style: &'static str,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
}

impl Trend {
    /// Nothing where no day has anything to draw.
    pub(super) fn of(history: &History) -> Option<Self> {
        let days = history.days();
        let (first, last) = (days.first()?.at, days.last()?.at);
        let span = i64::from((last - first).get_days()) + 1;
        let slots = span.clamp(1, MAX_BARS);
        let mut shown: Vec<(i64, &Entry)> = Vec::new();
        for day in days.iter().filter(|day| is_drawn(day)) {
            let offset = i64::from((day.at - first).get_days());
            let slot = offset * slots / span;
            match shown.last_mut() {
                Some(known) if known.0 == slot => known.1 = day,
                _ => shown.push((slot, day)),
            }
        }
        let gaps = days.iter().filter(|day| !is_drawn(day)).count();
        let bars: Vec<Bar> = shown
            .into_iter()
            .map(|(slot, entry)| bar(entry, slot, slots))
            .collect();
        (!bars.is_empty()).then_some(Self {
            first,
            last,
            bars,
            gaps,
        })
    }
}

fn number(entry: &Entry, statuses: &[Status]) -> u32 {
    statuses.iter().map(|status| entry.packages(*status)).sum()
}

fn numbers(entry: &Entry) -> [u32; 5] {
    GROUPS.map(|(_, _, statuses)| number(entry, statuses))
}

/// A day of which not everything is known would look like a loss.
fn is_drawn(entry: &Entry) -> bool {
    entry.determined && numbers(entry).iter().any(|number| *number > 0)
}

fn bar(entry: &Entry, slot: i64, slots: i64) -> Bar {
    let numbers = numbers(entry);
    let total: u32 = numbers.iter().sum();
    // Shares in thousandths of a unit, so that the parts meet and the last one ends at the top.
    let scale = |upto: u32| {
        let share = u64::from(upto) * u64::from(HEIGHT) * 1_000 / u64::from(total.max(1));
        u64::from(HEIGHT) * 1_000 - share
    };
    let at = |slot: i64| {
        u64::try_from(slot * i64::from(WIDTH) * 1_000 / slots.max(1)).unwrap_or_default()
    };
    let (left, right) = (at(slot), at(slot + 1));
    let mut parts = Vec::new();
    let mut words = format!("{}:", entry.at);
    let mut below = 0;
    for ((style, name, _), number) in GROUPS.into_iter().zip(numbers) {
        if number == 0 {
            continue;
        }
        let (bottom, top) = (scale(below), scale(below + number));
        below += number;
        let separator = if parts.is_empty() { "" } else { "," };
        let _ = write!(words, "{separator} {number} {name}");
        parts.push(Part {
            style,
            x: thousandths(left),
            y: thousandths(top),
            width: thousandths(right - left),
            height: thousandths(bottom - top),
        });
    }
    let _ = write!(words, " of {total} packages");
    Bar {
        day: entry.at,
        words,
        total,
        numbers,
        parts,
    }
}

fn thousandths(value: u64) -> String {
    let (whole, rest) = (value / 1_000, value % 1_000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:03}")
}
