//! One report, many formats. Every format is a pure function of [`Report`]; formats for people also
//! show a [`ForeignReport`], through [`Attributed`].

mod accepted;
pub mod assemble;
mod attributed;
pub mod before;
mod columns;
pub mod comparison;
mod coverage;
pub mod diff;
pub mod foreign;
pub mod github;
pub mod json;
mod lines;
pub mod links;
pub mod markdown;
pub mod model;
pub mod names;
mod order;
pub mod overrides;
pub mod records;
pub mod requirements;
pub mod sarif;
pub mod shard;
pub mod skill;
mod skills;
pub mod spec;
pub mod style;
pub mod suggest;
pub mod table;
mod verdict;
pub mod words;

pub use crate::policy::Verdict;
pub use attributed::Attributed;
pub use before::{BeforeRecord, BeforeSource};
pub use comparison::{Changed, Comparison, Worse};
pub use coverage::Subject;
pub use foreign::ForeignReport;
pub use links::{Links, Rendered};
pub use model::{BaseTip, EvidenceOrigin, Gate, Report, Summary, Tool, TrustOrigin, TrustRecord};
pub use overrides::{OverrideRecord, OverrideStatus};
pub use records::{EvidenceOutcome, EvidenceRecord, PublisherRecord, SourceRecord};
pub use requirements::{ExemptionRecord, ExemptionState, RequirementRecord, Unjudged};
pub use shard::{Details, Digests, Shard, ShardRecord};
pub use spec::SpecReport;
