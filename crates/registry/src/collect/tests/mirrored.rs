//! What is installed from a mirror.

use super::*;

/// A registry behind a mirror, which counts the large answers that are on their way at once.
struct Behind {
    registry: Scripted,
    large: Mutex<(usize, usize)>,
}

impl EvidenceSource for Behind {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        let large = usize::from(max_body(request) > 4 << 20);
        {
            let mut counted = self.large.lock().unwrap();
            counted.0 += large;
            counted.1 = counted.1.max(counted.0);
        }
        tokio::task::yield_now().await;
        self.large.lock().unwrap().0 -= large;
        self.registry.fetch(request).await
    }

    fn is_mirrored(&self, _package: &PackageVersion) -> bool {
        true
    }
}

#[tokio::test]
async fn a_mirror_is_asked_after_the_registry_and_for_what_npm_installs_from() {
    let source = Behind {
        registry: Scripted::new([
            (ATTESTATIONS, Fetched::Missing),
            (PACKUMENT, found("{}")),
            ("npm/a/mirror.json", found("{}")),
        ]),
        large: Mutex::default(),
    };
    let package = PackageVersion::Npm(NpmPackage {
        name: NpmName::parse("a").unwrap(),
        version: NpmVersion::parse("1.0.0").unwrap(),
    });
    let raw = collect(&source, &package, &keys(None).0, &go()).await;
    let asked = source.registry.asked();
    assert!(asked.contains(&PACKUMENT.to_owned()), "{asked:?}");
    assert!(asked.contains(&"npm/a/mirror.json".to_owned()), "{asked:?}");
    assert_eq!(
        source.large.lock().unwrap().1,
        1,
        "who waits for room twice at once may wait for itself"
    );
    let RawEvidence::Mirrored(mirrored) = raw else {
        panic!("{raw:?}");
    };
    let RawEvidence::Npm(installed) = mirrored.installed else {
        panic!("not npm's");
    };
    assert_eq!(installed.packument, Some(found("{}")));
}

#[tokio::test]
async fn what_is_installed_from_a_mirror_is_dated_by_the_registry() {
    let source = Behind {
        registry: Scripted::new([(PACKUMENT, found("{}"))]),
        large: Mutex::default(),
    };
    let package = PackageVersion::Npm(NpmPackage {
        name: NpmName::parse("a").unwrap(),
        version: NpmVersion::parse("1.0.0").unwrap(),
    });
    let undated = || {
        RawEvidence::Npm(NpmRaw {
            manifest: found("{}"),
            attestations: Fetched::Missing,
            packument: None,
        })
    };
    let mirrored = RawEvidence::Mirrored(Box::new(Mirrored {
        evidence: undated(),
        installed: undated(),
    }));
    let RawEvidence::Mirrored(mirrored) = dated(&source, &package, mirrored).await else {
        panic!("no longer mirrored");
    };
    let direct = dated(&source, &package, undated()).await;
    assert_eq!(mirrored.evidence, direct);
    assert_eq!(mirrored.installed, undated());
    assert_eq!(source.registry.asked(), [PACKUMENT, PACKUMENT]);
}
