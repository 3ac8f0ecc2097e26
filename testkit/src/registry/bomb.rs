//! Compressed bodies that unpack to very much more than they are.

/// The longest match that DEFLATE can express.
const MATCH: usize = 258;

/// A gzip member that unpacks to `size` spaces, rounded up to whole matches: one literal, then
/// repetitions of it, with the fixed Huffman codes of RFC 1951 3.2.6.
pub(super) fn gzip_spaces(size: usize) -> Vec<u8> {
    let matches = size.div_ceil(MATCH);
    let mut bits = BitWriter::default();
    bits.number(0b1, 1);
    bits.number(0b01, 2);
    bits.code(0x30 + u32::from(b' '), 8);
    for _ in 0..matches {
        // Length symbol 285 (258 bytes), distance symbol 0 (one byte back).
        bits.code(0b1100_0101, 8);
        bits.code(0, 5);
    }
    bits.code(0, 7);

    let unpacked = 1 + matches * MATCH;
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend(bits.finish());
    out.extend(crc32_of_spaces(unpacked).to_le_bytes());
    let length = u32::try_from(unpacked & 0xffff_ffff).unwrap_or_default();
    out.extend(length.to_le_bytes());
    out
}

/// Literals of a brotli meta-block, before the one copy that is the rest of it.
const INSERTED: usize = 4;
/// The shortest copy of copy length code 23, which has 24 extra bits (RFC 7932, 5).
const COPIED: usize = 2118;
/// The most that one meta-block may unpack to (RFC 7932, 9.2).
const META_BLOCK: usize = 1 << 24;

/// A brotli stream that unpacks to `size` spaces, rounded up to [`COPIED`] and a few more. Each
/// meta-block has one command, whose prefix codes have one symbol each and so take no bits.
pub(super) fn brotli_spaces(size: usize) -> Vec<u8> {
    let mut bits = BitWriter::default();
    // WBITS: a window of 64 KiB.
    bits.number(0, 1);
    let mut left = size;
    while left > 0 {
        let length = left.clamp(INSERTED + COPIED, META_BLOCK);
        left = left.saturating_sub(length);
        let number = |value: usize| u32::try_from(value).unwrap_or_default();
        // Not the last one; MLEN in six nibbles; compressed.
        bits.number(0, 1);
        bits.number(2, 2);
        bits.number(number(length - 1), 24);
        bits.number(0, 1);
        // One block type of each kind; NPOSTFIX and NDIRECT 0; one context mode; one tree of each.
        bits.number(0, 3);
        bits.number(0, 6);
        bits.number(0, 2);
        bits.number(0, 2);
        // Simple prefix codes of one symbol: a space; insert code 4 with copy code 23; the last
        // distance, which is 4 at the start.
        for (symbol, width) in [(u32::from(b' '), 8), (384 + (4 << 3) + 7, 10), (0, 6)] {
            bits.number(1, 2);
            bits.number(0, 2);
            bits.number(symbol, width);
        }
        bits.number(number(length - INSERTED - COPIED), 24);
    }
    // The last meta-block, empty.
    bits.number(0b11, 2);
    bits.finish()
}

#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    used: u32,
}

impl BitWriter {
    fn bit(&mut self, bit: u32) {
        if self.used.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if bit == 1
            && let Some(last) = self.bytes.last_mut()
        {
            *last |= 1 << (self.used % 8);
        }
        self.used += 1;
    }

    /// Numbers go lowest bit first.
    fn number(&mut self, value: u32, bits: u32) {
        for shift in 0..bits {
            self.bit(value >> shift & 1);
        }
    }

    /// Huffman codes go highest bit first.
    fn code(&mut self, value: u32, bits: u32) {
        for shift in (0..bits).rev() {
            self.bit(value >> shift & 1);
        }
    }

    fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

fn crc32_of_spaces(count: usize) -> u32 {
    let step = |crc: u32| {
        (0..8).fold(crc ^ u32::from(b' '), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    };
    !(0..count).fold(u32::MAX, |crc, _| step(crc))
}
