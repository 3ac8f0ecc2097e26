//! Zip files without compression (PKWARE's APPNOTE, 4.3).

/// A zip of these entries.
pub(super) fn stored(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = Vec::new();
    let mut directory = Vec::new();
    for (name, bytes) in entries {
        let offset = length(zip.len());
        // Version 2.0, no flags, stored, 1980-01-01.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc32(bytes).to_le_bytes());
        common.extend([length(bytes.len()).to_le_bytes(); 2].concat());
        common.extend(
            u16::try_from(name.len())
                .expect("a short name")
                .to_le_bytes(),
        );
        common.extend([0, 0]);
        zip.extend(b"PK\x03\x04");
        zip.extend(&common);
        zip.extend(name.as_bytes());
        zip.extend(bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = length(zip.len());
    let count = u16::try_from(entries.len())
        .expect("few entries")
        .to_le_bytes();
    zip.extend(&directory);
    zip.extend(b"PK\x05\x06\x00\x00\x00\x00");
    zip.extend([count; 2].concat());
    zip.extend(length(directory.len()).to_le_bytes());
    zip.extend(start.to_le_bytes());
    zip.extend([0, 0]);
    zip
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a small zip")
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}
