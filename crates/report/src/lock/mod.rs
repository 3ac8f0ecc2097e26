//! Lock files: every package of a tree, judged as the package of a spec is.
//!
//! An entry becomes a spec that declares nothing. What only a lock knows is added: the digest that it
//! holds the installer to, where a package comes from if it is of no registry, and how it came in.

mod before;
mod digests;
mod elsewhere;
mod entries;
mod hidden;
mod judge;
mod parts;
mod required;
#[cfg(test)]
mod tests;

pub(crate) use before::Content;
pub use before::LockMemory;
pub use entries::LockFile;
pub use judge::report;
