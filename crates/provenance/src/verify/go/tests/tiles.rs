//! How many tiles the proofs of one module take in a tree as large as sum.golang.org's, where nothing is at hand
//! yet (docs/performance.md, "Go modules"). Geometry alone: which tile holds what does not depend on the hashes.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::evidence::go::tile::{Leaves, Tile, consistency, inclusion};
use crate::trust::Sumdb;

/// Records below one hash of a tile of level 2, and below a whole tile of level 2.
const L2_HASH: u64 = 1 << 16;
const L2_TILE: u64 = 1 << 24;

fn of(ranges: &[Leaves], size: u64) -> BTreeSet<Tile> {
    let parts = ranges.iter().flat_map(|range| range.subtrees());
    parts.map(|part| part.place(size).unwrap().tile).collect()
}

/// The tiles that prove that record `id` is in the newest of `heads`, and the others its beginnings.
fn tiles(id: u64, heads: &[u64]) -> usize {
    let newest = heads.iter().copied().max().unwrap();
    let mut tiles = of(&inclusion(id, newest).unwrap(), newest);
    for older in heads.iter().filter(|head| **head < newest) {
        tiles.extend(of(&consistency(*older, newest).unwrap(), newest));
    }
    tiles.len()
}

/// Where a head and another one of the same moment lie, and a record before them.
fn moment(sizes: std::ops::Range<u64>) -> impl Strategy<Value = (u64, u64, u64)> {
    sizes.prop_flat_map(|newest| {
        let block = newest / L2_HASH * L2_HASH;
        (0..block, Just(newest), block + 1..=newest)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The record takes 4, the right edge of the newest tree 3, and the end of the other head one.
    #[test]
    fn a_record_and_two_heads_of_one_moment_take_eight(
        (id, newest, own) in moment(66_800_000..80_000_000),
    ) {
        prop_assert!(tiles(id, &[newest]) <= 7);
        prop_assert!(tiles(id, &[newest, own]) <= 8);
    }

    /// What is built in takes nothing more where it ends with a tile's hash of level 2.
    #[test]
    fn a_built_in_head_at_a_boundary_takes_none_more(
        (id, newest, own) in moment(66_800_000..80_000_000),
        back in 0..256_u64,
    ) {
        let tile = newest / L2_TILE * L2_TILE;
        let anchor = (newest / L2_HASH).saturating_sub(back) * L2_HASH;
        // Of the same tile of level 2, or at the end of the one before.
        let anchor = anchor.max(tile);
        prop_assert!(tiles(id, &[newest, own, anchor]) <= 8, "{anchor}");
        // Once the tree has begun another tile of level 2, one more until the next release.
        prop_assert!(tiles(id, &[newest, own, tile - L2_HASH]) <= 9);
    }

    /// The one of today does not, so that it takes up to three more.
    #[test]
    fn the_one_of_today_takes_up_to_three_more(
        (id, newest, own) in moment(66_800_000..80_000_000),
    ) {
        let anchor = Sumdb::public().unwrap().anchor.unwrap().head.size;
        let most = if newest < 4 * L2_TILE { 10 } else { 11 };
        prop_assert!(tiles(id, &[newest, own, anchor]) <= most);
    }
}

#[test]
fn the_bounds_are_reached() {
    let newest = 4 * L2_TILE + 9 * L2_HASH + 300;
    let (id, own) = (12_345_678, newest - 260);
    let anchor = Sumdb::public().unwrap().anchor.unwrap().head.size;
    assert_eq!(tiles(id, &[newest]), 7);
    assert_eq!(tiles(id, &[newest, own]), 8);
    assert_eq!(tiles(id, &[newest, own, 4 * L2_TILE + 8 * L2_HASH]), 8);
    assert_eq!(tiles(id, &[newest, own, 4 * L2_TILE - L2_HASH]), 9);
    assert_eq!(tiles(id, &[newest, own, anchor]), 11);
}
