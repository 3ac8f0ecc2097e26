//! One part of a scan that several jobs share (`docs/shards.md`).

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use sigstore_verify::crypto::sha256;

use super::requirements::Unjudged;
use super::spec::SpecReport;
use crate::drift::worse::Worse;
use crate::policy::Policy;
use package_provenance::verify::Limit;

/// Most shards of a run: as many jobs as GitHub makes of one matrix.
pub const MAX_SHARDS: u16 = 256;

/// The shard with this number, counted from 1, of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Shard {
    index: u16,
    of: u16,
}

impl Shard {
    /// None where there is no such shard.
    pub const fn new(index: u16, of: u16) -> Option<Self> {
        if index == 0 || index > of || of > MAX_SHARDS {
            return None;
        }
        Some(Self { index, of })
    }

    /// Reads `2/5`.
    ///
    /// # Errors
    /// A sentence that says what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        // Digits only: `+1` is a number elsewhere.
        let number = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| plain)
        };
        text.split_once('/')
            .and_then(|(index, of)| Self::new(number(index)?, number(of)?))
            .ok_or_else(|| {
                format!("write I/N, such as 2/5: the shard counted from 1, of at most {MAX_SHARDS}")
            })
    }

    /// How many shards there are.
    pub const fn of(self) -> u16 {
        self.of
    }

    /// Every shard of the same run.
    pub fn all(self) -> impl Iterator<Item = Self> {
        (1..=self.of).map(move |index| Self { index, of: self.of })
    }

    /// Whether it has the spec at this position, counted from 0, of all in path order: every
    /// position has exactly one shard, and neighbours have different ones.
    pub fn takes(self, position: usize) -> bool {
        position % usize::from(self.of) == usize::from(self.index) - 1
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.of)
    }
}

/// What all shards of one run have in common, as `sha256:` and a digest. They are for comparing: what they
/// are of has no form that is promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// The paths of all specs, and their bytes.
    pub inventory: String,
    /// What the configuration requires, accepts and weighs.
    pub config: String,
    /// Every other setting that can change the verdict, and what the specs are compared with.
    pub settings: String,
}

impl Digests {
    /// Of all specs, each with its bytes or why they could not be read; of `policy`; and of the sentences
    /// that tell the other settings.
    pub fn of<'a>(
        specs: impl Iterator<Item = (&'a str, Result<&'a [u8], &'a str>)>,
        policy: &Policy,
        settings: &[String],
    ) -> Self {
        let mut inventory = Vec::new();
        for (path, content) in specs {
            let (word, digest) = match content {
                Ok(bytes) => ("file", sha256(bytes)),
                Err(reason) => ("unreadable", sha256(reason.as_bytes())),
            };
            let parts = [path.as_bytes(), word.as_bytes(), digest.as_bytes()];
            for part in parts {
                append(&mut inventory, part);
            }
        }
        let mut told = Vec::new();
        for sentence in settings {
            append(&mut told, sentence.as_bytes());
        }
        let shown = |bytes: &[u8]| format!("sha256:{}", hex::encode(sha256(bytes).as_bytes()));
        Self {
            inventory: shown(&inventory),
            // One version of the program writes the same policy in the same way, and shards of several
            // versions are not merged.
            config: shown(format!("{policy:?}").as_bytes()),
            settings: shown(&told),
        }
    }
}

/// Appends `part` so that no two lists of parts come to the same bytes.
fn append(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend(part.len().to_be_bytes());
    bytes.extend(part);
}

/// What the report on a shard says besides a report.
#[derive(Debug, Clone, Serialize)]
pub struct ShardRecord {
    /// Which it is.
    #[serde(flatten)]
    pub shard: Shard,
    /// What it has in common with the others.
    #[serde(flatten)]
    pub digests: Digests,
    /// When the shard began to look.
    #[serde(serialize_with = "as_text")]
    pub scanned_at: Timestamp,
    /// How old the trust material is, as in `3 days old`.
    pub trust_age: Option<String>,
    /// What a report does not write of a spec and formats need, by the spec's path.
    pub details: BTreeMap<String, Details>,
}

fn as_text<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

/// What a report does not write of a spec.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Details {
    /// Whether only this program's limits keep the package from being judged.
    pub unsupported: bool,
    /// Of each requirement, why it was not judged.
    pub unjudged: Vec<Option<Unjudged>>,
    /// What became worse, the worst first.
    pub worse: Vec<Worse>,
}

impl Details {
    /// Those of the specs that have any.
    pub fn of(specs: &[SpecReport]) -> BTreeMap<String, Self> {
        let all = specs.iter().map(|spec| {
            let unjudged = spec.requirements.iter().map(|one| one.unjudged);
            let mut details = Self {
                unsupported: spec.limit == Limit::Unsupported,
                unjudged: unjudged.collect(),
                worse: spec.worse.clone(),
            };
            if details.unjudged.iter().all(Option::is_none) {
                details.unjudged.clear();
            }
            (spec.path.clone(), details)
        });
        all.filter(|(_, details)| *details != Self::default())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_written_in_one_way() {
        assert_eq!(Shard::parse("2/5").unwrap().to_string(), "2/5");
        assert!(Shard::parse("256/256").is_ok());
        for wrong in [
            "", "/", "1", "0/5", "6/5", "1/0", "1/257", "-1/5", "+1/5", "1/5 ", "1/ 5", "a/b",
            "1/2/3", "1/70000",
        ] {
            assert!(Shard::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_position_has_one_shard() {
        for of in 1..=9 {
            let shards: Vec<Shard> = Shard::new(1, of).unwrap().all().collect();
            for position in 0..50 {
                let takers = shards.iter().filter(|shard| shard.takes(position));
                assert_eq!(takers.count(), 1, "{position} of {of}");
            }
        }
    }

    #[test]
    fn digests_tell_apart_what_differs() {
        let of = |specs: &[(&str, Result<&[u8], &str>)], settings: &[&str]| {
            let settings: Vec<String> = settings.iter().map(|it| (*it).to_owned()).collect();
            Digests::of(specs.iter().copied(), &Policy::default(), &settings)
        };
        let one = of(&[("a", Ok(b"1")), ("b", Ok(b"2"))], &["x", "y"]);
        assert_eq!(one, of(&[("a", Ok(b"1")), ("b", Ok(b"2"))], &["x", "y"]));
        for other in [
            of(&[("a", Ok(b"1"))], &["x", "y"]),
            of(&[("a", Ok(b"1")), ("b", Ok(b"3"))], &["x", "y"]),
            of(&[("a", Ok(b"1")), ("c", Ok(b"2"))], &["x", "y"]),
            of(&[("a", Ok(b"1")), ("b", Err("2"))], &["x", "y"]),
        ] {
            assert_ne!(one.inventory, other.inventory);
        }
        let joined = of(&[("a", Ok(b"1")), ("b", Ok(b"2"))], &["xy"]);
        assert_ne!(one.settings, joined.settings);
        assert_eq!(one.inventory, joined.inventory);
        let strict = Policy {
            fail_on: crate::policy::FailOn::Note,
            ..Policy::default()
        };
        let strict = Digests::of([].into_iter(), &strict, &[]);
        assert_ne!(one.config, strict.config);
    }
}
