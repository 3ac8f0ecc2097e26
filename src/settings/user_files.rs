//! The user's own `.npmrc` and `.netrc`: where they lie, and reading them.
//!
//! Never a file of the scanned folder or of the checkout around it: whoever can change it could name
//! a registry of their own and have the user's token sent there. One that lies there is refused, not
//! skipped, because the user asked for it.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::{ConfigError, Environment, UserFiles, network};
use dockyard_registry::credentials::netrc::Netrc;
use dockyard_registry::credentials::npmrc::{Lookup, NpmRc};

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// One of the user's files.
struct UserFile {
    path: PathBuf,
    /// How messages call it: `~/.npmrc`, or the variable that names it.
    shown: &'static str,
    /// The variable that names it, or would name another one.
    variable: &'static str,
}

/// Reads the files that `environment` names, or those in the home folder. `root` is the scanned
/// folder; `lookup` knows the variables that `.npmrc` refers to.
///
/// # Errors
/// [`ConfigError`] where a file lies in the scanned folder's checkout, and where `.npmrc` cannot be read or
/// understood: it may say which registry to ask. A `.netrc` that cannot be read is a warning.
pub fn read(
    root: &Path,
    environment: &Environment,
    lookup: Lookup<'_>,
) -> Result<UserFiles, ConfigError> {
    let mut files = UserFiles::default();
    let named = environment.npm_config_userconfig.as_ref();
    if let Some(file) = place(
        named,
        "NPM_CONFIG_USERCONFIG",
        environment,
        ".npmrc",
        "~/.npmrc",
    ) && let Some(text) = text(root, &file, &mut files.warnings)?
    {
        let text = text.map_err(|why| {
            ConfigError(format!(
                "cannot read {}, which may say which registry to ask: {why}; make it readable, or \
                 set {} to another file",
                file.shown, file.variable
            ))
        })?;
        files.npmrc = NpmRc::parse(file.shown, &text, lookup).map_err(ConfigError)?;
        file.shown.clone_into(&mut files.npmrc_shown);
    }
    let named = environment.netrc.as_ref();
    if let Some(file) = place(named, "NETRC", environment, ".netrc", "~/.netrc")
        && let Some(text) = text(root, &file, &mut files.warnings)?
    {
        let netrc = text.and_then(|text| Netrc::parse(&text).map_err(|error| error.to_string()));
        match netrc {
            Ok(netrc) => files.netrc = netrc,
            Err(why) => files
                .warnings
                .push(format!("{} is not used: {why}", file.shown)),
        }
        file.shown.clone_into(&mut files.netrc_shown);
    }
    files.warnings.extend(network::warnings(lookup));
    Ok(files)
}

fn place(
    named: Option<&PathBuf>,
    variable: &'static str,
    environment: &Environment,
    name: &str,
    shown: &'static str,
) -> Option<UserFile> {
    let at_home = environment.home.as_ref().map(|home| home.join(name));
    match named {
        Some(path) if Some(path) != at_home.as_ref() => Some(UserFile {
            path: path.clone(),
            shown: variable,
            variable,
        }),
        _ => at_home.map(|path| UserFile {
            path,
            shown,
            variable,
        }),
    }
}

/// The text of a file, or why it cannot be read; nothing where there is no such file.
fn text(
    root: &Path,
    file: &UserFile,
    warnings: &mut Vec<String>,
) -> Result<Option<Result<String, String>>, ConfigError> {
    let opened = match File::open(&file.path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            if file.shown == file.variable {
                warnings.push(format!(
                    "{} names a file that is not there; no credential comes from it",
                    file.shown
                ));
            }
            return Ok(None);
        }
        opened => opened,
    };
    if lies_in_checkout(&file.path, root) {
        return Err(ConfigError(format!(
            "{} lies in the scanned folder or in the checkout around it (or where it lies cannot \
             be found out), where a pull request could change it and have your credentials sent \
             elsewhere; move it, or set {} to another file",
            file.shown, file.variable
        )));
    }
    Ok(Some(
        opened.and_then(bounded).map_err(|error| error.to_string()),
    ))
}

/// Whether `path` or the folder that names it is, links followed, in the checkout that `root` belongs
/// to: below the nearest folder around `root` that holds `.git`, or else below `root`. What cannot be
/// followed is.
fn lies_in_checkout(path: &Path, root: &Path) -> bool {
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => path,
    };
    match (
        path.canonicalize(),
        folder.canonicalize(),
        root.canonicalize(),
    ) {
        (Ok(path), Ok(folder), Ok(root)) => {
            let checkout = root.ancestors().find(|around| holds_git(around));
            let checkout = checkout.unwrap_or(&root);
            path.starts_with(checkout) || folder.starts_with(checkout)
        }
        _ => true,
    }
}

/// Whether `folder` is where a checkout begins: `.git` is a folder, or a file in a worktree and a
/// submodule. One that cannot be looked at is taken for one.
fn holds_git(folder: &Path) -> bool {
    match folder.join(".git").symlink_metadata() {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

fn bounded(file: File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        let why = format!("it is larger than {MAX_BYTES} bytes");
        return Err(io::Error::new(ErrorKind::InvalidData, why));
    }
    String::from_utf8(bytes)
        .map_err(|_not_utf8| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

#[cfg(test)]
mod tests;
