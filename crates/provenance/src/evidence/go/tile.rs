//! Where the hashes of a tree lie: RFC 6962 proofs as ranges of leaves, ranges as complete subtrees,
//! subtrees in tiles (golang.org/x/mod/sumdb/tlog, of height 8). Only geometry: what a tile holds is
//! believed by nobody before the proof made of it verifies.

/// Levels of the tree in one tile.
const HEIGHT: u32 = 8;

/// Hashes in a whole tile.
pub const WHOLE: u16 = 256;

/// Bytes of a hash.
pub const HASH: usize = 32;

/// A tile of hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// Level of the tile; its hashes are of subtrees with 256^level leaves.
    pub level: u32,
    /// Its place in the level.
    pub index: u64,
    /// How many hashes it has, 1 to 256.
    pub width: u16,
}

impl Tile {
    /// Its path below a database's address (`tile/8/0/x001/234.p/5`).
    pub fn path(&self) -> String {
        let mut path = format!("{:03}", self.index % 1000);
        let mut rest = self.index / 1000;
        while rest > 0 {
            path = format!("x{:03}/{path}", rest % 1000);
            rest /= 1000;
        }
        let partial = if self.width == WHOLE {
            String::new()
        } else {
            format!(".p/{}", self.width)
        };
        format!("tile/{HEIGHT}/{}/{path}{partial}", self.level)
    }

    /// The same tile once it is whole. A database need not keep partial ones.
    #[must_use]
    pub const fn whole(self) -> Self {
        Self {
            width: WHOLE,
            ..self
        }
    }

    /// Bytes of its answer.
    pub fn length(&self) -> usize {
        usize::from(self.width) * HASH
    }
}

/// The leaves from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Leaves {
    /// The first.
    pub start: u64,
    /// The first that is not among them.
    pub end: u64,
}

/// A complete subtree: the leaves from `index`·2^level, 2^level of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subtree {
    /// The logarithm of its number of leaves.
    pub level: u32,
    /// Its place in the level.
    pub index: u64,
}

/// Hashes of one tile that together are one subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The tile.
    pub tile: Tile,
    /// The first hash.
    pub first: usize,
    /// How many, a power of two.
    pub count: usize,
}

impl Leaves {
    const fn count(self) -> u64 {
        self.end - self.start
    }

    /// The left part of what RFC 6962 splits: the largest power of two below the number of leaves.
    /// None where there is nothing to split.
    fn split(self) -> Option<(Self, Self)> {
        let below = self.count().checked_sub(1).filter(|below| *below > 0)?;
        let middle = self.start + (1 << below.ilog2());
        let left = Self {
            end: middle,
            ..self
        };
        let right = Self {
            start: middle,
            ..self
        };
        Some((left, right))
    }

    /// The complete subtrees that these leaves are made of, from left to right. The leaves are a part
    /// of an RFC 6962 tree: each subtree's start is a multiple of its size.
    pub fn subtrees(self) -> Vec<Subtree> {
        let mut subtrees = Vec::new();
        let mut start = self.start;
        while start < self.end {
            let level = (self.end - start).ilog2();
            subtrees.push(Subtree {
                level,
                index: start >> level,
            });
            start += 1 << level;
        }
        subtrees
    }
}

/// The ranges whose hashes prove that leaf `index` lies in a tree of `size` (RFC 6962, 2.1.1), in the
/// order of the proof. None where it cannot.
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Leaves>> {
    if index >= size {
        return None;
    }
    let mut here = Leaves {
        start: 0,
        end: size,
    };
    let mut proof = Vec::new();
    while let Some((left, right)) = here.split() {
        let other;
        (here, other) = if index < left.end {
            (left, right)
        } else {
            (right, left)
        };
        proof.push(other);
    }
    proof.reverse();
    Some(proof)
}

/// The ranges whose hashes prove that a tree of `old` leaves is the beginning of one of `new` leaves
/// (RFC 6962, 2.1.2), in the order of the proof. None where it cannot be.
pub fn consistency(old: u64, new: u64) -> Option<Vec<Leaves>> {
    if old == 0 || old > new {
        return None;
    }
    let mut here = Leaves { start: 0, end: new };
    let mut proof = Vec::new();
    // Whether the old tree is a subtree that whoever checks knows already.
    let mut known = true;
    while old < here.end {
        let (left, right) = here.split()?;
        let other;
        (here, other) = if old <= left.end {
            (left, right)
        } else {
            known = false;
            (right, left)
        };
        proof.push(other);
    }
    if !known {
        proof.push(here);
    }
    proof.reverse();
    Some(proof)
}

impl Subtree {
    /// Where its hash is found in a tree of `size` leaves. None where the tree does not have it.
    pub fn place(self, size: u64) -> Option<Place> {
        let (level, within) = (self.level / HEIGHT, self.level % HEIGHT);
        let first = self.index << within;
        let (index, offset) = (first >> HEIGHT, first & 255);
        let count = 1_u64 << within;
        let in_level = size.checked_shr(level * HEIGHT).unwrap_or_default();
        let width = in_level.checked_sub(index << HEIGHT)?.min(256);
        if offset + count > width {
            return None;
        }
        Some(Place {
            tile: Tile {
                level,
                index,
                width: u16::try_from(width).ok()?,
            },
            first: usize::try_from(offset).ok()?,
            count: usize::try_from(count).ok()?,
        })
    }
}
