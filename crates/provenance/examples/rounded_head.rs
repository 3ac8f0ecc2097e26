//! Rounds a signed head of sum.golang.org's tree down to a tile's end, for the one that is built in: fewer tiles
//! prove that another tree continues it (docs/performance.md, "Go modules"; docs/release.md).
//!
//! `cargo run -p package-provenance --example rounded_head -- NOTE TILES`, where NOTE is a signed head and TILES the
//! folder with the tiles of its tree: `$(go env GOPATH)/pkg/sumdb/sum.golang.org/latest` and
//! `$(go env GOMODCACHE)/cache/download/sumdb/sum.golang.org`, once `go mod download` has asked the database.
#![expect(
    clippy::print_stdout,
    reason = "a maintainer's program: its result goes to its output"
)]

use std::fs;
use std::path::Path;

use package_provenance::evidence::go::note::{Note, TreeHash};
use package_provenance::evidence::go::tile::{HASH, Leaves, Subtree, consistency};
use package_provenance::trust::sumdb::Sumdb;
use sigstore_merkle::{hash_children, verify_consistency_proof};
use sigstore_verify::types::Sha256Hash;

/// Records below one hash of a tile of level 2. A head at such a number is proven by tiles of levels 2 and 3
/// alone, which the proof of a record in the same tree needs anyway.
const UNIT: u64 = 1 << 16;

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [note, tiles] = arguments.as_slice() else {
        return Err("two arguments are needed: NOTE TILES".to_owned());
    };
    let note = fs::read(note).map_err(|error| format!("{note}: {error}"))?;
    let public = Sumdb::public()?;
    let size = public.signed_size(&note);
    let size = size.ok_or("the note is not signed by sum.golang.org")?;
    let head = Note::parse(&note).map_err(|error| error.to_string())?.head;
    let rounded = size / UNIT * UNIT;
    let hash = |range: Leaves| hash(range, size, Path::new(tiles));
    let root = hash(Leaves {
        start: 0,
        end: rounded,
    })?;
    // The rounded head is nobody's word: it is what the signed one continues.
    let ranges = consistency(rounded, size).ok_or("the tree is too small")?;
    let proof: Result<Vec<Sha256Hash>, String> = ranges.into_iter().map(hash).collect();
    let newest = Sha256Hash::new(head.root.0);
    verify_consistency_proof(rounded, size, &proof?, &root, &newest)
        .map_err(|error| format!("the tiles are not those of the signed tree: {error}"))?;
    println!("size: {rounded} (of {size})");
    println!("root: {}", TreeHash(*root.as_bytes()));
    let bytes = root.as_bytes().map(|byte| format!("{byte:#04x},"));
    for line in bytes.chunks(11) {
        println!("{}", line.join(" "));
    }
    Ok(())
}

/// The hash of a part of a tree of `size` records.
fn hash(range: Leaves, size: u64, tiles: &Path) -> Result<Sha256Hash, String> {
    let mut hash: Option<Sha256Hash> = None;
    for part in range.subtrees().into_iter().rev() {
        let left = subtree(part, size, tiles)?;
        hash = Some(hash.map_or(left, |right| hash_children(&left, &right)));
    }
    hash.ok_or_else(|| "the tree is too small".to_owned())
}

fn subtree(subtree: Subtree, size: u64, tiles: &Path) -> Result<Sha256Hash, String> {
    let place = subtree.place(size).ok_or("the tree has no such part")?;
    let path = tiles.join(place.tile.path());
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let from = place.first * HASH;
    let hashes = bytes.get(from..from + place.count * HASH);
    let hashes = hashes.ok_or_else(|| format!("{} is too short", path.display()))?;
    let hashes = hashes.as_chunks::<HASH>().0.iter();
    let mut level: Vec<Sha256Hash> = hashes.map(|hash| Sha256Hash::new(*hash)).collect();
    while level.len() > 1 {
        let pairs = level.as_chunks::<2>().0.iter();
        level = pairs
            .map(|[left, right]| hash_children(left, right))
            .collect();
    }
    level.pop().ok_or_else(|| "an empty tile".to_owned())
}
