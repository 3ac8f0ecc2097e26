//! Certificates that should not have been issued, or not believed: what they allow, when they were
//! valid, and extensions that two readers read differently.

use package_provenance::verify::Status;
use testkit::identity::encode;
use testkit::x509::Extension;
use testkit::{EnvelopeKey, Issuer, NpmDraft, San, Sct, at, der};

use crate::support::{Lab, Lie};

/// docs/verification.md#f13, and who may sign at all.
#[test]
fn certificates() {
    let lab = Lab::new();
    let lies: &[Lie<NpmDraft>] = &[
        (
            "an authority that nobody trusts",
            |_, it| leaf(it).issuer = Issuer::Stranger,
            Status::Invalid,
            "by an authority that is trusted",
        ),
        (
            "an authority that had ended",
            |_, it| leaf(it).issuer = Issuer::Retired,
            Status::Invalid,
            "by an authority that is trusted",
        ),
        (
            "no certificate timestamp",
            |_, it| leaf(it).sct = Sct::None,
            Status::Invalid,
            "SCT",
        ),
        (
            "certificate timestamp over another",
            |_, it| leaf(it).sct = Sct::OverOtherCertificate,
            Status::Invalid,
            "SCT",
        ),
        (
            "certificate timestamp of an unknown log",
            |_, it| leaf(it).sct = Sct::UnknownLog,
            Status::Unknown,
            "a certificate transparency log that the trust material does not have",
        ),
        (
            "certificate timestamp with another key",
            |_, it| leaf(it).sct = Sct::WrongKey,
            Status::Invalid,
            "SCT",
        ),
        (
            "logged before it was valid",
            |_, it| leaf(it).not_before = Some(at("2026-03-01T12:00:01Z")),
            Status::Invalid,
            "valid",
        ),
        (
            "logged after it had ended",
            |_, it| {
                leaf(it).not_before = Some(at("2026-03-01T11:00:00Z"));
                leaf(it).not_after = Some(at("2026-03-01T11:59:59Z"));
            },
            Status::Invalid,
            "valid",
        ),
        (
            "no extended key usage",
            |_, it| leaf(it).extended_key_usage.clear(),
            Status::Invalid,
            "Eku",
        ),
        (
            "for servers",
            |_, it| leaf(it).extended_key_usage = vec!["1.3.6.1.5.5.7.3.1".into()],
            Status::Invalid,
            "Eku",
        ),
        (
            "no key usage",
            |_, it| leaf(it).key_usage = None,
            Status::Invalid,
            "not for digital signatures",
        ),
        (
            "for certificates only",
            |_, it| leaf(it).key_usage = Some(0x06),
            Status::Invalid,
            "not for digital signatures",
        ),
        (
            "key usage twice",
            |_, it| leaf(it).extra.push(Extension::key_usage(0x06)),
            Status::Invalid,
            "xtension",
        ),
        (
            "a critical extension that nobody knows",
            |_, it| {
                leaf(it)
                    .extra
                    .push(Extension::new("1.3.6.1.4.1.99999.1", true, der::null()));
            },
            Status::Invalid,
            "xtension",
        ),
        (
            "an authority itself",
            |_, it| leaf(it).extra.push(Extension::authority(Some(0))),
            Status::Invalid,
            "certificate",
        ),
        (
            "another key signed",
            |_, it| it.provenance().envelope_key = EnvelopeKey::Stranger,
            Status::Invalid,
            "its signature is not of this content",
        ),
    ];
    lab.npm_lies(&lab.draft(), lies);
}

fn leaf(draft: &mut NpmDraft) -> &mut testkit::Leaf {
    draft.provenance().leaf()
}

/// The subject alternative name is exactly one URI of the build.
#[test]
fn subjects() {
    let lab = Lab::new();
    let lies: &[Lie<NpmDraft>] = &[
        (
            "none",
            |_, it| leaf(it).identity.san = San::None,
            Status::Invalid,
            "subject alternative name",
        ),
        (
            "two URIs, the honest one first",
            |_, it| two_names(it, false),
            Status::Invalid,
            "has 2 subject alternative names",
        ),
        (
            "two URIs, the honest one last",
            |_, it| two_names(it, true),
            Status::Invalid,
            "has 2 subject alternative names",
        ),
        (
            "a domain",
            |_, it| {
                leaf(it).identity.san =
                    San::Raw(der::sequence(&[der::context_primitive(2, b"github.com")]));
            },
            Status::Invalid,
            "neither a URI nor an e-mail address",
        ),
        (
            "no names",
            |_, it| leaf(it).identity.san = San::Raw(der::sequence(&[])),
            Status::Invalid,
            "ubject",
        ),
        (
            "a second extension",
            |_, it| {
                let names =
                    der::sequence(&[der::context_primitive(6, b"https://github.com/victim/x")]);
                leaf(it)
                    .extra
                    .push(Extension::new("2.5.29.17", false, names));
            },
            Status::Invalid,
            "xtension",
        ),
        (
            "another workflow than extension 9",
            |_, it| {
                leaf(it).identity.san = San::Uri("https://github.com/victim/widget/.github/workflows/release.yml@refs/tags/v1.2.3".into());
            },
            Status::Invalid,
            "the subject and 1.3.6.1.4.1.57264.1.9 differ",
        ),
    ];
    lab.npm_lies(&lab.draft(), lies);
}

fn two_names(draft: &mut NpmDraft, reversed: bool) {
    let San::Uri(honest) = leaf(draft).identity.san.clone() else {
        panic!("a workflow's certificate names a URI")
    };
    let mut names = vec![
        der::context_primitive(6, honest.as_bytes()),
        der::context_primitive(6, b"https://github.com/victim/widget"),
    ];
    if reversed {
        names.reverse();
    }
    leaf(draft).identity.san = San::Raw(der::sequence(&names));
}

/// Every extension of Fulcio's arc, said twice: whichever a reader takes, the certificate is
/// refused.
#[test]
fn repeated_extensions() {
    let lab = Lab::new();
    let honest = lab.draft();
    let known: Vec<u32> = {
        let mut draft = honest.clone();
        leaf(&mut draft)
            .identity
            .extensions
            .iter()
            .map(|(arc, _)| *arc)
            .collect()
    };
    assert!(known.len() >= 20, "{known:?}");
    for arc in known {
        for first in [true, false] {
            let mut draft = honest.clone();
            let identity = &mut leaf(&mut draft).identity;
            let lie = (arc, encode(arc, "https://github.com/victim/widget"));
            if first {
                identity.extensions.insert(0, lie);
            } else {
                identity.extensions.push(lie);
            }
            let observed = lab.npm_draft(&draft);
            let name = format!("{arc} twice, the lie first: {first}");
            crate::support::assert_refused(&name, &observed, Status::Invalid, "xtension");
        }
    }
}

type Encode = fn(&str) -> Vec<u8>;

/// Every extension of Fulcio's arc, in an encoding that is not the one of its definition.
#[test]
fn malformed_extensions() {
    let lab = Lab::new();
    let honest = lab.draft();
    crate::support::assert_verified("the control", &lab.npm_draft(&honest));
    let der_lies: &[(&str, Encode)] = &[
        ("another tag", |text| der::printable(text)),
        ("raw", |text| text.as_bytes().to_vec()),
        ("bytes after the text", |text| {
            [der::utf8(text), vec![0]].concat()
        }),
        ("a length too long", |text| {
            let mut bytes = der::utf8(text);
            bytes.pop();
            bytes
        }),
        ("no UTF-8", |_| der::tlv(0x0c, &[0xff, 0xfe])),
        ("empty", |_| Vec::new()),
    ];
    let raw_lies: &[(&str, Encode)] = &[("no UTF-8", |_| vec![0xff, 0xfe])];
    let mut probe = honest.clone();
    for (arc, value) in leaf(&mut probe).identity.extensions.clone() {
        let text = if arc <= 6 { &value[..] } else { &value[2..] };
        let text = String::from_utf8_lossy(text).into_owned();
        for (name, lie) in if arc <= 6 { raw_lies } else { der_lies } {
            let mut draft = honest.clone();
            leaf(&mut draft).identity.set_raw(arc, lie(&text));
            let observed = lab.npm_draft(&draft);
            crate::support::assert_refused(
                &format!("{arc}: {name}"),
                &observed,
                Status::Invalid,
                "malformed",
            );
        }
    }
}

/// Where a certificate says a thing twice, in an old and a new extension, both must agree.
#[test]
fn contradicting_extensions() {
    let lab = Lab::new();
    let honest = lab.draft();
    crate::support::assert_verified("the control", &lab.npm_draft(&honest));
    for (arc, value, reason) in [
        (
            1,
            "https://gitlab.com",
            "57264.1.1 and 1.3.6.1.4.1.57264.1.8 differ",
        ),
        (
            2,
            "pull_request",
            "57264.1.2 and 1.3.6.1.4.1.57264.1.20 differ",
        ),
        (
            3,
            "0000000000000000000000000000000000000000",
            "57264.1.3 and 1.3.6.1.4.1.57264.1.13 differ",
        ),
        (
            5,
            "victim/widget",
            "57264.1.5 and 1.3.6.1.4.1.57264.1.12 differ",
        ),
        (
            6,
            "refs/heads/main",
            "57264.1.6 and 1.3.6.1.4.1.57264.1.14 differ",
        ),
        (
            12,
            "https://github.com/victim/widget",
            "57264.1.5 and 1.3.6.1.4.1.57264.1.12 differ",
        ),
    ] {
        let mut draft = honest.clone();
        leaf(&mut draft).identity.set(arc, value);
        crate::support::assert_refused(value, &lab.npm_draft(&draft), Status::Invalid, reason);
    }
}
