//! Reading lock files: the ones that are named, and what they include.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

use dockyard_locks::{Include, LockError, MAX_BYTES, Registries, parse};
use url::Url;

use crate::discover::Found;
use crate::settings::Settings;
use dockyard_report::lock::LockFile;

/// Why a lock file cannot be judged at all: exit 2.
#[derive(Debug, thiserror::Error)]
pub enum LockFileError {
    /// It cannot be read.
    #[error("{path}: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why, for people.
        reason: String,
    },
    /// It is no lock that is understood. The text names file, line and column.
    #[error("{0}")]
    Malformed(LockError),
    /// Two of the files are one.
    #[error("{0} is named twice; name each lock file once")]
    Twice(String),
    /// They lie in different repositories.
    #[error("{path} does not lie below {root}; run this once for each repository, from its folder", path = path.display(), root = root.display())]
    Outside {
        /// The file.
        path: PathBuf,
        /// Where the others lie.
        root: PathBuf,
    },
    /// npm reads another file than the named one.
    #[error(
        "{shrinkwrap} lies beside {lock}, and npm reads it in its place: name it too, or remove it"
    )]
    Replaced {
        /// The lock that is named.
        lock: String,
        /// What npm reads, which is not named.
        shrinkwrap: String,
    },
    /// An address of a registry is none.
    #[error("{0}")]
    Registry(String),
}

/// The repository of the named files: the present folder where they all lie below it, else the folder of
/// the first.
pub fn root_of(files: &[PathBuf]) -> PathBuf {
    let below = |path: &PathBuf| relative(Path::new("."), path).is_some();
    let folder = |path: &PathBuf| path.parent().map(Path::to_owned);
    match files.first() {
        Some(first) if !files.iter().all(below) => folder(first).unwrap_or_default(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// Reads the named files, each once.
///
/// # Errors
/// [`LockFileError`]: what cannot be read is not passed over.
pub fn read_named(
    root: &Path,
    files: &[PathBuf],
    settings: &Settings,
) -> Result<Vec<LockFile>, LockFileError> {
    let registries = registries(settings)?;
    let mut locks: Vec<LockFile> = Vec::new();
    for path in files {
        let bytes = bounded(path).map_err(|reason| LockFileError::Unreadable {
            path: path.clone(),
            reason,
        })?;
        let Some(shown) = relative(root, path) else {
            return Err(LockFileError::Outside {
                path: path.clone(),
                root: root.to_owned(),
            });
        };
        if locks.iter().any(|lock| lock.path == shown) {
            return Err(LockFileError::Twice(shown));
        }
        locks.push(read(root, &shown, &bytes, &registries)?);
    }
    for lock in &locks {
        let is_named = |shrinkwrap: &String| locks.iter().any(|it| it.path == *shrinkwrap);
        let shrinkwrap = shrinkwrap_beside(root, &lock.path);
        if let Some(shrinkwrap) = shrinkwrap.filter(|path| !is_named(path)) {
            let lock = lock.path.clone();
            return Err(LockFileError::Replaced { lock, shrinkwrap });
        }
    }
    Ok(locks)
}

/// Reads a lock file that was found below `root`.
///
/// # Errors
/// [`LockFileError`].
pub fn read_found(
    root: &Path,
    found: &Found,
    registries: &Registries,
) -> Result<LockFile, LockFileError> {
    let unreadable = |reason: String| LockFileError::Unreadable {
        path: PathBuf::from(&found.path),
        reason,
    };
    if let Err(reason) = &found.content {
        return Err(unreadable(reason.clone()));
    }
    let bytes = bounded(&root.join(&found.path)).map_err(unreadable)?;
    read(root, &found.path, &bytes, registries)
}

/// The path of what npm reads in place of the lock at `path`, where there is one (arborist,
/// `shrinkwrap.js`); nothing for other locks than `package-lock.json`.
pub fn replacement(path: &str) -> Option<String> {
    let folder = path.strip_suffix("package-lock.json")?;
    let whole = folder.is_empty() || folder.ends_with('/');
    whole.then(|| format!("{folder}npm-shrinkwrap.json"))
}

/// The [`replacement`] of the lock at `path` below `root`, where it is there, or may be.
pub fn shrinkwrap_beside(root: &Path, path: &str) -> Option<String> {
    let shrinkwrap = replacement(path)?;
    match root.join(&shrinkwrap).symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Ok(_) | Err(_) => Some(shrinkwrap),
    }
}

/// Where `path` below `root` really lies. A link may lead out of the root, which a path cannot.
///
/// # Errors
/// It is not there, or not below `root`, for people.
pub fn inside(root: &Path, path: &str) -> Result<PathBuf, String> {
    let real = root.join(path).canonicalize();
    let real = real.map_err(|error| error.to_string())?;
    let top = root.canonicalize().map_err(|error| error.to_string())?;
    if real.starts_with(top) {
        Ok(real)
    } else {
        Err("it leads out of the repository".to_owned())
    }
}

/// Whether lock files are looked for at `path`: what is installed already, and hidden folders, only where
/// a pattern names them.
pub fn is_searched(path: &str, patterns: &[String]) -> bool {
    let named = |folder: &str| {
        let mut parts = patterns.iter().flat_map(|pattern| pattern.split('/'));
        parts.any(|part| part == folder)
    };
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    let left_out = |folder: &&str| *folder == "node_modules" || folder.starts_with('.');
    !folders
        .into_iter()
        .any(|folder| left_out(&folder) && !named(folder))
}

/// The lock that `bytes` are.
///
/// # Errors
/// [`LockFileError::Malformed`].
pub fn parsed(
    path: &str,
    bytes: &[u8],
    registries: &Registries,
    include: Include<'_>,
) -> Result<LockFile, LockFileError> {
    let lock = parse(path, bytes, registries, include).map_err(LockFileError::Malformed)?;
    Ok(LockFile {
        path: path.to_owned(),
        lock,
    })
}

/// Reads one lock; what it includes is read below `root`.
fn read(
    root: &Path,
    path: &str,
    bytes: &[u8],
    registries: &Registries,
) -> Result<LockFile, LockFileError> {
    let include = |included: &str| bounded(&inside(root, included)?);
    parsed(path, bytes, registries, &include)
}

/// The registries that packages are looked up at.
///
/// # Errors
/// [`LockFileError::Registry`].
pub fn registries(settings: &Settings) -> Result<Registries, LockFileError> {
    let address = |text: &str| {
        // Without a slash at its end, the last part of a path would be replaced instead of followed.
        let text = format!("{}/", text.trim_end_matches('/'));
        Url::parse(&text).map_err(|error| LockFileError::Registry(format!("{text}: {error}")))
    };
    let scopes = settings.npm_scopes.iter();
    let scopes = scopes.map(|(scope, text)| Ok((scope.clone(), address(text)?)));
    Ok(Registries {
        npm: address(&settings.npm_registry)?,
        npm_scopes: scopes.collect::<Result<_, LockFileError>>()?,
        pypi: address(&settings.pypi_index)?,
    })
}

/// The path below `root`, `/`-separated; nothing where it does not lie there, or is not UTF-8.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let top = if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    };
    // The folder's real place, the file's own name.
    let whole = folder.canonicalize().ok()?.join(path.file_name()?);
    let below = whole.strip_prefix(top.canonicalize().ok()?).ok()?;
    let parts = below.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => {
            None
        }
    });
    let parts: Option<Vec<&str>> = parts.collect();
    parts.map(|parts| parts.join("/"))
}

/// The bytes of a regular file of at most [`MAX_BYTES`], and one more that shows that there are more.
fn bounded(path: &Path) -> Result<Vec<u8>, String> {
    // Looked at before it is opened: opening a named pipe waits for a writer.
    let metadata = path.metadata().map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}
