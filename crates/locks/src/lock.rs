//! What a lock says.

use package_provenance::dist::DistFilename;
use package_provenance::package::PackageVersion;

use crate::format::Format;
use crate::place::Place;

/// Longest way that [`Lock::via`] gives, in entries.
pub const MAX_VIA: usize = 64;

/// A lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The format.
    pub format: Format,
    /// The format's version, as the file states it, where it has one.
    pub version: Option<u64>,
    /// Every entry, in the file's order.
    pub entries: Vec<Entry>,
    /// What stands beside the entries and changes what is installed.
    pub notes: Vec<Note>,
}

/// One entry of a lock.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word of the file, and any of them may stand beside any other"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The entry as the file calls it: npm's path, otherwise the name as it was written.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// What is installed for it.
    pub what: What,
    /// How it came in.
    pub reach: Reach,
    /// Whether only development dependencies lead to it.
    pub dev: bool,
    /// Whether the installation goes on without it.
    pub optional: bool,
    /// The platforms it is for.
    pub platforms: Platforms,
    /// Whether the lock says that scripts run when it is installed (npm). The file's word.
    pub has_install_script: bool,
    /// Whether the package brings a lock of its own, whose packages are not in this one
    /// (npm's `hasShrinkwrap`).
    pub has_own_lock: bool,
}

/// How an entry came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The project itself asks for it.
    Direct,
    /// The entry at this index asks for it, on a shortest way from a direct one.
    Through(usize),
    /// The lock shows no way to it.
    Unreached,
    /// The format does not say.
    NotSaid,
}

/// What is installed for an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A package of the registry that is configured for it.
    Registry(Pinned),
    /// Something that comes from elsewhere, about which no registry says anything.
    Elsewhere(Elsewhere),
    /// Nothing that can be told: the sentence says why. It may be installed all the same.
    Broken(String),
}

/// A package of a registry, as the installer fetches it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The package that is fetched, by its real name: that of an alias's target, and that which the
    /// address of the download has where the entry says otherwise.
    pub package: PackageVersion,
    /// What the installer holds the download to.
    pub digests: Digests,
    /// The name under which it is installed, where that is another.
    pub alias: Option<Alias>,
    /// In what the lock contradicts itself about the entry: the sentence says what. Such an entry is not
    /// as its reader thinks it is, however well the package itself is proven.
    pub contradiction: Option<String>,
    /// By whom the lock says that it was published (PEP 751, `attestation-identities`).
    pub claims: Vec<IdentityClaim>,
}

/// Another name for a package (npm's `npm:NAME@RANGE`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The folder's name, which code imports.
    pub folder: String,
    /// Who asked for it.
    pub asked: AskedFor,
}

/// Who asked for a package under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedFor {
    /// The project, in its `package.json`: by `npm:` and the real name, or by the address of the download, where
    /// `overrides` count.
    Declared,
    /// All packages of the tree that ask for the name, as the lock has it, which are these entries: each may have been
    /// written into the lock by whoever wrote the other. Never empty.
    By(Vec<usize>),
    /// Nobody that is seen, or somebody asks for that name and not for that package: somebody may have changed the
    /// lock alone.
    Unexplained,
    /// Nobody that is seen, and the `package.json` beside the lock cannot be read: the sentence says why.
    Unreadable(String),
    /// The project asks for the very name by a version, and `overrides` cannot replace what it asks for itself
    /// (npm, `EOVERRIDE`).
    Contradicted,
}

/// What an installer holds a download to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Digests {
    /// npm's tarball.
    Npm(NpmIntegrity),
    /// A Python distribution's files, one of which is chosen.
    Files(Vec<LockedFile>),
    /// pip's `--hash`: digests of files that are not named, of which any one is enough. Empty where the
    /// requirement has none. Each is a SHA-256, or the sentence that says why it cannot be compared.
    AnyFile(Vec<Result<[u8; 32], String>>),
    /// Go's `h1:` of the module's zip.
    GoZip([u8; 32]),
}

/// `integrity` of npm's entry, as npm takes it: of several algorithms the strongest, of several hashes of it any one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NpmIntegrity {
    /// There is none: npm installs whatever is served.
    Missing,
    /// It is nothing that npm can hold the download to, or nothing that is understood: the sentence says what.
    Unusable(String),
    /// The strongest algorithm is this one, which registries no longer sign: `sha1`, `sha256` or `sha384`.
    Weak(String),
    /// SHA-512. With more than one, npm takes a download that has any of them; never empty.
    Sha512(Vec<[u8; 64]>),
}

/// A file of a Python distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedFile {
    /// Its name, or the sentence that says why it is none.
    pub filename: Result<DistFilename, String>,
    /// Its digest, or the sentence that says why there is none that holds.
    pub sha256: Result<[u8; 32], String>,
    /// Where it stands.
    pub place: Place,
}

/// One of PEP 751's `attestation-identities`: a claim, to be compared with what verifies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdentityClaim {
    /// `kind`, such as `GitHub`.
    pub kind: String,
    /// Everything else it says, in the file's order, of texts only.
    pub fields: Vec<(String, String)>,
}

/// What comes from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// From where.
    pub kind: ElsewhereKind,
    /// The entry's name and version as the lock gives them, where it does.
    pub stated: Option<String>,
    /// Its version as the lock gives it, where it does.
    pub version: Option<String>,
    /// The address or path, without a password. Untrusted text.
    pub shown: String,
    /// What the installer holds the download to, where the lock has that.
    pub digests: Option<Digests>,
}

/// Where something comes from that is of no configured registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ElsewhereKind {
    /// A commit of a Git repository, or of another version control system.
    Git,
    /// An address of a file on the web.
    Url,
    /// An archive on this machine.
    File,
    /// A folder of the project itself: its root, a member of its workspace.
    Own,
    /// A folder outside the project, linked or copied.
    Link,
    /// A folder that is installed so that it can be edited (Python).
    Editable,
    /// Comes inside the archive of the package that has it in its `node_modules`.
    Bundled,
    /// Another registry or index than the one configured for its name.
    OtherRegistry,
}

impl ElsewhereKind {
    /// What it is called: `git`, `url`, `file`, `own`, `link`, `editable`, `bundled`, `other-registry`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Url => "url",
            Self::File => "file",
            Self::Own => "own",
            Self::Link => "link",
            Self::Editable => "editable",
            Self::Bundled => "bundled",
            Self::OtherRegistry => "other-registry",
        }
    }
}

/// The platforms that an entry is for: npm's words, `!` before those that are excluded. Empty where it
/// is for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Platforms {
    /// `os`, such as `linux`.
    pub os: Vec<String>,
    /// `cpu`, such as `arm64`.
    pub cpu: Vec<String>,
    /// `libc`, `glibc` or `musl`.
    pub libc: Vec<String>,
    /// The entries whose `optionalDependencies` name it, by index: launchers of a platform's package.
    pub optional_of: Vec<usize>,
}

impl Platforms {
    /// Whether it is for some platforms only.
    pub fn is_restricted(&self) -> bool {
        !(self.os.is_empty() && self.cpu.is_empty() && self.libc.is_empty())
    }
}

/// What stands beside the entries and changes what is installed, or what was found strange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where it stands.
    pub place: Place,
    /// The sentence, for people. It holds untrusted words.
    pub message: String,
}

impl Lock {
    /// The names on a shortest way from what the project asks for to the entry at `index`, without the entry itself:
    /// empty for a direct one, and where there is none. At most [`MAX_VIA`] names, those nearest to the entry.
    pub fn via(&self, index: usize) -> Vec<&str> {
        let mut names = Vec::new();
        let mut at = index;
        while names.len() < MAX_VIA
            && let Some(Entry {
                reach: Reach::Through(parent),
                ..
            }) = self.entries.get(at)
            && let Some(entry) = self.entries.get(*parent)
        {
            names.push(entry.short_name());
            at = *parent;
        }
        names.reverse();
        names
    }
}

impl Entry {
    /// The name without the folders of npm's path: `b` of `node_modules/a/node_modules/b`.
    pub fn short_name(&self) -> &str {
        let marker = "node_modules/";
        self.name
            .rfind(marker)
            .and_then(|at| self.name.get(at + marker.len()..))
            .filter(|rest| !rest.is_empty())
            .unwrap_or(&self.name)
    }
}
