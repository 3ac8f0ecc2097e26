//! Why `sigstore-verify` refuses a bundle, in this program's words: its own are made for its callers
//! ("artifact mismatch: artifact hash does not match any subject in attestation"). Where the library
//! knows more than our sentence says, that follows in brackets.

use super::failure::Failure;
use sigstore_verify::{CertificateError, Error, TimestampError, TransparencyLogError};

/// What the error says of the bundle. A form that the library does not know, and trust material that it
/// cannot use, accuse nobody (docs/verification.md#p5).
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's list of errors is open"
)]
pub(super) fn failure(error: &Error) -> Failure {
    let reason = reason(error);
    match error {
        Error::UnsupportedBundle(_) | Error::UnsupportedArtifact(_) => Failure::unsupported(reason),
        Error::InvalidTrustRoot(_) | Error::TrustRoot(_) | Error::TrustedCertificate(_) => {
            Failure::Undetermined(reason)
        }
        _ => Failure::Invalid(reason),
    }
}

/// The reason, as what follows "fails verification:". It may hold untrusted text.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library's list of errors is open"
)]
fn reason(error: &Error) -> String {
    let stated = |actual: Option<String>| actual.unwrap_or_else(|| "none".to_owned());
    match error {
        Error::IdentityMismatch { expected, actual } => format!(
            "the identity in its certificate is {}, not {expected}",
            stated(actual.as_ref().map(ToString::to_string))
        ),
        Error::IssuerMismatch { expected, actual } => format!(
            "the issuer in its certificate is {}, not {expected}",
            stated(actual.clone())
        ),
        Error::SignatureInvalid(_) => {
            "its signature is not of this content by the key that it names".to_owned()
        }
        Error::ArtifactMismatch(_) => {
            "it is about other content: no digest in it is that of the file".to_owned()
        }
        Error::UnsupportedArtifact(detail) => {
            format!("its signature cannot be checked by a digest alone ({detail})")
        }
        Error::Certificate(error) => certificate(error),
        Error::TransparencyLog(error) => log(error),
        Error::Timestamp(error) => timestamp(error),
        Error::InvalidBundle(detail) => format!("malformed bundle: {detail}"),
        Error::Bundle(error) => format!("malformed bundle: {error}"),
        Error::UnsupportedBundle(detail) => {
            format!("it is of a form that is not accepted ({detail})")
        }
        Error::InvalidTrustRoot(detail) => format!("the trust material is not usable ({detail})"),
        Error::TrustRoot(error) => format!("the trust material is not usable ({error})"),
        Error::TrustedCertificate(error) => format!("the trust material is not usable ({error})"),
        other => format!("its cryptography fails ({other})"),
    }
}

fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::Malformed(detail) => format!("its certificate is malformed ({detail})"),
        CertificateError::ChainInvalid(detail) => format!(
            "its certificate is not one for signing by an authority that is trusted ({detail})"
        ),
        CertificateError::NoValidAuthority { time } => {
            format!(
                "no certificate authority that is trusted was in force when it was signed, {time}"
            )
        }
        CertificateError::NotYetValid { time, not_before } => {
            format!("it was signed at {time}, and its certificate is valid from {not_before}")
        }
        CertificateError::Expired { time, not_after } => {
            format!("it was signed at {time}, and its certificate was valid until {not_after}")
        }
        CertificateError::Sct(detail) => {
            format!("no certificate transparency log vouches for its certificate ({detail})")
        }
        other => format!("its certificate is not acceptable ({other})"),
    }
}

fn log(error: &TransparencyLogError) -> String {
    match error {
        TransparencyLogError::UnknownLog { .. } => {
            "its log entry is of a transparency log that is not trusted".to_owned()
        }
        TransparencyLogError::InclusionProof(detail) => {
            format!("its inclusion proof does not show that the log holds its entry ({detail})")
        }
        TransparencyLogError::Checkpoint(detail) => {
            format!("its checkpoint is not the transparency log's ({detail})")
        }
        TransparencyLogError::InclusionPromise(detail) => {
            format!("its inclusion promise is not the transparency log's ({detail})")
        }
        TransparencyLogError::EntryMismatch(detail) => {
            format!("its log entry is about something else ({detail})")
        }
        TransparencyLogError::IntegratedTime(detail) => {
            format!("the time of its log entry cannot be right ({detail})")
        }
        TransparencyLogError::MalformedEntry(detail) => {
            format!("its log entry is malformed ({detail})")
        }
        other => format!("its log entry is not acceptable ({other})"),
    }
}

fn timestamp(error: &TimestampError) -> String {
    match error {
        TimestampError::Invalid(detail) => {
            format!("its timestamp fails verification ({detail})")
        }
        TimestampError::OutsideAuthorityValidity { time } => {
            format!("its timestamp is of {time}, when the authority that made it was not in force")
        }
        TimestampError::NoVerifiedTimestamp(_) => {
            "nothing proves when it was signed: it has neither a timestamp nor a time that the log \
             signed"
                .to_owned()
        }
        other => format!("its timestamp is not acceptable ({other})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_sentences_of_ours() {
        let detail = || "DETAIL".to_owned();
        let time = jiff::Timestamp::UNIX_EPOCH;
        for (error, says) in [
            (
                Error::ArtifactMismatch(
                    "artifact hash does not match any subject in attestation".to_owned(),
                ),
                "it is about other content: no digest in it is that of the file",
            ),
            (
                Error::SignatureInvalid("DSSE signature verification failed".to_owned()),
                "its signature is not of this content by the key that it names",
            ),
            (
                CertificateError::Expired {
                    time,
                    not_after: time,
                }
                .into(),
                "it was signed at 1970-01-01T00:00:00Z, and its certificate was valid until 1970-01-01T00:00:00Z",
            ),
            (
                CertificateError::Sct(detail()).into(),
                "no certificate transparency log vouches for its certificate (DETAIL)",
            ),
            (
                TransparencyLogError::EntryMismatch(detail()).into(),
                "its log entry is about something else (DETAIL)",
            ),
            (
                TimestampError::NoVerifiedTimestamp(
                    "V2 bundle requires RFC3161 timestamp".to_owned(),
                )
                .into(),
                "nothing proves when it was signed: it has neither a timestamp nor a time that the log signed",
            ),
            (
                Error::IssuerMismatch {
                    expected: "https://a.example".to_owned(),
                    actual: None,
                },
                "the issuer in its certificate is none, not https://a.example",
            ),
            (Error::InvalidBundle(detail()), "malformed bundle: DETAIL"),
        ] {
            assert_eq!(reason(&error), says);
        }
    }

    #[test]
    fn what_is_not_known_accuses_nobody() {
        let detail = || "DETAIL".to_owned();
        for error in [
            Error::UnsupportedBundle(detail()),
            Error::UnsupportedArtifact(detail()),
        ] {
            assert!(
                matches!(failure(&error), Failure::Unsupported(_)),
                "{error}"
            );
        }
        let error = Error::InvalidTrustRoot(detail());
        assert!(matches!(failure(&error), Failure::Undetermined(_)));
        for error in [
            Error::SignatureInvalid(detail()),
            Error::InvalidBundle(detail()),
            TransparencyLogError::EntryMismatch(detail()).into(),
        ] {
            assert!(matches!(failure(&error), Failure::Invalid(_)), "{error}");
        }
    }
}
