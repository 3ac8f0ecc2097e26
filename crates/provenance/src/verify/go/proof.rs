//! Proofs that a record is part of a tree and that one tree is the beginning of another one, made from
//! tiles that nobody vouches for and checked by RFC 6962's own rules (CVE-2026-56865: readers that
//! authenticated tiles one by one believed those that two proofs shared).

use sigstore_merkle::{hash_children, verify_consistency_proof, verify_inclusion_proof};
use sigstore_verify::types::Sha256Hash;

use crate::evidence::Fetched;
use crate::evidence::GoRaw;
use crate::evidence::go::note::{TreeHash, TreeHead};
use crate::evidence::go::tile::{self, HASH, Leaves, Place, Subtree, Tile, WHOLE};
use crate::evidence::go::{GoRequest, SumdbAt};

/// Why a proof cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lack {
    /// These tiles were not asked for yet.
    Tiles(Vec<GoRequest>),
    /// It cannot be made of what was answered: why.
    Answer(String),
}

/// Why a proof that was made does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// It does not lead to the newer head: the tiles are of another tree, or forged.
    Tiles,
    /// It leads to the newer head, and the older one is not the beginning of that tree: the database
    /// has signed two trees.
    Fork,
}

/// The tiles that were served, as those of a tree of `size` records.
pub(super) struct Tiles<'a> {
    pub(super) raw: &'a GoRaw,
    pub(super) at: SumdbAt,
    pub(super) size: u64,
}

impl Tiles<'_> {
    /// The hashes that prove that leaf `index` is in the tree.
    pub(super) fn inclusion(&self, index: u64) -> Result<Vec<Sha256Hash>, Lack> {
        let ranges = tile::inclusion(index, self.size);
        let ranges =
            ranges.ok_or_else(|| Lack::Answer("the record is not in the tree".to_owned()))?;
        self.hashes(&ranges)
    }

    /// The hashes that prove that a tree of `old` records is the beginning of this one.
    pub(super) fn consistency(&self, old: u64) -> Result<Vec<Sha256Hash>, Lack> {
        let ranges = tile::consistency(old, self.size);
        let ranges = ranges.ok_or_else(|| Lack::Answer("one tree has no records".to_owned()))?;
        self.hashes(&ranges)
    }

    /// The hash of each range. What is lacking is all named at once, so that it is asked for at once.
    fn hashes(&self, ranges: &[Leaves]) -> Result<Vec<Sha256Hash>, Lack> {
        let mut hashes = Vec::with_capacity(ranges.len());
        let mut wanted = Vec::new();
        for range in ranges {
            // RFC 6962: the right part is hashed first, then together with what is left of it.
            let mut hash: Option<Sha256Hash> = None;
            for subtree in range.subtrees().into_iter().rev() {
                match self.subtree(subtree) {
                    Ok(left) => {
                        hash = Some(hash.map_or(left, |right| hash_children(&left, &right)));
                    }
                    Err(Lack::Tiles(tiles)) => wanted.extend(tiles),
                    Err(lack @ Lack::Answer(_)) => return Err(lack),
                }
            }
            hashes.extend(hash);
        }
        if wanted.is_empty() {
            Ok(hashes)
        } else {
            Err(Lack::Tiles(wanted))
        }
    }

    fn subtree(&self, subtree: Subtree) -> Result<Sha256Hash, Lack> {
        let outside = || Lack::Answer("the proof needs what the tree does not have".to_owned());
        let place = subtree.place(self.size).ok_or_else(outside)?;
        let bytes = self.tile(place)?;
        let from = place.first * HASH;
        let leaves = bytes.get(from..from + place.count * HASH);
        let mut level: Vec<Sha256Hash> = leaves
            .ok_or_else(outside)?
            .as_chunks::<HASH>()
            .0
            .iter()
            .map(|hash| Sha256Hash::new(*hash))
            .collect();
        while level.len() > 1 {
            level = level
                .chunks(2)
                .filter_map(|pair| match pair {
                    [left, right] => Some(hash_children(left, right)),
                    _ => None,
                })
                .collect();
        }
        level.pop().ok_or_else(outside)
    }

    /// The bytes of the tile; those of the whole one where the database does not keep the partial
    /// one.
    fn tile(&self, place: Place) -> Result<&[u8], Lack> {
        let missing = match self.answer(place.tile)? {
            Some(bytes) => return Ok(bytes),
            None if place.tile.width < WHOLE => self.answer(place.tile.whole())?,
            None => None,
        };
        missing.ok_or_else(|| {
            Lack::Answer(format!(
                "the checksum database has no {}",
                place.tile.path()
            ))
        })
    }

    fn answer(&self, tile: Tile) -> Result<Option<&[u8]>, Lack> {
        let request = GoRequest::Tile(self.at, tile);
        match self.raw.answers.get(&request) {
            None => Err(Lack::Tiles(vec![request])),
            Some(Fetched::Missing) => Ok(None),
            Some(Fetched::Failed(error)) => Err(Lack::Answer(error.to_string())),
            Some(Fetched::Found(bytes)) if bytes.len() == tile.length() => Ok(Some(bytes)),
            Some(Fetched::Found(bytes)) => Err(Lack::Answer(format!(
                "{} has {} bytes instead of {}",
                tile.path(),
                bytes.len(),
                tile.length()
            ))),
        }
    }
}

/// Checks that the record with `leaf` as its hash is number `index` of the tree.
pub(super) fn check_inclusion(
    leaf: &Sha256Hash,
    index: u64,
    head: TreeHead,
    proof: &[Sha256Hash],
) -> Result<(), Broken> {
    verify_inclusion_proof(leaf, index, head.size, proof, &sha256(head.root))
        .map_err(|_error| Broken::Tiles)
}

/// Checks that `old` is the beginning of `new`, which has more records.
pub(super) fn check_consistency(
    old: TreeHead,
    new: TreeHead,
    proof: &[Sha256Hash],
) -> Result<(), Broken> {
    let (old_root, new_root) = (sha256(old.root), sha256(new.root));
    let held = verify_consistency_proof(old.size, new.size, proof, &old_root, &new_root);
    held.map_err(|_error| {
        if leads_to(old, new, proof) {
            Broken::Fork
        } else {
            Broken::Tiles
        }
    })
}

/// Whether the proof alone leads to the newer root, whatever the older one is (RFC 9162, 2.1.4.2): then
/// its hashes are those of the newer tree. Where the older tree is one complete subtree, the proof does
/// not hold its hash, and nothing tells tiles that are forged from a fork.
fn leads_to(old: TreeHead, new: TreeHead, proof: &[Sha256Hash]) -> bool {
    if old.size.is_power_of_two() {
        return false;
    }
    let Some((first, rest)) = proof.split_first() else {
        return false;
    };
    let (mut node, mut last) = (old.size - 1, new.size - 1);
    let complete = node.trailing_ones();
    (node, last) = (node >> complete, last >> complete);
    let mut root = *first;
    for hash in rest {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            root = hash_children(hash, &root);
            while node != 0 && node % 2 == 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            root = hash_children(&root, hash);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && root == sha256(new.root)
}

const fn sha256(hash: TreeHash) -> Sha256Hash {
    Sha256Hash::new(hash.0)
}
