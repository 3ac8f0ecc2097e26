//! Binds a build to what was verified: digests in the form that each installer wants, and the lines of a
//! Dockerfile that hold an installer to them. Pure.
//!
//! An installer asks the registry again, and takes what it is told then: `npm install P@V` overwrites a
//! lock's integrity, `uv tool install` ignores hashes, `go install M@V` ignores `go.sum`. The lines here
//! make the build fail before any of the package's code runs, if what is served is not what was verified
//! (docs/decisions/0015-pinned-builds.md).

mod dockerfile;
mod form;
mod lines;
mod pin;
mod rewrite;
mod shell;

pub use dockerfile::DockerfileError;
pub use form::Form;
pub use pin::{GoPin, NotPinned, NpmPin, Pin, PypiPin};
pub use rewrite::{Rewritten, rewrite};
