//! Finding and reading `spec.yaml` files.

pub mod discover;
pub mod model;
pub mod parse;
#[cfg(test)]

pub use model::{DeclaredProvenance, Protocol, Span, Spanned, SpecFile, SpecPackage, Subject};
