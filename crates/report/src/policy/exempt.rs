//! `[[exempt]]`: a finding that somebody accepts in writing, until a day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::package_name::PackageName;
use super::pin::Pin;
use crate::finding::exemptable::{Exemptable, exemptable};
use crate::finding::{RuleId, Span};

/// An `[[exempt]]` block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Where `[[exempt]]` stands.
    pub span: Span,
    /// `path`: the spec, relative to the root.
    pub path: String,
    /// `package`: where the spec pins another, it does not hold.
    pub package: PackageName,
    /// `version`: where it is given and the spec pins another, it does not hold.
    pub version: Option<Pin>,
    /// `rules`.
    pub rules: Vec<RuleId>,
    /// `reason`.
    pub reason: String,
    /// `owner`.
    pub owner: String,
    /// `expires`: the last day on which it holds, UTC.
    pub expires: Date,
}

impl Exemption {
    /// The line of `[[exempt]]` in the configuration.
    pub const fn line(&self) -> usize {
        self.span.start_line
    }

    /// Whether it is about `package` at `path`, on whatever day.
    pub fn is_about(&self, path: &str, package: Option<&Pin>) -> bool {
        let pinned = |package: &Pin| {
            PackageName::of(package) == self.package
                && self
                    .version
                    .as_ref()
                    .is_none_or(|version| version == package)
        };
        self.path == path && package.is_some_and(pinned)
    }

    /// Whether it accepts a finding of `rule`. `unsupported` is whether this program does not verify
    /// packages of that kind at all: only then does somebody know better than "not determined".
    pub fn covers(&self, rule: RuleId, unsupported: bool) -> bool {
        let may = match exemptable(rule) {
            Exemptable::Yes => true,
            Exemptable::AtOneVersion => self.version.is_some(),
            Exemptable::WhereUnsupported => unsupported,
            Exemptable::No => false,
        };
        may && self.rules.contains(&rule)
    }

    /// Whether its last day is over.
    pub fn is_over(&self, today: Date) -> bool {
        today > self.expires
    }

    /// Days from `today` to the last day: 0 on the last day, none after it.
    pub fn days_left(&self, today: Date) -> Option<i32> {
        let days = today
            .until((jiff::Unit::Day, self.expires))
            .ok()?
            .get_days();
        (days >= 0).then_some(days)
    }
}

/// The day of `now` in UTC.
pub fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

/// The day so many days after `today`, or the last day there is.
pub fn days_after(today: Date, days: i32) -> Date {
    today.checked_add(days.days()).unwrap_or(Date::MAX)
}
