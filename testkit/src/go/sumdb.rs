//! A checksum database: records, their tree, its signed heads and its tiles.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

use super::release::GoRelease;
use crate::keys::{base64, sha256};
use crate::merkle::{leaf_hash, root};

/// A database whose key comes from its name and a label: the same one signs the same bytes.
#[derive(Debug)]
pub struct Sumdb {
    name: String,
    label: String,
    records: Vec<Record>,
}

#[derive(Debug, Clone)]
struct Record {
    text: String,
    /// Path and version, where it is somebody's.
    module: Option<(String, String)>,
}

impl Sumdb {
    /// A database with so many records of other people's modules.
    pub fn new(label: &str, others: usize) -> Self {
        let mut database = Self {
            name: "sum.testkit.example".to_owned(),
            label: label.to_owned(),
            records: Vec::new(),
        };
        database.add_others(others);
        database
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn key(&self) -> Ed25519KeyPair {
        let seed = sha256(format!("sumdb {} {}", self.name, self.label).as_bytes());
        Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes are a seed")
    }

    fn public(&self) -> Vec<u8> {
        [&[1], self.key().public_key().as_ref()].concat()
    }

    fn key_hash(&self) -> Vec<u8> {
        let hashed = [format!("{}\n", self.name).as_bytes(), &self.public()].concat();
        sha256(&hashed).into_iter().take(4).collect()
    }

    /// Its key as `GOSUMDB` names it.
    pub fn verifier_key(&self) -> String {
        let (hash, public) = (hex::encode(self.key_hash()), base64(&self.public()));
        format!("{}+{hash}+{public}", self.name)
    }

    /// Adds records of other people's modules.
    pub fn add_others(&mut self, count: usize) {
        for _ in 0..count {
            let number = self.records.len();
            let other = GoRelease::new(&format!("example.com/other{number}"), "v1.0.0", &[]);
            self.add_text(&other.record());
        }
    }

    /// Adds the record of `release`. Its number.
    pub fn add(&mut self, release: &GoRelease) -> usize {
        let id = self.add_text(&release.record());
        self.claim(id, release);
        id
    }

    /// Adds a record of any text. Its number.
    pub fn add_text(&mut self, text: &str) -> usize {
        self.records.push(Record {
            text: text.to_owned(),
            module: None,
        });
        self.records.len() - 1
    }

    /// Answers with record `id` whoever asks for `release`.
    pub fn claim(&mut self, id: usize, release: &GoRelease) {
        self.records[id].module = Some((release.path.clone(), release.version.clone()));
    }

    /// A database with the same key that has other records from `start` on.
    #[must_use]
    pub fn fork(&self, start: usize) -> Self {
        let mut records = self.records.clone();
        for record in &mut records[start..] {
            record.text = record.text.replace("h1:", "h1:f");
        }
        Self {
            name: self.name.clone(),
            label: self.label.clone(),
            records,
        }
    }

    /// Number of records.
    pub fn size(&self) -> usize {
        self.records.len()
    }

    /// Path, version and number of each module that is looked up.
    pub fn modules(&self) -> Vec<(String, String, usize)> {
        let numbered = self.records.iter().enumerate();
        numbered
            .filter_map(|(id, record)| {
                let (path, version) = record.module.clone()?;
                Some((path, version, id))
            })
            .collect()
    }

    fn leaves(&self, size: usize) -> Vec<[u8; 32]> {
        let records = &self.records[..size];
        let hash = |record: &Record| leaf_hash(record.text.as_bytes());
        records.iter().map(hash).collect()
    }

    /// The text of the head of the first `size` records.
    pub fn head(&self, size: usize) -> String {
        let root = base64(&root(&self.leaves(size)));
        format!("go.sum database tree\n{size}\n{root}\n")
    }

    /// A line that signs `text`, without what another line would need.
    pub fn signature(&self, text: &str) -> String {
        let signature = self.key().sign(text.as_bytes());
        let bytes = [self.key_hash().as_slice(), signature.as_ref()].concat();
        format!("\u{2014} {} {}\n", self.name, base64(&bytes))
    }

    /// `text`, signed.
    pub fn signed(&self, text: &str) -> String {
        format!("{text}\n{}", self.signature(text))
    }

    /// The signed head of the first `size` records.
    pub fn note(&self, size: usize) -> String {
        self.signed(&self.head(size))
    }

    /// The answer about record `id`, with the head of the first `size` records.
    pub fn lookup(&self, id: usize, size: usize) -> String {
        format!("{id}\n{}\n{}", self.records[id].text, self.note(size))
    }

    /// Every tile of a tree of `size` records, partial ones as wide as it has them: path and bytes.
    pub fn tiles(&self, size: usize) -> Vec<(String, Vec<u8>)> {
        let mut tiles = Vec::new();
        let mut hashes = self.leaves(size);
        for level in 0.. {
            for (index, chunk) in hashes.chunks(256).enumerate() {
                let partial = match chunk.len() {
                    256 => String::new(),
                    width => format!(".p/{width}"),
                };
                let place = number(index);
                tiles.push((format!("tile/8/{level}/{place}{partial}"), chunk.concat()));
            }
            if hashes.len() < 256 {
                return tiles;
            }
            hashes = hashes.chunks_exact(256).map(root).collect();
        }
        tiles
    }
}

/// `x001/234` for 1234.
fn number(index: usize) -> String {
    let last = format!("{:03}", index % 1000);
    if index < 1000 {
        last
    } else {
        format!("x{:03}/{last}", index / 1000)
    }
}
