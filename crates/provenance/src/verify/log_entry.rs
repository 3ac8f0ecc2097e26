//! The log entry of a bundle: whose log it is of, and what proves that the log has it
//! (docs/verification.md#b3 step 3).

use jiff::Timestamp;
use sigstore_verify::types::TransparencyLogEntry;

use super::failure::Failure;
use crate::trust::SigstoreRoot;

/// Log entries from this moment on need an inclusion proof: 2024-01-01T00:00:00Z. npm's clients
/// stored none until August 2023, so genuine bundles of that year have the log's promise only.
pub const PROOF_REQUIRED_SINCE: Timestamp = Timestamp::constant(1_704_067_200, 0);

/// A log that the trust material does not have is no forgery: the material may be older than the
/// log.
pub(super) fn require_known_log(
    root: &SigstoreRoot,
    entry: &TransparencyLogEntry,
) -> Result<(), Failure> {
    match root.log_host(entry.log_id.key_id.as_bytes()) {
        Some(_) => Ok(()),
        None => Err(Failure::Undetermined(
            "its log entry is of a transparency log that the trust material does not have; it may be outdated, or the log none of Sigstore's".to_owned(),
        )),
    }
}

/// An entry that a timestamp dates must be from before the log's end: the verifier holds only a log's own
/// time against that.
pub(super) fn require_open_log(
    root: &SigstoreRoot,
    entry: &TransparencyLogEntry,
    time: Timestamp,
) -> Result<(), Failure> {
    match root.log_end(entry.log_id.key_id.as_bytes()) {
        Some(end) if time > end => Err(refuse(format!(
            "it was signed at {time}, when its log took no entries any longer (since {end})"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// An entry without a proof needs at least a promise.
pub(super) fn require_proof_or_promise(entry: &TransparencyLogEntry) -> Result<(), Failure> {
    if entry.inclusion_proof.is_none() && entry.inclusion_promise.is_none() {
        return Err(refuse(
            "its log entry has neither an inclusion proof nor an inclusion promise",
        ));
    }
    Ok(())
}

/// `Ok(true)`: old enough to have only the log's promise.
pub(super) fn require_proof(
    entry: &TransparencyLogEntry,
    time: Timestamp,
) -> Result<bool, Failure> {
    if entry.inclusion_proof.is_some() {
        return Ok(false);
    }
    require_proof_or_promise(entry)?;
    if time >= PROOF_REQUIRED_SINCE {
        return Err(refuse(format!(
            "its log entry of {time} has no inclusion proof; entries since {PROOF_REQUIRED_SINCE} need one"
        )));
    }
    Ok(true)
}

/// The checkpoint must be of the very log that the entry names.
pub(super) fn bind_checkpoint(
    root: &SigstoreRoot,
    entry: &TransparencyLogEntry,
) -> Result<(), Failure> {
    let Some(proof) = &entry.inclusion_proof else {
        return Ok(());
    };
    let checkpoint = proof
        .checkpoint
        .checkpoint()
        .ok_or_else(|| refuse("its inclusion proof has no checkpoint"))?;
    let log_id = entry.log_id.key_id.as_bytes();
    let host = root
        .log_host(log_id)
        .ok_or_else(|| refuse("its log entry names a transparency log that is not trusted"))?;
    let origin = checkpoint.origin();
    let of_this_log = origin
        .strip_prefix(host)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(" - "));
    if !of_this_log {
        return Err(refuse(format!(
            "its checkpoint is of `{origin}`, its log entry of `{host}`"
        )));
    }
    // The verifier takes the key of any trusted log whose four-byte hint a signature line names.
    // Hints are unique among the trusted logs (`SigstoreRoot`), so with no line of another trusted
    // log the line that verified is this log's.
    let foreign = checkpoint
        .signatures()
        .iter()
        .any(|line| root.hint_of_other_log(line.key_id.as_slice(), log_id));
    if foreign {
        return Err(refuse(
            "its checkpoint is signed with the key of another transparency log",
        ));
    }
    Ok(())
}

fn refuse(reason: impl Into<String>) -> Failure {
    Failure::Invalid(reason.into())
}
