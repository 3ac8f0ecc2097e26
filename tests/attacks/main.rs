//! Every lie that a registry, a mirror or a publisher can tell about an npm or PyPI package, one at a
//! time, each beside an honest release that verifies. A lie that breaks no cryptography is signed
//! properly, so that only the check it is meant for can refuse it; each test asserts the status
//! *and* the reason. `README.md` beside this file says which attack is told where.
#![expect(
    clippy::too_many_lines,
    clippy::type_complexity,
    reason = "tables of lies are read from top to bottom; a function for each row would hide them"
)]
#![expect(
    clippy::string_slice,
    reason = "what is cut here is base64 or JSON in ASCII, made by the testkit"
)]

#[cfg(test)]
mod builds;
#[cfg(test)]
mod bundles;
#[cfg(test)]
mod bytes;
#[cfg(test)]
mod certificate;
#[cfg(test)]
mod claims;
#[cfg(test)]
mod declared;
#[cfg(test)]
mod escaping;
#[cfg(test)]
mod issuers;
#[cfg(test)]
mod log;
#[cfg(test)]
mod log_served;
#[cfg(test)]
mod names_and_specs;
#[cfg(test)]
mod npm_attestations;
#[cfg(test)]
mod npm_ended_keys;
#[cfg(test)]
mod npm_registries;
#[cfg(test)]
mod npm_signatures;
#[cfg(test)]
mod npm_statements;
#[cfg(test)]
mod npm_timestamps;
#[cfg(test)]
mod predicate;
#[cfg(test)]
mod publish_keys;
#[cfg(test)]
mod publishers;
#[cfg(test)]
mod pypi;
#[cfg(test)]
mod pypi_files;
#[cfg(test)]
mod pypi_installers;
#[cfg(test)]
mod pypi_projects;
#[cfg(test)]
mod pypi_publishers;
#[cfg(test)]
mod rekor_v2;
#[cfg(test)]
mod said;
#[cfg(test)]
mod support;
#[cfg(test)]
mod timestamps;
#[cfg(test)]
mod transport;
#[cfg(test)]
mod trust_gaps;
