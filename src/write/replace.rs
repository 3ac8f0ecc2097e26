//! Replacing the content of a file that a person wrote.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::WriteError;

/// Gives the file at `path` the content `after`, at once or not at all, if it still holds `before`. A
/// symbolic link stays one: its target is replaced. Permissions stay as they are.
///
/// # Errors
/// [`WriteError`] names the file, and says whether somebody else changed it meanwhile.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), WriteError> {
    let failed =
        |error: &io::Error| WriteError::Other(format!("cannot write {}: {error}", path.display()));
    let target = path.canonicalize().map_err(|error| failed(&error))?;
    if before == after {
        return Ok(());
    }
    let folder = target
        .parent()
        .ok_or_else(|| failed(&io::ErrorKind::IsADirectory.into()))?;
    let mut file =
        NamedTempFile::with_prefix_in(".edit-", folder).map_err(|error| failed(&error))?;
    file.write_all(after).map_err(|error| failed(&error))?;
    let permissions = fs::metadata(&target)
        .map_err(|error| failed(&error))?
        .permissions();
    file.as_file()
        .set_permissions(permissions)
        .and_then(|()| file.as_file().sync_all())
        .map_err(|error| failed(&error))?;
    if fs::read(&target).map_err(|error| failed(&error))? != before {
        return Err(WriteError::Other(format!(
            "{} was changed while this program ran, and is left as it is; run it again",
            path.display()
        )));
    }
    file.persist(&target)
        .map_err(|error| failed(&error.error))?;
    Ok(())
}
