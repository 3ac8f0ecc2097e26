//! What a scan makes of registries and networks that fail, over real HTTP: fault × document, as
//! `docs/faults.md` tells it. After a change that is meant, `BLESS=1 cargo test --test faults`
//! writes that table anew.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod chance;
mod github;
mod go;
mod http2;
mod matrix;
mod stage;
mod table;
mod trust;
mod whole;
