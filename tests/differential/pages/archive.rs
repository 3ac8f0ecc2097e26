//! Wheels and sdists with nothing in them but what an installer needs, written by hand: a few
//! uncompressed entries.

use std::io::Write as _;

use flate2::write::GzEncoder;
use flate2::{Compression, Crc};

/// The backend that turns the sdists into wheels.
const BACKEND: &str = include_str!("backend.py");

/// A file that is a distribution of `name` and `version` to whoever opens it, in the form that its
/// name promises. `mark` makes its bytes differ from those of others.
pub(super) fn distribution(filename: &str, name: &str, version: &str, mark: &str) -> Vec<u8> {
    let metadata =
        format!("Metadata-Version: 2.2\nName: {name}\nVersion: {version}\nSummary: {mark}\n");
    let escaped = name.replace(['-', '.'], "_");
    if filename.to_lowercase().contains(".whl") {
        let folder = format!("{escaped}-{version}.dist-info");
        let wheel =
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
        let record = format!("{folder}/METADATA,,\n{folder}/WHEEL,,\n{folder}/RECORD,,\n");
        return zip(&[
            (format!("{folder}/METADATA"), &metadata),
            (format!("{folder}/WHEEL"), wheel),
            (format!("{folder}/RECORD"), &record),
        ]);
    }
    let folder = format!("{escaped}-{version}");
    let project = "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n\n[project]\nname = \"NAME\"\nversion = \"VERSION\"\n"
        .replace("NAME", name)
        .replace("VERSION", version);
    let files = [
        (format!("{folder}/PKG-INFO"), metadata.as_str()),
        (format!("{folder}/pyproject.toml"), &project),
        (format!("{folder}/backend.py"), BACKEND),
    ];
    if filename.to_lowercase().contains(".zip") {
        return zip(&files);
    }
    let tar = tar(&files);
    if !filename.contains("gz") {
        return tar;
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&tar).unwrap();
    gzip.finish().unwrap()
}

fn number(text: &[u8]) -> u32 {
    u32::try_from(text.len()).unwrap()
}

/// Stored entries (APPNOTE.TXT 4.3).
fn zip(files: &[(String, &str)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        // Version 2.0, UTF-8 names, stored, 1980-01-01.
        let mut common = vec![20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0];
        for part in [crc.sum(), number(text.as_bytes()), number(text.as_bytes())] {
            common.extend(part.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        let offset = number(&archive);
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name.as_bytes());
        archive.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0, 0, 0, 0, 0, 0, 0, 0, 0xa4, 0x81]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let offset = number(&archive);
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count);
    archive.extend(count);
    archive.extend(number(&directory).to_le_bytes());
    archive.extend(offset.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

/// POSIX.1-1988 headers; names are short.
fn tar(files: &[(String, &str)]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, text) in files {
        let mut header = [0_u8; 512];
        let mut put = |at: usize, text: &str| {
            header[at..at + text.len()].copy_from_slice(text.as_bytes());
        };
        put(0, name);
        put(100, "0000644");
        put(108, "0000000");
        put(116, "0000000");
        put(124, &format!("{:011o}", text.len()));
        put(136, "00000000000");
        put(148, "        0");
        put(257, "ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        archive.extend(header);
        archive.extend(text.as_bytes());
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.extend([0; 1024]);
    archive
}
