//! Certificate authorities in Fulcio's shape, and the certificates that they issue.

use jiff::{SignedDuration, Timestamp};

use crate::der;
use crate::identity::San;
use crate::keys::{P256Key, P384Key, sha256};
use crate::leaf::Leaf;
use crate::time::at;
use crate::x509::{CODE_SIGNING, Extension, SERVER_AUTHENTICATION, Tbs, name};

const FULCIO_ARC: &str = "1.3.6.1.4.1.57264.1";

/// A root, and the intermediate below it that issues.
#[derive(Debug, Clone)]
pub struct CertificateAuthority {
    /// The root certificate in DER.
    pub root: Vec<u8>,
    /// The issuing certificate in DER.
    pub intermediate: Vec<u8>,
    organization: String,
    issuing_key: P384Key,
    issuing_name: Vec<u8>,
    /// The key that its certificates say they are signed with.
    stated_key: Vec<u8>,
}

impl CertificateAuthority {
    /// The authority of this label, with intermediates that may issue for `usage`
    /// (an extended key usage).
    pub fn new(label: &str, organization: &str, common_name: &str, usage: &str) -> Self {
        let root_key = P384Key::from_label(&format!("{label} root"));
        let issuing_key = P384Key::from_label(&format!("{label} intermediate"));
        let root_name = name(organization, Some(common_name));
        let issuing_name = name(organization, Some(&format!("{common_name}-intermediate")));
        let (not_before, not_after) = (at("2021-03-01T00:00:00Z"), at("2046-03-01T00:00:00Z"));
        let root = Tbs {
            serial: vec![0x51, 0x01],
            issuer: root_name.clone(),
            not_before,
            not_after,
            subject: root_name.clone(),
            spki: root_key.spki(),
            extensions: vec![
                Extension::key_usage(0x06),
                Extension::authority(None),
                Extension::subject_key(&root_key.spki()),
            ],
        };
        let intermediate = Tbs {
            serial: vec![0x51, 0x02],
            issuer: root_name,
            not_before,
            not_after,
            subject: issuing_name.clone(),
            spki: issuing_key.spki(),
            extensions: vec![
                Extension::key_usage(0x06),
                Extension::extended_key_usage(&[usage], false),
                Extension::authority(Some(0)),
                Extension::subject_key(&issuing_key.spki()),
                Extension::authority_key(&root_key.spki()),
            ],
        };
        Self {
            root: root.sign(&root_key),
            intermediate: intermediate.sign(&root_key),
            organization: organization.into(),
            stated_key: issuing_key.spki(),
            issuing_key,
            issuing_name,
        }
    }

    /// A Fulcio of this label.
    pub fn fulcio(label: &str) -> Self {
        Self::new(label, "testkit.example", "fulcio", CODE_SIGNING)
    }

    /// Issues a certificate for `spki`. `ct_log` countersigns it as `leaf.sct` says.
    pub fn issue(
        &self,
        leaf: &Leaf,
        spki: Vec<u8>,
        logged_at: Timestamp,
        ct_log: &P256Key,
    ) -> Vec<u8> {
        let not_before = leaf
            .not_before
            .unwrap_or(logged_at - SignedDuration::from_secs(5));
        let not_after = leaf
            .not_after
            .unwrap_or(not_before + SignedDuration::from_mins(10));
        let mut extensions = Vec::new();
        if let Some(bits) = leaf.key_usage {
            extensions.push(Extension::key_usage(bits));
        }
        if !leaf.extended_key_usage.is_empty() {
            let oids: Vec<&str> = leaf.extended_key_usage.iter().map(String::as_str).collect();
            extensions.push(Extension::extended_key_usage(&oids, false));
        }
        extensions.push(Extension::subject_key(&spki));
        extensions.push(Extension::authority_key(&self.issuing_key.spki()));
        extensions.extend(subject_alternative_name(&leaf.identity.san));
        for (arc, value) in &leaf.identity.extensions {
            extensions.push(Extension::new(
                &format!("{FULCIO_ARC}.{arc}"),
                false,
                value.clone(),
            ));
        }
        extensions.extend(leaf.extra.iter().cloned());
        let serial = sha256(&spki)[..19].to_vec();
        let mut tbs = Tbs {
            serial,
            issuer: self.issuing_name.clone(),
            not_before,
            not_after,
            subject: name("", None),
            spki,
            extensions,
        };
        let sct_at = leaf.sct_at.unwrap_or(not_before);
        tbs.extensions.extend(
            leaf.sct
                .extension(&tbs, &self.issuing_key.spki(), sct_at, ct_log),
        );
        tbs.sign(&self.issuing_key)
    }

    /// One that says of its timestamp certificates that `other` signed them.
    #[must_use]
    pub fn impersonating(mut self, other: &Self) -> Self {
        self.issuing_name.clone_from(&other.issuing_name);
        self.stated_key.clone_from(&other.stated_key);
        self
    }

    /// A certificate for timestamps.
    pub fn issue_timestamping(&self, serial: &[u8], spki: Vec<u8>) -> Vec<u8> {
        Tbs {
            serial: serial.to_vec(),
            issuer: self.issuing_name.clone(),
            not_before: at("2021-03-01T00:00:00Z"),
            not_after: at("2046-03-01T00:00:00Z"),
            subject: name(&self.organization, Some("tsa")),
            extensions: vec![
                Extension::key_usage(0x80),
                Extension::subject_key(&spki),
                Extension::authority_key(&self.stated_key),
                Extension::extended_key_usage(&["1.3.6.1.5.5.7.3.8"], true),
            ],
            spki,
        }
        .sign(&self.issuing_key)
    }

    /// A certificate for TLS servers with these subject alternative names (`GeneralName`s in DER).
    pub fn issue_server(
        &self,
        spki: Vec<u8>,
        names: &[Vec<u8>],
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> Vec<u8> {
        Tbs {
            serial: sha256(&spki)[..19].to_vec(),
            issuer: self.issuing_name.clone(),
            not_before,
            not_after,
            subject: name("", None),
            extensions: vec![
                Extension::key_usage(0x80),
                Extension::extended_key_usage(&[SERVER_AUTHENTICATION], false),
                Extension::subject_key(&spki),
                Extension::authority_key(&self.issuing_key.spki()),
                Extension::new("2.5.29.17", true, der::sequence(names)),
            ],
            spki,
        }
        .sign(&self.issuing_key)
    }

    /// The issuer name in DER.
    pub fn issuing_name(&self) -> &[u8] {
        &self.issuing_name
    }
}

fn subject_alternative_name(san: &San) -> Option<Extension> {
    let names = match san {
        San::Uri(uri) => der::sequence(&[der::context_primitive(6, uri.as_bytes())]),
        San::Email(email) => der::sequence(&[der::context_primitive(1, email.as_bytes())]),
        San::Raw(names) => names.clone(),
        San::None => return None,
    };
    Some(Extension::new("2.5.29.17", true, names))
}
