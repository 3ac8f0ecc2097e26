//! A Sigstore trusted root, checked once and ready to verify with.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sigstore_trust_root::{CertificateAuthority, TrustedRoot};
use sigstore_verify::Verifier;
use sigstore_verify::tsa::TsaAuthority;
use sigstore_verify::types::DerCertificate;

/// A Sigstore trusted root and the verifier made from it. Verification with it is CPU only.
pub struct SigstoreRoot {
    verifier: Verifier,
    /// Each transparency log, by its key id.
    logs: HashMap<Vec<u8>, Log>,
    /// Key id of each certificate transparency log.
    ct_logs: HashSet<Vec<u8>>,
    /// Its timestamp authorities, those included whose time has not begun.
    timestamp_authorities: Vec<TsaAuthority>,
    certificate_authorities: Vec<CertificateAuthority>,
    newest_start: Option<Timestamp>,
}

/// A transparency log.
struct Log {
    host: String,
    /// From when on it takes no entries, where that is known.
    end: Option<Timestamp>,
}

/// Why a trusted root cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SigstoreRootError(pub String);

impl SigstoreRoot {
    /// Reads a `trusted_root.json` (`application/vnd.dev.sigstore.trustedroot…+json`).
    ///
    /// # Errors
    /// [`SigstoreRootError`] where it is not one, holds no transparency log or certificate authority,
    /// or two logs share the four-byte hint by which checkpoints name their key: the verifier would
    /// then not know which of them signed.
    pub fn from_json(json: &str) -> Result<Self, SigstoreRootError> {
        crate::json::check(json.as_bytes())
            .map_err(|error| SigstoreRootError(format!("not a Sigstore trusted root ({error})")))?;
        let root = TrustedRoot::from_json(json)
            .map_err(|error| SigstoreRootError(format!("not a Sigstore trusted root ({error})")))?;
        Self::new(&root)
    }

    /// As [`SigstoreRoot::from_json`], of bytes.
    ///
    /// # Errors
    /// As [`SigstoreRoot::from_json`], and where the bytes are not UTF-8.
    pub fn from_bytes(json: &[u8]) -> Result<Self, SigstoreRootError> {
        let json = std::str::from_utf8(json)
            .map_err(|error| SigstoreRootError(format!("not a Sigstore trusted root ({error})")))?;
        Self::from_json(json)
    }

    fn new(root: &TrustedRoot) -> Result<Self, SigstoreRootError> {
        let verifier = Verifier::new(root)
            .map_err(|error| SigstoreRootError(format!("not usable: {error}")))?;
        if root.tlogs.is_empty() {
            return Err(SigstoreRootError("holds no transparency log".to_owned()));
        }
        let mut logs = HashMap::new();
        let mut hints = HashSet::new();
        for log in &root.tlogs {
            let id = log.log_id.key_id.as_bytes().to_vec();
            let host = host_of(&log.base_url).ok_or_else(|| {
                SigstoreRootError(format!("the log address `{}` has no host", log.base_url))
            })?;
            if !hints.insert(hint_of(&id)) {
                return Err(SigstoreRootError(
                    "two transparency logs share one checkpoint key hint".to_owned(),
                ));
            }
            let end = log.public_key.valid_for.and_then(|window| window.end);
            logs.insert(id, Log { host, end });
        }
        let ct_logs = root.ctlogs.iter();
        let ct_logs = ct_logs.map(|log| log.log_id.key_id.as_bytes().to_vec());
        let ct_logs = ct_logs.collect();
        let starts = root
            .tlogs
            .iter()
            .filter_map(|log| log.public_key.valid_for)
            .chain(
                root.certificate_authorities
                    .iter()
                    .filter_map(|ca| ca.valid_for),
            );
        let newest_start = starts.map(|window| window.start).max();
        Ok(Self {
            verifier,
            logs,
            ct_logs,
            timestamp_authorities: timestamp_authorities(root),
            certificate_authorities: root.certificate_authorities.clone(),
            newest_start,
        })
    }

    /// The verifier. Its callers enforce what it leaves to them (`verify::bundle`).
    pub(crate) fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The host of the transparency log with this key id.
    pub(crate) fn log_host(&self, log_id: &[u8]) -> Option<&str> {
        self.logs.get(log_id).map(|log| log.host.as_str())
    }

    /// When the transparency log with this key id ended.
    pub(crate) fn log_end(&self, log_id: &[u8]) -> Option<Timestamp> {
        self.logs.get(log_id)?.end
    }

    /// Whether it has the certificate transparency log with this key id.
    pub(crate) fn has_ct_log(&self, log_id: &[u8]) -> bool {
        self.ct_logs.contains(log_id)
    }

    /// Its timestamp authorities.
    pub(crate) fn timestamp_authorities(&self) -> &[TsaAuthority] {
        &self.timestamp_authorities
    }

    /// The certificates of the certificate authorities that were in force at this time.
    pub(crate) fn certificates_at(&self, time: Timestamp) -> impl Iterator<Item = &DerCertificate> {
        self.certificate_authorities
            .iter()
            .filter(move |it| it.valid_for.is_none_or(|window| window.contains(time)))
            .flat_map(|it| it.cert_chain.certificates.iter().map(|one| &one.raw_bytes))
    }

    /// Whether a checkpoint signature with this key hint may be of a log other than `log_id`.
    pub(crate) fn hint_of_other_log(&self, hint: &[u8], log_id: &[u8]) -> bool {
        self.logs
            .keys()
            .any(|id| id != log_id && hint_of(id) == hint)
    }

    /// When the newest log or authority became valid: the root is at least as new as this.
    pub fn newest_start(&self) -> Option<Timestamp> {
        self.newest_start
    }
}

fn timestamp_authorities(root: &TrustedRoot) -> Vec<TsaAuthority> {
    let of_chain = |chain: &[DerCertificate], window| {
        let (leaf, root) = (chain.first()?, chain.last()?);
        let between = chain.get(1..chain.len() - 1).unwrap_or_default();
        Some(TsaAuthority::new(
            leaf.clone(),
            between.to_vec(),
            root.clone(),
            window,
        ))
    };
    let authorities = root.timestamp_authorities.iter().filter_map(|it| {
        let chain = it.cert_chain.certificates.iter();
        let chain: Vec<_> = chain.map(|one| one.raw_bytes.clone()).collect();
        of_chain(&chain, it.valid_for)
    });
    authorities.collect()
}

/// The first four bytes of a log id, by which a checkpoint's signature line names its key.
fn hint_of(id: &[u8]) -> Vec<u8> {
    id.iter().take(4).copied().collect()
}

/// Host, and port where it is not the scheme's own: what a log writes as its checkpoints' origin.
fn host_of(base_url: &str) -> Option<String> {
    let url = url::Url::parse(base_url).ok()?;
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}
