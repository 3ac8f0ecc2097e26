//! The program as people and pipelines meet it: a process with arguments, an environment, files,
//! and registries over real HTTP on loopback.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod bundle;
mod cache;
mod cache_folder;
#[cfg(unix)]
mod container;
mod coverage;
mod credentials;
mod declare;
mod determinism;
mod elsewhere;
mod exit_codes;
mod explain;
mod faults;
mod formats;
mod go;
mod go_command;
mod hostile;
mod kept;
mod large;
mod links;
mod locks;
mod migrating;
mod mirrors;
mod overrides;
mod page;
mod path_tokens;
mod pin;
mod platforms;
mod policy;
mod proxy;
mod reference;
mod registry_keys;
mod reports;
mod requests;
mod saved;
mod scopes;
mod settings;
mod shards;
mod shards_refused;
mod skills;
mod stage;
mod tampered;
mod tls;
mod trust;
mod usage;
mod vsa;
mod watching;
mod words;
