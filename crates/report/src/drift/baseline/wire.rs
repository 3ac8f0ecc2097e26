//! The members of a report that are compared.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

/// Most specs of a report.
pub(super) const MAX_SPECS: usize = 100_000;
/// Most pieces of evidence of one spec.
const MAX_EVIDENCE: usize = 5_000;

/// A list of at most `MAX` items: a longer one is refused before it is kept.
pub(super) struct Bounded<T, const MAX: usize>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Bounded<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Items(PhantomData))
    }
}

struct Items<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Items<T, MAX> {
    type Value = Bounded<T, MAX>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a list of at most {MAX} items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(item) = items.next_element()? {
            if kept.len() == MAX {
                return Err(A::Error::custom(format!("a list of more than {MAX} items")));
            }
            kept.push(item);
        }
        Ok(Bounded(kept))
    }
}

#[derive(Deserialize)]
pub(super) struct ReportWire {
    pub(super) schema_version: u32,
    pub(super) specs: Bounded<SpecWire, MAX_SPECS>,
}

#[derive(Deserialize)]
pub(super) struct SpecWire {
    pub(super) path: String,
    pub(super) protocol: String,
    pub(super) package: Option<String>,
    pub(super) version: Option<String>,
    pub(super) status: String,
    pub(super) publisher: Option<PublisherWire>,
    pub(super) slsa_build_level: Option<u8>,
    pub(super) evidence: Bounded<EvidenceWire, MAX_EVIDENCE>,
}

#[derive(Deserialize)]
pub(super) struct PublisherWire {
    pub(super) kind: String,
    pub(super) repository: Option<String>,
    pub(super) workflow: Option<String>,
    #[serde(rename = "ref")]
    pub(super) git_ref: Option<String>,
    pub(super) issuer: String,
    pub(super) runner_environment: Option<String>,
    pub(super) trigger: Option<String>,
    pub(super) repository_id: Option<String>,
    pub(super) owner_id: Option<String>,
    pub(super) subject: String,
}

#[derive(Deserialize)]
pub(super) struct EvidenceWire {
    pub(super) artifact: String,
    pub(super) digest: Option<String>,
    pub(super) outcome: String,
    pub(super) publisher: Option<PublisherWire>,
}
