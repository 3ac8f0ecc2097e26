//! What trust material holds, for people: authorities, logs and keys with their validity. Pure.

use serde::Serialize;
use sigstore_trust_root::{TimeRange, TrustedRoot};

use super::{NpmKeys, TrustMaterial};

/// Everything that is trusted.
#[derive(Debug, Clone, Serialize)]
pub struct Contents {
    /// Sigstore's certificate authorities (Fulcio).
    pub certificate_authorities: Vec<Authority>,
    /// Transparency logs (Rekor).
    pub transparency_logs: Vec<Log>,
    /// Certificate transparency logs.
    pub certificate_logs: Vec<Log>,
    /// Timestamp authorities (RFC 3161).
    pub timestamp_authorities: Vec<Authority>,
    /// The keys of the default npm registry. They vouch for every package but those of
    /// `npm_scopes`.
    pub npm_keys: Vec<Key>,
    /// Scopes whose packages other keys vouch for, or none.
    pub npm_scopes: Vec<Scope>,
}

/// A scope whose packages the default registry's keys do not vouch for.
#[derive(Debug, Clone, Serialize)]
pub struct Scope {
    /// With its `@`.
    pub scope: String,
    /// Its keys; empty where nobody vouches for it.
    pub npm_keys: Vec<Key>,
}

/// A certificate authority or a timestamp authority.
#[derive(Debug, Clone, Serialize)]
pub struct Authority {
    /// Organization and common name, as the trusted root states them.
    pub subject: String,
    /// Its address.
    pub uri: Option<String>,
    /// When it counts.
    pub valid: Window,
}

/// A log.
#[derive(Debug, Clone, Serialize)]
pub struct Log {
    /// Its address.
    pub url: String,
    /// Its key id, in hexadecimal.
    pub key_id: String,
    /// When its key counts.
    pub valid: Window,
}

/// A registry key.
#[derive(Debug, Clone, Serialize)]
pub struct Key {
    /// OpenSSH fingerprint.
    pub key_id: String,
    /// `npm:signatures` or `npm:attestations`.
    pub usage: &'static str,
    /// When it counts.
    pub valid: Window,
}

/// From when until when, RFC 3339; nothing where there is no bound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Window {
    /// First moment.
    pub start: Option<String>,
    /// Last moment.
    pub end: Option<String>,
}

impl std::fmt::Display for Window {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.start, &self.end) {
            (Some(start), Some(end)) => write!(formatter, "from {start} until {end}"),
            (Some(start), None) => write!(formatter, "from {start}"),
            (None, Some(end)) => write!(formatter, "until {end}"),
            (None, None) => write!(formatter, "at any time"),
        }
    }
}

impl Window {
    fn of(range: Option<TimeRange>) -> Self {
        range.map_or_else(Self::default, |range| Self {
            start: Some(range.start.to_string()),
            end: range.end.map(|end| end.to_string()),
        })
    }
}

/// What `trust` holds.
///
/// # Errors
/// Where its trusted root cannot be read again, which material that was loaded does not cause.
pub fn contents(trust: &TrustMaterial) -> Result<Contents, serde_json::Error> {
    let root: TrustedRoot = serde_json::from_slice(&trust.trusted_root_json)?;
    let subject = |organization: &Option<String>, name: &Option<String>| {
        let parts = [organization.as_deref(), name.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            "unnamed".to_owned()
        } else {
            parts.join(", ")
        }
    };
    let certificate_authorities = root.certificate_authorities.iter().map(|each| Authority {
        subject: subject(&each.subject.organization, &each.subject.common_name),
        uri: Some(each.uri.clone()),
        valid: Window::of(each.valid_for),
    });
    let timestamp_authorities = root.timestamp_authorities.iter().map(|each| Authority {
        subject: subject(&each.subject.organization, &each.subject.common_name),
        uri: each.uri.clone(),
        valid: Window::of(each.valid_for),
    });
    let transparency_logs = root.tlogs.iter().map(|each| Log {
        url: each.base_url.clone(),
        key_id: hex::encode(each.log_id.key_id.as_bytes()),
        valid: Window::of(each.public_key.valid_for),
    });
    let certificate_logs = root.ctlogs.iter().map(|each| Log {
        url: each.base_url.clone(),
        key_id: hex::encode(each.log_id.key_id.as_bytes()),
        valid: Window::of(each.public_key.valid_for),
    });
    Ok(Contents {
        certificate_authorities: certificate_authorities.collect(),
        transparency_logs: transparency_logs.collect(),
        certificate_logs: certificate_logs.collect(),
        timestamp_authorities: timestamp_authorities.collect(),
        npm_keys: keys(&trust.npm_keys),
        npm_scopes: trust
            .scopes
            .iter()
            .map(|(scope, bound)| Scope {
                scope: scope.to_owned(),
                npm_keys: keys(&bound.keys),
            })
            .collect(),
    })
}

fn keys(keys: &NpmKeys) -> Vec<Key> {
    keys.iter()
        .map(|key| Key {
            key_id: key.id.clone(),
            usage: key.usage.as_str(),
            valid: Window {
                start: Some(key.start.to_string()),
                end: key.end.map(|end| end.to_string()),
            },
        })
        .collect()
}
