//! Finding and reading `spec.yaml` files.

pub mod edit;
pub mod model;
pub mod parse;

pub use model::{
    Block, DeclaredProvenance, Override, Protocol, SpecFile, SpecPackage, SpecSkill, Subject,
};

/// Largest spec file that is read, in bytes.
pub const MAX_SPEC_BYTES: usize = 256 * 1024;
