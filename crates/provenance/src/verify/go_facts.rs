//! What is known of a Go package besides its record.

use super::go_tag::TagNow;
use crate::evidence::go::info::Origin;
use crate::identity::Repository;
use crate::package::GoModule;

/// What is known of a Go package besides its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoFacts {
    /// The module that has the package.
    pub module: GoModule,
    /// The repository that the module is from by construction of its path; none where the path has to
    /// be looked up, which nothing signs.
    pub repository: Option<Repository>,
    /// Where the proxy says that it has the module from (unsigned: it only warns).
    pub origin: Option<Origin>,
    /// The tag that the module is made from as the forge has it now, where that was asked (unsigned: it only
    /// warns).
    pub tag: Option<TagNow>,
}
