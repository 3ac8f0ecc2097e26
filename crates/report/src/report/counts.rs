//! Counts as the JSON report writes them.

use std::collections::BTreeMap;

use serde::Serializer;

/// Counts in the order of their words, as the JSON report has them.
pub(super) fn by_word<K: Copy, S: Serializer>(
    counts: &BTreeMap<K, usize>,
    word: impl Fn(K) -> &'static str,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let counts = counts.iter().map(|(each, count)| (word(*each), count));
    serializer.collect_map(counts.collect::<BTreeMap<_, _>>())
}
