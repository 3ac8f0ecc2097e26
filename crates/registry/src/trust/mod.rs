//! Loading trust material, and refreshing it through TUF.

pub mod handle;
pub mod load;
pub mod scope_keys;
pub mod tuf;

pub use handle::TrustHandle;
pub use load::{TrustOptions, load};
pub use scope_keys::{ScopeKeys, read_scopes};
pub use tuf::TufOptions;
