//! One report, many formats. Every format is a pure function of [`Report`].

pub mod assemble;
pub mod before;
pub mod github;
pub mod json;
mod lines;
pub mod links;
pub mod markdown;
pub mod model;
mod names;
pub mod overrides;
pub mod records;
pub mod sarif;
pub mod spec;
mod style;
pub mod table;
mod verdict;
pub mod words;

pub use crate::policy::Verdict;
pub use before::{BeforeRecord, BeforeSource};
pub use links::{Links, Rendered};
pub use model::{BaseTip, Gate, Report, Summary, Tool, TrustRecord};
pub use overrides::{OverrideRecord, OverrideStatus};
pub use records::{EvidenceRecord, PublisherRecord};
pub use spec::SpecReport;
