//! What can be said about a spec: the catalogue of rules, and findings with their place.

pub mod catalogue;
mod descriptions;
mod draft;
pub mod exemptable;
mod exempted;
pub mod explain;
mod located;
mod span;

pub use catalogue::{RuleId, Severity};
pub use descriptions::Explanation;
pub use draft::Draft;
pub use exempted::Exempted;
pub use located::{Finding, Location};
pub use span::{Span, Spanned};
