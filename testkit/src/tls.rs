//! Certificates of TLS servers.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::ca::CertificateAuthority;
use crate::der;
use crate::keys::{P256Key, pem};
use crate::time::at;
use crate::x509::SERVER_AUTHENTICATION;

/// A certificate authority for TLS servers, which nobody trusts but who is given its certificate.
#[derive(Debug, Clone)]
pub struct TlsAuthority {
    label: String,
    authority: CertificateAuthority,
}

/// A TLS server's certificate chain and key.
#[derive(Debug, Clone)]
pub struct ServerCertificate {
    /// The server's certificate, then its issuer's, in DER.
    pub chain: Vec<Vec<u8>>,
    /// `ECPrivateKey` in DER.
    pub key: Vec<u8>,
}

impl TlsAuthority {
    /// The authority of this label.
    pub fn new(label: &str) -> Self {
        let label = format!("tls {label}");
        Self {
            authority: CertificateAuthority::new(
                &label,
                "testkit.example",
                &label,
                SERVER_AUTHENTICATION,
            ),
            label,
        }
    }

    /// The root certificate: what `SSL_CERT_FILE` names.
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.authority.root)
    }

    /// A certificate that is valid now, for a host name or an IP address.
    pub fn certify(&self, host: &str) -> ServerCertificate {
        self.certify_for(host, at("2021-03-01T00:00:00Z"), at("2046-03-01T00:00:00Z"))
    }

    /// As [`TlsAuthority::certify`], within these times.
    pub fn certify_for(
        &self,
        host: &str,
        not_before: Timestamp,
        not_after: Timestamp,
    ) -> ServerCertificate {
        let name = match host.parse() {
            Ok(IpAddr::V4(address)) => der::context_primitive(7, &address.octets()),
            Ok(IpAddr::V6(address)) => der::context_primitive(7, &address.octets()),
            Err(_) => der::context_primitive(2, host.as_bytes()),
        };
        let key = P256Key::from_label(&format!("{} {host}", self.label));
        let leaf = self
            .authority
            .issue_server(key.spki(), &[name], not_before, not_after);
        ServerCertificate {
            chain: vec![leaf, self.authority.intermediate.clone()],
            key: key.private_der(),
        }
    }
}
