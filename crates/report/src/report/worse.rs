//! What a change makes worse, for the first line that people read.

use std::cmp::Reverse;

use super::before::BeforeSource;
use super::model::Report;
use super::spec::SpecReport;
use crate::drift::worse::Worse;

/// What became worse since the base, the worst first.
pub fn worse(report: &Report) -> Vec<(&SpecReport, Worse)> {
    let mut worse: Vec<(&SpecReport, Worse)> = report
        .specs
        .iter()
        .flat_map(|spec| spec.worse.iter().map(move |worse| (spec, *worse)))
        .filter(|(_, worse)| worse.since == BeforeSource::Base)
        .collect();
    worse.sort_by_key(|(spec, worse)| (Reverse(worse.severity), worse.what, spec.path.as_str()));
    worse
}
