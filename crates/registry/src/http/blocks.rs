//! A body of unknown length as it grows: what has arrived is not copied to make room for more, so that
//! an answer takes its size, and twice that while it is assembled.

use std::iter::repeat_n;
use std::sync::Arc;

use package_provenance::evidence::Body;

/// Bytes of the first block, or more where a piece is longer. Pieces can be very short.
const FIRST: usize = 2 << 10;

/// Bytes of a later block, at most, or more where a piece is longer.
const BLOCK: usize = 64 << 10;

/// What has arrived so far.
#[derive(Default)]
pub(super) struct Blocks {
    blocks: Vec<Vec<u8>>,
    length: usize,
}

impl Blocks {
    /// Bytes so far.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.length += piece.len();
        match self.blocks.last_mut() {
            Some(last) if last.capacity() - last.len() >= piece.len() => {
                last.extend_from_slice(piece);
            }
            _ => {
                // As much again as has arrived: most answers are short, and room for more is memory for each that is
                // under way.
                let room = (self.length - piece.len()).clamp(FIRST, BLOCK);
                let mut block = Vec::with_capacity(piece.len().max(room));
                block.extend_from_slice(piece);
                self.blocks.push(block);
            }
        }
    }

    /// All of it; each block is gone once it is copied.
    pub(super) fn whole(self) -> Body {
        let mut body: Body = repeat_n(0, self.length).collect();
        let mut rest = Arc::get_mut(&mut body).unwrap_or_default();
        for block in self.blocks {
            let Some((here, after)) = rest.split_at_mut_checked(block.len()) else {
                break;
            };
            here.copy_from_slice(&block);
            rest = after;
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_lost_or_moved(
            pieces in proptest::collection::vec(
                (any::<u8>(), prop_oneof![0..3 * BLOCK, 0..3 * FIRST, 0..9_usize]),
                0..24,
            )
        ) {
            let (mut blocks, mut expected) = (Blocks::default(), Vec::new());
            for (byte, length) in pieces {
                blocks.push(&vec![byte; length]);
                expected.extend(vec![byte; length]);
                prop_assert_eq!(blocks.length(), expected.len());
            }
            prop_assert_eq!(blocks.whole().to_vec(), expected);
        }
    }

    #[test]
    fn short_pieces_share_a_block() {
        let mut blocks = Blocks::default();
        for _ in 0..FIRST {
            blocks.push(b"x");
        }
        assert_eq!(blocks.blocks.len(), 1);
        blocks.push(b"x");
        assert_eq!((blocks.blocks.len(), blocks.length()), (2, FIRST + 1));
    }

    #[test]
    fn blocks_grow_with_what_has_arrived() {
        let mut blocks = Blocks::default();
        for _ in 0..1 << 20 {
            blocks.push(b"x");
        }
        let room: Vec<usize> = blocks.blocks.iter().map(Vec::capacity).collect();
        assert_eq!(room[..6], [2, 2, 4, 8, 16, 32].map(|kib| kib << 10));
        assert!(room[6..].iter().all(|room| *room == BLOCK), "{room:?}");
    }
}
