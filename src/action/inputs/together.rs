//! Inputs that do not go together.

use std::path::{Component, Path, PathBuf};

use super::{Inputs, Reader};

impl Reader<'_> {
    /// Notes the contradictions of inputs that are right one by one.
    pub(super) fn together(&mut self, inputs: &Inputs) {
        let parts = |path: &Path| -> PathBuf {
            let parts = path.components();
            parts.filter(|part| *part != Component::CurDir).collect()
        };
        // One report would overwrite the other.
        if parts(&inputs.sarif_file) == parts(&inputs.report_file) {
            let shown = inputs.sarif_file.display().to_string();
            self.mistake("sarif-file", &shown, "is the `report-file` too");
        }
        if let Some(folder) = inputs.cache_dir.as_ref().filter(|_| inputs.no_cache) {
            let shown = folder.display().to_string();
            let problem = "is not used with `no-cache`; leave one of them out";
            self.mistake("cache-dir", &shown, problem);
        }
    }
}
