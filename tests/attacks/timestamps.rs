//! Timestamps by an authority that the trust material does not have, and what is made to look like one
//! (docs/verification.md#b3).

use jiff::{SignedDuration, Timestamp};
use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::keys::base64;
use testkit::leaf::Issuer;
use testkit::rekor::EntryKind;
use testkit::tsa::{SignerDigest, TimestampAuthority};
use testkit::{PypiDraft, PypiRelease, World, tamper};

use crate::pypi_publishers::github;
use crate::support::{Lab, Lie, SDIST, assert_refused, assert_verified};

pub(crate) const UNKNOWN: &str = "a timestamp authority that the trust material does not have";

/// A release whose only time is a timestamp: it is logged in a Rekor v2 log.
fn draft(lab: &Lab) -> PypiDraft {
    let mut draft = github(lab);
    let recipe = draft.file(SDIST).attestation();
    recipe.log.kind = EntryKind::HashedRekordV2;
    recipe.timestamp = true;
    draft
}

fn attestation(release: &mut PypiRelease) -> &mut Value {
    tamper::pep740(release.provenance.get_mut(SDIST).unwrap())
}

fn signature(release: &mut PypiRelease) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut text = attestation(release)["envelope"]["signature"].clone();
    tamper::bytes(&mut text, |signature| bytes.clone_from(signature));
    bytes
}

/// Has this authority sign the timestamp.
fn stamp(release: &mut PypiRelease, authority: &TimestampAuthority, time: Timestamp) {
    let token = authority.timestamp(&signature(release), time);
    attestation(release)["verification_material"]["timestamps"] = json!([base64(&token)]);
}

pub(crate) fn stranger() -> TimestampAuthority {
    TimestampAuthority::named("a stranger", "another-tsa")
}

fn without_certificate(mut authority: TimestampAuthority) -> TimestampAuthority {
    authority.embeds_certificate = false;
    authority
}

/// The first occurrence of `from` in the token, replaced.
fn replace(release: &mut PypiRelease, from: &[u8], to: &[u8]) {
    let token = &mut attestation(release)["verification_material"]["timestamps"][0];
    tamper::bytes(token, |token| {
        let at = token.windows(from.len()).rposition(|part| part == from);
        let at = at.expect("it is in the token");
        token[at..at + to.len()].copy_from_slice(to);
    });
}

/// RFC 5652 and RFC 3161 allow more digests than the verifier reads: what is not read accuses nobody, and what
/// can be read of such a token must hold.
#[test]
fn of_algorithms_that_are_not_read() {
    let lab = Lab::new();
    let sha512 = |mut authority: TimestampAuthority| {
        authority.digest = SignerDigest::Sha512;
        authority
    };
    let sha1 = |mut authority: TimestampAuthority| {
        authority.sha1_imprint = true;
        authority
    };
    let honest = lab.world.pypi_release_of(&draft(&lab));
    assert_verified("the control", &lab.pypi(&honest));
    let new = |it: &World| it.tsa.renewed("next year", &[0x61]);
    for (name, authority) in [
        ("SHA-512", sha512(stranger())),
        ("an imprint of SHA-1", sha1(stranger())),
        ("both", sha1(sha512(stranger()))),
        ("a new certificate, SHA-512", sha512(new(&lab.world))),
        ("a new certificate, SHA-1", sha1(new(&lab.world))),
    ] {
        let mut release = honest.clone();
        stamp(&mut release, &authority, lab.world.now);
        assert_refused(name, &lab.pypi(&release), Status::Unknown, UNKNOWN);
    }

    let authority = sha512(stranger());
    let mut release = honest.clone();
    stamp(&mut release, &authority, lab.world.now);
    replace(&mut release, b"20260301", b"20260302");
    let observed = lab.pypi(&release);
    assert_refused("another time", &observed, Status::Invalid, "imestamp");

    let mut release = honest;
    let token = authority.timestamp(b"another signature", lab.world.now);
    attestation(&mut release)["verification_material"]["timestamps"] = json!([base64(&token)]);
    let observed = lab.pypi(&release);
    assert_refused("another signature", &observed, Status::Invalid, "imestamp");
}

#[test]
fn of_another_authority() {
    let lab = Lab::new();
    let lies: &[Lie<PypiRelease>] = &[
        (
            "an authority that is not known",
            |world, it| stamp(it, &stranger(), world.now),
            Status::Unknown,
            UNKNOWN,
        ),
        (
            "one that leaves its certificate out",
            |world, it| stamp(it, &without_certificate(stranger()), world.now),
            Status::Unknown,
            UNKNOWN,
        ),
        (
            "a new certificate of the authority that is known",
            |world, it| stamp(it, &world.tsa.renewed("next year", &[0x61]), world.now),
            Status::Unknown,
            UNKNOWN,
        ),
        (
            "issuer and serial number of the authority that is known, another key",
            |world, it| stamp(it, &TimestampAuthority::new("a stranger"), world.now),
            Status::Invalid,
            "imestamp",
        ),
        (
            "the same, without a certificate",
            |world, it| {
                let authority = without_certificate(TimestampAuthority::new("a stranger"));
                stamp(it, &authority, world.now);
            },
            Status::Invalid,
            "imestamp",
        ),
        (
            "a new authority that has the name of the one that is known, and another key",
            |world, it| {
                let authority = TimestampAuthority::new("a stranger").renewed("another", &[0x61]);
                stamp(it, &authority, world.now);
            },
            Status::Unknown,
            UNKNOWN,
        ),
        (
            "the same, another time",
            |world, it| {
                let authority = TimestampAuthority::new("a stranger").renewed("another", &[0x61]);
                stamp(it, &authority, world.now);
                replace(it, b"20260301", b"20260302");
            },
            Status::Invalid,
            "imestamp",
        ),
        (
            "a certificate that claims the name and the key of the authority that is known",
            |world, it| {
                let forger = TimestampAuthority::new("a stranger");
                let forger = forger.impersonating(&world.tsa, "another", &[0x61]);
                stamp(it, &forger, world.now);
            },
            Status::Invalid,
            "imestamp",
        ),
        (
            "over another signature",
            |world, it| {
                let token = stranger().timestamp(b"another signature", world.now);
                attestation(it)["verification_material"]["timestamps"] = json!([base64(&token)]);
            },
            Status::Invalid,
            "imestamp",
        ),
        (
            "of the authority that is known, over another signature",
            |world, it| {
                let token = world.tsa.timestamp(b"another signature", world.now);
                attestation(it)["verification_material"]["timestamps"] = json!([base64(&token)]);
            },
            Status::Invalid,
            "imestamp",
        ),
        (
            "of the authority that is known, which is no longer named",
            |_, it| replace(it, &[0x02, 0x02, 0x51, 0x03], &[0x02, 0x02, 0x51, 0x04]),
            Status::Invalid,
            "imestamp",
        ),
        (
            "of the authority that is known, another time",
            |_, it| replace(it, b"20260301", b"20260302"),
            Status::Invalid,
            "imestamp",
        ),
        (
            "of an unknown authority, another time",
            |world, it| {
                stamp(it, &stranger(), world.now);
                replace(it, b"20260301", b"20260302");
            },
            Status::Invalid,
            "imestamp",
        ),
        (
            "beside a broken one of the authority that is known",
            |world, it| {
                let signature = signature(it);
                let good = stranger().timestamp(&signature, world.now);
                let bad = world.tsa.timestamp(b"another signature", world.now);
                attestation(it)["verification_material"]["timestamps"] =
                    json!([base64(&good), base64(&bad)]);
            },
            Status::Invalid,
            "imestamp",
        ),
        (
            "beside a good one of the authority that is known",
            |world, it| {
                let signature = signature(it);
                let tokens = [
                    world.tsa.timestamp(&signature, world.now),
                    stranger().timestamp(&signature, world.now),
                ];
                attestation(it)["verification_material"]["timestamps"] =
                    tokens.iter().map(|token| base64(token)).collect();
            },
            Status::Unknown,
            UNKNOWN,
        ),
        (
            "a time when the certificate had expired",
            |world, it| stamp(it, &stranger(), world.now + SignedDuration::from_hours(1)),
            Status::Invalid,
            "certificate",
        ),
    ];
    let honest = lab.world.pypi_release_of(&draft(&lab));
    lab.served_pypi_lies(&honest, lies);
}

/// An authority that is not known hides nothing: what fails besides is `invalid`.
#[test]
fn of_another_authority_over_what_fails() {
    let lab = Lab::new();
    let lies: &[Lie<PypiRelease>] = &[
        (
            "another file",
            |_, it| {
                it.index["files"][0]["hashes"]["sha256"] = json!("0".repeat(64));
            },
            Status::Invalid,
            "it is about other content",
        ),
        (
            "another publisher",
            |_, it| {
                let provenance = it.provenance.get_mut(SDIST).unwrap();
                provenance["attestation_bundles"][0]["publisher"]["repository"] =
                    json!("mallory/widget");
            },
            Status::Invalid,
            "PyPI names the publisher's repository `mallory/widget`",
        ),
        (
            "another statement",
            |_, it| {
                tamper::bytes(&mut attestation(it)["envelope"]["statement"], |statement| {
                    statement.push(b' ');
                });
            },
            Status::Invalid,
            "signature",
        ),
        (
            "another inclusion proof",
            |_, it| {
                let entry =
                    &mut attestation(it)["verification_material"]["transparency_entries"][0];
                tamper::bytes(&mut entry["inclusionProof"]["hashes"][0], |hash| {
                    hash[0] ^= 1;
                });
            },
            Status::Invalid,
            "proof",
        ),
        (
            "another entry",
            |_, it| {
                let entry =
                    &mut attestation(it)["verification_material"]["transparency_entries"][0];
                tamper::bytes(&mut entry["canonicalizedBody"], |body| body.push(b' '));
            },
            Status::Invalid,
            "proof",
        ),
    ];
    let honest = lab.world.pypi_release_of(&draft(&lab));
    for (name, lie, status, reason) in lies {
        let mut release = honest.clone();
        stamp(&mut release, &stranger(), lab.world.now);
        assert_refused("the control", &lab.pypi(&release), Status::Unknown, UNKNOWN);
        lie(&lab.world, &mut release);
        assert_refused(name, &lab.pypi(&release), *status, reason);
    }

    let lies: &[Lie<PypiDraft>] = &[
        (
            "a certificate of an authority that is not known",
            |_, it| it.file(SDIST).attestation().leaf().issuer = Issuer::Stranger,
            Status::Invalid,
            "certificate",
        ),
        (
            "a certificate of an authority that was not in force any longer",
            |_, it| it.file(SDIST).attestation().leaf().issuer = Issuer::Retired,
            Status::Invalid,
            "certificate",
        ),
        (
            "a stranger's signature",
            |_, it| {
                it.file(SDIST).attestation().envelope_key = testkit::recipe::EnvelopeKey::Stranger;
            },
            Status::Invalid,
            "signature",
        ),
        (
            "a log that nobody trusts, under the name of one that is trusted",
            |_, it| it.file(SDIST).attestation().log.key = testkit::rekor::LogKey::Impostor,
            Status::Invalid,
            "heckpoint",
        ),
    ];
    for (name, lie, status, reason) in lies {
        let mut draft = draft(&lab);
        lie(&lab.world, &mut draft);
        let mut release = lab.world.pypi_release_of(&draft);
        stamp(&mut release, &stranger(), lab.world.now);
        assert_refused(name, &lab.pypi(&release), *status, reason);
    }
}

/// Trust material without any timestamp authority, as older trusted roots are.
#[test]
fn where_none_is_known() {
    let world = World::new();
    let mut root = world.trusted_root();
    root["timestampAuthorities"] = json!([]);
    let lab = Lab::trusting(world, &root);
    let honest = lab.world.pypi_release_of(&draft(&lab));
    assert_refused(
        "known to nobody",
        &lab.pypi(&honest),
        Status::Unknown,
        UNKNOWN,
    );

    let mut release = honest;
    let token = lab.world.tsa.timestamp(b"another signature", lab.world.now);
    attestation(&mut release)["verification_material"]["timestamps"] = json!([base64(&token)]);
    assert_refused(
        "another signature",
        &lab.pypi(&release),
        Status::Invalid,
        "imestamp",
    );
}
