//! The entries of a lock as packages, each once.

use std::collections::BTreeMap;

use dockyard_locks::{Digests, Entry, IdentityClaim, Lock, NpmIntegrity, Pinned, Place, What};
use package_provenance::identity::{PublisherKind, Repository};
use package_provenance::package::{Ecosystem, PackageVersion};

use crate::finding::{Span, Spanned};
use crate::report::lock::ecosystem;
use crate::spec::{DeclaredProvenance, Protocol, SpecFile, SpecPackage, Subject};

/// Most groups of one package that an entry is compared with, so that a lock cannot take forever.
const MOST_GROUPS: usize = 8;

/// A lock file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockFile {
    /// Its path, relative to the root, `/`-separated.
    pub path: String,
    /// What it says.
    pub lock: Lock,
}

/// Entries of one package that are the same in everything that is judged.
pub(super) struct Group<'a> {
    /// The one that the project is nearest to.
    pub(super) entry: &'a Entry,
    /// Its index in the lock.
    pub(super) index: usize,
    /// How many entries there are.
    pub(super) entries: usize,
    /// The names from what the project asks for to it, without it.
    pub(super) via: Vec<&'a str>,
}

impl LockFile {
    /// The packages of a registry, as often as the lock has them.
    pub fn packages(&self) -> impl Iterator<Item = &PackageVersion> {
        self.lock
            .entries
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Registry(pinned) => Some(&pinned.package),
                What::Elsewhere(_) | What::Broken(_) => None,
            })
    }

    /// The ecosystem that the format is of.
    pub fn ecosystem(&self) -> Ecosystem {
        ecosystem(self.lock.format)
    }

    /// Each package once, in the lock's order; what is of no registry, or cannot be read, entry by entry.
    pub(super) fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut known: BTreeMap<&PackageVersion, Vec<usize>> = BTreeMap::new();
        for (index, entry) in self.lock.entries.iter().enumerate() {
            let via = self.lock.via(index);
            if let What::Registry(pinned) = &entry.what {
                let of_package = known.entry(&pinned.package).or_default();
                let same = of_package.iter().find(|at| {
                    let group = groups.get(**at).map(|group| group.entry);
                    group.is_some_and(|other| is_same(other, entry))
                });
                if let Some(group) = same.copied().and_then(|at| groups.get_mut(at)) {
                    group.entries += 1;
                    if via.len() < group.via.len() {
                        (group.via, group.entry, group.index) = (via, entry, index);
                    }
                    continue;
                }
                if of_package.len() < MOST_GROUPS {
                    of_package.push(groups.len());
                }
            }
            groups.push(Group {
                entry,
                index,
                entries: 1,
                via,
            });
        }
        groups
    }
}

/// Whether two entries of one package are judged alike.
fn is_same(one: &Entry, other: &Entry) -> bool {
    let own_locks = (one.has_own_lock, other.has_own_lock);
    let (What::Registry(one), What::Registry(other)) = (&one.what, &other.what) else {
        return false;
    };
    own_locks.0 == own_locks.1
        && (&one.alias, &one.contradiction, &one.claims)
            == (&other.alias, &other.contradiction, &other.claims)
        && one.digests == other.digests
}

/// The protocol that a package of an ecosystem is run with.
pub(super) const fn protocol(ecosystem: Ecosystem) -> Protocol {
    match ecosystem {
        Ecosystem::Npm => Protocol::Npx,
        Ecosystem::Pypi => Protocol::Uvx,
        Ecosystem::Go => Protocol::Go,
    }
}

/// A place in the lock as a span: the first character of the entry.
pub(super) const fn span(place: &Place) -> Span {
    Span {
        start_line: place.line,
        start_column: place.column,
        end_line: place.line,
        end_column: place.column + 1,
    }
}

/// Name and version of a package as people know them.
pub(super) fn named(package: &PackageVersion) -> (String, String) {
    match package {
        PackageVersion::Npm(it) => (it.name.as_str().to_owned(), it.version.as_str().to_owned()),
        PackageVersion::Pypi(it) => (it.name.as_str().to_owned(), it.version.written().to_owned()),
        PackageVersion::Go(it) => (it.path.clone(), it.version.clone()),
    }
}

/// The entry as a spec, which declares what the lock claims.
pub(super) fn as_spec(path: &str, entry: &Entry, pinned: &Pinned) -> SpecFile {
    let place = span(&entry.place);
    let (name, version) = named(&pinned.package);
    let declared = declared(&pinned.claims, place);
    let claimed = declared.claims_attestations().is_some();
    SpecFile {
        path: path.to_owned(),
        protocol: protocol(pinned.package.ecosystem()),
        package_text: Some(name),
        version_text: Some(version),
        subject: Subject::Package(Box::new(SpecPackage {
            package: pinned.package.clone(),
            name_span: place,
            version_span: place,
            declared,
            overrides: Vec::new(),
            env: Vec::new(),
        })),
        claimed,
        problems: Vec::new(),
        text: Box::default(),
    }
}

/// What PEP 751's `attestation-identities` claim, as a spec would: by whom the package was published. Only
/// one publisher of a forge's repository can be declared; of several, or of an account, nothing is compared.
fn declared(claims: &[IdentityClaim], span: Span) -> DeclaredProvenance {
    let none = DeclaredProvenance::default();
    let Some((first, rest)) = claims.split_first() else {
        return none;
    };
    let field = |name: &str| {
        let mut fields = first.fields.iter();
        fields.find_map(|(key, value)| (key == name).then_some(value.as_str()))
    };
    let (kind, host) = match first.kind.as_str() {
        "GitHub" => (PublisherKind::GitHub, "github.com"),
        "GitLab" => (PublisherKind::GitLab, "gitlab.com"),
        _ => return none,
    };
    let repository = field("repository").map(|path| format!("https://{host}/{path}"));
    let repository = repository.and_then(|url| Repository::declared(&url, host).ok());
    let Some(repository) = repository.filter(|_| rest.iter().all(|other| other == first)) else {
        return none;
    };
    let workflow = field("workflow").or_else(|| field("workflow_filepath"));
    DeclaredProvenance {
        publisher_kind: Some(Box::new(Spanned { value: kind, span })),
        publisher_repository: Some(Box::new(Spanned {
            value: repository,
            span,
        })),
        publisher_workflow: workflow.map(|workflow| {
            let value = workflow.to_owned();
            Box::new(Spanned { value, span })
        }),
        ..none
    }
}

/// The digests that the lock holds the installer to, as reports write them.
pub(super) fn pinned_digests(digests: &Digests) -> Vec<String> {
    let sha256 = |digest: &[u8; 32]| format!("sha256:{}", hex::encode(digest));
    match digests {
        Digests::Npm(NpmIntegrity::Sha512(all)) => all
            .iter()
            .map(|digest| format!("sha512:{}", hex::encode(digest)))
            .collect(),
        Digests::Npm(NpmIntegrity::Missing | NpmIntegrity::Unusable(_) | NpmIntegrity::Weak(_)) => {
            Vec::new()
        }
        Digests::Files(files) => files
            .iter()
            .filter_map(|file| file.sha256.as_ref().ok())
            .map(sha256)
            .collect(),
        Digests::AnyFile(all) => all.iter().flatten().map(sha256).collect(),
        Digests::GoZip(digest) => vec![go_zip(digest)],
    }
}

/// `h1:` of a module's zip, as `go.sum` has it.
pub(super) fn go_zip(digest: &[u8; 32]) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    format!("h1:{}", STANDARD.encode(digest))
}
